"""The list of objects as Qt's views want it. Holds a copy of values; a wished order goes out as a signal."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal

from sam2_studio.core.objects import CutObject
from sam2_studio.ui.language import tr
from sam2_studio.ui.panels.object_state import ObjectState, no_mask

_Index = QModelIndex | QPersistentModelIndex
_MIME = "application/x-sam2-studio-object"


class ObjectsModel(QAbstractListModel):
    """One row an object.

    Signals:
        order_chosen: list of ids: the order after a drop.
        name_chosen: id and the name that was typed.
    """

    order_chosen = Signal(list)
    name_chosen = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self._objects: tuple[CutObject, ...] = ()
        self._states: dict[int, ObjectState] = {}

    @property
    def ids(self) -> list[int]:
        return [each.id for each in self._objects]

    def object_at(self, index: _Index) -> CutObject:
        return self._objects[index.row()]

    def state_at(self, index: _Index) -> ObjectState:
        return self._states.get(self._objects[index.row()].id) or no_mask()

    def row_of(self, object_id: int) -> int:
        """The row of an object, -1 where there is none."""
        return self.ids.index(object_id) if object_id in self.ids else -1

    def set_objects(self, objects: Sequence[CutObject]) -> None:
        """Show these; rows stay where only values changed, so that selection and open editors do too."""
        if [each.id for each in objects] == self.ids:
            self._objects = tuple(objects)
            self._tell()
            return
        self.beginResetModel()
        self._objects = tuple(objects)
        self.endResetModel()

    def set_states(self, states: Mapping[int, ObjectState]) -> None:
        if states != self._states:
            self._states = dict(states)
            self._tell()

    def moved(self, object_id: int, to: int) -> list[int]:
        """The ids with one of them put before row `to` of the present order."""
        ids = self.ids
        place = ids.index(object_id)
        ids.pop(place)
        ids.insert(to - 1 if place < to else to, object_id)
        return ids

    def _tell(self) -> None:
        if self._objects:
            self.dataChanged.emit(self.index(0), self.index(len(self._objects) - 1))

    # Qt

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._objects)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        shown, state = self.object_at(index), self.state_at(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return shown.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            flags = [] if shown.visible else [tr("hidden")]
            flags += [tr("locked")] if shown.locked else []
            return ", ".join([f"{index.row() + 1} {shown.name}", state.text, *flags])
        return None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for the name; the list changes when the document does."""
        if role == Qt.ItemDataRole.EditRole and str(value) != self.object_at(index).name:
            self.name_chosen.emit(self.object_at(index).id, str(value))
        return False

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemIsDragEnabled
        )

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(_MIME, str(self.object_at(indexes[0]).id).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index) -> bool:
        """Ask for the new order; False, so that the view doesn't take the old row away itself."""
        object_id = int(bytes(data.data(_MIME).data()).decode() or 0)
        target = row if row >= 0 else parent.row() if parent.isValid() else len(self._objects)
        if object_id in self.ids:
            wanted = self.moved(object_id, target)
            if wanted != self.ids:
                self.order_chosen.emit(wanted)
        return False
