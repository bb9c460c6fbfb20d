"""An on/off switch: a check box in the shape of a pill, for a setting that acts at once."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from sam2_studio.ui import theme

_WIDTH, _HEIGHT = 34.0, 18.0


class Switch(QAbstractButton):
    """A checkable button; `toggled` says the new state."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(int(_WIDTH) + 4, int(_HEIGHT) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._paint(painter)
        finally:
            painter.end()

    def _paint(self, painter: QPainter) -> None:
        tokens = theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        pill = QRectF(self.width() - _WIDTH - 2, (self.height() - _HEIGHT) / 2, _WIDTH, _HEIGHT)
        edge = tokens.accent if self.hasFocus() or self.isChecked() else tokens.line
        painter.setPen(QPen(QColor(edge), 1.5))
        painter.setBrush(QColor(tokens.accent if self.isChecked() else tokens.surface_2))
        painter.drawRoundedRect(pill, _HEIGHT / 2, _HEIGHT / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.on_accent if self.isChecked() else tokens.quiet))
        x = pill.right() - _HEIGHT / 2 if self.isChecked() else pill.left() + _HEIGHT / 2
        painter.drawEllipse(QPointF(x, pill.center().y()), _HEIGHT / 2 - 4, _HEIGHT / 2 - 4)
