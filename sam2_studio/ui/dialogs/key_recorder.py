"""A button that records a key: pressed once, it takes the next key that comes, with its modifiers."""

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget

from sam2_studio.ui.language import tr

_MODIFIERS = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_Super_L,
    Qt.Key.Key_Super_R,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_unknown,
}


class KeyRecorder(QPushButton):
    """The button. Esc leaves everything as it is.

    Signals:
        recorded: The key as Qt writes it in portable text.
        recording_changed: Whether it waits for a key.
    """

    recorded = Signal(str)
    recording_changed = Signal(bool)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._text = text
        self._recording = False
        self.setAutoDefault(False)
        self.clicked.connect(self.start)

    @property
    def is_recording(self) -> bool:
        return self._recording

    def start(self) -> None:
        """Wait for a key."""
        self.setFocus()
        self._set_recording(True)

    def _set_recording(self, recording: bool) -> None:
        if recording != self._recording:
            self._recording = recording
            self.setText(tr("Press a key…") if recording else self._text)
            self.recording_changed.emit(recording)

    def event(self, event: QEvent) -> bool:
        """Take keys before shortcuts, focus and the dialog's buttons get them."""
        if self._recording and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._set_recording(False)
        super().focusOutEvent(event)

    def _take(self, event: QKeyEvent) -> None:
        if event.key() in _MODIFIERS:
            return
        self._set_recording(False)
        if event.key() != Qt.Key.Key_Escape or event.modifiers():
            self.recorded.emit(key_text(event))


def key_text(event: QKeyEvent) -> str:
    """The key of an event as a shortcut; Shift is left out where it only makes the character ("?")."""
    modifiers = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier)
    text, key = event.text(), Qt.Key(event.key())
    if text and text.isprintable() and not text.isalpha() and not text.isspace():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    if key == Qt.Key.Key_Backtab:
        key, modifiers = Qt.Key.Key_Tab, modifiers | Qt.KeyboardModifier.ShiftModifier
    sequence = QKeySequence(QKeyCombination(modifiers, key))
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)
