"""Paints one lane and the health under it. States differ by shape as well as by colour."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from sam2_studio.core.tracks import DOUBTFUL_SCORE
from sam2_studio.ui.theme import Tokens
from sam2_studio.ui.timeline.lanes import ABSENT, PAINTED, PROMPTED, LaneStates, LaneView, Mark, Segment
from sam2_studio.ui.timeline.layout import Row
from sam2_studio.ui.timeline.scale import Scale

BAD_SCORE = DOUBTFUL_SCORE / 2

_BAR = 8.0  # height of a lane's bar
_HATCH = 6.0  # distance of hatching lines
_HEALTH_BAR = 4.0  # least width of a bar of health, its gap included


class LanePainter:
    """Paints into a painter whose x is that of the scale (0 at the left border of the frames)."""

    def __init__(self, painter: QPainter, tokens: Tokens, width: float) -> None:
        self._painter = painter
        self._tokens = tokens
        self._width = width

    def paint(self, row: Row, view: LaneView, color: QColor, *, faint: bool) -> None:
        """Paint a lane; `faint` for an object that is hidden."""
        painter = self._painter
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(0.4 if faint else 1.0)
        for segment in view.segments:
            self._segment(segment, row, color)
        for segment in view.locked:
            self._lock(segment, row)
        for mark in view.marks:
            if 0 <= mark.x <= self._width:
                self._mark(mark, row.middle)
        painter.restore()

    def paint_health(self, row: Row, states: LaneStates, scale: Scale) -> None:
        """One bar a frame, the higher the worse, at the bottom of the row."""
        coarse = replace(scale, width=scale.width / _HEALTH_BAR)
        columns = states.columns(coarse)
        edges = columns.edges * _HEALTH_BAR
        room = row.height - 6
        heights = np.where(columns.bits & ABSENT, 2.0, 2.0 + (1.0 - np.clip(columns.scores, 0, 1)) * (room - 2.0))
        gap = 1.0 if scale.per_frame >= 3 or scale.per_frame < 1 else 0.0
        by_color: dict[str, list[QRectF]] = {}
        for i in np.flatnonzero(columns.bits).tolist():
            color = self._health_color(float(columns.scores[i]), bool(columns.bits[i] & ABSENT))
            left, right = max(0.0, float(edges[i])), min(self._width, float(edges[i + 1]))
            rect = QRectF(left, row.bottom - 2 - float(heights[i]), max(1.0, right - left - gap), float(heights[i]))
            by_color.setdefault(color, []).append(rect)
        for color, rects in by_color.items():
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(QColor(color))
            self._painter.drawRects(rects)

    def _health_color(self, score: float, absent: bool) -> str:
        if absent:
            return self._tokens.quiet
        if score >= DOUBTFUL_SCORE:
            return self._tokens.good
        return self._tokens.doubtful if score >= BAD_SCORE else self._tokens.bad

    def _inside(self, segment: Segment, top: float, height: float) -> QRectF:
        """The part of a segment that is in view; its frames at the borders may not be, as a whole."""
        left, right = max(0.0, segment.left), min(self._width, segment.right)
        return QRectF(left, top, right - left, height)

    def _segment(self, segment: Segment, row: Row, color: QColor) -> None:
        rect = self._inside(segment, row.middle - _BAR / 2, _BAR)
        muted = QColor(color)
        muted.setAlphaF(0.85)
        if segment.stale:
            self._hatch(rect, muted)
        else:
            self._painter.fillRect(rect, muted)

    def _hatch(self, rect: QRectF, color: QColor) -> None:
        painter = self._painter
        painter.save()
        painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
        ground = QColor(color)
        ground.setAlphaF(0.22)
        painter.fillRect(rect, ground)
        painter.setPen(QPen(color, 2.0))
        x = rect.left() - rect.left() % _HATCH - rect.height()
        while x < rect.right():
            painter.drawLine(QLineF(x, rect.bottom(), x + rect.height(), rect.top()))
            x += _HATCH
        painter.restore()

    def _lock(self, segment: Segment, row: Row) -> None:
        for y in (row.middle - _BAR / 2 - 3.5, row.middle + _BAR / 2 + 2.0):
            line = self._inside(segment, y, 1.5)
            line.setWidth(max(line.width(), 3.0))
            self._painter.fillRect(line, QColor(self._tokens.text))

    def _mark(self, mark: Mark, middle: float) -> None:
        painter, tokens = self._painter, self._tokens
        painter.setPen(QPen(QColor(tokens.surface_1), 1.0))
        painter.setBrush(QColor(tokens.text if mark.kind in (PROMPTED, PAINTED) else tokens.doubtful))
        if mark.kind == PROMPTED:
            painter.drawPolygon(_diamond(mark.x, middle, 6.0))
        elif mark.kind == PAINTED:
            painter.drawEllipse(QPointF(mark.x, middle), 5.0, 5.0)
        else:
            painter.drawPolygon(_triangle(mark.x, middle, 6.0))


def _diamond(x: float, y: float, radius: float) -> QPolygonF:
    return QPolygonF([QPointF(x, y - radius), QPointF(x + radius, y), QPointF(x, y + radius), QPointF(x - radius, y)])


def _triangle(x: float, y: float, radius: float) -> QPolygonF:
    return QPolygonF(
        [QPointF(x, y - radius), QPointF(x + radius, y + radius * 0.8), QPointF(x - radius, y + radius * 0.8)]
    )
