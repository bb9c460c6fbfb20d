"""Memory that two processes share for the pixels of frames, in slots of one size. Knows no protocol.

One side, the pool, says which slots may be written; the other, the writer, writes a frame into one. The pool hands out
pixels that lie in the slot itself: it is free again when the last array that shows them is gone, and until then nobody
is told to write there. When slots run out, frames are copied.

The memory has no name and is gone with the last process and the last frame that hold it; the size of a folder in memory
doesn't limit it. It may grow but never shrinks: a reader that looks beyond its end would be killed.
"""

import contextlib
import fcntl
import mmap
import os
import tempfile
import weakref
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Size

MOST_BYTES = 1 << 30  # of the slots of one pool; only those whose frames are looked at take memory, and `_WARM` more
_LEAST = 4  # slots: two are looked at while one frame follows the other, one is written, and one ahead
_WARM = 4  # free slots that keep their memory
_EXTENT = 64 << 20  # bytes that are mapped at once: each mapping costs a file descriptor
Parts = tuple[NDArray[Any] | None, ...]  # colour, alpha and light


@dataclass(frozen=True, kw_only=True)
class FrameShape:
    """What lies in a slot.

    Attributes:
        size: Of the picture.
        deep: 16 bits a channel, else 8.
        alpha, light: Whether these come after the colour, as in Frame.
    """

    size: Size
    deep: bool
    alpha: bool
    light: bool

    @property
    def parts(self) -> tuple[tuple[tuple[int, ...], "np.dtype[Any]"] | None, ...]:
        """Shape and type of colour, alpha and light; None for what isn't there."""
        kind = np.dtype(np.uint16 if self.deep else np.uint8)
        flat = self.size.height, self.size.width
        alpha = (flat, kind) if self.alpha else None
        return ((*flat, 3), kind), alpha, ((*flat, 3), np.dtype(np.float16)) if self.light else None

    @property
    def nbytes(self) -> int:
        return sum(int(np.prod(part[0])) * part[1].itemsize for part in self.parts if part)

    @property
    def room(self) -> int:
        """Bytes of a slot for it: whole pages."""
        return -(-self.nbytes // mmap.PAGESIZE) * mmap.PAGESIZE

    @classmethod
    def of(cls, frame: Frame) -> "FrameShape":
        return cls(
            size=frame.size,
            deep=frame.rgb.dtype == np.uint16,
            alpha=frame.alpha is not None,
            light=frame.light is not None,
        )

    def split(self, flat: NDArray[np.uint8]) -> Parts:
        """The parts that lie in these bytes one after the other."""
        parts: list[NDArray[Any] | None] = []
        place = 0
        for part in self.parts:
            length = int(np.prod(part[0])) * part[1].itemsize if part else 0
            parts.append(flat[place : place + length].view(part[1]).reshape(part[0]) if part else None)
            place += length
        return tuple(parts)


class _Mapped:
    """The memory as one process sees it, mapped piece by piece.

    Args:
        descriptor: Of the memory.
        room: Bytes of a slot.
        writable: Whether it may be written.
    """

    def __init__(self, descriptor: int, room: int, *, writable: bool) -> None:
        self._descriptor, self._room = descriptor, room
        self._access = mmap.PROT_READ | (mmap.PROT_WRITE if writable else 0)
        self._length = max(1, _EXTENT // room) * room
        self._extents: dict[int, mmap.mmap] = {}

    def end_of(self, slot: int) -> int:
        """Where the piece ends that the slot is in: the memory must be so long."""
        return (slot // self._length + 1) * self._length

    def bytes_at(self, slot: int, count: int) -> NDArray[np.uint8]:
        """The first bytes of a slot."""
        start = slot // self._length * self._length
        if start not in self._extents:
            self._extents[start] = mmap.mmap(self._descriptor, self._length, prot=self._access, offset=start)
        return np.frombuffer(self._extents[start], np.uint8, count, slot - start)


def make_memory(nbytes: int = mmap.PAGESIZE) -> int:
    """A file descriptor of new memory, to be handed to another process too."""
    if not hasattr(os, "memfd_create"):  # not on Linux: a file without a name does the same, through the disk's cache
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    else:
        descriptor = os.memfd_create("frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    os.ftruncate(descriptor, nbytes)
    return descriptor


class SlotPool:
    """The side that looks at frames; one thread at a time uses it. A slot is told by where it begins, in bytes.

    Attributes:
        descriptor: Of the memory.
        room: Bytes of a slot.

    Args:
        limit: Bytes that all slots together may take; `_LEAST` there are in any case.
    """

    def __init__(self, limit: int = MOST_BYTES) -> None:
        self.descriptor = make_memory()
        self.room = 0
        self._mapped: _Mapped | None = None
        self._limit, self._count = limit, 0
        self._granted: set[int] = set()
        self._free: deque[int] = deque()  # any thread that drops a frame adds to it
        self._cold: list[int] = []

    def set_room(self, shape: FrameShape) -> None:
        """Make slots so large that frames of this shape fit, before the first is granted."""
        self.room = shape.room
        self._mapped = _Mapped(self.descriptor, self.room, writable=False)

    def grant(self, count: int) -> list[int]:
        """Slots to be written, so that the other side has `count`."""
        granted = [self._next() for _ in range(count - len(self._granted))]
        self._granted.update(granted)
        return granted

    def cool(self) -> list[int]:
        """Give the memory of free slots back, but for a few; the other side must forget these."""
        spare = [self._free.popleft() for _ in range(len(self._free) - _WARM)]
        for slot in spare:
            self._give_back(slot)
        self._cold += spare
        return spare

    def take(self, shape: FrameShape, slot: int) -> Parts:
        """What was written: colour, alpha and light, to be looked at only. Raises ValueError where that can't be."""
        if slot not in self._granted or self._mapped is None:
            raise ValueError("no such slot")
        if shape.nbytes > self.room or os.fstat(self.descriptor).st_size < slot + self.room:
            raise ValueError("the slot is too small")
        self._granted.discard(slot)
        flat = self._mapped.bytes_at(slot, shape.nbytes)
        parts = shape.split(flat)
        if self._can_spare_one() and all(part is None or part.base is flat for part in parts):
            # Every array over these pixels, however it was made, holds `flat`; when it goes nobody looks any more.
            weakref.finalize(flat, self._free.append, slot).atexit = False
            return parts
        copies = tuple(None if part is None else part.copy() for part in parts)
        self._free.append(slot)
        return copies

    def close(self) -> None:
        """Let go of the memory; what is still looked at stays."""
        os.close(self.descriptor)
        self._mapped = None

    def _can_spare_one(self) -> bool:
        return bool(self._free or self._cold) or self._count < max(_LEAST, self._limit // self.room)

    def _next(self) -> int:
        if self._free:
            return self._free.pop()  # the one used last: its memory is warm
        if self._cold:
            return self._cold.pop()
        slot = self._count * self.room
        self._count += 1
        if self._mapped is not None:
            os.ftruncate(self.descriptor, self._mapped.end_of(slot))
        return slot

    def _give_back(self, slot: int) -> None:
        if hasattr(mmap, "MADV_REMOVE"):
            with mmap.mmap(self.descriptor, self.room, offset=slot) as whole, contextlib.suppress(OSError):
                whole.madvise(mmap.MADV_REMOVE)


class SlotWriter:
    """The side that writes frames.

    Args:
        descriptor: Of the memory, which belongs to it from now on.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._mapped: _Mapped | None = None
        self._ready: dict[int, int] = {}  # by slot, how many of its bytes there are

    def set_room(self, room: int) -> None:
        """Slots have so many bytes; the same each time."""
        if self._mapped is None:
            self._mapped = _Mapped(self._descriptor, room, writable=True)

    def put(self, frame: Frame, slot: int) -> FrameShape:
        """Write the pixels of a frame, and say what they are. Raises MemoryError where there is no room."""
        shape = FrameShape.of(frame)
        assert self._mapped is not None
        if self._ready.get(slot, 0) < shape.nbytes:
            self._get_ready(slot, shape.nbytes)
        targets = shape.split(self._mapped.bytes_at(slot, shape.nbytes))
        for target, pixels in zip(targets, (frame.rgb, frame.alpha, frame.light), strict=True):
            if target is not None and pixels is not None:
                np.copyto(target, pixels)
        return shape

    def forget(self, slots: Iterable[int]) -> None:
        """Their memory is gone; it is made anew where they are written again."""
        for slot in slots:
            self._ready.pop(slot, None)

    def close(self) -> None:
        """Let go of the memory."""
        self._mapped = None
        os.close(self._descriptor)

    def _get_ready(self, slot: int, nbytes: int) -> None:
        try:
            os.posix_fallocate(self._descriptor, slot, nbytes)  # now, as an error; a write would be a crash
        except OSError as error:
            raise MemoryError from error
        self._ready[slot] = nbytes
