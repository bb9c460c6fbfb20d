"""Windows of a picture that the network sees stretched to a square, and the way of masks into and out of them.

Pixel centres everywhere: cell j of n cells over a window of w pixels has its centre at (j + 0.5) * w / n.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.geometry import Box, Point, Size
from sam2_studio.core.masks import Mask

Logits = NDArray[np.float32]
WINDOW_MARGIN = 1.4  # of the window of a second look, to the object's bounding box
WINDOW_SLIMMEST = 0.6  # shorter to longer side
GIVEN_LOGIT = 10.0
OUTSIDE = -12.0  # logit of what lies outside a window


@dataclass(frozen=True)
class Window:
    """Whole pixels [left, right) x [top, bottom) of a picture."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def whole(cls, size: Size) -> "Window":
        return cls(0, 0, size.width, size.height)

    @classmethod
    def around(cls, box: Box, size: Size, *, margin: float, slimmest: float) -> "Window":
        """`box` scaled by `margin` about its centre, no slimmer than `slimmest` : 1, moved and cut to the picture."""
        width, height = box.width * margin, box.height * margin
        longer = max(width, height, 1.0)
        width, height = max(width, slimmest * longer), max(height, slimmest * longer)
        left, right = _placed(box.centre.x, width, size.width)
        top, bottom = _placed(box.centre.y, height, size.height)
        return cls(left, top, right, bottom)

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def box(self) -> Box:
        return Box(self.left, self.top, self.right, self.bottom)

    def contains(self, box: Box) -> bool:
        return self.left <= box.x0 and box.x1 <= self.right and self.top <= box.y0 and box.y1 <= self.bottom

    def relative(self, point: Point) -> tuple[float, float]:
        """The point in 0..1 of the window."""
        return (point.x - self.left) / self.width, (point.y - self.top) / self.height


def _placed(centre: float, length: float, limit: int) -> tuple[int, int]:
    whole = min(max(1, round(length)), limit)
    start = min(max(0, round(centre - whole / 2)), limit - whole)
    return start, start + whole


def scaled_picture(
    rgb: NDArray[np.uint8] | NDArray[np.uint16], window: Window, width: int, height: int
) -> NDArray[np.uint8]:
    """The window of an (H, W, 3) picture, stretched to (height, width, 3) uint8."""
    crop = rgb[window.top : window.bottom, window.left : window.right]
    shrinks = window.width >= width and window.height >= height
    small = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    if small.dtype == np.uint16:
        small = ((small.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    return np.ascontiguousarray(small)


def mask_of_logits(logits: Logits, window: Window, size: Size) -> Mask:
    """Where logits over a window, brought up bilinearly to the picture's pixels, are above 0.

    Only the part of the picture that can be inside is computed.
    """
    rows, columns = np.flatnonzero((logits > 0).any(1)), np.flatnonzero((logits > 0).any(0))
    if not len(rows):
        return Mask(size)
    top, bottom = _reach(rows, window.height, logits.shape[0])
    left, right = _reach(columns, window.width, logits.shape[1])
    down = _interpolation(np.arange(top, bottom), window.height, logits.shape[0])
    across = _interpolation(np.arange(left, right), window.width, logits.shape[1])
    inside = (down @ logits) @ across.T > 0
    return placed_mask(inside, window.left + left, window.top + top, size)


def placed_mask(inside: NDArray[np.bool_], left: int, top: int, size: Size) -> Mask:
    """A mask of a picture of `size` from the part at (left, top); nothing outside it."""
    part = Mask.from_array(inside)
    if part.is_empty:
        return Mask(size)
    return Mask(size, part.left + left, part.top + top, part.columns, part.rows, part.bits)


def coverage(mask: Mask, window: Window, side: int) -> NDArray[np.float32]:
    """(side, side) how much of each cell of a window is inside the mask, 0 to 1."""
    pixels = mask_part(mask, window).astype(np.float32)
    shrinks = window.width >= side and window.height >= side
    return np.asarray(
        cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.float32
    )


def window_round(box: Box, size: Size) -> Window:
    """The window of a second look at what is in `box`."""
    return Window.around(box, size, margin=WINDOW_MARGIN, slimmest=WINDOW_SLIMMEST)


def given_logits(mask: Mask, window: Window, side: int) -> Logits:
    """(side, side) logits of a mask that is certain, over a window."""
    inside = coverage(mask, window, side) > 0.5
    return np.where(inside, GIVEN_LOGIT, -GIVEN_LOGIT).astype(np.float32)


def mask_part(mask: Mask, window: Window) -> NDArray[np.uint8]:
    """(height, width) 0 or 1: the window's part of a mask."""
    part = np.zeros((window.height, window.width), np.uint8)
    left, top = max(mask.left, window.left), max(mask.top, window.top)
    right = min(mask.left + mask.columns, window.right)
    bottom = min(mask.top + mask.rows, window.bottom)
    if left < right and top < bottom:
        inside = mask.crop()[top - mask.top : bottom - mask.top, left - mask.left : right - mask.left]
        part[top - window.top : bottom - window.top, left - window.left : right - window.left] = inside
    return part


def moved_logits(logits: Logits, old: Window, new: Window) -> Logits:
    """Logits over one window sampled bilinearly over another; `OUTSIDE` where the old one doesn't reach."""
    if old == new:
        return logits
    side = logits.shape[0]
    ys = (np.arange(side) + 0.5) * new.height / side + new.top - old.top - 0.5
    xs = (np.arange(side) + 0.5) * new.width / side + new.left - old.left - 0.5
    moved = _interpolation(ys, old.height, side) @ logits @ _interpolation(xs, old.width, side).T
    unseen_rows = (ys < -0.5) | (ys > old.height - 0.5)
    unseen_columns = (xs < -0.5) | (xs > old.width - 0.5)
    moved[unseen_rows] = OUTSIDE
    moved[:, unseen_columns] = OUTSIDE
    return moved.astype(np.float32)


def box_of_logits(logits: Logits, window: Window) -> Box | None:
    """The bounding box, in the picture, of the cells above 0; None where there are none."""
    rows, columns = np.flatnonzero((logits > 0).any(1)), np.flatnonzero((logits > 0).any(0))
    if not len(rows):
        return None
    across, down = window.width / logits.shape[1], window.height / logits.shape[0]
    return Box(
        window.left + float(columns[0]) * across,
        window.top + float(rows[0]) * down,
        window.left + float(columns[-1] + 1) * across,
        window.top + float(rows[-1] + 1) * down,
    )


def _reach(cells: NDArray[np.intp], pixels: int, count: int) -> tuple[int, int]:
    """Pixels that the cells from the first to the last can raise above 0: half a cell beyond them, one for safety."""
    step = pixels / count
    return max(0, int((cells[0] - 1) * step)), min(pixels, int(np.ceil((cells[-1] + 2) * step)))


def _interpolation(places: NDArray[np.integer] | NDArray[np.floating], pixels: int, cells: int) -> NDArray[np.float32]:
    """(len(places), cells) weights that sample `cells` values linearly at pixel numbers, the edge values held."""
    at = np.clip((places + 0.5) * (cells / pixels) - 0.5, 0, cells - 1)
    low = np.minimum(at.astype(np.intp), max(cells - 2, 0))
    high = np.minimum(low + 1, cells - 1)
    weights = np.zeros((len(places), cells), np.float32)
    row = np.arange(len(places))
    weights[row, low] += (1 - (at - low)).astype(np.float32)
    weights[row, high] += (at - low).astype(np.float32)
    return weights
