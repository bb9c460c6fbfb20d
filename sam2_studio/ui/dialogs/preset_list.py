"""The list of export presets: name in bold, one line of what it is for."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from sam2_studio.export.formats import PRESETS, Preset
from sam2_studio.export.saved import Settings
from sam2_studio.ui import theme
from sam2_studio.ui.language import tr
from sam2_studio.ui.words_below import shown

_HEAD, _FOOT = 26, 8  # pixels above and below the description
_BESIDE = 30  # what a row's width has left and right of its texts
_DESCRIPTION = int(Qt.ItemDataRole.UserRole) + 1
_Index = QModelIndex | QPersistentModelIndex


class PresetList(QListWidget):
    """The list: the program's own presets, then the saved ones.

    Signals:
        preset_chosen: Preset.
        settings_chosen: Settings of a saved preset; `preset_chosen` came before.
    """

    preset_chosen = Signal(object)
    settings_chosen = Signal(object)

    def __init__(self, presets: Sequence[Preset], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own = len(presets)
        self._presets = list(presets)
        self._saved: list[tuple[str, Settings]] = []
        self.setAccessibleName(tr("Presets"))
        self.setObjectName("presets")
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setItemDelegate(_PresetDelegate(self))
        self.setMouseTracking(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for preset in self._presets:
            self._add(shown(preset.label), shown(preset.description))
        self.setCurrentRow(0)
        self.currentRowChanged.connect(self._chosen)

    @property
    def preset(self) -> Preset:
        """The chosen one."""
        return self._presets[self.currentRow()]

    @property
    def saved_name(self) -> str:
        """The name of the chosen saved preset; "" where one of the program's own is chosen."""
        place = self.currentRow() - self._own
        return self._saved[place][0] if place >= 0 else ""

    def show_saved(self, saved: Mapping[str, Settings]) -> None:
        """Show these saved presets; those of a kind that isn't known here are left out."""
        if self.currentRow() >= self._own:
            self.setCurrentRow(0)
        while self.count() > self._own:
            self.takeItem(self._own)
        self._saved = [(name, each) for name, each in saved.items() if each.get("preset") in PRESETS]
        known = [PRESETS[str(each["preset"])] for _, each in self._saved]
        self._presets[self._own :] = known
        for (name, _), preset in zip(self._saved, known, strict=True):
            self._add(name, tr("Saved: {preset}", preset=shown(preset.label)))

    def choose_saved(self, name: str) -> None:
        """Choose a saved preset; one that isn't there changes nothing."""
        for place, (known, _) in enumerate(self._saved):
            if known == name:
                self.setCurrentRow(self._own + place)

    def choose(self, name: str) -> None:
        """Choose a preset by name; one that isn't there changes nothing."""
        rows = [row for row, preset in enumerate(self._presets[: self._own]) if preset.name == name]
        if rows:
            self.setCurrentRow(rows[0])

    def _add(self, label: str, description: str) -> None:
        item = QListWidgetItem(label)
        item.setData(_DESCRIPTION, description)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{label}: {description}")
        self.addItem(item)

    def _chosen(self, row: int) -> None:
        if not 0 <= row < len(self._presets):
            return
        self.preset_chosen.emit(self._presets[row])
        if row >= self._own:
            self.settings_chosen.emit(self._saved[row - self._own][1])


class _PresetDelegate(QStyledItemDelegate):
    """Name and description in a rounded row; the chosen one has the accent at its left."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """As high as the description, broken to the width of the list, makes it."""
        room = QRect(0, 0, option.widget.viewport().width() - _BESIDE, 1000)  # type: ignore[attr-defined]
        metrics = QFontMetrics(theme.small_font(option.font))
        lines = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, str(index.data(_DESCRIPTION)))
        return QSize(200, _HEAD + lines.height() + _FOOT)

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
        text = QRect(left, option.rect.top() + 7, option.rect.width() - _BESIDE, 18)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, str(index.data()))
        painter.setFont(theme.small_font(option.font))
        painter.setPen(QColor(tokens.quiet))
        below = option.rect.adjusted(14, _HEAD, 14 - _BESIDE, 0)
        painter.drawText(below, Qt.TextFlag.TextWordWrap, str(index.data(_DESCRIPTION)))
        painter.restore()
