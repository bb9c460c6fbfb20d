"""Draws what hand tools show over the canvas: the ring of the brush, the lasso's line. Knows no events."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from sam2_studio.core.geometry import Point
from sam2_studio.engine.strokes import Area
from sam2_studio.ui.canvas.painting import HANDLE
from sam2_studio.ui.canvas.transform import ViewTransform

_SHADOW = QColor(0, 0, 0, 110)
_RIM = 3  # logical pixels that a ring's soft edge takes outside it


def draw_ring(painter: QPainter, x: float, y: float, radius: float) -> None:
    """A soft ring: white with a shadow on both sides, so that it shows on anything and hides little."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, width in ((QColor(0, 0, 0, 45), 5.0), (_SHADOW, 3.0), (QColor(255, 255, 255, 230), 1.2)):
        painter.setPen(QPen(ink, width))
        painter.drawEllipse(QPointF(x, y), radius, radius)


def ring_rect(x: float, y: float, radius: float) -> QRect:
    """What must be painted anew where a ring comes or goes."""
    reach = radius + _RIM
    return QRectF(x - reach, y - reach, 2 * reach, 2 * reach).toAlignedRect()


def draw_lasso(painter: QPainter, view: ViewTransform, corners: Sequence[Point], ahead: Point | None) -> None:
    """The line so far, the one that would come next, and the first corner as a handle that closes it."""
    line = [QPointF(*view.to_widget(corner)) for corner in corners]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, width in ((_SHADOW, 3.0), (QColor("white"), 1.5)):
        painter.setPen(QPen(ink, width))
        painter.drawPolyline(QPolygonF(line))
    if ahead is not None:
        for ink, width, style in ((_SHADOW, 2.5, Qt.PenStyle.SolidLine), (QColor("white"), 1.2, Qt.PenStyle.DashLine)):
            painter.setPen(QPen(ink, width, style))
            painter.drawLine(line[-1], QPointF(*view.to_widget(ahead)))
    painter.setPen(QPen(_SHADOW, 1))
    painter.setBrush(QColor("white"))
    painter.drawEllipse(line[0], HANDLE / 2 + 1, HANDLE / 2 + 1)


def area_rect(view: ViewTransform, area: Area) -> QRect:
    """Where an area of the picture lies in the widget, with a pixel around it for smooth scaling."""
    left, top = view.to_widget(Point(area.left - 1, area.top - 1))
    right, bottom = view.to_widget(Point(area.right + 1, area.bottom + 1))
    return QRectF(left, top, right - left, bottom - top).toAlignedRect()
