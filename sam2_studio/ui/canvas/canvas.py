"""The canvas as the user handles it: turns mouse and keys into signals. Knows no document."""

from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from sam2_studio.core.geometry import Point
from sam2_studio.core.prompts import NO_PROMPTS
from sam2_studio.ui.canvas.cursors import prompt_cursor
from sam2_studio.ui.canvas.display import WHEEL_STEP
from sam2_studio.ui.canvas.hand_canvas import HandCanvas
from sam2_studio.ui.canvas.hit_test import object_at, point_at
from sam2_studio.ui.canvas.pen import pen_pointer
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

_DRAWING_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace)


class Canvas(HandCanvas):
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
        self._pointer: Pointer | None = None
        self._pan_from: QPointF | None = None
        self._space = False
        self._space_dragged = False
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    @property
    def tool(self) -> PromptTool:
        return self._tool

    def set_tool(self, kind: str) -> None:
        """Take a tool by its name in `ToolKind`."""
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
                found = object_at(self.masks, at)
                if found is not None:
                    self.object_picked.emit(found)

    def _tool_changed(self) -> None:
        self._tool.cancel()
        self.drop_drawing()
        self._move_ring(self._pointer)
        self._show_cursor()
        self.tool_changed.emit(self._tool.kind, self._tool.swapped)

    def _show_cursor(self) -> None:
        if self._pan_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self.frame is None:
            self.setCursor(Qt.CursorShape.ArrowCursor)
        elif self._tool.kind.is_hand and self._target is None:
            self.setCursor(Qt.CursorShape.ForbiddenCursor)
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
        editable = pointer is not None and self._editable and not self._tool.kind.is_hand
        self._hovered = point_at(self._prompts, self._view, pointer.x, pointer.y) if pointer and editable else None
        if self._hovered != known:
            self.update()

    def _pointer_of(self, event: QMouseEvent) -> Pointer:
        at = event.position()
        right = event.button() == Qt.MouseButton.RightButton
        return Pointer(x=at.x(), y=at.y(), right=right, modifiers=event.modifiers())

    def _point_under(self, pointer: Pointer) -> Point | None:
        point = self._view.to_image(pointer.x, pointer.y)
        return point if self.frame is not None and point.inside(self._view.image) else None

    # Qt overrides

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.frame is None:
            return
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or (self._space and event.button() == Qt.MouseButton.LeftButton):
            self._pan_from, self._space_dragged = event.position(), self._space_dragged or not middle
            self._show_cursor()
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            if self._tool.kind.is_hand:
                self._hand_press(self._pointer_of(event))
                return
            prompts = self._prompts if self._editable else NO_PROMPTS
            self._act(self._tool.press(self._pointer_of(event), self._view, prompts))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointer = self._pointer_of(event)
        self._hover(pointer)
        if self._pan_from is not None:
            moved = event.position() - self._pan_from
            self._pan_from = event.position()
            self.pan(moved.x(), moved.y())
            return
        hand = self._tool.kind.is_hand
        if self.frame is not None and hand:
            self._hand_move(pointer)
        elif self.frame is not None:
            self._act(self._tool.move(pointer, self._view))
        point = self._point_under(pointer)
        self.hovered.emit(point)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) and not hand
        self.preview_wanted.emit(point if shift and not self._tool.is_pressed else None)
        self._show_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            self._pan_from = None
        elif self.frame is not None and self._tool.kind.is_hand:
            self._hand_release(self._pointer_of(event))
        elif self.frame is not None:
            self._act(self._tool.release(self._pointer_of(event), self._view))
            self._dragged_box = None  # also where it was dragged back to nothing
            self.update()
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick clicks are two clicks, but for the lasso, which the second one closes."""
        if self._lasso is not None:
            self.close_lasso()
        else:
            self.mousePressEvent(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen draws as hard as it presses, and rubs out with its other end; all other tools take it for a mouse."""
        panning = self._space or self._pan_from is not None
        if not self._tool.kind.is_brush or self.frame is None or panning:
            event.ignore()
            return
        pressed = event.type() == QEvent.Type.TabletPress
        pointer = pen_pointer(event, self._tool.kind, touches=pressed or self._stroke is not None)
        self._pointer = pointer
        if pressed:
            self._hand_press(pointer)
        elif event.type() == QEvent.Type.TabletMove:
            self._hand_move(pointer)
            self.hovered.emit(self._point_under(pointer))
        else:
            self._hand_release(pointer)
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        at, steps = event.position(), event.angleDelta().y() / 120
        if self.frame is not None and steps:
            self._set_view(self._view.zoomed(WHEEL_STEP**steps, at.x(), at.y()))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        self._move_ring(None)
        self.hovered.emit(None)
        self.preview_wanted.emit(None)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._show_cursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._hand_key(event.key()):
            return
        if _is_space(event):
            if not event.isAutoRepeat():
                self._space, self._space_dragged = True, False
                self._show_cursor()
        elif event.key() == Qt.Key.Key_Shift and self._pointer is not None and not self._tool.kind.is_hand:
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
        """Claim keys before shortcuts do.

        Space pans while it is held, and plays when it was only tapped; Esc, Enter and Backspace belong to what is
        being drawn.
        """
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and (_is_space(event) or self._claims(event)):
            event.accept()
            return True
        return super().event(event)

    def _claims(self, event: QKeyEvent) -> bool:
        return self.is_drawing and event.key() in _DRAWING_KEYS

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
