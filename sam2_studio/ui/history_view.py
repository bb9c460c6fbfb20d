"""The list of edits beside the window: what was done, what was undone, and the way to any of it. Edits nothing else."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from sam2_studio.core.history import MOST_BYTES
from sam2_studio.ui.dialogs.history_dialog import HistoryDialog, HistoryRow
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.runs import Runs
from sam2_studio.ui.words_below import shown


class HistoryView(QObject):
    """Opens the dialog, keeps it up to date and does what it asks for."""

    def __init__(self, bridge: ProjectBridge, runs: Runs, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._runs, self._window = bridge, runs, window
        self._dialog: HistoryDialog | None = None
        bridge.history_changed.connect(self._show)

    def show_history(self) -> None:
        """Open the dialog, or bring it forward."""
        if self._dialog is None:
            self._dialog = HistoryDialog(self._window)
            self._dialog.state_wanted.connect(self._go_to)
            self._dialog.finished.connect(self._closed)
        self._show()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def _go_to(self, done: int) -> None:
        """A run that goes on is stopped first, so that nothing overwrites what is restored."""
        self._runs.stop()
        self._bridge.go_to_step(done)

    def _show(self) -> None:
        if self._dialog is None:
            return
        if not self._bridge.is_open:
            self._dialog.close()
            return
        history, clip = self._bridge.file.history, self._bridge.project.clip
        rows = []
        for step in history.steps:
            frame = step.command.frame
            number = "" if frame is None or clip is None else str(clip.source_number(frame))
            rows.append(HistoryRow(shown(step.command.label), number))
        self._dialog.show_steps(tuple(rows), history.done, history.nbytes / MOST_BYTES)

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None
