"""Which object the user works on, in which view; the little state of the window that is not in the document."""

from PySide6.QtCore import QObject, Signal

from sam2_studio.core.objects import CutObject
from sam2_studio.ui.project_bridge import ProjectBridge


class Selection(QObject):
    """The selected object: always one of the project's, while it has any.

    Signals:
        changed: The id of the selected object, 0 for none.
    """

    changed = Signal(int)

    def __init__(self, bridge: ProjectBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._object_id = 0
        bridge.objects_changed.connect(self._stay_valid)
        bridge.replaced.connect(self._stay_valid)

    @property
    def object_id(self) -> int:
        return self._object_id

    @property
    def object(self) -> CutObject | None:
        return self._bridge.project.object(self._object_id)

    def choose(self, object_id: int) -> None:
        """Select an object; ids that the project lacks are passed over."""
        if object_id != self._object_id and self._bridge.project.object(object_id) is not None:
            self._object_id = object_id
            self.changed.emit(object_id)

    def choose_place(self, place: int) -> None:
        """Select by place in the list, from 0."""
        objects = self._bridge.project.objects
        if 0 <= place < len(objects):
            self.choose(objects[place].id)

    def choose_next(self) -> None:
        ids = [o.id for o in self._bridge.project.objects]
        if ids:
            place = ids.index(self._object_id) + 1 if self._object_id in ids else 0
            self.choose(ids[place % len(ids)])

    def _stay_valid(self) -> None:
        objects = self._bridge.project.objects
        ids = {o.id for o in objects}
        if self._object_id in ids:
            return
        self._object_id = objects[-1].id if objects else 0
        self.changed.emit(self._object_id)
