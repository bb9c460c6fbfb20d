"""The lines of the queue of clips: chosen, dragged and moved by keys. It draws them and says what is wanted."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sam2_studio.ui import theme
from sam2_studio.ui.dialogs.queue_rows import QueueRow
from sam2_studio.ui.icons import GRID, pixmap
from sam2_studio.ui.language import tr

_HEIGHT = 68
_LEFT, _RIGHT = 42, 14  # of the texts
_ROW = int(Qt.ItemDataRole.UserRole)
_Index = QModelIndex | QPersistentModelIndex
_KEEP, _SELECT = QItemSelectionModel.SelectionFlag.NoUpdate, QItemSelectionModel.SelectionFlag.ClearAndSelect
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class QueueList(QListWidget):
    """The list.

    Signals:
        order_chosen: All ids, in the order to which one was dragged.
        move_wanted: Up (-1) or down (1) with what is selected.
        remove_wanted: What is selected.
        activated_line: id.
    """

    order_chosen = Signal(object)
    move_wanted = Signal(int)
    remove_wanted = Signal()
    activated_line = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("queue")
        self.setAccessibleName(tr("Queue of clips"))
        self.setItemDelegate(_QueueDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.model().rowsMoved.connect(lambda *_: self.order_chosen.emit(self.ids))
        self.itemDoubleClicked.connect(lambda item: self.activated_line.emit(_row(item).id))

    @property
    def ids(self) -> tuple[str, ...]:
        """Of all lines, from top to bottom."""
        return tuple(row.id for row in self.rows)

    @property
    def rows(self) -> tuple[QueueRow, ...]:
        return tuple(_row(self.item(place)) for place in range(self.count()))

    @property
    def chosen(self) -> tuple[QueueRow, ...]:
        """The selected rows, from top to bottom."""
        return tuple(_row(item) for item in map(self.item, range(self.count())) if item.isSelected())

    @property
    def current(self) -> QueueRow | None:
        """The row that the keys are on."""
        item = self.currentItem()
        return None if item is None else _row(item)

    def set_rows(self, rows: Sequence[QueueRow]) -> None:
        """Show these; what is selected and current stays so, wherever it is now."""
        if tuple(row.id for row in rows) != self.ids:
            self._arrange(rows)
        for place, row in enumerate(rows):
            if _row(self.item(place)) != row:
                _fill(self.item(place), row)

    def _arrange(self, rows: Sequence[QueueRow]) -> None:
        chosen, current = {row.id for row in self.chosen}, self.current
        place_before = self.currentRow()
        self.blockSignals(True)
        self.clear()
        for row in rows:
            item = QListWidgetItem()
            _fill(item, row)
            self.addItem(item)
            item.setSelected(row.id in chosen)
        places = [place for place, row in enumerate(rows) if current is not None and row.id == current.id]
        if rows:
            place = places[0] if places else min(max(place_before, 0), len(rows) - 1)
            self.setCurrentRow(place, _KEEP if chosen & set(self.ids) else _SELECT)
        self.blockSignals(False)
        self.itemSelectionChanged.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if by and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.move_wanted.emit(by)
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        elif event.key() in _ENTER and self.current is not None:
            self.activated_line.emit(self.current.id)
        else:
            super().keyPressEvent(event)


class _QueueDelegate(QStyledItemDelegate):
    """Name and state; what is said of it; where it goes; how far it is."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(240, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: QueueRow = index.data(_ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_ground(painter, option)
        color = getattr(theme.tokens(), row.tone)
        _paint_sign(painter, option, row.icon, color)
        inside = option.rect.adjusted(_LEFT, 7, -_RIGHT, 0)
        first = QRect(inside.left(), inside.top(), inside.width(), 18)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        small = theme.small_font(option.font)
        room = inside.width() - QFontMetrics(option.font).horizontalAdvance(row.state) - 12
        _write(painter, first.adjusted(0, 0, room - inside.width(), 0), row.title, bold, theme.tokens().text)
        painter.setFont(option.font)
        painter.setPen(QColor(color))
        painter.drawText(first, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.state)
        below = first.translated(0, 19)
        _write(painter, below, row.said or row.detail, small, color if row.tone == "bad" else theme.tokens().quiet)
        if row.part is not None:
            _paint_bar(painter, below.translated(0, 24), row.part)
        elif row.said:
            _write(painter, below.translated(0, 16), row.detail, small, theme.tokens().quiet)
        painter.restore()


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
    ground = QColor(theme.tokens().surface_2)
    ground.setAlphaF(1.0 if selected else 0.5 if option.state & QStyle.StateFlag.State_MouseOver else 0.0)
    painter.setBrush(ground)
    painter.setPen(QColor(theme.tokens().accent) if focused else Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRectF(option.rect).adjusted(2.5, 1.5, -2.5, -1.5), 6, 6)


def _paint_sign(painter: QPainter, option: QStyleOptionViewItem, name: str, color: str) -> None:
    """The sign of the state, by its form as well as by its colour; a ring where it has none."""
    place = QRectF(option.rect.left() + 12, option.rect.top() + 6, GRID, GRID)
    if name:
        ratio = option.widget.devicePixelRatioF()
        painter.drawPixmap(place.topLeft(), pixmap(name, color, ratio=ratio))
        return
    pen = painter.pen()
    pen.setStyle(Qt.PenStyle.SolidLine)
    pen.setColor(QColor(color))
    pen.setWidthF(1.5)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(place.adjusted(5, 5, -5, -5))


def _paint_bar(painter: QPainter, place: QRect, part: float) -> None:
    whole = QRectF(place.left(), place.top(), place.width(), 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.tokens().surface_3))
    painter.drawRoundedRect(whole, 2, 2)
    painter.setBrush(QColor(theme.tokens().accent))
    painter.drawRoundedRect(QRectF(whole.left(), whole.top(), whole.width() * min(1.0, part), 4), 2, 2)


def _write(painter: QPainter, place: QRect, text: str, font: QFont, color: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(color))
    fitting = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, fitting)


def _row(item: QListWidgetItem) -> QueueRow:
    row: QueueRow = item.data(_ROW)
    return row


def _fill(item: QListWidgetItem, row: QueueRow) -> None:
    item.setData(_ROW, row)
    item.setData(Qt.ItemDataRole.AccessibleTextRole, row.spoken)
    item.setToolTip(row.spoken)
