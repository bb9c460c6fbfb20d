"""The field in which a marker's text is written, over the ruler."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from sam2_studio.core.marker_commands import LONGEST_TEXT
from sam2_studio.ui.language import tr

WIDTH = 220


class MarkerField(QLineEdit):
    """Enter, or leaving it, takes the text; Escape leaves it as it was.

    Signals:
        text_given: The marker's frame and its new text.
    """

    text_given = Signal(int, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._frame = 0
        self._before = ""
        self.setMaxLength(LONGEST_TEXT)
        self.setPlaceholderText(tr("Note"))
        self.setAccessibleName(tr("Text of the marker"))
        self.setFixedSize(WIDTH, 28)
        self.hide()
        self.returnPressed.connect(self._give)

    def start(self, frame: int, text: str, x: float) -> None:
        """Let the text of the marker on a frame be written, about `x` pixels from the parent's left border."""
        self._frame, self._before = frame, text
        room = max(0, self._parent.width() - WIDTH)
        self.move(min(max(0, round(x) - 16), room), 0)
        self.setText(text)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.selectAll()

    def _give(self) -> None:
        if not self.isVisible():
            return
        self.hide()
        self._parent.setFocus()
        if self.text() != self._before:
            self.text_given.emit(self._frame, self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._before)
            self._give()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._give()
