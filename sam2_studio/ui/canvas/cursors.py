"""Cursors that say what a click will do. Drawn here, so that they look alike on every system."""

from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap

_SIDE = 24


@lru_cache(maxsize=8)
def prompt_cursor(sign: str, ratio: float = 1.0) -> QCursor:
    """A cross hair with "+" (add), "-" (remove) or "" (box) beside it."""
    picture = QPixmap(round(_SIDE * ratio), round(_SIDE * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((QColor(0, 0, 0, 170), 3.0), (QColor("white"), 1.4)):
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            _cross(painter)
            _sign(painter, sign)
    finally:
        painter.end()
    return QCursor(picture, 9, 9)


def _cross(painter: QPainter) -> None:
    for x0, y0, x1, y1 in ((9, 2, 9, 6.5), (9, 11.5, 9, 16), (2, 9, 6.5, 9), (11.5, 9, 16, 9)):
        painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))


def _sign(painter: QPainter, sign: str) -> None:
    if sign:
        painter.drawLine(QPointF(15, 18.5), QPointF(21, 18.5))
    if sign == "+":
        painter.drawLine(QPointF(18, 15.5), QPointF(18, 21.5))
