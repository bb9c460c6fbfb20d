"""Draws by hand into a mask: brush strokes, filled outlines, floods. numpy and OpenCV only; knows no window.

All work on (H, W) uint8 arrays of 0 and 1, in place and only where something changes, so that a stroke on a picture of
24 megapixels costs no more than on a small one. A pixel is inside a shape when its centre is; see `core.geometry`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.geometry import Point

Pixels = NDArray[np.uint8]
_Rows = tuple[NDArray[np.float64], NDArray[np.float64]]  # first and last x of each row; first > last where empty


@dataclass(frozen=True)
class Area:
    """Pixels [left, right) x [top, bottom) of a picture."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def __bool__(self) -> bool:
        return self.right > self.left and self.bottom > self.top

    def united(self, other: "Area") -> "Area":
        """The smallest area that holds both."""
        if not self or not other:
            return self or other
        return Area(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True)
class Dab:
    """One round touch of the brush: centre in image coordinates, radius in heights of the picture's pixels."""

    at: Point
    radius: float


def draw_stroke(pixels: Pixels, dabs: Sequence[Dab], value: int, aspect: float = 1.0) -> Area:
    """Set what a brush covers on its way along the dabs; its radius changes evenly from one to the next.

    Args:
        aspect: Width to height of a pixel where dabs are round.

    Returns:
        The area that was drawn in, inside the picture.
    """
    area = Area()
    for first, second in zip(dabs, dabs[1:] or dabs, strict=False):
        area = area.united(_draw_segment(pixels, first, second, value, aspect))
    return area


def fill_outline(pixels: Pixels, corners: Sequence[Point], value: int) -> Area:
    """Set the inside of a closed outline; where it crosses itself, all that it goes round (non-zero winding).

    Returns:
        The area that was drawn in, inside the picture.
    """
    height = pixels.shape[0]
    rows, crossings, signs = _crossings(corners, height)
    order = np.lexsort((crossings, rows))
    rows, crossings, signs = rows[order], crossings[order], signs[order]
    # every row's crossings sum up to 0, so one running sum serves all rows
    inside = np.cumsum(signs) != 0
    starts = np.flatnonzero(inside & ~np.concatenate(([False], inside[:-1])))
    stops = np.flatnonzero(~inside & np.concatenate(([False], inside[:-1])))
    return _fill_rows(pixels, rows[starts], crossings[starts], crossings[stops], value)


def flood(pixels: Pixels, at: Point, value: int) -> Area:
    """Fill the closed region round a point, or with `value` 0 take away the island there.

    A region that reaches all four edges of the picture isn't closed, and nothing is done; where an outline meets an
    edge, the edge closes it. Regions are joined over sides, islands over corners too.

    Returns:
        The area that was drawn in; an empty one where nothing was.
    """
    height, width = pixels.shape
    column, row = at.pixel
    if not (0 <= column < width and 0 <= row < height) or pixels[row, column] == value:
        return Area()
    found = np.zeros((height + 2, width + 2), np.uint8)
    flags = (4 if value else 8) | cv2.FLOODFILL_MASK_ONLY | 1 << 8
    _, _, _, (left, top, columns, rows) = cv2.floodFill(pixels, found, (column, row), 0, flags=flags)
    if value and (columns, rows) == (width, height):
        return Area()
    area = Area(left, top, left + columns, top + rows)
    part = found[1 + top : 1 + area.bottom, 1 + left : 1 + area.right] != 0
    pixels[top : area.bottom, left : area.right][part] = value
    return area


def _draw_segment(pixels: Pixels, a: Dab, b: Dab, value: int, aspect: float) -> Area:
    """Set the union of all discs between two, which is their convex hull, and the pixels that hold the centres."""
    height = pixels.shape[0]
    top = max(0, int(min(a.at.y - a.radius, b.at.y - b.radius)) - 1)
    bottom = min(height, int(max(a.at.y + a.radius, b.at.y + b.radius)) + 2)
    rows = np.arange(top, bottom)
    first, last = (x / aspect for x in _hull_rows(rows + 0.5, _widened(a, aspect), _widened(b, aspect)))
    area = _fill_rows(pixels, rows[first <= last], first[first <= last], last[first <= last], value)
    return area.united(_draw_centres(pixels, (a, b), value))


def _widened(dab: Dab, aspect: float) -> Dab:
    """Where it is in a picture that is stretched until its pixels are square."""
    return Dab(Point(dab.at.x * aspect, dab.at.y), dab.radius)


