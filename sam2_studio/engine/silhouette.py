"""What review compares of a mask: size, place, shape, pieces and colours, all read from a few thousand samples.

A mask of any size is thinned to about `SAMPLES` rows and columns first, so that a look costs less than a millisecond
whatever the picture's size. Pure numpy and OpenCV; knows no track.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.masks import Mask

SAMPLES = 96  # rows or columns of a thinned mask, at most twice that
GRID = 48  # cells of a shape's side
REACH = 3.0  # side of a shape's grid, in sides of a square of the mask's area
CELL = REACH / GRID  # in such sides
_RING = 0.4  # width of the surroundings, in such sides
_COLOR_SAMPLES = 64
_BINS = 8  # a channel
_SPECK = 0.01  # pieces of a smaller part of the mask aren't counted
_LEAST_LIKELY = 1e-4  # of a colour that was never seen

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Picture = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class Silhouette:
    """A mask that isn't empty, as `silhouette` sees it.

    Attributes:
        area: Pixels, as estimated from the samples.
        x, y: Of its middle, in pixels.
        shape: (GRID, GRID) coverage 0..1, the middle at the grid's, scaled so that every area is the same.
        islands, holes: Their part of the area, and their number without specks.
        at_border: Whether it touches the picture's border.
    """

    area: float
    x: float
    y: float
    shape: Floats
    islands: tuple[float, int]
    holes: tuple[float, int]
    at_border: bool

    @property
    def side(self) -> float:
        """Of a square of the same area, pixels."""
        return float(np.sqrt(self.area))

    @cached_property
    def perimeter(self) -> float:
        """Length of the outline, in cells."""
        across, down = np.abs(np.diff(self.shape, axis=1)).sum(), np.abs(np.diff(self.shape, axis=0)).sum()
        return float(across + down) * np.pi / 4  # a round outline crosses rows and columns 4 / pi times its length


def silhouette(mask: Mask) -> Silhouette:
    """Look at a mask that isn't empty."""
    pixels, step = _thinned(mask)
    moments = cv2.moments(pixels, binaryImage=True)
    count = max(1.0, moments["m00"])
    column, row = moments["m10"] / count, moments["m01"] / count
    right, bottom = mask.left + mask.columns, mask.top + mask.rows
    return Silhouette(
        area=count * step * step,
        x=mask.left + (column + 0.5) * step,
        y=mask.top + (row + 0.5) * step,
        shape=_shape(pixels, column, row, count),
        islands=_islands(pixels),
        holes=_holes(pixels),
        at_border=mask.left <= 1 or mask.top <= 1 or right >= mask.size.width - 1 or bottom >= mask.size.height - 1,
    )


def distance(a: Floats, b: Floats, perimeter: float) -> float:
    """Mean distance of two shapes' outlines, in sides of a square of their area; `perimeter` in cells."""
    return float(np.abs(a - b).sum()) / max(1.0, perimeter) * CELL


def _thinned(mask: Mask) -> tuple[Bytes, int]:
    """The inside of the bounding box, every `step`-th row and column of it."""
    step = max(1, max(mask.rows, mask.columns) // SAMPLES)
    packed = np.frombuffer(mask.bits, np.uint8).reshape(mask.rows, -1)[_first(mask.rows, step) :: step]
    unpacked = np.unpackbits(packed, axis=1, count=mask.columns)
    return np.ascontiguousarray(unpacked[:, _first(mask.columns, step) :: step]), step


def _first(length: int, step: int) -> int:
    return min(step // 2, length - 1)


def _shape(pixels: Bytes, column: float, row: float, count: float) -> Floats:
    scale = 1 / (CELL * np.sqrt(count))
    rows, columns = pixels.shape
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    small = np.asarray(pixels * np.uint8(255))
    if scale < 1:
        small = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), np.uint8)
    across, down = small.shape[1] / columns, small.shape[0] / rows
    middle = (column + 0.5) * across - 0.5, (row + 0.5) * down - 0.5
    zoom = scale / across, scale / down
    place = np.asarray(
        [[zoom[0], 0, GRID / 2 - middle[0] * zoom[0]], [0, zoom[1], GRID / 2 - middle[1] * zoom[1]]], np.float32
    )
    placed = cv2.warpAffine(small, place, (GRID, GRID), flags=cv2.INTER_LINEAR)
    return np.asarray(placed / np.float32(255), np.float32)


