"""Downloads under way, several at once: start, pause, go on, drop. Knows no widgets."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThread, Signal

from sam2_studio.engine.model_files import address, find_model, own_path
from sam2_studio.errors import ModelError, StudioError
from sam2_studio.networks.catalogue import WeightFile
from sam2_studio.networks.download_part import part_bytes, part_path
from sam2_studio.networks.download_progress import DownloadProgress
from sam2_studio.ui.language import tr

if TYPE_CHECKING:
    from sam2_studio.ui.download_thread import DownloadThread


class Downloads(QObject):
    """What is fetched, by the model's name.

    Signals:
        changed: name: progress, start or end.
        fetched: name: its file is here and whole.
        failed: name, StudioError.
    """

    changed = Signal(str)
    fetched = Signal(str)
    failed = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: dict[str, DownloadThread] = {}
        self._leaving: dict[str, DownloadThread] = {}  # stopped, and not quite at their end
        self._again: set[str] = set()  # wanted again while they leave
        self._unwanted: set[str] = set()  # whose part is to go when they have left
        self._progress: dict[str, DownloadProgress] = {}

    @property
    def running(self) -> tuple[str, ...]:
        """Names of the models that are fetched now."""
        return tuple(self._threads)

    def progress(self, name: str) -> DownloadProgress | None:
        """How far a download that goes on is; None before its first word, and where there is none."""
        return self._progress.get(name)

    def part_bytes(self, weights: WeightFile) -> int:
        """What lies here of an interrupted download."""
        return 0 if weights.bundled or weights.custom else part_bytes(own_path(weights))

    def get(self, name: str) -> None:
        """Fetch a model's file, or go on with it."""
        # these load httpx, which takes a tenth of a second: not before somebody fetches
        from sam2_studio.networks.download import fetch
        from sam2_studio.ui.download_thread import DownloadThread

        weights = find_model(name).weights
        if name in self._threads or weights.bundled or weights.custom:
            return
        if name in self._leaving:
            self._again.add(name)
            return
        place = address(weights), own_path(weights)
        thread = DownloadThread(name, lambda: fetch(*place, sha256=weights.sha256, expected_bytes=weights.bytes))
        thread.progressed.connect(self._came, Qt.ConnectionType.QueuedConnection)
        thread.ended.connect(self._ended, Qt.ConnectionType.QueuedConnection)
        thread.finished.connect(self._let_go, Qt.ConnectionType.QueuedConnection)
        self._threads[name] = thread
        thread.start()
        self.changed.emit(name)

    def pause(self, name: str) -> None:
        """Stop a download at once; what came is kept."""
        self._again.discard(name)
        if (thread := self._threads.get(name)) is not None:
            self._leave(name)
            thread.stop()
            self.changed.emit(name)

    def cancel(self, name: str) -> None:
        """Stop a download and remove what came."""
        self.pause(name)
        self._unwanted.add(name)
        self._drop_unwanted()

    def let_go(self) -> list[QThread]:
        """Stop all of them, the program closes; the threads that haven't ended yet."""
        for name in self.running:
            self.pause(name)
        return list(self._leaving.values())

    def _leave(self, name: str) -> None:
        self._leaving[name] = self._threads.pop(name)
        self._progress.pop(name, None)

    def _came(self, name: str, progress: DownloadProgress) -> None:
        if name in self._threads:
            self._progress[name] = progress
            self.changed.emit(name)

    def _ended(self, name: str, error: StudioError | None) -> None:
        if name not in self._threads:
            return
        self._leave(name)
        if error is None:
            self.fetched.emit(name)
        else:
            self.failed.emit(name, error)
        self.changed.emit(name)

    def _let_go(self) -> None:
        """Threads that ended: their files are closed, so that parts can go and downloads begin again."""
        self._leaving = {name: thread for name, thread in self._leaving.items() if not thread.isFinished()}
        self._drop_unwanted()
        for name in sorted(self._again - self._leaving.keys()):
            self._again.discard(name)
            self.get(name)

    def _drop_unwanted(self) -> None:
        for name in sorted(self._unwanted - self._leaving.keys()):
            self._unwanted.discard(name)
            part = part_path(own_path(find_model(name).weights))
            try:
                part.unlink(missing_ok=True)
            except OSError as error:
                self.failed.emit(
                    name,
                    ModelError(
                        tr("{file} can't be removed: {error}.", file=part, error=error.strerror),
                        tr("Remove it by hand."),
                    ),
                )
            self.changed.emit(name)
