"""Pictures of masks for the canvas: label map, outlines, matte, cutout. Made once a frame and view, then blitted.

Only the boxes of the masks are computed, so that a small object on a large picture costs little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainterPath, QPolygonF

from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine.strokes import Area, Pixels
from sam2_studio.ui.canvas.ground import Ground

FILL = 0.35
QUIET_FILL = 0.2  # of objects that aren't selected
BETWEEN = 0.3  # of the colour's strength, between the stripes of stale masks
_STRIPES = 48  # that cross the picture's height


class ViewKind(StrEnum):
    """What the canvas shows."""

    OVERLAY = "overlay"
    OUTLINE = "outline"
    MATTE = "matte"
    CUTOUT = "cutout"
    DIFFERENCE = "difference"
    ORIGINAL = "original"


@dataclass(frozen=True, eq=False)
class SoftPart:
    """Soft alpha of a part of the picture: (h, w) uint8 whose corner lies at (left, top); 0 outside of it."""

    alpha: Pixels
    left: int = 0
    top: int = 0

    @classmethod
    def of_matte(cls, matte: Matte) -> "SoftPart":
        """What of the matte isn't 0."""
        alpha = np.rint(matte.alpha * np.float32(255)).astype(np.uint8)
        left, top, width, height = cv2.boundingRect(alpha)
        return cls(alpha[top : top + height, left : left + width].copy(), left, top)

    def at(self, column: int, row: int) -> int:
        """0 to 255."""
        y, x = row - self.top, column - self.left
        inside = 0 <= y < self.alpha.shape[0] and 0 <= x < self.alpha.shape[1]
        return int(self.alpha[y, x]) if inside else 0


@dataclass(frozen=True)
class ShownMask:
    """One object's mask on the frame shown.

    Attributes:
        object_id: Whose it is.
        mask: At the picture's size.
        color: `#RRGGBB`.
        visible: Whether it is drawn.
        selected: Whether it is the object worked on.
        soft: Its matte, where its edge is soft; for matte and cutout, the outline is the mask's.
        stale: It is out of date: its colour is hatched.
    """

    object_id: int
    mask: Mask
    color: str
    visible: bool = True
    selected: bool = False
    soft: SoftPart | None = None
    stale: bool = False

    def alpha_at(self, column: int, row: int) -> int:
        """0 to 255."""
        return 255 * self.mask.contains(column, row) if self.soft is None else self.soft.at(column, row)


def picture_image(rgb: Pixels) -> QImage:
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
        if shown.visible and not shown.mask.is_empty and len(table) < 255:
            m = shown.mask
            place = labels[m.top : m.top + m.rows, m.left : m.left + m.columns]
            np.copyto(place, _hatching(m, len(table)) if shown.stale else np.uint8(len(table)), where=m.crop())
            strength = opacity if shown.selected else opacity * QUIET_FILL / FILL
            table += [rgba(shown.color, strength), rgba(shown.color, strength * BETWEEN)][: 1 + shown.stale]
    image = QImage(labels.data, size.width, size.height, stride, QImage.Format.Format_Indexed8)
    image.setColorTable(table)
    image.pixels = labels  # type: ignore[attr-defined] # keeps the memory alive
    return image


def _hatching(mask: Mask, label: int) -> Pixels:
    """(rows, columns) `label` and the one after it by turns in slanting stripes, which stand still in the picture."""
    stripe = max(3, mask.size.height // (2 * _STRIPES))
    across = np.arange(mask.columns + mask.rows - 1) + mask.left + mask.top
    line = (label + across // stripe % 2).astype(np.uint8)
    return np.lib.stride_tricks.sliding_window_view(line, mask.columns)


def matte_image(masks: Sequence[ShownMask], size: Size) -> QImage:
    """White inside, black outside."""
    return _grey_image(union_alpha(masks, size))


def cutout_image(rgb: Pixels, alpha: Pixels, ground: Ground) -> QImage:
    """What (H, W) `alpha` lets through, on a ground."""
    height, width = alpha.shape
    result = ground.part(Area(0, 0, width, height), Size(width, height))
    left, top, columns, rows = cv2.boundingRect(alpha)
    place = (slice(top, top + rows), slice(left, left + columns))
    if rows:
        _lay_over(result[place], rgb[place], alpha[place])
    return picture_image(result)


def patch_cutout(cutout: QImage, rgb: Pixels, alpha: Pixels, area: Area, ground: Ground) -> None:
    """Bring an area of a cutout's image up to date; `alpha` is of the area alone."""
    rows, columns = slice(area.top, area.bottom), slice(area.left, area.right)
    pixels: Pixels = cutout.pixels  # type: ignore[attr-defined] # see picture_image
    fresh = ground.part(area, Size(rgb.shape[1], rgb.shape[0]))
    _lay_over(fresh, rgb[rows, columns], alpha)
    pixels[rows, columns] = fresh


def _lay_over(under: Pixels, rgb: Pixels, alpha: Pixels) -> None:
    """Lay a picture over another in place."""
    cv2.copyTo(rgb, (alpha == 255).view(np.uint8), under)
    soft = (alpha > 0) & (alpha < 255)
    if soft.any():
        cover = alpha[soft].astype(np.int32)[:, None]
        behind = under[soft].astype(np.int32)
        under[soft] = (behind + ((rgb[soft] - behind) * cover + 127) // 255).astype(np.uint8)


def union_alpha(masks: Sequence[ShownMask], size: Size) -> Pixels:
    """(H, W) how much the visible objects cover together, 0 to 255: each covers its part of what the others leave."""
    alpha = np.zeros((size.height, size.width), np.uint8)
    for shown in masks:
        if shown.visible and shown.soft is not None:
            part = shown.soft
            rows, columns = part.alpha.shape
            place = alpha[part.top : part.top + rows, part.left : part.left + columns]
            place[:] = 255 - cv2.multiply(255 - place, 255 - part.alpha, scale=1 / 255)
        elif shown.visible and not shown.mask.is_empty:
            m = shown.mask
            np.copyto(alpha[m.top : m.top + m.rows, m.left : m.left + m.columns], 255, where=m.crop())
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


def _grey_image(alpha: Pixels) -> QImage:
    height, width = alpha.shape
    image = QImage(alpha.data, width, height, width, QImage.Format.Format_Grayscale8)
    image.pixels = alpha  # type: ignore[attr-defined] # keeps the memory alive
    return image
