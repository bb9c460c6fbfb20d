"""Tools: turn what the mouse does into what the user means. They know view and prompts, no pixels and no document.

Every tool gets press, move and release in the widget's logical pixels and answers with an intent, or None.
"""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt

from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.prompts import PromptSet
from sam2_studio.ui.canvas.hit_test import point_at
from sam2_studio.ui.canvas.transform import ViewTransform

DRAG_FROM = 4.0  # logical pixels from which a press becomes a drag

_ALT = Qt.KeyboardModifier.AltModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


class ToolKind(StrEnum):
    """What the pointer does: the first two prompt the network, the others draw the mask by hand."""

    POINTS = "points"
    BOX = "box"
    BRUSH = "brush"
    ERASER = "eraser"
    LASSO = "lasso"
    FILL = "fill"
    HAIR = "hair"  # draws where the matte's band is wider, not the mask

    @property
    def is_hand(self) -> bool:
        return self not in (ToolKind.POINTS, ToolKind.BOX)

    @property
    def is_brush(self) -> bool:
        return self in (ToolKind.BRUSH, ToolKind.ERASER, ToolKind.HAIR)

    @property
    def draws_mask(self) -> bool:
        return self.is_hand and self is not ToolKind.HAIR


@dataclass(frozen=True)
class AddPoint:
    at: Point
    positive: bool


@dataclass(frozen=True)
class MovePoint:
    """Also while it is dragged, then not `done`."""

    index: int
    at: Point
    done: bool


@dataclass(frozen=True)
class DeletePoint:
    index: int


@dataclass(frozen=True)
class DrawBox:
    """Also while it is dragged, then not `done`."""

    box: Box
    done: bool


@dataclass(frozen=True)
class PickObject:
    at: Point


Intent = AddPoint | MovePoint | DeletePoint | DrawBox | PickObject


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """One event of mouse or pen: position in the widget, button pressed, modifiers held, pressure from 0 to 1."""

    x: float
    y: float
    right: bool = False
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    pressure: float = 1.0


class PromptTool:
    """The tool in hand; of points and boxes also the gestures: a click adds a point, a drag draws a box.

    Attributes:
        kind: Which tool. The box tool draws boxes only.
        swapped: The left button removes and the right one adds.
    """

    def __init__(self) -> None:
        self.kind = ToolKind.POINTS
        self.swapped = False
        self._press: Pointer | None = None
        self._point: int | None = None
        self._dragging = False

    @property
    def is_pressed(self) -> bool:
        return self._press is not None

    def adds(self, pointer: Pointer) -> bool:
        """Whether a click or stroke there and now adds (else it removes); the eraser turns all of it round."""
        turned = pointer.right or bool(pointer.modifiers & _ALT)
        return turned == (self.swapped != (self.kind is ToolKind.ERASER))

    def press(self, pointer: Pointer, view: ViewTransform, prompts: PromptSet) -> Intent | None:
        over = point_at(prompts, view, pointer.x, pointer.y)
        if over is not None and pointer.modifiers & _CONTROL:
            return DeletePoint(over)
        if pointer.modifiers & _SHIFT and not pointer.right:
            return PickObject(view.to_image(pointer.x, pointer.y))
        self._press, self._point, self._dragging = pointer, None if pointer.right else over, False
        return None

    def move(self, pointer: Pointer, view: ViewTransform) -> Intent | None:
        start = self._press
        if start is None:
            return None
        far = max(abs(pointer.x - start.x), abs(pointer.y - start.y)) >= DRAG_FROM
        self._dragging = self._dragging or far
        return self._drag(pointer, view, done=False) if self._dragging else None

    def release(self, pointer: Pointer, view: ViewTransform) -> Intent | None:
        start, dragged = self._press, self._dragging
        if start is None:
            return None
        intent: Intent | None
        if dragged:
            intent = self._drag(pointer, view, done=True)
        elif self._point is not None or self.kind is ToolKind.BOX:
            intent = None
        else:
            at = view.to_image(start.x, start.y)
            intent = AddPoint(at, self.adds(start)) if at.inside(view.image) else None
        self.cancel()
        return intent

    def cancel(self) -> None:
        """Forget the press: the button was let go elsewhere, or Escape was pressed."""
        self._press, self._point, self._dragging = None, None, False

    def _drag(self, pointer: Pointer, view: ViewTransform, *, done: bool) -> Intent | None:
        start = self._press
        if start is None or start.right:
            return None
        at = view.to_image(pointer.x, pointer.y)
        if self._point is not None:
            return MovePoint(self._point, _inside(at, view), done)
        box = Box.spanning(view.to_image(start.x, start.y), at).clipped(view.image)
        return DrawBox(box, done) if box.area > 0 else None


def _inside(point: Point, view: ViewTransform) -> Point:
    """The nearest point of the picture."""
    size = view.image
    return Point(min(max(point.x, 0.0), size.width - 0.5), min(max(point.y, 0.0), size.height - 0.5))
