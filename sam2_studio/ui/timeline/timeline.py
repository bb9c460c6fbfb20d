"""The timeline as the user handles it: scrubbing, zooming, ranges, markers, choosing lanes, tips.

It is told everything by setters and says by signals what the user wants; it knows no project and no engine.
"""

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from sam2_studio.core.changes import Marker
from sam2_studio.core.frames import FrameRange
from sam2_studio.ui.language import tr
from sam2_studio.ui.timeline.display import ZOOM_STEP, TimelineDisplay
from sam2_studio.ui.timeline.lanes import describe
from sam2_studio.ui.timeline.layout import HEADER, RULER, THUMBNAILS, Zone
from sam2_studio.ui.timeline.marker_field import MarkerField
from sam2_studio.ui.timeline.notes_painter import FLAG_TOP

_GRIP = 7.0  # pixels from a handle in which it is caught
_CUT_GRIP = 4.0  # pixels from a cut in which its tip is shown


class Timeline(TimelineDisplay):
    """The timeline widget.

    Signals:
        frame_chosen: The frame to go to.
        range_chosen: FrameRange: the new in and out.
        object_chosen: The id of the object whose lane or name was clicked.
        next_keyframe_wanted: The id of the object whose lane was double-clicked.
        marker_moved: The marker's frame and the one to which it was dragged.
        marker_edited: The marker's frame and its new text.
        marker_deleted: The marker's frame.
    """

    frame_chosen = Signal(int)
    range_chosen = Signal(object)
    object_chosen = Signal(int)
    next_keyframe_wanted = Signal(int)
    marker_moved = Signal(int, int)
    marker_edited = Signal(int, str)
    marker_deleted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drag = ""
        self._pan_from = (0.0, 0.0)
        self._range_from = 0
        self._dragged: Marker | None = None
        self._marker_from = 0
        self._field = MarkerField(self)
        self._field.text_given.connect(self.marker_edited)
        self._menu: QMenu | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def write_marker(self, frame: int) -> None:
        """Let the user write the text of the marker on a frame."""
        text = next((marker.text for marker in self._markers if marker.frame == frame), "")
        self._field.start(frame, text, HEADER + self._scale.centre_of(frame))

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

    def _marker_at(self, position: QPointF) -> Marker | None:
        """The marker whose flag is there."""
        if not FLAG_TOP <= position.y() < RULER or position.x() < HEADER - _GRIP:
            return None
        x = position.x() - HEADER
        near = min(self._markers, key=lambda m: abs(self._scale.centre_of(m.frame) - x), default=None)
        return near if near is not None and abs(self._scale.centre_of(near.frame) - x) < _GRIP else None

    def _drag_range(self, position: QPointF) -> None:
        """In and out round what was dragged over, both ends within."""
        first, last = sorted((self._range_from, self._frame_at(position)))
        self._range = FrameRange(first, last + 1)
        self._repaint()

    def _drag_marker(self, position: QPointF) -> None:
        if self._dragged is not None:
            others = [marker for marker in self._markers if marker != self._dragged]
            self._dragged = Marker(self._frame_at(position), self._dragged.text)
            self.set_markers(sorted([*others, self._dragged], key=lambda marker: marker.frame))

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
        if self._clip is None or zone is Zone.NOTHING:
            return ""
        if zone in (Zone.RULER, Zone.THUMBNAILS):
            return self._ruler_tip(position)
        frame = self._frame_at(position)
        return "" if states is None else describe(states, frame, self._clip.source_number)

    def _ruler_tip(self, position: QPointF) -> str:
        assert self._clip is not None
        marker = self._marker_at(position)
        if marker is not None:
            where = tr("Marker on frame {number}", number=self._clip.source_number(marker.frame))
            return (
                f"{where}: {marker.text}" if marker.text else tr("{where}: double-click to write a note.", where=where)
            )
        handle = self._handle_at(position)
        if handle:
            return tr("In: drag to change, or press I.") if handle == "in" else tr("Out: drag to change, or press O.")
        for cut in self._cuts[abs(self._cuts - self._frame_at(position)) <= 1].tolist():
            if abs(self._scale.x_of(cut) - (position.x() - HEADER)) <= _CUT_GRIP:
                return tr("Cut: a shot begins with frame {number}.", number=self._clip.source_number(cut))
        scrub = tr("Drag to scrub; Shift and drag to set in and out; Ctrl and the wheel zoom.")
        return scrub if position.y() < RULER else ""

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
            self._follows = False  # a view that scrolls under the pointer would run away
            self._drag = self._drag_from(position, zone, event.modifiers())
            if self._drag == "scrub":
                self._scrub(position)

    def _drag_from(self, position: QPointF, zone: Zone, modifiers: Qt.KeyboardModifier) -> str:
        """What a drag that starts there does: "range", "marker", "in", "out" or "scrub"."""
        if modifiers & Qt.KeyboardModifier.ShiftModifier and zone in (Zone.RULER, Zone.THUMBNAILS):
            self._range_from = self._frame_at(position)
            return "range"
        marker = None if self._handle_at(position) else self._marker_at(position)
        if marker is not None:
            self._dragged, self._marker_from = marker, marker.frame
            return "marker"
        return self._handle_at(position) or "scrub"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._drag == "scrub":
            self._scrub(position)
        elif self._drag == "pan":
            moved = (position.x() - self._pan_from[0]) / self._scale.per_frame
            self._set_scale(self._scale.scrolled_to(self._pan_from[1] - moved))
        elif self._drag == "range":
            self._drag_range(position)
        elif self._drag == "marker":
            self._drag_marker(position)
        elif self._drag:
            self._drag_handle(position)
        else:
            over = bool(self._handle_at(position) or self._marker_at(position))
            self.setCursor(Qt.CursorShape.SizeHorCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, ""
        self._follows = True
        if self._clip is None:
            return
        if drag == "marker":
            self._drop_marker()
        elif drag in ("in", "out", "range") and self._range != self._clip.source_range:
            self.range_chosen.emit(self._range)
        elif drag in ("in", "out"):
            self._scrub(event.position())  # a click on a handle, not moved, means the frame beside it

    def _drop_marker(self) -> None:
        """A marker that was not moved is gone to."""
        dragged, self._dragged = self._dragged, None
        if dragged is not None and dragged.frame != self._marker_from:
            self.marker_moved.emit(self._marker_from, dragged.frame)
        elif dragged is not None:
            self.frame_chosen.emit(dragged.frame)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        zone, object_id = self._layout().zone_at(event.position().x(), event.position().y())
        marker = self._marker_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if zone is Zone.LANE:
            self.next_keyframe_wanted.emit(object_id)
        elif marker is not None:
            self.write_marker(marker.frame)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the marker under the pointer."""
        marker = self._marker_at(QPointF(event.pos()))
        if marker is None:
            return
        self._menu = QMenu(self)
        self._menu.addAction(tr("Edit note…")).triggered.connect(lambda: self.write_marker(marker.frame))
        self._menu.addAction(tr("Delete marker")).triggered.connect(lambda: self.marker_deleted.emit(marker.frame))
        self._menu.popup(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll through the frames; with Ctrl zoom at the pointer; over the names scroll the lanes."""
        across, along = event.angleDelta().x(), event.angleDelta().y()
        if event.position().x() < HEADER:
            self._lanes_bar.setValue(self._lanes_bar.value() - along // 4)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._set_scale(self._scale.zoomed(ZOOM_STEP ** (along / 120), event.position().x() - HEADER))
        else:
            notches = (across or along) / 120
            self._set_scale(self._scale.scrolled_to(self._scale.first - notches * self._scale.shown / 10))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom around the playhead; all else belongs to the window."""
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom_out()
        else:
            super().keyPressEvent(event)
