"""Work that goes on and will change the document: tracking, and combining objects. One of them at a time."""

from PySide6.QtCore import QObject, Signal

from sam2_studio.ui.combining import Combining
from sam2_studio.ui.tracking import Tracking


class Runs(QObject):
    """All of it as one thing that can be stopped: before undo, and by the user.

    Signals:
        changed: Something began or ended.
        progressed: What goes on, steps done, all steps, steps a second (0: unknown), seconds left or None.
        ended: One sentence for the status bar.
    """

    changed = Signal()
    progressed = Signal(str, int, int, float, object)
    ended = Signal(str)

    def __init__(self, tracking: Tracking, combining: Combining) -> None:
        super().__init__(tracking)
        self._tracking, self._combining = tracking, combining
        tracking.running_changed.connect(self._tracking_changed)
        combining.running_changed.connect(self._combining_changed)
        tracking.progressed.connect(self._tracked)
        combining.progressed.connect(self._combined)
        for each in (tracking, combining):
            each.ended.connect(self.ended)

    @property
    def is_running(self) -> bool:
        return self._tracking.is_running or self._combining.is_running

    def stop(self) -> None:
        """Stop it at once. What was tracked is kept; what was being combined stays as it was."""
        self._tracking.stop()
        self._combining.stop()

    def _tracking_changed(self, begins: bool) -> None:
        if begins:
            self._combining.stop()
        self.changed.emit()

    def _combining_changed(self, begins: bool) -> None:
        if begins:
            self._tracking.stop()
        self.changed.emit()

    def _tracked(self, done: int, total: int, rate: float, left: float) -> None:
        self.progressed.emit(self._tracking.label, done, total, rate, left if rate else None)

    def _combined(self, done: int, total: int) -> None:
        self.progressed.emit(self._combining.label, done, total, 0.0, None)
