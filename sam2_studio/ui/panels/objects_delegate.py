"""Paints a row of the list of objects, and says which part of it was clicked."""

from dataclasses import dataclass, replace

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from sam2_studio.core.objects import LONGEST_NAME, CutObject
from sam2_studio.ui import theme
from sam2_studio.ui.icons import GRID, icon
from sam2_studio.ui.language import later, tr
from sam2_studio.ui.panels.object_state import ObjectState
from sam2_studio.ui.panels.objects_model import ObjectsModel

ROW = 32
_EYE_TIP = later(
    "<b>Hide or show</b>&nbsp;&nbsp;H<br>Hidden objects are not exported unless you choose them.<br>"
    "Alt+click shows this one alone, or all again."
)
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class RowParts:
    """Where the parts of a row lie."""

    chip: QRect
    text: QRect
    lock: QRect
    eye: QRect
    number: QRect

    @classmethod
    def within(cls, row: QRect) -> "RowParts":
        def box(left: int, width: int) -> QRect:
            return QRect(left, row.top(), width, row.height())

        right = row.right()
        return cls(
            chip=box(row.left(), 32),
            text=box(row.left() + 34, right - 76 - row.left() - 34),
            lock=box(right - 74, 24),
            eye=box(right - 48, 24),
            number=box(right - 22, 14),
        )


class ObjectsDelegate(QStyledItemDelegate):
    """Chip, name, state, lock, eye, number key.

    Signals:
        color_wanted: id of the object whose chip was clicked, and the chip's place in the view.
        eye_clicked: id.
        lock_clicked: id.
        solo_clicked: id of the object whose eye was clicked with Alt.
    """

    color_wanted = Signal(int, QRect)
    eye_clicked = Signal(int)
    lock_clicked = Signal(int)
    solo_clicked = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._solo = False

    def set_solo(self, solo: bool) -> None:
        """Whether the selected object alone is shown."""
        self._solo = solo

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        if not isinstance(model, ObjectsModel):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option)
        parts = RowParts.within(option.rect)
        shown, hovered = self._as_shown(model.object_at(index), option), _is(option, QStyle.StateFlag.State_MouseOver)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.legible(shown.color, theme.tokens())))
        chip = QRectF(parts.chip.left() + 10, parts.chip.center().y() - 6, 14, 14)
        painter.drawRoundedRect(chip, 4, 4)
        self._paint_texts(painter, option, parts, shown, model.state_at(index))
        self._paint_icons(painter, parts, shown, hovered)
        self._paint_number(painter, parts.number, index.row())
        painter.restore()

    def _as_shown(self, each: CutObject, option: QStyleOptionViewItem) -> CutObject:
        """The object, visible where the canvas shows it: alone, that is the selected one."""
        return replace(each, visible=_is(option, QStyle.StateFlag.State_Selected)) if self._solo else each

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        selected = _is(option, QStyle.StateFlag.State_Selected)
        hovered = _is(option, QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            ground = QColor(theme.tokens().surface_2)
            ground.setAlphaF(1.0 if selected else 0.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(option.rect).adjusted(0, 1, 0, -1), 6, 6)

    def _paint_texts(
        self, painter: QPainter, option: QStyleOptionViewItem, parts: RowParts, shown: CutObject, state: ObjectState
    ) -> None:
        tokens = theme.tokens()
        small = theme.small_font(option.font)
        state_width = QFontMetrics(small).horizontalAdvance(state.text)
        name_room = parts.text.width() - state_width - 12
        name = QFontMetrics(option.font).elidedText(shown.name, Qt.TextElideMode.ElideRight, name_room)
        painter.setFont(option.font)
        painter.setPen(QColor(tokens.text if shown.visible else tokens.quiet))
        painter.drawText(parts.text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        painter.setFont(small)
        painter.setPen(QColor(tokens.doubtful if state.needs_attention else tokens.quiet))
        painter.drawText(parts.text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, state.text)

    def _paint_icons(self, painter: QPainter, parts: RowParts, shown: CutObject, hovered: bool) -> None:
        """The lock shows only where it is shut or could be: an open one in each row would say nothing."""
        if shown.locked or hovered:
            painter.setOpacity(1.0 if shown.locked else 0.45)
            icon("lock" if shown.locked else "unlock").paint(painter, _centred(parts.lock))
        painter.setOpacity(1.0 if shown.visible else 0.6)
        icon("visible" if shown.visible else "hidden").paint(painter, _centred(parts.eye))
        painter.setOpacity(1.0)

    def _paint_number(self, painter: QPainter, place: QRect, row: int) -> None:
        if row < 9:
            painter.setPen(QColor(theme.tokens().quiet))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(row + 1))

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: _Index
    ) -> bool:
        if not isinstance(event, QMouseEvent) or not isinstance(model, ObjectsModel):
            return False
        parts, position = RowParts.within(option.rect), event.position().toPoint()
        hit = next((name for name in ("chip", "eye", "lock") if getattr(parts, name).contains(position)), "")
        if hit and event.type() == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            self._hit(hit, model.object_at(index).id, parts, alone=event.modifiers() == Qt.KeyboardModifier.AltModifier)
        return bool(hit) and event.type() == QEvent.Type.MouseButtonDblClick  # no renaming by a quick double click

    def _hit(self, hit: str, object_id: int, parts: RowParts, *, alone: bool) -> None:
        if hit == "chip":
            self.color_wanted.emit(object_id, parts.chip)
        elif hit == "lock":
            self.lock_clicked.emit(object_id)
        else:
            (self.solo_clicked if alone else self.eye_clicked).emit(object_id)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: _Index
    ) -> bool:
        parts = RowParts.within(option.rect)
        tips = (
            (parts.chip, tr("<b>Colour</b><br>Click to choose another.")),
            (parts.lock, tr("<b>Lock</b><br>A locked object is left alone by clicks and tracking.")),
            (parts.eye, tr(_EYE_TIP)),
            (parts.number, tr("<b>Key {number}</b> selects this object.", number=index.row() + 1)),
            (parts.text, tr("Double click, or F2, to rename; drag to reorder.")),
        )
        QToolTip.showText(event.globalPos(), next((t for place, t in tips if place.contains(event.pos())), ""), view)
        return True

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setMaxLength(LONGEST_NAME)
        editor.setAccessibleName(tr("Name"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        editor.setGeometry(RowParts.within(option.rect).text.adjusted(-6, 4, 0, -4))


def _is(option: QStyleOptionViewItem, flag: QStyle.StateFlag) -> bool:
    return bool(option.state & flag)


def _centred(place: QRect) -> QRect:
    return QRect(place.center().x() - GRID // 2 + 1, place.center().y() - GRID // 2 + 1, GRID, GRID)
