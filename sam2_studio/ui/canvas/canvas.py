"""The canvas as the user handles it: turns mouse and keys into signals. Knows no document."""

from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QEnterEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from sam2_studio.core.geometry import Point
from sam2_studio.ui.canvas.cursors import prompt_cursor
from sam2_studio.ui.canvas.display import NO_PROMPTS, WHEEL_STEP, CanvasDisplay
from sam2_studio.ui.canvas.hit_test import object_at, point_at
from sam2_studio.ui.canvas.tools import (
    AddPoint,
    DeletePoint,
    DrawBox,
    Intent,
    MovePoint,
    PickObject,
    Pointer,
    PromptTool,
    ToolKind,
)


class Canvas(CanvasDisplay):
    """The canvas.

    Signals:
        point_added: Point, whether it adds.
        point_moved: Index, new Point.
        point_deleted: Index.
        box_drawn: Box.
        hovered: Point under the pointer, or None.
        preview_wanted: Point for which a preview is wanted, or None.
        object_picked: Id.
        play_tapped: Space was pressed and let go without dragging.
        file_dropped: List of Path.
        tool_changed: ToolKind, whether add and remove are swapped.
    """

    point_added = Signal(object, bool)
    point_moved = Signal(int, object)
    point_deleted = Signal(int)
    box_drawn = Signal(object)
    hovered = Signal(object)
    preview_wanted = Signal(object)
    object_picked = Signal(int)
    play_tapped = Signal()
    file_dropped = Signal(list)
    tool_changed = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tool = PromptTool()
        self._pointer: Pointer | None = None
        self._pan_from: QPointF | None = None
        self._space = False
        self._space_dragged = False
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAccessibleDescription(
            "Click what belongs to the object, right-click what doesn't, drag a box round it."
        )

    @property
    def tool(self) -> PromptTool:
        return self._tool

    def set_tool(self, kind: str) -> None:
        """Take a tool: "points" or "box"."""
        self._tool.kind = ToolKind(kind)
        self._tool_changed()

    def swap_sign(self) -> None:
        """Let the left button remove and the right one add, or the reverse."""
        self._tool.swapped = not self._tool.swapped
        self._tool_changed()

    # Intents

    def _act(self, intent: Intent | None) -> None:
        match intent:
            case AddPoint(at, positive):
                self.point_added.emit(at, positive)
            case DeletePoint(index):
                self.point_deleted.emit(index)
            case MovePoint(index, at, done):
                if done:
                    self.point_moved.emit(index, at)
                else:
                    self.set_prompts(self._prompts.with_moved_point(index, at), editable=True)
            case DrawBox(box, done):
                self._dragged_box = None if done else box
                if done:
                    self.box_drawn.emit(box)
                self.update()
            case PickObject(at):
                found = object_at(self._masks, at)
                if found is not None:
                    self.object_picked.emit(found)

    def _tool_changed(self) -> None:
        self._tool.cancel()
        self._show_cursor()
        self.tool_changed.emit(self._tool.kind, self._tool.swapped)

    def _show_cursor(self) -> None:
        if self._pan_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._frame is None:
            self.setCursor(Qt.CursorShape.ArrowCursor)
        elif self._hovered is not None:
            self.setCursor(Qt.CursorShape.SizeAllCursor)
        elif self._tool.kind is ToolKind.BOX:
            self.setCursor(prompt_cursor("", self.devicePixelRatioF()))
        else:
            adds = self._tool.adds(self._pointer or Pointer(x=0, y=0))
            self.setCursor(prompt_cursor("+" if adds else "-", self.devicePixelRatioF()))

    def _hover(self, pointer: Pointer | None) -> None:
        """Note what lies under the pointer; a point prompt there grows."""
        known = self._hovered
        self._pointer = pointer
        editable = pointer is not None and self._editable
        self._hovered = point_at(self._prompts, self._view, pointer.x, pointer.y) if pointer and editable else None
        if self._hovered != known:
            self.update()

    def _pointer_of(self, event: QMouseEvent) -> Pointer:
        at = event.position()
        right = event.button() == Qt.MouseButton.RightButton
        return Pointer(x=at.x(), y=at.y(), right=right, modifiers=event.modifiers())

    def _point_under(self, pointer: Pointer) -> Point | None:
        point = self._view.to_image(pointer.x, pointer.y)
        return point if self._frame is not None and point.inside(self._view.image) else None

    # Qt overrides

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._frame is None:
            return
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or (self._space and event.button() == Qt.MouseButton.LeftButton):
            self._pan_from, self._space_dragged = event.position(), self._space_dragged or not middle
            self._show_cursor()
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            prompts = self._prompts if self._editable else NO_PROMPTS
            self._act(self._tool.press(self._pointer_of(event), self._view, prompts))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointer = self._pointer_of(event)
        self._hover(pointer)
        if self._pan_from is not None:
            moved = event.position() - self._pan_from
            self._pan_from = event.position()
            self._set_view(self._view.panned(moved.x(), moved.y()))
            return
        if self._frame is not None:
            self._act(self._tool.move(pointer, self._view))
        point = self._point_under(pointer)
        self.hovered.emit(point)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.preview_wanted.emit(point if shift and not self._tool.is_pressed else None)
        self._show_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            self._pan_from = None
        elif self._frame is not None:
            self._act(self._tool.release(self._pointer_of(event), self._view))
        self._show_cursor()

    def wheelEvent(self, event: QWheelEvent) -> None:
        at, steps = event.position(), event.angleDelta().y() / 120
        if self._frame is not None and steps:
            self._set_view(self._view.zoomed(WHEEL_STEP**steps, at.x(), at.y()))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        self.hovered.emit(None)
        self.preview_wanted.emit(None)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._show_cursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_space(event):
            if not event.isAutoRepeat():
                self._space, self._space_dragged = True, False
                self._show_cursor()
        elif event.key() == Qt.Key.Key_Shift and self._pointer is not None:
            self.preview_wanted.emit(self._point_under(self._pointer))
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and self._space:
            self._space = False
            self._show_cursor()
            if not self._space_dragged:
                self.play_tapped.emit()
        elif event.key() == Qt.Key.Key_Shift:
            self.preview_wanted.emit(None)
        else:
            super().keyReleaseEvent(event)

    def event(self, event: QEvent) -> bool:
        """Claim Space before the play shortcut: it pans while it is held, and plays when it was only tapped."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_space(event):
            event.accept()
            return True
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.file_dropped.emit(paths)


def _is_space(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Space and not event.modifiers()
