"""File commands of the window: choose what to open, name the project, find moved footage. Asks, then hands on."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from sam2_studio.core.schema import SUFFIX
from sam2_studio.resources import resource
from sam2_studio.ui.documents import Documents
from sam2_studio.ui.language import tr

SAMPLE = ("sample", "bigbuckbunny.mp4")

_MEDIA = "(*.cutout *.mp4 *.mov *.mkv *.webm *.avi *.mxf *.m4v *.png *.jpg *.jpeg *.tif *.tiff *.webp)"


class Files(QObject):
    """Asks for file names.

    Attributes:
        folder: Where the next dialog starts.
    """

    def __init__(self, documents: Documents, window: QWidget) -> None:
        super().__init__(window)
        self._documents, self._window = documents, window
        self.folder = Path.home()

    def choose_file(self) -> None:
        if path := self._ask_to_open(tr("Open"), f"{_media()};;{_all()}"):
            self._documents.open(path)

    def open_sample(self) -> None:
        self._documents.open(resource(*SAMPLE))

    def relink(self) -> None:
        if path := self._ask_to_open(tr("Where is the footage now?"), f"{_all()};;{_media()}"):
            self._documents.relink(path)

    def name_project(self) -> None:
        """Copy the project to a name of the user's; Qt's own dialog asks before it replaces a file."""
        kinds = f"{tr('Projects')} (*{SUFFIX})"
        name, _ = QFileDialog.getSaveFileName(self._window, tr("Name the project"), str(self._proposed()), kinds)
        if name:
            target = Path(name)
            chosen = target if target.suffix == SUFFIX else target.with_name(target.name + SUFFIX)
            self.folder = chosen.parent
            # a name that we completed wasn't asked about
            self._documents.save_as(chosen, overwrite=chosen == target)

    def _proposed(self) -> Path:
        return self.folder / f"{self._documents.stem}{SUFFIX}"

    def _ask_to_open(self, title: str, kinds: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self._window, title, str(self.folder), kinds)
        if not name:
            return None
        self.folder = Path(name).parent
        return Path(name)


def _media() -> str:
    return f"{tr('Footage and projects')} {_MEDIA}"


def _all() -> str:
    return f"{tr('All files')} (*)"
