"""Paints what stands at single frames of the clip: cuts between shots, and markers on the ruler."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from sam2_studio.core.changes import Marker
from sam2_studio.ui.theme import Tokens
from sam2_studio.ui.timeline.layout import RULER, THUMBNAILS, Layout
from sam2_studio.ui.timeline.scale import Scale

FLAG_WIDTH, FLAG_TOP = 9.0, 10.0
_LEAST_GAP = 6.0  # pixels between two cuts that are drawn
_CUT_WIDTH, _FLAG_ROOM = 10, 14


class NotesPainter:
    """Paints into a painter whose x is that of the scale (0 at the left border of the frames)."""

    def __init__(self, painter: QPainter, tokens: Tokens, layout: Layout, scale: Scale) -> None:
        self._painter = painter
        self._tokens = tokens
        self._layout = layout
        self._scale = scale

    def paint_cuts(self, cuts: NDArray[np.intp]) -> None:
        """A line before each frame that begins a shot, with a notch above and below the thumbnails."""
        start, stop = self._scale.visible()
        inside = cuts[np.searchsorted(cuts, start) : np.searchsorted(cuts, stop)]
        places = (inside - self._scale.first) * self._scale.per_frame
        places = places[np.unique(np.floor(places / _LEAST_GAP), return_index=True)[1]]
        painter = self._painter
        height = round(self._layout.lanes_top + self._layout.lanes_height) - RULER
        picture = cut_picture(height, self._tokens.text, self._tokens.surface_0, painter.device().devicePixelRatioF())
        for x in np.round(places).tolist():
            painter.drawPixmap(QPointF(x - _CUT_WIDTH / 2, RULER), picture)

    def paint_markers(self, markers: Sequence[Marker]) -> None:
        """A flag for each on the ruler; tips say what it notes."""
        painter, tokens = self._painter, self._tokens
        picture = flag_picture(tokens.text, tokens.surface_1, painter.device().devicePixelRatioF())
        last = -np.inf
        for marker in markers:
            x = self._scale.centre_of(marker.frame)
            # what lies under another flag isn't seen
            if -FLAG_WIDTH <= x <= self._scale.width + FLAG_WIDTH and x - last >= 2.0:
                painter.drawPixmap(QPointF(x - _FLAG_ROOM / 2, 0), picture)
                last = x


@lru_cache(maxsize=8)
def flag_picture(color: str, edge: str, ratio: float) -> QPixmap:
    """A marker as it is drawn, from the ruler's upper edge down."""
    picture = QPixmap(round(_FLAG_ROOM * ratio), round(RULER * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(edge), 1.5))
    painter.setBrush(QColor(color))
    half, middle, bottom = FLAG_WIDTH / 2, _FLAG_ROOM / 2, RULER - 1.0
    corners = ((-half, FLAG_TOP), (half, FLAG_TOP), (half, bottom - 5), (0.0, bottom), (-half, bottom - 5))
    painter.drawPolygon(QPolygonF([QPointF(middle + dx, y) for dx, y in corners]))
    painter.end()
    return picture


@lru_cache(maxsize=8)
def cut_picture(height: int, color: str, edge: str, ratio: float) -> QPixmap:
    """A cut as it is drawn, from the thumbnails' upper edge down: there may be hundreds in view.

    An edge parts it from thumbnails of its own colour.
    """
    picture = QPixmap(round(_CUT_WIDTH * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    line, middle = QColor(color), _CUT_WIDTH / 2
    line.setAlphaF(0.3)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(middle - 1.5, 0, 3.0, THUMBNAILS), QColor(edge))
    painter.fillRect(QRectF(middle - 0.5, 0, 1.0, THUMBNAILS), QColor(color))
    painter.fillRect(QRectF(middle - 0.5, THUMBNAILS, 1.0, height - THUMBNAILS), line)
    painter.setPen(QPen(QColor(edge), 1.0))
    painter.setBrush(QColor(color))
    for y, way in ((0.0, 1), (float(THUMBNAILS), -1)):
        corners = ((middle - 4, y), (middle + 4, y), (middle, y + 5 * way))
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
    painter.end()
    return picture
