"""Keeps the window's single keys away from a widget that needs them: letters from a text field, arrows from a list.

Qt offers every key press to the focus widget as a ShortcutOverride before it looks for a shortcut. Most widgets claim
only some of the keys that they use, so a letter typed into a field would play the clip.
"""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_TEXT = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
_LISTS = (QAbstractItemView, QComboBox)
_MODIFIED = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_ARROWS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End}
_FOCUS = {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
_PRESS = {Qt.Key.Key_Space}


def needs_key(widget: QWidget | None, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
    """Whether `widget`, having the focus, uses the key itself, so that no shortcut may fire."""
    if widget is None or modifiers & _MODIFIED:
        return False
    if isinstance(widget, _TEXT) or (isinstance(widget, QComboBox) and widget.isEditable()):
        return key != Qt.Key.Key_Escape and not Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35
    if isinstance(widget, QAbstractButton):
        return key in _FOCUS | _PRESS or (key in _ARROWS and _is_one_of_several(widget))
    if isinstance(widget, QAbstractSlider):
        return key in _FOCUS | _ARROWS
    if isinstance(widget, _LISTS):
        return key in _FOCUS | _ARROWS | _PRESS
    return False


def _is_one_of_several(button: QAbstractButton) -> bool:
    """Whether arrows lead to other buttons of which one at a time is pressed: Tab leads to that one only."""
    group = button.group()
    return group is not None and group.exclusive()


class ShortcutGuard(QObject):
    """Watches whichever widget has the focus, and no other: a filter of all events would slow everything down."""

    def __init__(self, application: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        application.focusChanged.connect(self._focus_changed)
        self._focus_changed(None, application.focusWidget())

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None:
            old.removeEventFilter(self)
        if new is not None:
            new.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        widget = watched if isinstance(watched, QWidget) else None
        if needs_key(widget, Qt.Key(event.key()), event.modifiers()):
            event.accept()
            return True
        return False
