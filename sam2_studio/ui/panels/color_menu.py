"""The menu behind an object's colour chip: the eight colours that colour-blind eyes tell apart, or any other."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu, QWidget

from sam2_studio.core.objects import PALETTE

_NAMES = ("Sky blue", "Pink", "Orange", "Green", "Yellow", "Vermilion", "Blue", "Grey")


class ColorMenu(QMenu):
    """The menu.

    Signals:
        color_chosen: `#RRGGBB`.
    """

    color_chosen = Signal(str)

    def __init__(self, current: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current = current
        for color, name in zip(PALETTE, _NAMES, strict=True):
            entry = self.addAction(_chip(color, self.devicePixelRatioF()), name)
            entry.setData(color)
            entry.setCheckable(True)
            entry.setChecked(color.lower() == current.lower())
        self.addSeparator()
        self.addAction("Other…").triggered.connect(self._ask)
        self.triggered.connect(self._entry_chosen)

    def _entry_chosen(self, entry: QAction) -> None:
        if entry.data():
            self.color_chosen.emit(entry.data())

    def _ask(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._current), self.parentWidget(), "Colour of the object")
        if chosen.isValid():
            self.color_chosen.emit(chosen.name().upper())


def _chip(color: str, ratio: float) -> QIcon:
    pixmap = QPixmap(round(16 * ratio), round(16 * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(1, 1, 14, 14, 4, 4)
    painter.end()
    return QIcon(pixmap)
