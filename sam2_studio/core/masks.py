"""Binary masks, kept as bounding box and packed bits, and soft mattes; the two are never interchanged."""

import zlib
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.geometry import Box, Size
from sam2_studio.errors import ProjectError

_LEVEL = 1  # higher levels cost more time than the bytes are worth
MOST_PIXELS = 1 << 31


@dataclass(frozen=True)
class Mask:
    """A binary mask.

    Attributes:
        size: Of the whole picture.
        left, top, columns, rows: The bounding box of the set pixels; all 0 for an empty mask.
        bits: `rows` rows of ceil(columns / 8) bytes, most significant bit first.
    """

    size: Size
    left: int = 0
    top: int = 0
    columns: int = 0
    rows: int = 0
    bits: bytes = field(default=b"", repr=False)

    @classmethod
    def from_array(cls, pixels: NDArray[np.bool_] | NDArray[np.uint8]) -> "Mask":
        """From (H, W); every value but 0 is inside."""
        return cls.from_part(pixels, 0, 0, Size(pixels.shape[1], pixels.shape[0]))

    @classmethod
    def from_part(cls, pixels: NDArray[np.bool_] | NDArray[np.uint8], left: int, top: int, size: Size) -> "Mask":
        """From a part of the picture whose corner is at (left, top): nothing is inside beyond it."""
        if not pixels.size:
            return cls(size)
        flags = (
            (pixels if pixels.dtype == np.uint8 else pixels.view(np.uint8))
            if pixels.dtype.itemsize == 1
            else pixels != 0
        )
        x, y, columns, rows = cv2.boundingRect(np.ascontiguousarray(flags).view(np.uint8))
        if not columns:
            return cls(size)
        crop = pixels[y : y + rows, x : x + columns]
        return cls(size, left + x, top + y, columns, rows, np.packbits(crop != 0, axis=1).tobytes())

    def to_array(self) -> NDArray[np.bool_]:
        """(H, W) bool."""
        pixels = np.zeros((self.size.height, self.size.width), bool)
        pixels[self.top : self.top + self.rows, self.left : self.left + self.columns] = self.crop()
        return pixels

    def crop(self) -> NDArray[np.bool_]:
        """(rows, columns) bool: the inside of the bounding box."""
        packed = np.frombuffer(self.bits, np.uint8).reshape(self.rows, -1) if self.rows else np.zeros((0, 0), np.uint8)
        return np.unpackbits(packed, axis=1, count=self.columns).view(bool)

    @property
    def is_empty(self) -> bool:
        return self.rows == 0

    @property
    def area(self) -> int:
        """Number of pixels inside."""
        return int(np.count_nonzero(self.crop()))

    @property
    def box(self) -> Box:
        return Box(self.left, self.top, self.left + self.columns, self.top + self.rows)

    @property
    def nbytes(self) -> int:
        return len(self.bits)

    def contains(self, column: int, row: int) -> bool:
        """Whether the pixel is inside."""
        x, y = column - self.left, row - self.top
        if not (0 <= x < self.columns and 0 <= y < self.rows):
            return False
        stride = (self.columns + 7) // 8
        return bool(self.bits[y * stride + x // 8] >> (7 - x % 8) & 1)

    def union(self, other: "Mask") -> "Mask":
        """What is inside of either of two masks of one size."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.columns, other.left + other.columns)
        bottom = max(self.top + self.rows, other.top + other.rows)
        pixels = np.zeros((bottom - top, right - left), bool)
        for each in (self, other):
            x, y = each.left - left, each.top - top
            pixels[y : y + each.rows, x : x + each.columns] |= each.crop()
        return Mask.from_part(pixels, left, top, self.size)

    def minus(self, other: "Mask") -> "Mask":
        """What is inside of this mask and not of the other, which has the same size."""
        left, right = max(self.left, other.left), min(self.left + self.columns, other.left + other.columns)
        top, bottom = max(self.top, other.top), min(self.top + self.rows, other.top + other.rows)
        if left >= right or top >= bottom:
            return self
        pixels = self.crop()
        here = pixels[top - self.top : bottom - self.top, left - self.left : right - self.left]
        here &= ~other.crop()[top - other.top : bottom - other.top, left - other.left : right - other.left]
        return Mask.from_part(pixels, self.left, self.top, self.size)

    def iou(self, other: "Mask") -> float:
        """Intersection over union; 1 for two empty masks."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right = min(self.left + self.columns, other.left + other.columns)
        bottom = min(self.top + self.rows, other.top + other.rows)
        common = 0
        if left < right and top < bottom:
            a, b = (m.crop()[top - m.top : bottom - m.top, left - m.left : right - m.left] for m in (self, other))
            common = int(np.count_nonzero(a & b))
        union = self.area + other.area - common
        return common / union if union else 1.0

    def packed(self) -> bytes:
        """The bits, compressed, for the project file."""
        return zlib.compress(self.bits, _LEVEL)

    @classmethod
    def unpacked(cls, size: Size, place: tuple[int, int, int, int], blob: bytes) -> "Mask":
        """The inverse of `packed`; `place` is left, top, columns, rows.

        Raises:
            ProjectError: the numbers don't fit the picture or the bytes don't fit the numbers.
        """
        left, top, columns, rows = place
        fits = (
            min(place) >= 0
            and left + columns <= size.width
            and top + rows <= size.height
            and size.area <= MOST_PIXELS
            and (columns > 0) == (rows > 0)
        )
        bits = _inflated(blob, (columns + 7) // 8 * rows) if fits else None
        if bits is not None:
            return cls(size, left, top, columns, rows, bits)
        raise ProjectError("A mask in the project is damaged.", "Track that frame again.")


def _inflated(blob: bytes, expected: int) -> bytes | None:
    """Exactly `expected` bytes whose checksum holds, else None; never makes more than that."""
    inflater = zlib.decompressobj()
    try:
        bits = inflater.decompress(blob, expected + 1)
    except zlib.error:
        return None
    return bits if len(bits) == expected and inflater.eof and not inflater.unused_data else None


@dataclass(frozen=True)
class Matte:
    """Soft alpha: (H, W) float32, 0 outside, 1 inside, straight."""

    alpha: NDArray[np.float32] = field(repr=False)

    @classmethod
    def from_mask(cls, mask: Mask) -> "Matte":
        return cls(mask.to_array().astype(np.float32))
