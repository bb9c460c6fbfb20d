"""A thread for work that has time: it rests while the user scrubs, plays or tracks, else it works half of the time.

With a low priority of the system it could be held up with the interpreter's lock in its hands.
"""

import threading
from time import monotonic

from PySide6.QtCore import QThread

REST = 1.0  # seconds after the user's last move


class BackgroundThread(QThread):
    """What such threads have in common; `run` is theirs."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._condition = threading.Condition()
        self._stop, self._held = False, False
        self._free_from = 0.0

    def rest(self) -> None:
        """Let the user's doings go first for a moment."""
        self._free_from = monotonic() + REST

    def hold(self, held: bool) -> None:
        """Do nothing until told otherwise."""
        with self._condition:
            self._held = held
            self._condition.notify()

    def stop(self) -> None:
        """End soon, after the frame being decoded; `wait` for it where that matters."""
        with self._condition:
            self._stop = True
            self._condition.notify()

    def is_stopped(self) -> bool:
        return self._stop

    def may_go_on(self, worked: float) -> bool:
        """Wait as long as the last step took, and while others are at work; whether it isn't to stop."""
        with self._condition:
            self._condition.wait_for(lambda: self._stop, worked)
            while not self._stop and (self._held or monotonic() < self._free_from):
                self._condition.wait(None if self._held else self._free_from - monotonic())
            return not self._stop
