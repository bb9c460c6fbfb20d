"""The only errors that reach a user as a message. Each names the value at fault and the way out."""


class StudioError(Exception):
    """An error meant for the user.

    Attributes:
        message: One sentence: what is wrong, with the value at fault.
        way_out: One sentence: what the user can do; empty where nothing can be done.
    """

    def __init__(self, message: str, way_out: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.message} {self.way_out}".strip()


class MediaError(StudioError):
    """Footage that can't be opened, decoded or found."""


class PromptError(StudioError):
    """A point, box, mask or frame number that can't be used."""


class ProjectError(StudioError):
    """A project file that is damaged, newer, foreign or locked."""


class LockedError(ProjectError):
    """A project that somebody else has open for editing."""


class ModelError(StudioError):
    """A weight file that is missing, damaged or of another kind."""


class MatteError(StudioError):
    """A soft edge that can't be made."""


class ExportError(StudioError):
    """An export that can't be started, written or verified."""


class BatchError(StudioError):
    """A manifest that can't be read, or a batch that can't start or go on."""


class Cancelled(Exception):  # noqa: N818 - not an error: the user asked for it
    """Raised inside a job when its token was cancelled; never shown."""
