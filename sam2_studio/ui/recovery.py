"""The morning after: finds what was open when the program ended as it shouldn't, opens it again and says so."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt

from sam2_studio.core.session import Left, Session
from sam2_studio.ui.documents import Documents
from sam2_studio.ui.language import tr
from sam2_studio.ui.message_bar import MessageBar
from sam2_studio.ui.project_bridge import ProjectBridge


class Recovery(QObject):
    """Keeps the session's entry, and looks at those that others left."""

    def __init__(self, folder: Path, bridge: ProjectBridge, documents: Documents, messages: MessageBar) -> None:
        super().__init__(bridge)
        self._session = Session(folder)
        self._bridge, self._documents, self._messages = bridge, documents, messages
        self._restoring: Path | None = None
        self._offered: Left | None = None
        self._crash_log: Path | None = None
        bridge.replaced.connect(self._note)
        documents.opened.connect(self._opened, Qt.ConnectionType.QueuedConnection)  # after the window's own messages
        documents.failed.connect(self._failed)

    def start(self, paths: Sequence[Path], crash_log: Path | None = None) -> bool:
        """Open what the user asks for; else what was open when the program ended unexpectedly.

        Returns:
            Whether there is anything to open or to offer.

        Args:
            paths: Given on the command line; the first counts.
            crash_log: What a crash before left; None for none.
        """
        self._crash_log = crash_log
        left = [each for each in self._session.left_behind() if each.project.exists()]
        wanted = paths[0] if paths else None
        if wanted is not None:
            if left and _same(left[0].project, wanted):
                self._restoring = wanted
            elif left:
                self._offered = left[0]  # said when the other one is open: its opening clears the messages
            self._documents.open(wanted)
        elif left and left[0].again:
            self._offer(left[0])
        elif left:
            self._restore(left[0].project)
        return bool(left) or wanted is not None

    def end(self) -> None:
        """The program ends as it should."""
        self._session.end()

    def _restore(self, project: Path) -> None:
        self._restoring = project
        self._documents.open(project)

    def _offer(self, left: Left) -> None:
        once = tr(
            "The program ended unexpectedly while “{name}” was open. All edits are there.", name=left.project.name
        )
        twice = tr(
            "The program ended unexpectedly twice while “{name}” was open. All edits are there.", name=left.project.name
        )
        sentence = twice if left.again else once
        self._messages.show_message("warning", sentence, tr("Open it"), lambda: self._restore(left.project))

    def _note(self) -> None:
        path = self._bridge.file.path if self._bridge.is_open else None
        restored = path is not None and self._restoring is not None and _same(path, self._restoring)
        self._session.note(path, restored=restored)

    def _opened(self, path: Path) -> None:
        offered, self._offered = self._offered, None
        if offered is not None:
            self._offer(offered)
        if self._restoring is None or not _same(path, self._restoring):
            return
        self._restoring = None
        log = "" if self._crash_log is None else " " + tr("What ended it is noted in {place}.", place=self._crash_log)
        name = self._documents.title.partition(" — ")[0]
        sentence = tr("The program ended unexpectedly; {name} is restored to the last edit.", name=name)
        self._messages.show_message("info", sentence + log)

    def _failed(self) -> None:
        self._restoring = None


def _same(a: Path, b: Path) -> bool:
    try:
        return a.samefile(b)
    except OSError:
        return False
