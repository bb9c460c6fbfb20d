"""Frames, their numbers and times; knows no decoder."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.eye import in_bytes
from sam2_studio.core.geometry import Size
from sam2_studio.errors import PromptError


@dataclass(frozen=True)
class Timestamp:
    """A presentation time: `pts` ticks of `time_base` seconds. Never a float rate."""

    pts: int
    time_base: Fraction

    @property
    def seconds(self) -> Fraction:
        return self.pts * self.time_base


@dataclass(frozen=True)
class Frame:
    """One picture of a clip, upright, read-only.

    Attributes:
        number: Index in the clip, from 0 (the source's own number is `ClipInfo.first_number + number`).
        rgb: (H, W, 3) uint8 or uint16, full range, the source's own primaries and transfer, straight colour.
        timestamp: When it is shown.
        alpha: (H, W) of the same type where the source has it, else None.
        light: (H, W, 3) float16 where the source is linear light (OpenEXR): straight, not clipped at 1. `rgb` shows it
            by sRGB's curve, for the eye and the network. Else None.
        stand_in: It is of a proxy: for the eye while it scrubs, and for nothing else.
        transfer: FFmpeg's name of the curve of `rgb` where it is an HDR one (`eye.HDR`), else "".
    """

    number: int
    rgb: NDArray[np.uint8] | NDArray[np.uint16] = field(repr=False, compare=False)
    timestamp: Timestamp
    alpha: NDArray[np.uint8] | NDArray[np.uint16] | None = field(default=None, repr=False, compare=False)
    light: NDArray[np.float16] | None = field(default=None, repr=False, compare=False)
    transfer: str = field(default="", compare=False)
    stand_in: bool = False

    def __post_init__(self) -> None:
        for pixels in (self.rgb, self.alpha, self.light):
            if pixels is not None:
                pixels.setflags(write=False)

    @property
    def size(self) -> Size:
        return Size(self.rgb.shape[1], self.rgb.shape[0])

    @property
    def nbytes(self) -> int:
        """Bytes of all pixels, with the copy that a deep frame keeps for the eye."""
        kept = sum(pixels.nbytes for pixels in (self.rgb, self.alpha, self.light) if pixels is not None)
        return kept + (self.rgb.nbytes // 2 if self.rgb.dtype == np.uint16 else 0)

    @property
    def seen(self) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """What the network looks at: the pixels as they are, of HDR the tone-mapped ones."""
        return self.rgb8() if self.transfer else self.rgb

    def rgb8(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8, for the eye and the network only: 16 bits rounded, HDR tone-mapped; made once."""
        return self._bytes

    @cached_property
    def _bytes(self) -> NDArray[np.uint8]:
        if self.rgb.dtype == np.uint8:
            return self.rgb  # type: ignore[return-value] # numpy can't narrow a union of dtypes
        made = in_bytes(self.rgb, self.transfer)  # type: ignore[arg-type]
        made.setflags(write=False)
        return made


@dataclass(frozen=True)
class FrameRange:
    """Frame numbers from `start` up to, not including, `stop`."""

    start: int
    stop: int

    def __len__(self) -> int:
        return max(0, self.stop - self.start)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int | np.integer) and bool(self.start <= number < self.stop)

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.start, self.stop))

    @property
    def last(self) -> int:
        return self.stop - 1

    def checked(self, frame_count: int) -> "FrameRange":
        """Return itself.

        Raises:
            PromptError: it is empty or reaches beyond a clip of `frame_count` frames.
        """
        if self.start < 0 or self.stop > frame_count or not len(self):
            raise PromptError(
                f"The range {self.start}:{self.stop} doesn't fit the clip, whose frames are 0 to {frame_count - 1}.",
                "Give first:last+1 inside the clip.",
            )
        return self


def checked_frame(number: int, frame_count: int, first_number: int = 0) -> int:
    """Return `number`, an index from 0.

    Raises:
        PromptError: there is no such frame; the message counts as the user does, from `first_number`.
    """
    if not 0 <= number < frame_count:
        raise PromptError(
            f"Frame {number + first_number} is not in the clip.",
            f"Its frames are {first_number} to {first_number + frame_count - 1}.",
        )
    return number
