"""Opens one project on a thread of its own: checking and reading a large one takes seconds. Read-only where it must."""

import logging
import threading
from pathlib import Path

from PySide6.QtCore import QThread, Signal

from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import LockedError, ProjectError, StudioError
from sam2_studio.ui.language import tr

_log = logging.getLogger(__name__)


class ProjectOpener(QThread):
    """One opening. A file that isn't wanted any more is closed again.

    Signals:
        opened: ProjectFile, None or the StudioError that says why it is read-only.
        failed: StudioError; nothing is open.
    """

    opened = Signal(object, object)
    failed = Signal(object)

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.setObjectName("project")
        self._path = path
        self._lock = threading.Lock()
        self._file: ProjectFile | None = None
        self._dropped = False

    def drop(self) -> None:
        """Nobody wants the file any more."""
        with self._lock:
            self._dropped = True
            file, self._file = self._file, None
        if file is not None:
            file.close()

    def hand_over(self) -> bool:
        """Whether the file that `opened` told of is still wanted; from now on it is the caller's."""
        with self._lock:
            self._file = None
            return not self._dropped

    def run(self) -> None:
        try:
            file, why = self._open()
        except StudioError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - the top of a thread: the window must live on
            _log.exception("opening a project met an unexpected error")
            self._fail(
                ProjectError(
                    tr("“{file}” can't be opened: {error}.", file=self._path, error=error), tr("The log has more.")
                )
            )
        else:
            with self._lock:
                self._file = None if self._dropped else file
            if self._file is None:
                file.close()
            else:
                self.opened.emit(file, why)

    def _fail(self, error: StudioError) -> None:
        if not self._dropped:
            self.failed.emit(error)

    def _open(self) -> tuple[ProjectFile, StudioError | None]:
        """For writing, or where that can't be for reading, with the reason."""
        try:
            return ProjectFile.open(self._path), None
        except StudioError as error:
            try:
                return ProjectFile.open(self._path, read_only=True), _why_read_only(self._path, error)
            except StudioError:
                raise error from None


def _why_read_only(path: Path, error: StudioError) -> StudioError:
    way_out = tr("You can look and export; name it anew to edit a copy.")
    if isinstance(error, LockedError):
        return ProjectError(error.message, way_out)
    return ProjectError(tr("“{file}” can't be written where it is.", file=path.name), way_out)
