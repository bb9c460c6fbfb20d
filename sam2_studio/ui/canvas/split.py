"""The line that cuts the picture in two: at its left the original. Dragged, or moved by arrow keys like any slider."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractSlider, QWidget

from sam2_studio.core.geometry import Point
from sam2_studio.ui import theme
from sam2_studio.ui.canvas.transform import ViewTransform
from sam2_studio.ui.language import tr
from sam2_studio.ui.widgets.tip import set_tip

_STEPS = 1000  # across the picture
_REACH = 9  # logical pixels to each side that the mouse can take hold of
_KNOB = 11.0


class SplitLine(QAbstractSlider):
    """The line, over the canvas; its value is where it stands, in thousandths of the picture's width.

    Signals:
        moved: Where it stands, 0 to 1.
    """

    moved = Signal(float)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._view = ViewTransform()
        self._held: float | None = None
        self.setRange(0, _STEPS)
        self.setSingleStep(10)
        self.setPageStep(100)
        self.setValue(_STEPS // 2)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(tr("Line between original and view"))
        set_tip(self, tr("<b>Split</b><br>The original is at the left; drag the line, or use the arrow keys."))
        self.setVisible(False)
        self.valueChanged.connect(self._value_changed)

    @property
    def fraction(self) -> float:
        """Where it stands, 0 to 1 of the picture's width."""
        return self.value() / _STEPS

    def place(self, view: ViewTransform) -> None:
        """Stand where the picture is now."""
        self._view = view
        x = self.position_in(view)
        top, bottom = view.to_widget(Point(0, 0))[1], view.to_widget(Point(0, view.image.height))[1]
        top, bottom = max(0.0, top), min(view.height, bottom)
        self.setGeometry(round(x) - _REACH, round(top), 2 * _REACH + 1, max(1, round(bottom - top)))

    def position_in(self, view: ViewTransform) -> float:
        """Where the line lies in the widget, on a whole pixel of the screen."""
        x = view.to_widget(Point(self.fraction * view.image.width, 0))[0]
        return round(x * view.ratio) / view.ratio

    def _value_changed(self) -> None:
        self.place(self._view)
        self.moved.emit(self.fraction)

    # Qt overrides

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = event.position().x() - _REACH

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            x = self.mapToParent(event.position()).x() - self._held
            at = self._view.to_image(x, 0).x / self._view.image.width
            self.setValue(round(at * _STEPS))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._draw(painter)
        finally:
            painter.end()

    def _draw(self, painter: QPainter) -> None:
        x = self.position_in(self._view) - self.x()
        middle = QPointF(x, self.height() / 2)
        painter.fillRect(QRectF(x - 1.5, 0, 3, self.height()), QColor(0, 0, 0, 110))
        painter.fillRect(QRectF(x - 0.5, 0, 1, self.height()), QColor("white"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = QColor(theme.tokens().accent)
        painter.setPen(QPen(accent if self.hasFocus() else QColor(0, 0, 0, 130), 2))
        painter.setBrush(QColor("white"))
        painter.drawRoundedRect(QRectF(middle.x() - 6, middle.y() - _KNOB, 12, 2 * _KNOB), 6, 6)
        painter.setPen(QPen(QColor(60, 60, 60), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for side in (-1, 1):
            tip = QPointF(middle.x() + side * 3.6, middle.y())
            for end in (-2.6, 2.6):
                painter.drawLine(tip, QPointF(tip.x() - side * 2.2, tip.y() + end))
