"""The menu behind an object's colour chip: the eight colours that colour-blind eyes tell apart, or any other."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu, QWidget

from sam2_studio.core.objects import PALETTE
from sam2_studio.ui import theme
from sam2_studio.ui.language import later, tr

_NAMES = (
    later("Sky blue"),
    later("Pink"),
    later("Orange"),
    later("Green"),
    later("Yellow"),
    later("Vermilion"),
    later("Blue"),
    later("Grey"),
)


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
            chosen = color.lower() == current.lower()
            self.addAction(color_chip(color, self.devicePixelRatioF(), chosen=chosen), tr(name)).setData(color)
        self.addSeparator()
        self.addAction(tr("Other…")).triggered.connect(self._ask)
        self.triggered.connect(self._entry_chosen)

    def _entry_chosen(self, entry: QAction) -> None:
        if entry.data():
            self.color_chosen.emit(entry.data())

    def _ask(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._current), self.parentWidget(), tr("Colour of the object"))
        if chosen.isValid():
            self.color_chosen.emit(chosen.name().upper())


def color_chip(color: str, ratio: float, *, chosen: bool = False) -> QIcon:
    """A patch of the colour; the chosen one has a ring."""
    pixmap = QPixmap(round(16 * ratio), round(16 * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.tokens().text), 1.5) if chosen else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(QRectF(1.5, 1.5, 13, 13), 4, 4)
    painter.end()
    return QIcon(pixmap)
