"""The canvas under hand tools: strokes, lassos and floods become masks. Prompts are `canvas.py`; knows no document."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Point
from sam2_studio.core.masks import Mask
from sam2_studio.engine.strokes import Dab, draw_stroke, fill_outline, flood
from sam2_studio.ui.canvas import hand_painting
from sam2_studio.ui.canvas.brush import Brush
from sam2_studio.ui.canvas.display import CanvasDisplay
from sam2_studio.ui.canvas.lasso import Lasso
from sam2_studio.ui.canvas.live_mask import LiveMask
from sam2_studio.ui.canvas.tools import Pointer, PromptTool, ToolKind
from sam2_studio.ui.language import later

_SIZING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
HAIR_ID, HAIR_COLOR = -1, "#F0E442"  # of the hair brush's strokes among the masks shown: no object has that id
_LABELS = {  # by tool, what it does when it adds and when it removes
    ToolKind.BRUSH: (later("Brush"), later("Erase")),
    ToolKind.ERASER: (later("Brush"), later("Erase")),
    ToolKind.LASSO: (later("Add lasso"), later("Cut lasso")),
    ToolKind.FILL: (later("Fill"), later("Remove island")),
    ToolKind.HAIR: (later("Hair brush"), later("Erase hair")),
}


@dataclass(frozen=True, kw_only=True)
class PaintTarget:
    """What hand tools draw on.

    Attributes:
        object_id: Whose mask; 0 for an object that the first stroke makes.
        mask: As stored, before edge settings; None where there is none yet.
        color: `#RRGGBB`.
    """

    object_id: int
    mask: Mask | None
    color: str


@dataclass
class _Stroke:
    """A brush stroke under way."""

    target: PaintTarget
    live: LiveMask
    value: int
    label: str
    last: Dab


class HandCanvas(CanvasDisplay):
    """A canvas that can be drawn on.

    Signals:
        hand_started: A hand tool was put down.
        mask_painted: Object id (0 for a new one), frame, its Mask as it is now, what was done.
        hair_painted: Object id, frame, Mask of the band's strokes as they are now, what was done.
        paint_refused: A hand tool was put down where nothing can be painted.
        nothing_to_fill: A flood found no closed region.
        brush_changed: Brush.
    """

    hand_started = Signal()
    mask_painted = Signal(int, int, object, str)
    hair_painted = Signal(int, int, object, str)
    paint_refused = Signal()
    nothing_to_fill = Signal()
    brush_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tool = PromptTool()
        self._brush = Brush()
        self._target: PaintTarget | None = None
        self._stroke: _Stroke | None = None
        self._lasso: Lasso | None = None
        self._sizing: tuple[Pointer, Brush] | None = None
        self._last_end: Point | None = None
        self._ring: Pointer | None = None

    @property
    def brush(self) -> Brush:
        return self._brush

    @property
    def is_drawing(self) -> bool:
        """Whether a stroke or a lasso is under way, which Esc drops."""
        return self._stroke is not None or self._lasso is not None

    def set_paint_target(self, target: PaintTarget | None) -> None:
        """Take what hand tools draw on; None where they may not. A stroke under way goes on."""
        self._target = target

    def set_brush(self, brush: Brush) -> None:
        """Take another brush."""
        if brush != self._brush:
            self._update_ring()
            self._brush = brush
            self._update_ring()
            self.brush_changed.emit(brush)

    def grow_brush(self) -> None:
        self.set_brush(self._brush.grown())

    def shrink_brush(self) -> None:
        self.set_brush(self._brush.shrunk())

    def set_frame(self, frame: Frame | None) -> None:
        """Show a frame; what was being drawn on another one is dropped."""
        if self.frame is None or frame is None or frame.number != self.frame.number:
            self.drop_drawing()
            self._last_end = None
        super().set_frame(frame)

    def drop_drawing(self) -> None:
        """Forget the stroke or lasso under way: the mask is as it was."""
        self._stroke, self._lasso, self._sizing = None, None, None
        self.set_live(None)

    # Gestures, in the widget's logical pixels

    def _hand_press(self, pointer: Pointer) -> None:
        kind = self._tool.kind
        if kind.is_brush and pointer.modifiers & _SIZING == _SIZING:
            self._sizing = (pointer, self._brush)
        elif self._target is None:
            self.paint_refused.emit()
        elif kind is ToolKind.LASSO:
            self._press_lasso(pointer, self._target)
        else:
            self.hand_started.emit()
            if kind.is_brush:
                self._start_stroke(pointer, self._target)
            else:
                self._fill(pointer, self._target)

    def _hand_move(self, pointer: Pointer) -> None:
        if self._sizing is not None:
            start, brush = self._sizing
            factor = self._view.scale_y if brush.in_picture else 1.0
            self.set_brush(brush.resized(brush.size + 2 * (pointer.x - start.x) / factor))
            return
        self._move_ring(pointer)
        if self._stroke is not None:
            self._draw(self._stroke, self._dab(pointer))
        elif self._lasso is not None:
            self._lasso.move(pointer, self._view)
            self.update()

    def _hand_release(self, pointer: Pointer) -> None:
        self._sizing = None
        if self._stroke is not None:
            stroke, self._stroke = self._stroke, None
            self._last_end = stroke.last.at
            self._finish(stroke.target, stroke.live, stroke.label)
        elif self._lasso is not None and self._lasso.release():
            self.close_lasso()

    def _hand_key(self, key: int) -> bool:
        """Act on a key that belongs to what is being drawn; whether it did."""
        if key == Qt.Key.Key_Escape and self.is_drawing:
            self.drop_drawing()
        elif self._lasso is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_lasso()
        elif self._lasso is not None and key == Qt.Key.Key_Backspace:
            if not self._lasso.take_back():
                self.drop_drawing()
        else:
            return False
        self.update()
        return True

    def close_lasso(self) -> None:
        """Fill the outline under way, or cut it out; with less than three corners it is dropped."""
        lasso, target = self._lasso, self._target
        self._lasso = None
        if lasso is not None and target is not None:
            live = self._live_of(target)
            live.note(fill_outline(live.pixels, lasso.corners, int(lasso.adds)))
            self._finish(target, live, self._label(lasso.adds))
        self.update()

    # Drawing

    def _start_stroke(self, pointer: Pointer, target: PaintTarget) -> None:
        live = self._live_of(target)
        self.set_live(live, HAIR_ID if self._tool.kind is ToolKind.HAIR else target.object_id, target.color)
        adds, dab = self._tool.adds(pointer), self._dab(pointer)
        straight = pointer.modifiers & _SHIFT and self._last_end is not None
        start = Dab(self._last_end, dab.radius) if straight and self._last_end is not None else dab
        self._stroke = _Stroke(target, live, int(adds), self._label(adds), start)
        self._draw(self._stroke, dab)

    def _draw(self, stroke: _Stroke, dab: Dab) -> None:
        """Draw on from the last dab to this one, and show just what changed."""
        area = draw_stroke(stroke.live.pixels, (stroke.last, dab), stroke.value, self._view.aspect)
        stroke.last = dab
        stroke.live.note(area)
        self.refresh_live(area)
        self.update(hand_painting.area_rect(self._view, area))

    def _fill(self, pointer: Pointer, target: PaintTarget) -> None:
        live, adds = self._live_of(target), self._tool.adds(pointer)
        at = self._view.to_image(pointer.x, pointer.y)
        area = flood(live.pixels, at, int(adds))
        live.note(area)
        if area:
            self._finish(target, live, self._label(adds))
        else:
            self.nothing_to_fill.emit()

    def _press_lasso(self, pointer: Pointer, target: PaintTarget) -> None:
        if self._lasso is None:
            self.hand_started.emit()
            self._lasso = Lasso(adds=self._tool.adds(pointer))
        if self._lasso.press(pointer, self._view):
            self.close_lasso()
        self.update()

    def _finish(self, target: PaintTarget, live: LiveMask, label: str) -> None:
        """Hand the mask over, if it changed; whoever takes it shows it before the live one goes."""
        mask = live.to_mask() if live.drawn else live.before
        if mask != live.before and self.frame is not None:
            painted = self.hair_painted if self._tool.kind is ToolKind.HAIR else self.mask_painted
            painted.emit(target.object_id, self.frame.number, mask, label)
        self.set_live(None)

    def _live_of(self, target: PaintTarget) -> LiveMask:
        return LiveMask(target.mask if target.mask is not None else Mask(self._view.image))

    def _dab(self, pointer: Pointer) -> Dab:
        at = self._view.to_image(pointer.x, pointer.y)
        return Dab(at, self._brush.radius(self._view, pointer.pressure))

    def _label(self, adds: bool) -> str:
        return _LABELS[self._tool.kind][0 if adds else 1]

    # Ring and line

    def _move_ring(self, pointer: Pointer | None) -> None:
        self._update_ring()
        self._ring = pointer if self._tool.kind.is_brush else None
        self._update_ring()

    def _update_ring(self) -> None:
        if self._ring is not None:
            self.update(hand_painting.ring_rect(self._ring.x, self._ring.y, self._ring_radius(self._ring)))

    def _ring_radius(self, pointer: Pointer) -> float:
        return self._brush.radius(self._view, pointer.pressure) * self._view.scale_y

    def _paint(self, painter: QPainter, exposed: QRectF) -> None:
        super()._paint(painter, exposed)
        if self._lasso is not None and self._lasso.corners:
            hand_painting.draw_lasso(painter, self._view, self._lasso.corners, self._lasso.ahead)
        if self._ring is not None and self._target is not None and self.frame is not None:
            hand_painting.draw_ring(painter, self._ring.x, self._ring.y, self._ring_radius(self._ring))
