"""Outlines of masks as the screen shows them. A line in the object's colour on a dark rim shows on anything.

They are found on the screen's own pixels: their cost grows neither with the picture nor with how ragged a mask is.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage

from sam2_studio.core.geometry import Point
from sam2_studio.core.masks import Mask
from sam2_studio.engine.strokes import Pixels
from sam2_studio.ui.canvas.overlay import ShownMask
from sam2_studio.ui.canvas.transform import ViewTransform

_RIM = 0.6  # how dark the rim is
_MARGIN = 4  # pixels around what is asked for, that lines at its edge need


@dataclass(frozen=True, eq=False)
class Inside:
    """Where a mask is: (h, w) uint8 of 0 and 1, whose corner lies at (left, top) of the picture."""

    pixels: Pixels
    left: int = 0
    top: int = 0

    @classmethod
    def of_mask(cls, mask: Mask) -> "Inside":
        return cls(mask.crop().view(np.uint8), mask.left, mask.top)


@dataclass(frozen=True, eq=False)
class Outlined:
    """One outline to be drawn; a strong one is of the object worked on."""

    inside: Inside
    color: str
    strong: bool

    @classmethod
    def of_mask(cls, shown: ShownMask) -> "Outlined":
        return cls(Inside.of_mask(shown.mask), shown.color, shown.selected)


@dataclass(frozen=True)
class ScreenPart:
    """A part of the widget in the screen's pixels."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def whole(cls, view: ViewTransform) -> "ScreenPart":
        return cls(0, 0, max(1, round(view.width * view.ratio)), max(1, round(view.height * view.ratio)))

    @classmethod
    def under(cls, rect: QRectF, ratio: float) -> "ScreenPart":
        """What holds a rectangle of the widget."""
        left, top = math.floor(rect.left() * ratio), math.floor(rect.top() * ratio)
        right, bottom = math.ceil(rect.right() * ratio), math.ceil(rect.bottom() * ratio)
        return cls(left, top, max(1, right - left), max(1, bottom - top))

    def grown(self, by: int) -> "ScreenPart":
        return ScreenPart(self.left - by, self.top - by, self.width + 2 * by, self.height + 2 * by)


def outline_image(outlines: Iterable[Outlined], view: ViewTransform, part: ScreenPart) -> QImage:
    """The outlines in a part of the widget, clear between them; later ones lie on top."""
    layer = np.zeros((part.height, part.width, 4), np.uint8)
    for each in outlines:
        _stamp(layer, each, view, part)
    image = QImage(layer.data, part.width, part.height, 4 * part.width, QImage.Format.Format_ARGB32_Premultiplied)
    image.pixels = layer  # type: ignore[attr-defined] # keeps the memory alive
    return image


def _stamp(layer: Pixels, outlined: Outlined, view: ViewTransform, part: ScreenPart) -> None:
    found = _touched(outlined.inside, view, part)
    if found is None:
        return
    margin = round(_MARGIN * view.ratio)
    covered = on_screen(outlined.inside, view, found.grown(margin))
    near, far = _disc(view.ratio), _disc(view.ratio * 2)
    inner = cv2.erode(covered, near)
    line = cv2.subtract(cv2.dilate(covered, near) if outlined.strong else covered, inner)
    rim = cv2.subtract(cv2.dilate(covered, far), cv2.erode(covered, far))
    place = (slice(margin, -margin), slice(margin, -margin))
    x, y = found.left - part.left, found.top - part.top
    target = layer[y : y + found.height, x : x + found.width]
    color = QColor(outlined.color)
    _lay_over(target, (0, 0, 0), _pixels(rim[place]), _RIM)
    _lay_over(target, (color.blue(), color.green(), color.red()), _pixels(line[place]), 1.0)


