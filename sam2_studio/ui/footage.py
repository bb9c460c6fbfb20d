"""Opens footage for the window's threads, each with a reader of its own; together they keep no more than is allowed."""

import weakref
from pathlib import Path
from threading import Lock

from sam2_studio.media.cache import CachedSource
from sam2_studio.media.open import open_media

_READERS = 2  # the eye's and the engine's


class FootageOpener:
    """Any thread may open.

    Args:
        limit: Bytes of pixels that all readers may keep together.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._opened: weakref.WeakSet[CachedSource] = weakref.WeakSet()

    def open(self, path: Path) -> CachedSource:
        """A reader with a share of the memory. Raises MediaError."""
        source = CachedSource(open_media(path))
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
