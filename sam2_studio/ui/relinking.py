"""Footage that isn't where it was: looked for in the background, linked where it is the very same, else asked for."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, Signal

from sam2_studio.core.clip import Clip
from sam2_studio.errors import StudioError
from sam2_studio.media.moved import Moved, find_moved
from sam2_studio.ui.documents import Documents
from sam2_studio.ui.files import Files
from sam2_studio.ui.language import tr
from sam2_studio.ui.message_bar import MessageBar
from sam2_studio.ui.project_bridge import ProjectBridge

_log = logging.getLogger(__name__)


class _Search(QThread):
    """One search.

    Signals:
        ended: Moved.
    """

    ended = Signal(object)

    def __init__(self, clip: Clip, near: list[Path]) -> None:
        super().__init__()
        self.setObjectName("search")
        self._clip, self._near = clip, near

    def run(self) -> None:
        moved = Moved(None)
        try:
            moved = find_moved(self._clip, self._near, self.isInterruptionRequested)
        except Exception:  # noqa: BLE001 - the top of a thread: the user can still say where it is
            _log.exception("the search for footage met an unexpected error")
        if not self.isInterruptionRequested():
            self.ended.emit(moved)


class Relinking(QObject):
    """Finds footage again. Never links what isn't the same without the user's word."""

    def __init__(self, bridge: ProjectBridge, documents: Documents, files: Files, messages: MessageBar) -> None:
        super().__init__(bridge)
        self._bridge, self._documents, self._files, self._messages = bridge, documents, files, messages
        self._searches: list[_Search] = []
        self._error: StudioError | None = None
        self._tried: Path | None = None  # where the user said it is
        documents.clip_missing.connect(self.look)
        documents.clip_changed.connect(lambda sentence: messages.show_message("warning", sentence))
        bridge.replaced.connect(self._forget)

    def choose(self) -> None:
        """Let the user say where the footage is; near that place it is looked for too."""
        if (path := self._files.ask_for_footage()) is not None:
            self._forget()
            self._tried = path
            self._documents.relink(path)

    def look(self, error: StudioError) -> None:
        """Say that the footage isn't there, and look for it where it is likely to be."""
        clip = self._bridge.project.clip
        self._error = error
        self._show(str(error))
        if clip is None or not clip.fingerprint or (Path(clip.info.path).exists() and self._tried is None):
            return  # it is there, and is something else
        near = [] if self._tried is None else [self._tried if self._tried.is_dir() else self._tried.parent]
        self._tried = None
        search = _Search(clip, [*near, self._bridge.file.path.parent])
        search.ended.connect(self._found, Qt.ConnectionType.QueuedConnection)
        search.finished.connect(self._search_ended, Qt.ConnectionType.QueuedConnection)
        self._searches.append(search)
        search.start()

    def let_go(self) -> list[QThread]:
        """End the search; the threads that haven't ended yet."""
        for search in self._searches:
            search.requestInterruption()
        return list(self._searches)

    def _found(self, moved: Moved) -> None:
        search = self.sender()
        if isinstance(search, QThread) and search.isInterruptionRequested():
            return
        if moved.same is not None:
            self._documents.relink(moved.same)
            self._messages.show_message(
                "info", tr("The footage was moved; it was found again: {place}", place=moved.same)
            )
        elif moved.namesakes:
            what = tr("“{file}” has its name, but is something else.", file=moved.namesakes[0])
            self._show(f"{self._error} {what}")

    def _show(self, sentence: str) -> None:
        self._messages.show_message("error", sentence, tr("Find the footage…"), self.choose)

    def _search_ended(self) -> None:
        self._searches = [search for search in self._searches if not search.isFinished()]

    def _forget(self) -> None:
        """Another project, or another place: what is still looked for isn't wanted."""
        self.let_go()
        self._tried = None
