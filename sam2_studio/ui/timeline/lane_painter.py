"""Paints one lane and the health under it. States differ by shape as well as by colour.

A lane is made as a small picture with a column a pixel: its cost doesn't grow with the number of stretches.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from sam2_studio.core.health import BAD_HEALTH, CHATTERING, DOUBTFUL_HEALTH
from sam2_studio.ui.theme import Tokens
from sam2_studio.ui.timeline.lanes import (
    ABSENT,
    DOUBTFUL,
    FILLED,
    LOCKED,
    PAINTED,
    PROMPTED,
    STALE,
    LaneStates,
    LaneView,
)
from sam2_studio.ui.timeline.layout import Row
from sam2_studio.ui.timeline.scale import Scale

_ROW = 20  # height of a lane's picture; the bar is in its middle
_BAR = 8
_LINE = 2  # of a lock, above and below the bar
_LOCK = 2  # between bar and line
_HATCH = 6  # distance of hatching lines
_DOTS = 6  # distance of dots where the object is absent
_SIGN = 16  # side of a sign's picture
_HEALTH_BAR = 4.0  # least width of a bar of health, its gap included


class LanePainter:
    """Paints into a painter whose x is that of the scale (0 at the left border of the frames)."""

    def __init__(self, painter: QPainter, tokens: Tokens, scale: Scale) -> None:
        self._painter = painter
        self._tokens = tokens
        self._scale = scale

    def paint(self, row: Row, view: LaneView, color: QColor, ratio: float, *, faint: bool) -> None:
        """Paint a lane, on a screen of `ratio` device pixels a pixel; `faint` for an object that is hidden."""
        painter = self._painter
        painter.save()
        painter.setOpacity(0.4 if faint else 1.0)
        top = round((row.middle - _ROW / 2) * ratio) / ratio
        pixels = lane_pixels(view.bits, color, self._tokens, round(ratio), round(self._scale.x_of(0) * ratio))
        painter.drawImage(QPointF(0, top), as_image(pixels, ratio))
        for kind, places in view.signs.items():
            self._signs(kind, places, top + (_ROW - _SIGN) / 2, ratio)
        painter.restore()

    def _signs(self, kind: int, places: list[float], top: float, ratio: float) -> None:
        color = self._tokens.doubtful if kind == DOUBTFUL else self._tokens.text
        picture, draw = sign(kind, color, self._tokens.surface_1, ratio), self._painter.drawImage
        for x in places:
            draw(QPointF(x - _SIGN / 2, top), picture)

    def paint_health(self, row: Row, states: LaneStates) -> None:
        """One bar a frame, the higher the worse, at the bottom of the row."""
        scale = self._scale
        coarse = replace(scale, width=scale.width / _HEALTH_BAR)
        columns = states.columns(coarse)
        edges = columns.edges * _HEALTH_BAR
        room = row.height - 6
        heights = 2.0 + (1.0 - np.clip(columns.healths, 0, 1)) * (room - 2.0)
        gap = 1.0 if scale.per_frame >= 3 or scale.per_frame < 1 else 0.0
        by_color: dict[str, list[QRectF]] = {}
        for i in np.flatnonzero(columns.bits).tolist():
            color = self._health_color(float(columns.healths[i]), bool(columns.bits[i] & ABSENT))
            left, right = max(0.0, float(edges[i])), min(scale.width, float(edges[i + 1]))
            rect = QRectF(left, row.bottom - 2 - float(heights[i]), max(1.0, right - left - gap), float(heights[i]))
            by_color.setdefault(color, []).append(rect)
        for color, rects in by_color.items():
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(QColor(color))
            self._painter.drawRects(rects)

    def paint_chatter(self, row: Row, states: LaneStates) -> None:
        """A line over the health: how much the outline moves against the picture; it chatters above half the height."""
        coarse = replace(self._scale, width=self._scale.width / _HEALTH_BAR)
        columns = states.columns(coarse)
        room, middles = row.height - 6, columns.middles * _HEALTH_BAR
        heights = np.clip(columns.chatters / (2 * CHATTERING), 0, 1) * room
        line = QPolygonF()
        self._painter.setPen(QPen(QColor(self._tokens.text), 1.0))
        for i in range(len(heights)):
            if columns.chatters[i] > 0:
                line.append(QPointF(float(middles[i]), row.bottom - 2 - float(heights[i])))
            if (columns.chatters[i] <= 0 or i == len(heights) - 1) and not line.isEmpty():
                self._painter.drawPolyline(line)
                line = QPolygonF()

    def _health_color(self, health: float, absent: bool) -> str:
        if health < DOUBTFUL_HEALTH:
            return self._tokens.doubtful if health >= BAD_HEALTH else self._tokens.bad
        return self._tokens.quiet if absent else self._tokens.good


def lane_pixels(bits: NDArray[np.uint8], color: QColor, tokens: Tokens, ratio: int, origin: int) -> NDArray[np.uint32]:
    """(height, width) ARGB of a lane, premultiplied.

    Args:
        bits: By device pixel.
        color: The object's.
        tokens: The theme's.
        ratio: Device pixels a pixel.
        origin: Where the clip's first frame lies, in device pixels: patterns move with the frames.
    """
    pixels = np.zeros((_ROW * ratio, len(bits)), np.uint32)
    filled, stale, middle = (bits & FILLED) != 0, (bits & STALE) != 0, len(pixels) // 2
    across = np.arange(len(bits)) - origin
    down = np.arange(_BAR * ratio)[:, None]
    lines = (across + down) % (_HATCH * ratio) < 2 * ratio
    solid, ground = _argb(color, 0.85), _argb(color, 0.22)
    bar = np.where(filled & (~stale | lines), solid, np.where(filled, ground, np.uint32(0)))
    pixels[middle - _BAR * ratio // 2 : middle + _BAR * ratio // 2] = bar
    dots = ((bits & ABSENT) != 0) & ~filled & (across % (_DOTS * ratio) < 2 * ratio)
    pixels[middle - ratio : middle + ratio, dots] = _argb(QColor(tokens.quiet), 1.0)
    locked = np.convolve((bits & LOCKED) != 0, np.ones(3 * ratio, np.uint8), "same") > 0  # one frame shows as well
    reach = (_BAR // 2 + _LOCK) * ratio
    for row in (middle - reach - _LINE * ratio, middle + reach):
        pixels[row : row + _LINE * ratio, locked] = _argb(QColor(tokens.text), 1.0)
    return pixels


def as_image(pixels: NDArray[np.uint32], ratio: float) -> QImage:
    """The pixels as a picture that owns them."""
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()
    image.setDevicePixelRatio(ratio)
    return image


@lru_cache(maxsize=32)
def sign(kind: int, color: str, edge: str, ratio: float) -> QImage:
    """The small picture of a sign: a diamond, a disc or a triangle with an edge that parts it from the bar."""
    side = round(_SIGN * ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(edge), 1.0))
    painter.setBrush(QColor(color))
    middle = _SIGN / 2
    if kind == PROMPTED:
        painter.drawPolygon(_diamond(middle, middle, 6.0))
    elif kind == PAINTED:
        painter.drawEllipse(QPointF(middle, middle), 5.0, 5.0)
    else:
        painter.drawPolygon(_triangle(middle, middle, 6.0))
    painter.end()
    return image


def _argb(color: QColor, alpha: float) -> np.uint32:
    """A premultiplied pixel."""
    red, green, blue = (round(value * alpha) for value in (color.red(), color.green(), color.blue()))
    return np.uint32(round(255 * alpha) << 24 | red << 16 | green << 8 | blue)


def _diamond(x: float, y: float, radius: float) -> QPolygonF:
    return QPolygonF([QPointF(x, y - radius), QPointF(x + radius, y), QPointF(x, y + radius), QPointF(x - radius, y)])


def _triangle(x: float, y: float, radius: float) -> QPolygonF:
    return QPolygonF(
        [QPointF(x, y - radius), QPointF(x + radius, y + radius * 0.8), QPointF(x - radius, y + radius * 0.8)]
    )
