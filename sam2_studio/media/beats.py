"""A counter that two processes share: one counts its signs of life, the other looks whether it still does."""

import mmap
import os
import struct

_COUNT = struct.Struct("<Q")


class SharedBeats:
    """One side's view of the counter, whose memory belongs to it from now on.

    Args:
        descriptor: Of at least a page of shared memory.
    """

    def __init__(self, descriptor: int) -> None:
        self._map = mmap.mmap(descriptor, mmap.PAGESIZE)
        self._count = 0
        os.close(descriptor)

    @property
    def count(self) -> int:
        """How often the other side beat."""
        return int(_COUNT.unpack_from(self._map, 0)[0])

    def beat(self) -> None:
        self._count += 1
        _COUNT.pack_into(self._map, 0, self._count)

    def close(self) -> None:
        """Let go of the memory."""
        self._map.close()
