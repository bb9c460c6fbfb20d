"""A number with a unit: typed, stepped by the arrow keys, or dragged sideways. The wheel acts only on one in focus.

Both decimal comma and point are understood, whatever the locale; it shows the locale's.
"""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent, QShowEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QWidget

from sam2_studio.ui import theme

_PIXELS_A_STEP = 4.0  # of dragging


class NumberField(QDoubleSpinBox):
    """A quiet number field; `valueChanged` says every change."""

    def __init__(
        self, name: str, *, least: float, most: float, step: float, unit: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._pressed_at: QPointF | None = None
        self._value_then = 0.0
        self._dragging = False
        self.setRange(least, most)
        self.setSingleStep(step)
        self.setDecimals(0 if step == int(step) else 1)
        self.setSuffix(f" {unit}" if unit else "")
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setAccessibleName(name)
        theme.mark(self, "number", True)
        self.lineEdit().installEventFilter(self)
        self.lineEdit().setCursor(Qt.CursorShape.SizeHorCursor)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let through what may become a number with either decimal sign."""
        bare = self._bare(text)
        if bare in ("", "-", "+", ".", "-.", "+."):
            return QValidator.State.Intermediate, text, position
        try:
            value = float(bare)
        except ValueError:
            return QValidator.State.Invalid, text, position
        inside = self.minimum() <= value <= self.maximum()
        return (QValidator.State.Acceptable if inside else QValidator.State.Intermediate), text, position

    def valueFromText(self, text: str) -> float:
        try:
            return float(self._bare(text))
        except ValueError:
            return self.value()

    def fixup(self, text: str) -> str:
        """A number out of bounds becomes the nearest bound, anything else what was there before."""
        value = min(max(self.valueFromText(text), self.minimum()), self.maximum())
        return self.textFromValue(value) + self.suffix()

    def textFromValue(self, value: float) -> str:
        shown = self.locale().toString(value, "f", self.decimals())
        return shown.removesuffix(f"{self.locale().decimalPoint()}0")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Drag sideways over the text to change the value; a click without moving starts typing."""
        if isinstance(event, QMouseEvent) and self.isEnabled() and not self.lineEdit().hasFocus():
            return self._mouse(event)
        return super().eventFilter(watched, event)

    def _mouse(self, event: QMouseEvent) -> bool:
        position = event.globalPosition()
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at, self._value_then, self._dragging = position, self.value(), False
        elif event.type() == QEvent.Type.MouseMove and self._pressed_at is not None:
            moved = position.x() - self._pressed_at.x()
            self._dragging = self._dragging or abs(moved) >= QApplication.startDragDistance()
            if self._dragging:
                self.setValue(self._value_then + round(moved / _PIXELS_A_STEP) * self.singleStep())
        elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed_at is not None:
            self._pressed_at = None
            if not self._dragging:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self.selectAll()
        return True

    def _place_text(self) -> None:
        """Give the text the whole width: Qt leaves it one pixel when a style sheet meets a box without buttons."""
        self.lineEdit().setGeometry(self.rect().adjusted(4, 1, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_text()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_text()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._place_text()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _bare(self, text: str) -> str:
        """The number alone, with a point: signs and digits of any script that Python reads stay."""
        return text.strip().removesuffix(self.suffix().strip()).replace(",", ".").replace("−", "-").replace(" ", "")
