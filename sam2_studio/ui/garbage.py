"""Keeps Python's cyclic collector on the window's thread.

The collector runs in whichever thread allocates; a cycle that holds widgets or timers, freed from a worker, destroys
them there, and Qt crashes. So the automatic runs are switched off and made up for here, by its thresholds.
"""

import gc
import sys

from PySide6.QtCore import QObject, QTimer

_EVERY = 500  # ms
_MANY = 100  # modules that came since the last time


class GarbageCollection(QObject):
    """Collects on the thread that it lives on, for as long as it lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._modules = 0
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def _collect(self) -> None:
        """Collect the oldest generation whose count is over its threshold, as the interpreter would."""
        if len(sys.modules) - self._modules > _MANY:
            self._spare_modules()
            return
        for generation, (count, limit) in reversed(
            list(enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)))
        ):
            if limit and count > limit:
                gc.collect(generation)
                return

    def _spare_modules(self) -> None:
        """Leave what imports brought out of every run: torch alone brings some 100,000 objects, which never go."""
        self._modules = len(sys.modules)
        gc.freeze()
