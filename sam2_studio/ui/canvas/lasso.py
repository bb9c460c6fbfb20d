"""The lasso: a freehand loop by dragging, a polygon by clicks, or both mixed. Knows no pixels."""

from sam2_studio.core.geometry import Point
from sam2_studio.ui.canvas.tools import DRAG_FROM, Pointer
from sam2_studio.ui.canvas.transform import ViewTransform

CLOSE_REACH = 8.0  # logical pixels from the first corner within which a click closes the polygon


class Lasso:
    """One outline under way.

    Attributes:
        adds: Whether its inside will be added, else taken away.
        corners: In image coordinates, as drawn so far.
        ahead: Where the pointer is, for the line that would come next.
    """

    def __init__(self, *, adds: bool) -> None:
        self.adds = adds
        self.corners: list[Point] = []
        self.ahead: Point | None = None
        self._press: Pointer | None = None
        self._dragging = False
        self._freehand = False

    def press(self, pointer: Pointer, view: ViewTransform) -> bool:
        """Set a corner; whether the outline is closed by that."""
        if self.closes_at(pointer, view):
            return True
        self._press, self._dragging, self._freehand = pointer, False, not self.corners
        self.corners.append(view.to_image(pointer.x, pointer.y))
        return False

    def move(self, pointer: Pointer, view: ViewTransform) -> None:
        """Draw on while the button is held, else only lead the line on."""
        self.ahead = view.to_image(pointer.x, pointer.y)
        if self._press is None:
            return
        far = max(abs(pointer.x - self._press.x), abs(pointer.y - self._press.y)) >= DRAG_FROM
        self._dragging = self._dragging or far
        if self._dragging:
            self.corners.append(self.ahead)

    def release(self) -> bool:
        """Let go; whether the outline is closed by that: it is where all of it was one drag."""
        closed = self._dragging and self._freehand
        self._press, self._dragging, self._freehand = None, False, False
        return closed

    def take_back(self) -> bool:
        """Remove the last corner; whether any is left."""
        if self.corners:
            self.corners.pop()
        return bool(self.corners)

    def closes_at(self, pointer: Pointer, view: ViewTransform) -> bool:
        """Whether a click there closes the outline."""
        if len(self.corners) < 3 or self._press is not None:
            return False
        x, y = view.to_widget(self.corners[0])
        return max(abs(pointer.x - x), abs(pointer.y - y)) <= CLOSE_REACH
