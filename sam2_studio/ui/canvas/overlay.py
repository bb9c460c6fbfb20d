"""Pictures of masks for the canvas: label map, outlines, matte, cutout. Made once a frame and view, then blitted.

Only the boxes of the masks are computed, so that a small object on a large picture costs little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainterPath, QPolygonF

from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.engine.strokes import Area

FILL = 0.35
QUIET_FILL = 0.2  # of objects that aren't selected
_CHECK_DARK, _CHECK_LIGHT, _CHECK_PIXELS = 102, 153, 16


class ViewKind(StrEnum):
    """What the canvas shows."""

    OVERLAY = "overlay"
    OUTLINE = "outline"
    MATTE = "matte"
    CUTOUT = "cutout"
    ORIGINAL = "original"


@dataclass(frozen=True)
class ShownMask:
    """One object's mask on the frame shown.

    Attributes:
        object_id: Whose it is.
        mask: At the picture's size.
        color: `#RRGGBB`.
        visible: Whether it is drawn.
        selected: Whether it is the object worked on.
    """

    object_id: int
    mask: Mask
    color: str
    visible: bool = True
    selected: bool = False


def picture_image(rgb: NDArray[np.uint8]) -> QImage:
    """The picture as an image over the same memory: keep the array as long as the image."""
    pixels = np.ascontiguousarray(rgb)
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    image.pixels = pixels  # type: ignore[attr-defined] # keeps the memory alive
    return image


def label_image(masks: Sequence[ShownMask], size: Size, opacity: float = FILL) -> QImage:
    """One index an object with a colour table: any number of objects cost one blit; later ones lie on top."""
    stride = (size.width + 3) // 4 * 4
    labels = np.zeros((size.height, stride), np.uint8)
    table = [0]
    for shown in masks:
        if shown.visible and not shown.mask.is_empty and len(table) < 256:
            m = shown.mask
            labels[m.top : m.top + m.rows, m.left : m.left + m.columns][m.crop()] = len(table)
            strength = opacity if shown.selected else opacity * QUIET_FILL / FILL
            table.append(rgba(shown.color, strength))
    image = QImage(labels.data, size.width, size.height, stride, QImage.Format.Format_Indexed8)
    image.setColorTable(table)
    image.pixels = labels  # type: ignore[attr-defined] # keeps the memory alive
    return image


def matte_image(masks: Sequence[ShownMask], size: Size) -> QImage:
    """White inside, black outside."""
    return _grey_image(union_alpha(masks, size))


def cutout_image(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> QImage:
    """What is inside of (H, W) `alpha`, on a checkerboard."""
    height, width = alpha.shape
    result = _checkerboard(Area(0, 0, width, height))
    cv2.copyTo(rgb, alpha, result)
    return picture_image(result)


def patch_cutout(cutout: QImage, rgb: NDArray[np.uint8], inside: NDArray[np.bool_], area: Area) -> None:
    """Bring an area of a cutout's image up to date; `inside` is of the area alone."""
    rows, columns = slice(area.top, area.bottom), slice(area.left, area.right)
    patch = _checkerboard(area)
    cv2.copyTo(rgb[rows, columns], inside.view(np.uint8), patch)
    cutout.pixels[rows, columns] = patch  # type: ignore[attr-defined] # see picture_image


def union_alpha(masks: Sequence[ShownMask], size: Size) -> NDArray[np.uint8]:
    """(H, W) 255 where any visible object is, else 0."""
    alpha = np.zeros((size.height, size.width), np.uint8)
    for shown in masks:
        if shown.visible and not shown.mask.is_empty:
            m = shown.mask
            alpha[m.top : m.top + m.rows, m.left : m.left + m.columns][m.crop()] = 255
    return alpha


def outline_path(mask: Mask) -> QPainterPath:
    """The outline in image coordinates, along the edges between pixels."""
    path = QPainterPath()
    if mask.is_empty:
        return path
    # contours run through pixel centres; of the doubled mask they lie a quarter of a pixel inside the true edge
    crop = np.pad(mask.crop().view(np.uint8), 1)
    doubled = cv2.resize(crop, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    contours, _ = cv2.findContours(doubled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        points = (contour[:, 0, :].astype(np.float64) + 0.5) / 2 - 1 + (mask.left, mask.top)
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points.tolist()]))
        path.closeSubpath()
    return path


def rgba(color: str, strength: float) -> int:
    """A colour as images with a colour table want it; `strength` is its opacity."""
    paint = QColor(color)
    paint.setAlphaF(strength)
    return paint.rgba()


def _grey_image(alpha: NDArray[np.uint8]) -> QImage:
    height, width = alpha.shape
    image = QImage(alpha.data, width, height, width, QImage.Format.Format_Grayscale8)
    image.pixels = alpha  # type: ignore[attr-defined] # keeps the memory alive
    return image


def _checkerboard(area: Area) -> NDArray[np.uint8]:
    """(h, w, 3): one row of squares and its opposite, laid down over and over."""
    odd = np.arange(area.left, area.right) // _CHECK_PIXELS % 2 == 1
    rows = np.where([odd, ~odd], _CHECK_LIGHT, _CHECK_DARK).astype(np.uint8)
    lines = np.repeat(rows[:, :, None], 3, axis=2)
    return lines[np.arange(area.top, area.bottom) // _CHECK_PIXELS % 2]
