"""Onion outlines: where an object is on the frames before and after, thin and fading the farther they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from sam2_studio.core.geometry import Point
from sam2_studio.core.masks import Mask
from sam2_studio.ui import theme
from sam2_studio.ui.canvas.outlines import Inside, Outlined, ScreenPart, outline_image
from sam2_studio.ui.canvas.transform import ViewTransform

BEFORE, AFTER = "#FFB938", "#C4A0FF"  # told apart by colour-blind eyes, and by the sign of their numbers
_FADE = 0.72


@dataclass(frozen=True)
class Skin:
    """The mask of a neighbouring frame: `offset` frames on, below 0 for back."""

    offset: int
    mask: Mask


def onion_image(skins: Sequence[Skin], view: ViewTransform) -> QImage:
    """The whole widget, in the screen's pixels; the nearest frames lie on top."""
    part = ScreenPart.whole(view)
    image = QImage(part.width, part.height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    try:
        for skin in sorted(skins, key=lambda s: -abs(s.offset)):
            painter.setOpacity(_FADE ** (abs(skin.offset) - 1))
            color = BEFORE if skin.offset < 0 else AFTER
            outlined = Outlined(Inside.of_mask(skin.mask), color, strong=False)
            painter.drawImage(0, 0, outline_image([outlined], view, part))
            _draw_number(painter, skin, color, view)
    finally:
        painter.end()
    return image


def _draw_number(painter: QPainter, skin: Skin, color: str, view: ViewTransform) -> None:
    """How many frames away it is, above the outline's top; those before to the left of those after."""
    mask, ratio = skin.mask, view.ratio
    x, y = (place * ratio for place in view.to_widget(Point(mask.left + mask.columns / 2, mask.top)))
    font = theme.small_font(painter.font())
    font.setPixelSize(round(font.pixelSize() * ratio))
    font.setBold(True)
    painter.setFont(font)
    step = 22 * ratio
    box = QRectF(QPointF(x + step * skin.offset - step / 2, y - 18 * ratio), QPointF(x + step * (skin.offset + 0.5), y))
    text = f"{skin.offset:+d}".replace("-", "−")
    for ink, shift in ((QColor(0, 0, 0, 200), ratio), (QColor(color), 0.0)):
        painter.setPen(ink)
        painter.drawText(box.translated(shift, shift), Qt.AlignmentFlag.AlignCenter, text)
