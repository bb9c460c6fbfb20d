"""What is read of one picture file, before and with its pixels; plain values."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.clip import ColorTags
from sam2_studio.core.geometry import Size


@dataclass(frozen=True, kw_only=True)
class PictureHeader:
    """What a file says of its picture before its pixels are read.

    Attributes:
        size: Upright.
        bit_depth: Bits of one stored channel.
        alpha: Whether it has transparency.
    """

    size: Size
    bit_depth: int
    alpha: bool


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture, upright.

    Attributes:
        rgb: (H, W, 3) uint8, or uint16 where more than 8 bits are stored; full range, straight colour.
        alpha: (H, W) of the same type, or None.
        pixel_format: FFmpeg's name of the stored format where it has one.
        bit_depth: Bits of one stored channel.
        rotation: Degrees counter-clockwise that the file asked for; already applied.
        light: (H, W, 3) float16, the straight linear light that `rgb` shows with a curve, of OpenEXR; else None.
        pixel_aspect: Width to height of one pixel.
        color: What the file says of its colour.
        icc_profile: The embedded profile that the pixels of `rgb` are meant by, or None.
        warnings: One sentence each.
    """

    rgb: NDArray[Any] = field(repr=False)
    alpha: NDArray[Any] | None = field(repr=False)
    pixel_format: str
    bit_depth: int
    rotation: int = 0
    pixel_aspect: Fraction = Fraction(1)
    light: NDArray[np.float16] | None = field(default=None, repr=False)
    color: ColorTags = field(default_factory=lambda: ColorTags(range="pc", matrix="gbr"))
    icc_profile: bytes | None = field(default=None, repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def size(self) -> Size:
        return Size(self.rgb.shape[1], self.rgb.shape[0])
