"""A ring round a painted widget that has the focus from the keyboard; a click needs none to say where one is."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from sam2_studio.ui import theme

_WIDTH = 2
_BY_KEYS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class FocusRing(QWidget):
    """Lies over the widget and lets everything through."""

    def __init__(self, ringed: QWidget) -> None:
        super().__init__(ringed)
        self._ringed = ringed
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        ringed.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._ringed.rect())
        elif event.type() == QEvent.Type.FocusOut:
            self.hide()
        elif isinstance(event, QFocusEvent) and event.reason() in _BY_KEYS:
            self.setGeometry(self._ringed.rect())
            self.show()
            self.raise_()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color, across, down = QColor(theme.tokens().accent), self.width(), self.height()
        for left, top, width, height in (
            (0, 0, across, _WIDTH),
            (0, down - _WIDTH, across, _WIDTH),
            (0, 0, _WIDTH, down),
            (across - _WIDTH, 0, _WIDTH, down),
        ):
            painter.fillRect(left, top, width, height, color)
        painter.end()
