"""The timeline as the user handles it: scrubbing, zooming, dragging in and out, choosing lanes, tips.

It is told everything by setters and says by signals what the user wants; it knows no project and no engine.
"""

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from sam2_studio.core.frames import FrameRange
from sam2_studio.ui.timeline.display import TimelineDisplay
from sam2_studio.ui.timeline.lanes import describe
from sam2_studio.ui.timeline.layout import HEADER, RULER, THUMBNAILS, Zone

_GRIP = 7.0  # pixels from a handle in which it is caught
_WHEEL_STEP = 1.25  # zoom by one notch


class Timeline(TimelineDisplay):
    """The timeline widget.

    Signals:
        frame_chosen: The frame to go to.
        range_chosen: FrameRange: the new in and out.
        object_chosen: The id of the object whose lane or name was clicked.
        next_keyframe_wanted: The id of the object whose lane was double-clicked.
    """

    frame_chosen = Signal(int)
    range_chosen = Signal(object)
    object_chosen = Signal(int)
    next_keyframe_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drag = ""
        self._pan_from = (0.0, 0.0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _frame_at(self, position: QPointF) -> int:
        return self._scale.frame_at(position.x() - HEADER)

    def _handle_at(self, position: QPointF) -> str:
        """ "in" or "out" where a handle is caught, else ""."""
        if self._range is None or position.y() > RULER + THUMBNAILS + 6 or position.x() < HEADER - _GRIP:
            return ""
        x = position.x() - HEADER
        to_in, to_out = (abs(x - self._scale.x_of(edge)) for edge in (self._range.start, self._range.stop))
        near = min(to_in, to_out)
        over_playhead = position.y() < 16 and abs(x - self._scale.centre_of(self._current)) < _GRIP
        if near > _GRIP or over_playhead:
            return ""
        return "in" if to_in == near else "out"

    def _drag_handle(self, position: QPointF) -> None:
        if self._range is None:
            return
        edge = round(self._scale.first + (position.x() - HEADER) / self._scale.per_frame)
        if self._drag == "in":
            self._range = FrameRange(min(max(edge, 0), self._range.stop - 1), self._range.stop)
        else:
            self._range = FrameRange(self._range.start, max(min(edge, self._scale.frames), self._range.start + 1))
        self._repaint()

    def _scrub(self, position: QPointF) -> None:
        frame = self._frame_at(position)
        if frame != self._current:
            self.frame_chosen.emit(frame)

    def _tip(self, position: QPointF) -> str:
        zone, object_id = self._layout().zone_at(position.x(), position.y())
        states = self._states.get(object_id)
        if zone is Zone.NAME:
            return next((each.name for each in self._objects if each.id == object_id), "")
        if self._clip is None or zone in (Zone.NOTHING, Zone.THUMBNAILS):
            return ""
        if zone is Zone.RULER:
            handle = self._handle_at(position)
            words = {"in": "In: drag to change, or press I at a frame.", "out": "Out: drag to change, or press O."}
            return words.get(handle, "Drag to scrub; the wheel zooms.")
        frame = self._frame_at(position)
        return "" if states is None else describe(states, frame, self._clip.source_number(frame))

    # Qt

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        zone, object_id = self._layout().zone_at(position.x(), position.y())
        if object_id and event.button() == Qt.MouseButton.LeftButton:
            self.object_chosen.emit(object_id)
        if self._clip is None or zone is Zone.NAME:
            return
        if event.button() == Qt.MouseButton.MiddleButton:
            self._drag, self._pan_from = "pan", (position.x(), self._scale.first)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._drag = self._handle_at(position) or "scrub"
            self._follows = False  # a view that scrolls under the pointer would run away
            if self._drag == "scrub":
                self._scrub(position)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._drag == "scrub":
            self._scrub(position)
        elif self._drag == "pan":
            moved = (position.x() - self._pan_from[0]) / self._scale.per_frame
            self._set_scale(self._scale.scrolled_to(self._pan_from[1] - moved))
        elif self._drag:
            self._drag_handle(position)
        else:
            over = bool(self._handle_at(position))
            self.setCursor(Qt.CursorShape.SizeHorCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, ""
        self._follows = True
        if drag not in ("in", "out") or self._clip is None:
            return
        if self._range != self._clip.source_range:
            self.range_chosen.emit(self._range)
        else:
            self._scrub(event.position())  # a click on a handle, not moved, means the frame beside it

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        zone, object_id = self._layout().zone_at(event.position().x(), event.position().y())
        if zone is Zone.LANE and event.button() == Qt.MouseButton.LeftButton:
            self.next_keyframe_wanted.emit(object_id)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; sideways or with Shift scroll; over the names scroll the lanes."""
        across, along = event.angleDelta().x(), event.angleDelta().y()
        if event.position().x() < HEADER:
            self._lanes_bar.setValue(self._lanes_bar.value() - along // 4)
        elif across or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            notches = (across or along) / 120
            self._set_scale(self._scale.scrolled_to(self._scale.first - notches * self._scale.shown / 10))
        elif along:
            self._set_scale(self._scale.zoomed(_WHEEL_STEP ** (along / 120), event.position().x() - HEADER))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom around the playhead; all else belongs to the window."""
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_WHEEL_STEP)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(1 / _WHEEL_STEP)
        else:
            super().keyPressEvent(event)
