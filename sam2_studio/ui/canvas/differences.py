"""What changed in the masks since the frame before: pixels that came and pixels that went, told by colour and hatching.

The masks are compared, not the pictures: chatter of an edge, a hand that is lost, a hole that opens stand out, while
the camera may move as it likes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from PySide6.QtGui import QColor, QImage

from sam2_studio.core.masks import Mask
from sam2_studio.engine.strokes import Pixels
from sam2_studio.engine.windows import Window, mask_part
from sam2_studio.ui.canvas.outlines import Inside, ScreenPart, on_screen
from sam2_studio.ui.canvas.transform import ViewTransform

CAME, WENT = "#41D6A0", "#FF6B78"  # on a dimmed picture, in both themes
_STRIPE = 4  # pixels of the screen from the start of a stripe to its end, and to the next one's start
_FILL, _LINE = 110, 235  # opacity between and on the stripes, 0 to 255
_LEAST = 150  # what is narrower than a pixel of the screen shows as well, at least as strong as this of 255


@dataclass(frozen=True, eq=False)
class Difference:
    """Where a mask came to be and where it is no more."""

    came: Inside
    went: Inside

    @classmethod
    def between(cls, before: Mask | None, now: Mask | None) -> "Difference":
        """None stands for no mask."""
        masks = [mask for mask in (before, now) if mask is not None and not mask.is_empty]
        if not masks:
            nothing = Inside(np.zeros((0, 0), np.uint8))
            return cls(nothing, nothing)
        window = Window(
            min(m.left for m in masks),
            min(m.top for m in masks),
            max(m.left + m.columns for m in masks),
            max(m.top + m.rows for m in masks),
        )
        old, new = (_part(mask, window) for mask in (before, now))
        return cls(
            Inside(new & ~old, window.left, window.top),
            Inside(old & ~new, window.left, window.top),
        )


def difference_image(differences: Iterable[Difference], view: ViewTransform) -> QImage:
    """The whole widget, in the screen's pixels: / stripes where masks came, \\ stripes where they went."""
    part = ScreenPart.whole(view)
    layer = np.zeros((part.height, part.width, 4), np.uint8)
    stripe = max(2, round(_STRIPE * view.ratio))
    for each in differences:
        _hatch(layer, on_screen(each.came, view, part), CAME, stripe, 1)
        _hatch(layer, on_screen(each.went, view, part), WENT, stripe, -1)
    image = QImage(layer.data, part.width, part.height, 4 * part.width, QImage.Format.Format_ARGB32_Premultiplied)
    image.pixels = layer  # type: ignore[attr-defined] # keeps the memory alive
    return image


def _hatch(layer: Pixels, covered: Pixels, color: str, stripe: int, slope: int) -> None:
    """Lay stripes, `stripe` pixels wide, over what is covered; they rise for a `slope` of 1 and fall for -1."""
    left, top, width, height = cv2.boundingRect(covered)
    if not width:
        return
    place = (slice(top, top + height), slice(left, left + width))
    across, down = np.arange(left, left + width), np.arange(top, top + height)[:, None]
    opacity = np.where((across + slope * down) // stripe % 2 == 0, np.uint8(_LINE), np.uint8(_FILL))
    strong = np.maximum(covered[place], np.uint8(_LEAST))
    alpha = cv2.multiply(opacity, strong, scale=1 / 255)
    np.copyto(layer[place], _tints(color)[alpha], where=(covered[place] > 0)[..., None])


@cache
def _tints(color: str) -> Pixels:
    """(256, 4) premultiplied BGRA by alpha."""
    ink = QColor(color)
    alpha = np.arange(256, dtype=np.uint16)[:, None]
    return (alpha * np.array([ink.blue(), ink.green(), ink.red(), 255], np.uint16) // 255).astype(np.uint8)


def _part(mask: Mask | None, window: Window) -> Pixels:
    """0 or 1 in a window."""
    return np.zeros((window.height, window.width), np.uint8) if mask is None else mask_part(mask, window)
