"""The list of objects: choose, add, name, colour, hide, lock, reorder, delete. Knows values, not the project."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QItemSelectionModel, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListView, QSizePolicy, QStackedWidget, QToolButton, QWidget

from sam2_studio.core.objects import CutObject
from sam2_studio.ui import theme
from sam2_studio.ui.icons import icon
from sam2_studio.ui.panels.color_menu import ColorMenu
from sam2_studio.ui.panels.object_state import ObjectState
from sam2_studio.ui.panels.objects_delegate import ROW, ObjectsDelegate
from sam2_studio.ui.panels.objects_model import ObjectsModel
from sam2_studio.ui.panels.section import Section

_EMPTY = "Click the subject in the picture, or drag a box around it: that makes the first object."
_ROWS_WISHED, _ROWS_AT_LEAST = 4, 2


class ObjectsPanel(Section):
    """The section OBJECTS.

    Signals:
        object_chosen: id.
        add_wanted: Another object.
        rename_chosen: id, name.
        color_chosen: id, `#RRGGBB`.
        visible_chosen: id, whether it shall be shown.
        locked_chosen: id, whether it shall be locked.
        order_chosen: list of ids.
        delete_wanted: id.
    """

    object_chosen = Signal(int)
    add_wanted = Signal()
    rename_chosen = Signal(int, str)
    color_chosen = Signal(int, str)
    visible_chosen = Signal(int, bool)
    locked_chosen = Signal(int, bool)
    order_chosen = Signal(list)
    delete_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("OBJECTS", parent)
        self._model = ObjectsModel()
        self._delegate = ObjectsDelegate(self)
        self.list = _ObjectList()
        self._empty = QLabel(_EMPTY)
        self._pages = QStackedWidget()
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
        self.list.viewport().update()

    @property
    def selected(self) -> int:
        """The id of the marked object, 0 for none."""
        index = self.list.currentIndex()
        return self._model.object_at(index).id if index.isValid() else 0

    def set_can_add(self, can: bool) -> None:
        """Whether there is footage to cut objects from."""
        self._add.setEnabled(can)

    def start_rename(self) -> None:
        """Let the user type a name for the selected object."""
        if self.list.currentIndex().isValid():
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.list.edit(self.list.currentIndex())

    def _build(self) -> None:
        self._add.setToolTip("<b>New object</b>&nbsp;&nbsp;Ctrl+N<br>The next click belongs to it.")
        self._add.setAccessibleName("New object")
        self._add.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._add.setIconSize(QSize(18, 18))
        self._add.setAutoRaise(True)
        self.head.addWidget(self._add)
        self.body.setContentsMargins(8, 8, 8, 8)
        self.head.setContentsMargins(8, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(8, 0, 8, 0)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        policy = self._empty.sizePolicy()
        policy.setHeightForWidth(False)  # the sentence must not make the panel lower than the list does
        self._empty.setSizePolicy(policy)
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
        self.list.move_pressed.connect(self._move)
        self._model.order_chosen.connect(self.order_chosen)
        self._model.name_chosen.connect(self.rename_chosen)
        self._delegate.color_wanted.connect(self._choose_color)
        self._delegate.eye_clicked.connect(self._toggle_visible)
        self._delegate.lock_clicked.connect(self._toggle_locked)

    def _chosen(self) -> None:
        if self.selected:
            self.object_chosen.emit(self.selected)

    def _object(self, object_id: int) -> CutObject:
        return self._model.object_at(self._model.index(self._model.row_of(object_id)))

    def _toggle_visible(self, object_id: int) -> None:
        self.visible_chosen.emit(object_id, not self._object(object_id).visible)

    def _toggle_locked(self, object_id: int) -> None:
        self.locked_chosen.emit(object_id, not self._object(object_id).locked)

    def _choose_color(self, object_id: int, chip: QRect) -> None:
        menu = ColorMenu(self._object(object_id).color, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.color_chosen.connect(partial(self.color_chosen.emit, object_id))
        menu.popup(self.list.viewport().mapToGlobal(chip.bottomLeft()))

    def _delete(self) -> None:
        if self.selected:
            self.delete_wanted.emit(self.selected)

    def _move(self, by: int) -> None:
        row = self._model.row_of(self.selected)
        target = row + by
        if row >= 0 and 0 <= target < self._model.rowCount():
            self.order_chosen.emit(self._model.moved(self.selected, target + 1 if by > 0 else target))

    def changeEvent(self, event: QEvent) -> None:
        """Take the icon again, after a change of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._add.setIcon(icon("add"))


class _ObjectList(QListView):
    """The view; says which keys were pressed that the list means itself."""

    delete_pressed = Signal()
    move_pressed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("objects")
        self.setAccessibleName("Objects")
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
        return QSize(200, _ROWS_WISHED * ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, _ROWS_AT_LEAST * ROW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        elif alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.move_pressed.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def selectionCommand(self, index: object, event: object = None) -> QItemSelectionModel.SelectionFlag:
        """One object is always selected while there is one: a click into the empty part changes nothing."""
        if not index.isValid():  # type: ignore[attr-defined] # any of Qt's two kinds of index
            return QItemSelectionModel.SelectionFlag.NoUpdate
        return QItemSelectionModel.SelectionFlag.ClearAndSelect
