"""Outlines of masks as polygons, and polygons as masks. Knows no file.

An outline runs through the middles of the edges between pixels inside and outside, so it is smoother than the stairs of
the pixels, and filling it by the pixels' centres gives the very same mask. Coordinates count from the picture's top
left corner; the first pixel's centre is (0.5, 0.5).
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.geometry import Size

Bits = NDArray[np.bool_]
Ints = NDArray[np.int64]
Polygon = Sequence[float]  # x0, y0, x1, y1, ...

# Steps along the edge of a pixel with the inside at the right hand: right, down, left, up.
_START = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
_STEP = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])


def outlines(mask: Bits) -> list[list[float]]:
    """Closed polygons `x0, y0, x1, y1, ...`; outer ones run clockwise as seen, holes the other way."""
    starts, ways = _edges(mask)
    following = _following(starts, ways, mask.shape[1] + 1)
    middles = 2 * starts + _STEP[ways]  # in half pixels
    return [_plain(_without_straight(middles[loop])) for loop in _loops(following)]


def filled(polygons: Iterable[Polygon], size: Size) -> Bits:
    """Pixels whose centre lies inside of an odd number of polygons."""
    flips = np.zeros((size.height, size.width + 1), bool)
    for polygon in polygons:
        points = np.asarray(polygon, np.float64).reshape(-1, 2)
        for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
            low, high = min(y0, y1), max(y0, y1)
            rows = np.arange(max(0, int(np.ceil(low - 0.5))), min(size.height, int(np.ceil(high - 0.5))))
            if rows.size:
                crossed = x0 + (rows + 0.5 - y0) * (x1 - x0) / (y1 - y0)
                np.logical_xor.at(flips, (rows, np.clip(np.ceil(crossed - 0.5), 0, size.width).astype(int)), True)
    return np.asarray(np.logical_xor.accumulate(flips, axis=1)[:, : size.width])


def _edges(mask: Bits) -> tuple[Ints, Ints]:
    """Start corners (x, y) and ways of all unit edges between inside and outside."""
    wide = np.pad(mask, 1)
    inside = wide[1:-1, 1:-1]
    beyond = (wide[:-2, 1:-1], wide[1:-1, 2:], wide[2:, 1:-1], wide[1:-1, :-2])  # above, right, below, left
    starts, ways = [], []
    for way, neighbour in enumerate(beyond):
        rows, columns = np.nonzero(inside & ~neighbour)
        starts.append(np.stack([columns, rows], 1) + _START[way])
        ways.append(np.full(len(rows), way))
    return np.concatenate(starts).astype(np.int64), np.concatenate(ways).astype(np.int64)


def _following(starts: Ints, ways: Ints, columns: int) -> Ints:
    """By edge the one that goes on where it ends; where two do, the one that stays at the same pixel."""
    keys = (starts[:, 1] * columns + starts[:, 0]) * 4 + ways
    order = np.argsort(keys)
    ordered = keys[order]
    ends = starts + _STEP[ways]
    corners = (ends[:, 1] * columns + ends[:, 0]) * 4
    found = np.full(len(keys), -1)
    for turn in (3, 0, 1):  # the last word has the turn to the right
        wanted = corners + (ways + turn) % 4
        places = np.minimum(np.searchsorted(ordered, wanted), max(0, len(ordered) - 1))
        there = ordered[places] == wanted if len(ordered) else np.zeros(0, bool)
        found = np.where(there, order[places] if len(ordered) else found, found)
    return np.asarray(found, np.int64)


def _loops(following: Ints) -> Iterable[list[int]]:
    left = following.tolist()
    for first in range(len(left)):
        if left[first] < 0:
            continue
        loop, place = [], first
        while left[place] >= 0:
            loop.append(place)
            left[place], place = -1, left[place]
        yield loop


def _without_straight(points: Ints) -> Ints:
    """Without points that lie on the line between their neighbours."""
    ahead = np.roll(points, -1, axis=0) - points
    back = points - np.roll(points, 1, axis=0)
    corner = ahead[:, 0] * back[:, 1] != ahead[:, 1] * back[:, 0]
    return np.asarray(points[corner], np.int64)


def _plain(halves: Ints) -> list[float]:
    return [value // 2 if value % 2 == 0 else value / 2 for value in halves.ravel().tolist()]
