"""The number of the current frame, which can be typed over: `1037`, `+10`, `-5`, a timecode."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, Qt
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from sam2_studio.core.clip import Clip
from sam2_studio.errors import PromptError
from sam2_studio.ui import theme
from sam2_studio.ui.language import tr
from sam2_studio.ui.timeline.frame_entry import parse_frame
from sam2_studio.ui.widgets.tip import set_tip


class FrameField(QLineEdit):
    """The field.

    Signals:
        frame_chosen: The frame that was typed.
    """

    frame_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clip: Clip | None = None
        self._current = 0
        self.setObjectName("frame-field")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFont(theme.large_font(self.font()))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setAccessibleName(tr("Frame"))
        set_tip(self, tr("<b>Frame</b><br>Type 1037, +10, -5 or a timecode to go there."))
        self.returnPressed.connect(self._go)
        self.textEdited.connect(lambda _: theme.mark(self, "invalid", False))

    def set_clip(self, clip: Clip | None) -> None:
        self._clip = clip
        self.setEnabled(clip is not None)
        digits = 4 if clip is None else max(3, len(str(clip.source_number(clip.info.frames))))
        self.setFixedWidth(QFontMetrics(self.font()).horizontalAdvance("0" * digits) + 24)
        self._show()

    def set_current(self, frame: int) -> None:
        self._current = frame
        if not self.hasFocus():
            self._show()

    def _show(self) -> None:
        theme.mark(self, "invalid", False)
        self.setText("" if self._clip is None else str(self._clip.source_number(self._current)))

    def _go(self) -> None:
        if self._clip is None:
            return
        try:
            frame = parse_frame(self.text(), self._current, self._clip)
        except PromptError as error:
            theme.mark(self, "invalid", True)
            self.selectAll()
            QToolTip.showText(self.mapToGlobal(QPoint(0, -self.height() - 24)), str(error), self)
            return
        self._current = frame
        self.clearFocus()
        self.frame_chosen.emit(frame)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives the number back as it was."""
        if event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show()
