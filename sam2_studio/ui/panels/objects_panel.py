"""The list of objects: choose, add, name, colour, hide, solo, lock, reorder, delete. Knows values, not the project."""

from collections.abc import Mapping, Sequence
from functools import partial, reduce

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListView, QSizePolicy, QStackedWidget, QToolButton, QWidget

from sam2_studio.core.objects import CutObject
from sam2_studio.ui import theme
from sam2_studio.ui.icons import icon
from sam2_studio.ui.language import later, tr
from sam2_studio.ui.panels.color_menu import ColorMenu
from sam2_studio.ui.panels.object_state import ObjectState
from sam2_studio.ui.panels.objects_delegate import ROW, ObjectsDelegate, RowParts
from sam2_studio.ui.panels.objects_model import ObjectsModel
from sam2_studio.ui.panels.section import Section
from sam2_studio.ui.widgets.tip import set_tip

_EMPTY = later("Click the subject in the picture, or drag a box around it: that makes the first object.")
_ROWS_WISHED, _ROWS_AT_LEAST = 4, 1
_RING = 2  # of the focus, above and below


class ObjectsPanel(Section):
    """The section OBJECTS.

    Signals:
        object_chosen: id.
        add_wanted: Another object.
        rename_chosen: id, name.
        color_chosen: id, `#RRGGBB`.
        visible_chosen: id, whether it shall be shown.
        locked_chosen: id, whether it shall be locked.
        solo_wanted: id of the object to show alone, or no longer alone, and whether it was marked before.
        order_chosen: list of ids.
        delete_wanted: id.
        menu_wanted: Place on the screen where the menu of the marked object is to open.
    """

    object_chosen = Signal(int)
    add_wanted = Signal()
    rename_chosen = Signal(int, str)
    color_chosen = Signal(int, str)
    visible_chosen = Signal(int, bool)
    locked_chosen = Signal(int, bool)
    solo_wanted = Signal(int, bool)
    order_chosen = Signal(list)
    delete_wanted = Signal(int)
    menu_wanted = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("OBJECTS"), parent)
        self._model = ObjectsModel()
        self._delegate = ObjectsDelegate(self)
        self.list = _ObjectList()
        self._empty = QLabel(tr(_EMPTY))
        self._pages = _Pages()
        self._add = QToolButton()
        self._build()
        self._connect()
        self.set_objects(())

    def set_objects(self, objects: Sequence[CutObject]) -> None:
        """Show these, in this order."""
        chosen = self.selected
        self._model.set_objects(objects)
        self.set_selected(chosen)
        self._pages.setCurrentWidget(self.list if objects else self._empty)

    def set_states(self, states: Mapping[int, ObjectState]) -> None:
        """Say how far each object is, by id."""
        self._model.set_states(states)

    def set_selected(self, object_id: int) -> None:
        """Mark an object; no signal."""
        row = self._model.row_of(object_id)
        selection = self.list.selectionModel()
        selection.blockSignals(True)
        self.list.setCurrentIndex(self._model.index(row)) if row >= 0 else selection.clear()
        selection.blockSignals(False)
        self.list.scrollTo(self.list.currentIndex())
        self.list.viewport().update()

    @property
    def selected(self) -> int:
        """The id of the marked object, 0 for none."""
        index = self.list.currentIndex()
        return self._model.object_at(index).id if index.isValid() else 0

    def set_solo(self, solo: bool) -> None:
        """Whether the marked object alone is shown, whatever the eyes say."""
        self._delegate.set_solo(solo)
        self.list.viewport().update()

    def set_can_add(self, can: bool) -> None:
        """Whether there is footage to cut objects from."""
        self._add.setEnabled(can)

    def start_rename(self) -> None:
        """Let the user type a name for the selected object."""
        if self.list.currentIndex().isValid():
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.list.edit(self.list.currentIndex())

    def choose_color(self) -> None:
        """Offer colours for the marked object."""
        if self.selected:
            self._choose_color(self.selected, RowParts.within(self.list.visualRect(self.list.currentIndex())).chip)

    def place_of_selected(self) -> QPoint:
        """Where a menu of the marked object may open, on the screen."""
        row = self.list.visualRect(self.list.currentIndex())
        return self.list.viewport().mapToGlobal(RowParts.within(row).text.bottomLeft())

    def _build(self) -> None:
        set_tip(self._add, tr("<b>New object</b>&nbsp;&nbsp;Ctrl+N<br>The next click belongs to it."))
        self._add.setAccessibleName(tr("New object"))
        self._add.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._add.setAutoRaise(True)
        self.head.addWidget(self._add)
        self.outside.setContentsMargins(8, 8, 8, 8)
        self.head.setContentsMargins(8, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(8, 0, 8, 0)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        theme.mark(self._empty, "quiet", True)
        self.list.setModel(self._model)
        self.list.setItemDelegate(self._delegate)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.list)
        self.body.addWidget(self._pages, 1)
        self._add.setIcon(icon("add"))

    def _connect(self) -> None:
        self._add.clicked.connect(self.add_wanted)
        self.list.selectionModel().currentChanged.connect(self._chosen)
        self.list.delete_pressed.connect(self._delete)
        self.list.menu_pressed.connect(self._ask_for_menu)
        self._model.order_chosen.connect(self.order_chosen)
        self._model.name_chosen.connect(self.rename_chosen)
        self._delegate.color_wanted.connect(self._choose_color)
        self._delegate.eye_clicked.connect(self._toggle_visible)
        self._delegate.lock_clicked.connect(self._toggle_locked)
        self._delegate.solo_clicked.connect(self._solo_clicked)

    def _chosen(self) -> None:
        if self.selected:
            self.object_chosen.emit(self.selected)

    def _object(self, object_id: int) -> CutObject:
        return self._model.object_at(self._model.index(self._model.row_of(object_id)))

    def _toggle_visible(self, object_id: int) -> None:
        self.visible_chosen.emit(object_id, not self._object(object_id).visible)

    def _toggle_locked(self, object_id: int) -> None:
        self.locked_chosen.emit(object_id, not self._object(object_id).locked)

    def _solo_clicked(self, object_id: int) -> None:
        self.solo_wanted.emit(object_id, self._model.row_of(object_id) == self.list.row_before)

    def _choose_color(self, object_id: int, chip: QRect) -> None:
        menu = ColorMenu(self._object(object_id).color, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.color_chosen.connect(partial(self.color_chosen.emit, object_id))
        menu.popup(self.list.viewport().mapToGlobal(chip.bottomLeft()))

    def _delete(self) -> None:
        if self.selected:
            self.delete_wanted.emit(self.selected)

    def _ask_for_menu(self, at: QPoint) -> None:
        """By the mouse the menu opens there, by a key below the marked row; where there is no object, not at all."""
        if self.selected:
            by_mouse = self.list.viewport().rect().contains(at)
            self.menu_wanted.emit(self.list.viewport().mapToGlobal(at) if by_mouse else self.place_of_selected())

    def changeEvent(self, event: QEvent) -> None:
        """Take the icon again, after a change of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._add.setIcon(icon("add"))


class _Pages(QStackedWidget):
    """As high as the highest page, so that the panel keeps its height; a wrapped sentence's wish must not change it."""

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        pages = (self.widget(place) for place in range(self.count()))
        return reduce(QSize.expandedTo, (page.sizeHint() for page in pages if page), QSize(0, 0))


class _ObjectList(QListView):
    """The view; says which keys were pressed that the list means itself.

    Attributes:
        row_before: The row that was marked before the mouse was pressed last.
    """

    delete_pressed = Signal()
    menu_pressed = Signal(QPoint)  # a place in the list; outside of it where a key asked

    def __init__(self) -> None:
        super().__init__()
        self.row_before = -1
        self.setObjectName("objects")
        self.setAccessibleName(tr("Objects"))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)

    def sizeHint(self) -> QSize:
        return QSize(200, _ROWS_WISHED * ROW + _RING)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, _ROWS_AT_LEAST * ROW + _RING)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.row_before = self.currentIndex().row()
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second press of two quick clicks."""
        self.row_before = self.currentIndex().row()
        super().mouseDoubleClickEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.menu_pressed.emit(QPoint(-1, -1) if by_key else event.pos())

    def selectionCommand(self, index: object, event: object = None) -> QItemSelectionModel.SelectionFlag:
        """One object is always selected while there is one: a click into the empty part changes nothing."""
        if not index.isValid():  # type: ignore[attr-defined] # any of Qt's two kinds of index
            return QItemSelectionModel.SelectionFlag.NoUpdate
        return QItemSelectionModel.SelectionFlag.ClearAndSelect
