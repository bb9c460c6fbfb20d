"""A combo box of ids and texts that says only what the user chose. The wheel acts only on one in focus."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget


class Choice(QComboBox):
    """The field.

    Signals:
        chosen: id of what the user chose; not said for what the program set.
    """

    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[tuple[str, str], ...] = ()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a choice by mouse the keys are the picture's again
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(lambda row: self.chosen.emit(self.itemData(row)))

    def set_choices(self, choices: Sequence[tuple[str, str]], current: str) -> None:
        """Offer these, ids with texts, and show `current`; an id that isn't among them shows nothing."""
        if self._choices != tuple(choices):
            self._choices = tuple(choices)
            self.clear()
            for value, text in self._choices:
                self.addItem(text, value)
        self.setCurrentIndex(self.findData(current))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