def on_screen(inside: Inside, view: ViewTransform, part: ScreenPart) -> Pixels:
    """(height, width) how much of each of the screen's pixels is inside, 0 to 255."""
    steps = max(1, int(1 / view.zoom_x)), max(1, int(1 / view.zoom))
    source, left, top = _needed(inside, view, part, steps)
    if not source.size:
        return np.zeros((part.height, part.width), np.uint8)
    if steps != (1, 1):
        size = source.shape[1] // steps[0], source.shape[0] // steps[1]
        source = _pixels(cv2.resize(source, size, interpolation=cv2.INTER_AREA))
    wide, x = _way_back(view.left * view.ratio - part.left, view.zoom_x, left, steps[0])
    high, y = _way_back(view.top * view.ratio - part.top, view.zoom, top, steps[1])
    back = np.array([[wide, 0, x], [0, high, y]])
    way = cv2.INTER_LINEAR if view.least_zoom < 1 else cv2.INTER_NEAREST
    return _pixels(cv2.warpAffine(source, back, (part.width, part.height), flags=way | cv2.WARP_INVERSE_MAP))


def _way_back(origin: float, zoom: float, first: int, step: int) -> tuple[float, float]:
    """From the middle of a pixel of the screen to that of the reduced picture: factor and what is added to it."""
    scale = 1 / (zoom * step)
    return scale, (0.5 - origin) * scale - first / step - 0.5


def _needed(inside: Inside, view: ViewTransform, part: ScreenPart, steps: tuple[int, int]) -> tuple[Pixels, int, int]:
    """What of the mask lies under a part of the screen, as 0 and 255, in whole cells of `steps` pixels; its corner."""
    rows, columns = inside.pixels.shape
    first = view.to_image(part.left / view.ratio, part.top / view.ratio)
    last = view.to_image((part.left + part.width) / view.ratio, (part.top + part.height) / view.ratio)
    x0, x1 = _span(first.x - inside.left, last.x - inside.left, columns, steps[0])
    y0, y1 = _span(first.y - inside.top, last.y - inside.top, rows, steps[1])
    crop = inside.pixels[y0 : min(y1, rows), x0 : min(x1, columns)] * np.uint8(255)
    missing = (max(0, y1 - rows), max(0, x1 - columns))
    if crop.size and any(missing):
        crop = _pixels(cv2.copyMakeBorder(crop, 0, missing[0], 0, missing[1], cv2.BORDER_CONSTANT))
    return crop, inside.left + x0, inside.top + y0


def _span(first: float, last: float, count: int, step: int) -> tuple[int, int]:
    """Whole cells from the mask's corner on that hold [first, last) and a cell more on each side."""
    start = max(0, int(first // step) - 1)
    stop = min(-(-count // step), int(last // step) + 2)
    return start * step, max(start, stop) * step


def _touched(inside: Inside, view: ViewTransform, part: ScreenPart) -> ScreenPart | None:
    """Where in `part` the outline can be."""
    rows, columns = inside.pixels.shape
    reach = _MARGIN * view.ratio
    x0, y0 = (place * view.ratio for place in view.to_widget(Point(inside.left, inside.top)))
    left, top = max(part.left, int(x0 - reach)), max(part.top, int(y0 - reach))
    right = min(part.left + part.width, int(x0 + columns * view.zoom_x + reach) + 1)
    bottom = min(part.top + part.height, int(y0 + rows * view.zoom + reach) + 1)
    found = ScreenPart(left, top, right - left, bottom - top)
    return found if inside.pixels.size and found.width > 0 and found.height > 0 else None


def _disc(radius: float) -> Pixels:
    side = 2 * max(1, round(radius)) + 1
    return _pixels(cv2.getStructuringElement(cv2.MORPH_ELLIPSE if side > 3 else cv2.MORPH_RECT, (side, side)))


def _pixels(array: object) -> Pixels:
    """OpenCV's answer by the type that it has."""
    return np.asarray(array, np.uint8)


def _lay_over(target: Pixels, bgr: tuple[int, ...], alpha: Pixels, strength: float) -> None:
    """Lay a colour over premultiplied BGRA, as strong as `alpha` says."""
    strong = cv2.convertScaleAbs(alpha, alpha=strength)
    rest = cv2.cvtColor(255 - strong, cv2.COLOR_GRAY2BGRA)
    rest[:, :, 3] = rest[:, :, 0]
    color = cv2.merge([cv2.convertScaleAbs(strong, alpha=value / 255) for value in (*bgr, 255)])
    cv2.add(cv2.multiply(target, rest, scale=1 / 255), color, dst=target)
