"""Opens footage for the window's threads, each with a decoder of its own; together they keep no more than is allowed.

Every decoder is a process of its own: what a damaged file does to it never reaches the window.
"""

import weakref
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from PySide6.QtCore import QObject, Signal

from sam2_studio.core.clip import AS_STORED, Reading
from sam2_studio.media.cache import CachedSource
from sam2_studio.media.isolated import IsolatedSource, never
from sam2_studio.media.worker import WORKERS

_READERS = 2  # the eye's and the engine's


class FootageOpener(QObject):
    """Any thread may open.

    Signals:
        noticed: A sentence: a decoder crashed or hung, and was started again; once for each that was opened.

    Args:
        limit: Bytes of pixels that all readers may keep together.
    """

    noticed = Signal(str)

    def __init__(self, limit: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._limit = limit
        self._lock = Lock()
        self._opened: weakref.WeakSet[CachedSource] = weakref.WeakSet()
        WORKERS.warm_up()

    def open(self, path: Path, reading: Reading = AS_STORED, stopped: Callable[[], bool] = never) -> CachedSource:
        """A reader with a share of the memory.

        Args:
            reading: How the user wants it read.
            stopped: Asked while a decoder is waited for, now and later; True ends the wait with Cancelled.

        Raises:
            MediaError: it can't be opened.
            Cancelled: `stopped` said so.
        """
        source = CachedSource(IsolatedSource(path, reading=reading, stopped=stopped, on_notice=self.noticed.emit))
        with self._lock:
            source.set_limit(self._limit // _READERS)
            self._opened.add(source)
        return source

    def set_limit(self, limit: int) -> None:
        """Allow more or less, at once."""
        with self._lock:
            self._limit = limit
            for source in self._opened:
                source.set_limit(limit // _READERS)
