"""Memory that two processes share: a counter of beats, and two places for the pixels of a frame. Knows no protocol.

The memory has no name and is gone with the last process that holds it; the size of a folder in memory doesn't limit it.
It may grow but never shrinks: a reader that looks beyond its end would be killed.
"""

import contextlib
import fcntl
import mmap
import os
import struct
import tempfile
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Size

SLOTS = 2
_HEAD = mmap.PAGESIZE
_BEATS = struct.Struct("<Q")


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

    @classmethod
    def of(cls, frame: Frame) -> "FrameShape":
        return cls(
            size=frame.size,
            deep=frame.rgb.dtype == np.uint16,
            alpha=frame.alpha is not None,
            light=frame.light is not None,
        )


def make_memory() -> int:
    """A file descriptor of new memory, to be handed to another process and to `SharedFrames`."""
    if not hasattr(os, "memfd_create"):  # not on Linux: a file without a name does the same, through the disk's cache
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    else:
        descriptor = os.memfd_create("frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    os.ftruncate(descriptor, _HEAD)
    return descriptor


class SharedFrames:
    """One side's view of the memory, which belongs to it from now on.

    Args:
        descriptor: From `make_memory`.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._map = mmap.mmap(descriptor, _HEAD)
        self._beats = 0

    @property
    def beats(self) -> int:
        """How often the other side beat."""
        return int(_BEATS.unpack_from(self._map, 0)[0])

    def beat(self) -> None:
        self._beats += 1
        _BEATS.pack_into(self._map, 0, self._beats)

    def put(self, frame: Frame, slot: int) -> FrameShape:
        """Write the pixels of a frame, and say what they are. Raises MemoryError where there is no room."""
        shape = FrameShape.of(frame)
        self._reach(shape, grow=True)
        targets = self._views(shape, slot)
        for target, pixels in zip(targets, (frame.rgb, frame.alpha, frame.light), strict=True):
            if target is not None and pixels is not None:
                np.copyto(target, pixels)
        return shape

    def take(self, shape: FrameShape, slot: int) -> tuple[NDArray[Any] | None, ...]:
        """Copies of colour, alpha and light. Raises ValueError where the slot can't hold them."""
        if slot not in range(SLOTS):
            raise ValueError("no such slot")
        self._reach(shape, grow=False)
        return tuple(None if view is None else view.copy() for view in self._views(shape, slot))

    def close(self) -> None:
        """Let go of the memory."""
        with contextlib.suppress(BufferError):  # a view is still looked at elsewhere: the memory goes with it
            self._map.close()
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    def _views(self, shape: FrameShape, slot: int) -> list[NDArray[Any] | None]:
        place = _HEAD + slot * _slot_bytes(shape)
        views: list[NDArray[Any] | None] = []
        for part in shape.parts:
            if part is None:
                views.append(None)
                continue
            count = int(np.prod(part[0]))
            views.append(np.frombuffer(self._map, part[1], count, place).reshape(part[0]))
            place += count * part[1].itemsize
        return views

    def _reach(self, shape: FrameShape, *, grow: bool) -> None:
        """Map as much as the slots need; the writing side makes the memory longer."""
        wanted = _HEAD + SLOTS * _slot_bytes(shape)
        there = os.fstat(self._descriptor).st_size
        if there < wanted:
            if not grow:
                raise ValueError("the memory is too small")
            try:
                os.posix_fallocate(self._descriptor, 0, wanted)  # now, as an error; a write would be a crash
            except OSError as error:
                raise MemoryError from error
            there = wanted
        if len(self._map) < wanted:
            self._map.close()
            self._map = mmap.mmap(self._descriptor, there)


def _slot_bytes(shape: FrameShape) -> int:
    """Whole pages, and the same for each frame of a size and depth: alpha and light may come and go."""
    whole = FrameShape(size=shape.size, deep=shape.deep, alpha=True, light=shape.light).nbytes
    return -(-whole // mmap.PAGESIZE) * mmap.PAGESIZE