def _draw_centres(pixels: Pixels, dabs: Iterable[Dab], value: int) -> Area:
    """The thinnest brush sets a pixel too, wherever it falls between the centres."""
    height, width = pixels.shape
    area = Area()
    for dab in dabs:
        column, row = dab.at.pixel
        if 0 <= column < width and 0 <= row < height:
            pixels[row, column] = value
            area = area.united(Area(column, row, column + 1, row + 1))
    return area


def _hull_rows(y: NDArray[np.float64], a: Dab, b: Dab) -> _Rows:
    """Where each row at `y` enters and leaves the convex hull of two discs."""
    first, last = _disc_rows(y, a)
    for found in (_disc_rows(y, b), _band_rows(y, a, b)):
        first, last = np.minimum(first, found[0]), np.maximum(last, found[1])
    return first, last


def _disc_rows(y: NDArray[np.float64], dab: Dab) -> _Rows:
    square = dab.radius**2 - (y - dab.at.y) ** 2
    half = np.sqrt(np.maximum(square, 0))
    outside = square < 0
    return np.where(outside, np.inf, dab.at.x - half), np.where(outside, -np.inf, dab.at.x + half)


def _band_rows(y: NDArray[np.float64], a: Dab, b: Dab) -> _Rows:
    """Of the quadrilateral between the points where the two common tangents touch the discs."""
    nothing = np.full_like(y, np.inf), np.full_like(y, -np.inf)
    along = np.array([b.at.x - a.at.x, b.at.y - a.at.y])
    length = float(np.hypot(*along))
    if length <= abs(a.radius - b.radius):
        return nothing  # one disc holds the other
    along = along / length
    lean = (a.radius - b.radius) / length
    across = np.array([-along[1], along[0]]) * np.sqrt(1 - lean**2)
    normals = (along * lean + across, along * lean - across)
    centres = (np.array([a.at.x, a.at.y]), np.array([b.at.x, b.at.y]))
    left, right = ([c + n * d.radius for c, d in zip(centres, (a, b), strict=True)] for n in normals)
    corners = (left[0], left[1], right[1], right[0])
    first, last = nothing
    for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
        if start[1] != end[1]:
            t = (y - start[1]) / (end[1] - start[1])
            x = start[0] + t * (end[0] - start[0])
            crossed = (t >= 0) & (t <= 1)
            first, last = np.where(crossed, np.minimum(first, x), first), np.where(crossed, np.maximum(last, x), last)
    return first, last


def _crossings(
    corners: Sequence[Point], height: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Where the sides of an outline cross the middles of pixel rows: row, x, and 1 downwards or -1 upwards."""
    ends = np.array([(p.x, p.y) for p in corners], np.float64).reshape(-1, 2)
    starts = np.roll(ends, 1, axis=0)
    down = ends[:, 1] > starts[:, 1]
    upper, lower = np.where(down[:, None], starts, ends), np.where(down[:, None], ends, starts)
    top = np.clip(np.ceil(upper[:, 1] - 0.5), 0, height).astype(np.int64)
    bottom = np.clip(np.ceil(lower[:, 1] - 0.5), 0, height).astype(np.int64)
    counts = np.maximum(bottom - top, 0)
    side = np.repeat(np.arange(len(ends)), counts)
    rows = np.arange(len(side)) - np.repeat(np.cumsum(counts) - counts, counts) + top[side]
    rise = lower[side, 1] - upper[side, 1]
    x = upper[side, 0] + (rows + 0.5 - upper[side, 1]) / rise * (lower[side, 0] - upper[side, 0])
    return rows, x, np.where(down, 1, -1)[side]


def _fill_rows(
    pixels: Pixels, rows: NDArray[np.int64], first: NDArray[np.float64], last: NDArray[np.float64], value: int
) -> Area:
    """Set the pixels of each row whose centres lie from `first` to `last`."""
    width = pixels.shape[1]
    starts = np.clip(np.ceil(first - 0.5), 0, width).astype(np.int64)
    stops = np.clip(np.floor(last - 0.5) + 1, 0, width).astype(np.int64)
    filled = starts < stops
    rows, starts, stops = rows[filled], starts[filled], stops[filled]
    if not len(rows):
        return Area()
    for row, start, stop in zip(rows.tolist(), starts.tolist(), stops.tolist(), strict=True):
        pixels[row, start:stop] = value
    return Area(int(starts.min()), int(rows.min()), int(stops.max()), int(rows.max()) + 1)
