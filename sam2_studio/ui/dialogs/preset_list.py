"""The list of export presets: name in bold, one line of what it is for."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from sam2_studio.export.formats import Preset
from sam2_studio.ui import theme
from sam2_studio.ui.language import tr
from sam2_studio.ui.words_below import shown

_ROW = 62
_DESCRIPTION = int(Qt.ItemDataRole.UserRole) + 1
_Index = QModelIndex | QPersistentModelIndex


class PresetList(QListWidget):
    """The list.

    Signals:
        preset_chosen: Preset.
    """

    preset_chosen = Signal(object)

    def __init__(self, presets: Sequence[Preset], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = list(presets)
        self.setAccessibleName(tr("Presets"))
        self.setObjectName("presets")
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setItemDelegate(_PresetDelegate(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for preset in self._presets:
            item = QListWidgetItem(shown(preset.label))
            item.setData(_DESCRIPTION, shown(preset.description))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{shown(preset.label)}: {shown(preset.description)}")
            self.addItem(item)
        self.setCurrentRow(0)
        self.currentRowChanged.connect(lambda row: self.preset_chosen.emit(self._presets[row]))

    @property
    def preset(self) -> Preset:
        """The chosen one."""
        return self._presets[self.currentRow()]

    def choose(self, name: str) -> None:
        """Choose a preset by name; one that isn't there changes nothing."""
        rows = [row for row, preset in enumerate(self._presets) if preset.name == name]
        if rows:
            self.setCurrentRow(rows[0])


class _PresetDelegate(QStyledItemDelegate):
    """Two lines in a rounded row; the chosen one has the accent at its left."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        tokens = theme.tokens()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        place = QRectF(option.rect).adjusted(0, 1, -4, -1)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            ground = QColor(tokens.surface_2)
            ground.setAlphaF(1.0 if chosen else 0.5)
            painter.setBrush(ground)
            painter.drawRoundedRect(place, 6, 6)
        if chosen:
            painter.setBrush(QColor(tokens.accent))
            painter.drawRoundedRect(QRectF(place.left(), place.top() + 10, 3, place.height() - 20), 1.5, 1.5)
        left = option.rect.left() + 14
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(tokens.text))
        text = QRect(left, option.rect.top() + 7, option.rect.width() - 30, 18)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, str(index.data()))
        painter.setFont(theme.small_font(option.font))
        painter.setPen(QColor(tokens.quiet))
        below = QRect(left, option.rect.top() + 26, option.rect.width() - 30, 30)
        painter.drawText(below, Qt.TextFlag.TextWordWrap, str(index.data(_DESCRIPTION)))
        painter.restore()