def _islands(pixels: Bytes) -> tuple[float, int]:
    count, _, stats, _ = cv2.connectedComponentsWithStats(pixels, connectivity=8)
    areas = np.sort(stats[1:count, cv2.CC_STAT_AREA])[:-1]
    return _part_and_number(areas, pixels)


def _holes(pixels: Bytes) -> tuple[float, int]:
    outside = 1 - np.pad(pixels, 1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(outside, connectivity=4)
    areas = np.delete(stats[:count, cv2.CC_STAT_AREA], [0, int(labels[0, 0])])
    return _part_and_number(areas, pixels)


def _part_and_number(areas: NDArray[Any], pixels: Bytes) -> tuple[float, int]:
    whole = max(1, int(np.count_nonzero(pixels)))
    return float(areas.sum()) / whole, int(np.count_nonzero(areas > _SPECK * whole))


@dataclass(frozen=True, eq=False)
class Colors:
    """Colours inside a mask and in the ring round it.

    Attributes:
        bins: Number of the colour of each sample.
        inside, around: Which samples those are.
        own, ground: (bins,) how frequent each colour is inside and around.
    """

    bins: NDArray[np.intp]
    inside: NDArray[np.bool_]
    around: NDArray[np.bool_]
    own: Floats
    ground: Floats

    def likeness(self, own: Floats, ground: Floats) -> tuple[float, float]:
        """How much the inside, and how much the ring, look like `own` rather than `ground`; 0 to 1."""
        like = (own + _LEAST_LIKELY) / (own + ground + 2 * _LEAST_LIKELY)
        inner, outer = self.bins[self.inside], self.bins[self.around]
        return float(like[inner].mean()) if len(inner) else 0.0, float(like[outer].mean()) if len(outer) else 0.0


def colors(mask: Mask, side: float, picture: Picture) -> Colors:
    """The colours of an (H, W, 3) picture inside and round a mask that isn't empty; the edge itself is left out."""
    ring = round(_RING * side) + 2
    left, top = max(0, mask.left - ring), max(0, mask.top - ring)
    right = min(mask.size.width, mask.left + mask.columns + ring)
    bottom = min(mask.size.height, mask.top + mask.rows + ring)
    step = max(1, max(right - left, bottom - top) // _COLOR_SAMPLES)
    rows, columns = np.arange(top + step // 2, bottom, step), np.arange(left + step // 2, right, step)
    seen = picture[rows[0] : bottom : step, columns[0] : right : step]
    whole = _sampled(mask, rows, columns)
    inside = cv2.erode(whole, np.ones((3, 3), np.uint8)) > 0
    if not inside.any():
        inside = whole > 0
    around = cv2.dilate(whole, np.ones((3, 3), np.uint8)) == 0
    levels = (seen >> (8 * seen.dtype.itemsize - 3)).astype(np.intp)
    bins = (levels[..., 0] * _BINS + levels[..., 1]) * _BINS + levels[..., 2]
    return Colors(bins, inside, around, _frequencies(bins[inside]), _frequencies(bins[around]))


def _sampled(mask: Mask, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Bytes:
    """(rows, columns) 0 or 1."""
    found = np.zeros((len(rows), len(columns)), np.uint8)
    down = (rows >= mask.top) & (rows < mask.top + mask.rows)
    across = (columns >= mask.left) & (columns < mask.left + mask.columns)
    packed = np.frombuffer(mask.bits, np.uint8).reshape(mask.rows, -1)[rows[down] - mask.top]
    unpacked = np.unpackbits(packed, axis=1, count=mask.columns)
    found[np.ix_(down, across)] = unpacked[:, columns[across] - mask.left]
    return found


def _frequencies(bins: NDArray[np.intp]) -> Floats:
    """(bins,) part of each colour; what is near a colour counts for it in part."""
    counts = np.bincount(bins, minlength=_BINS**3).astype(np.float32).reshape(_BINS, _BINS * _BINS)
    for _ in range(3):  # along one channel after another: the product turns the axes
        soft = np.float32(2) * counts
        soft[1:] += counts[:-1]
        soft[:-1] += counts[1:]
        counts = np.ascontiguousarray((soft / np.float32(4)).reshape(_BINS, -1).T).reshape(_BINS, -1)
    return np.asarray(counts.ravel() / max(1, len(bins)), np.float32)
