"""What the timeline shows: state, view and painting. What a user does with it is in `timeline.py`."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from sam2_studio.core.changes import Marker
from sam2_studio.core.clip import Clip
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.objects import CutObject
from sam2_studio.core.tracks import MaskTrack
from sam2_studio.ui import theme
from sam2_studio.ui.language import tr
from sam2_studio.ui.timeline.frame_painter import FramePainter
from sam2_studio.ui.timeline.lanes import LaneStates, LaneView, describe
from sam2_studio.ui.timeline.layout import FOOTER, HEADER, HEALTH, LEAST_LANE, MARGIN, RULER, THUMBNAILS, Layout
from sam2_studio.ui.timeline.scale import Scale
from sam2_studio.ui.timeline.still_painter import StillContent, paint_still
from sam2_studio.ui.timeline.thumbnails import Slot, Thumbnails, slots

ZOOM_STEP = 1.25  # of a notch of the wheel, and of a key
_THUMBNAIL_WAIT = 80  # ms without scrolling before thumbnails are asked for


class TimelineDisplay(QWidget):
    """Ruler, markers, thumbnails, cuts, a lane an object, health of the selected one, playhead, in and out.

    Signals:
        thumbnails_wanted: Frames whose thumbnails are in view and not known, from left to right.
        cuts_changed: Other cuts are shown.
    """

    thumbnails_wanted = Signal(list)
    cuts_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clip: Clip | None = None
        self._objects: tuple[CutObject, ...] = ()
        self._selected = 0
        self._current = 0
        self._working: int | None = None
        self._range: FrameRange | None = None
        self._markers: tuple[Marker, ...] = ()
        self._cuts: NDArray[np.intp] = np.empty(0, np.intp)
        self._searched: int | None = None
        self._in_timecode = False
        self._head: QWidget | None = None
        self._states: dict[int, LaneStates] = {}
        self._views: dict[int, tuple[int, Scale, LaneView]] = {}
        self._thumbnails = Thumbnails()
        self._aspect = 1.0
        self._scale = Scale(frames=1, width=1)
        self._follows = True
        self._still: QPixmap | None = None  # all but playhead and tracker, painted once
        self._lanes_bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._lanes_bar.valueChanged.connect(self._repaint)
        self._frames_bar = QScrollBar(Qt.Orientation.Horizontal, self)
        self._frames_bar.valueChanged.connect(self._scroll_bar_moved)
        self._thumbnail_timer = QTimer(self, singleShot=True, interval=_THUMBNAIL_WAIT)
        self._thumbnail_timer.timeout.connect(self._ask_for_thumbnails)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Timeline"))
        self._arrange()

    # What it shows

    @property
    def scale(self) -> Scale:
        """The view: which frames are shown, and where."""
        return self._scale

    @property
    def states(self) -> dict[int, LaneStates]:
        """What each lane shows, by object id; read-only."""
        return self._states

    @property
    def has_cuts(self) -> bool:
        """Whether any cut is known."""
        return len(self._cuts) > 0

    def set_clip(self, clip: Clip | None) -> None:
        """Show another clip, or other in and out of the same one, which keeps the view."""
        same = clip is not None and self._clip is not None and clip.info == self._clip.info
        self._clip = clip
        self._range = None if clip is None else clip.source_range
        if not same:
            self._cuts = np.empty(0, np.intp)
            self._thumbnails.clear()
            self._states.clear()
            self._views.clear()
            self._current = 0
            self._scale = Scale(frames=1 if clip is None else clip.info.frames, width=self._layout().content_width)
        self._arrange()

    def set_objects(self, objects: Sequence[CutObject]) -> None:
        """Show these lanes, in this order."""
        self._objects = tuple(objects)
        ids = {each.id for each in objects}
        self._states = {key: states for key, states in self._states.items() if key in ids}
        self._views.clear()
        self._arrange()

    def set_track(self, object_id: int, track: MaskTrack) -> None:
        """Show all masks of an object: for a project just opened."""
        self._states[object_id] = LaneStates.of_track(track, self._scale.frames)
        self._repaint()

    def update_track(self, object_id: int, track: MaskTrack, frames: Iterable[int]) -> None:
        """Show the changed masks of an object on these frames."""
        if object_id not in self._states:
            self.set_track(object_id, track)
        else:
            self._states[object_id].update(track, frames)
            self._repaint()

    def set_markers(self, markers: Sequence[Marker]) -> None:
        """Show these notes, in rising order of their frames."""
        self._markers = tuple(markers)
        self._repaint()

    def set_cuts(self, cuts: Iterable[int]) -> None:
        """Show that a shot begins with each of these frames, which rise."""
        new = np.fromiter(cuts, np.intp)
        if not np.array_equal(new, self._cuts):
            self._cuts = new
            self._repaint()
            self.cuts_changed.emit()

    def set_searched(self, frames: int | None) -> None:
        """Mark how many frames, from the first, were searched for cuts; None when nothing is searched."""
        self._searched = frames
        self.update()

    def show_timecode(self, in_timecode: bool) -> None:
        """Let the ruler count in timecode, or in the source's frame numbers."""
        self._in_timecode = in_timecode
        self._repaint()

    def set_head(self, head: QWidget) -> None:
        """Put a row of buttons left of the thumbnails."""
        self._head = head
        head.setParent(self)
        head.show()
        self._arrange()

    def set_current(self, frame: int) -> None:
        """Move the playhead; the view follows when it is left."""
        if frame == self._current:
            return
        before = self._playhead_rect()
        self._current = frame
        followed = self._scale.showing(frame)
        if self._follows and followed != self._scale:
            self._set_scale(followed)
        self.update(before.united(self._playhead_rect()).toAlignedRect())
        self._describe()

    def set_pixel_aspect(self, aspect: float) -> None:
        """Show thumbnails with pixels so wide to their height."""
        self._aspect = aspect
        self._thumbnail_timer.start()
        self._repaint()

    def set_selected(self, object_id: int) -> None:
        """Mark the object's lane and show its health."""
        self._selected = object_id
        self._arrange()
        self._describe()

    def set_progress(self, frame: int | None) -> None:
        """Mark the frame that is being tracked; None when nothing is."""
        self._working = frame
        self.update()

    def set_thumbnail(self, frame: int, picture: QImage) -> None:
        """Show the small picture of a frame."""
        self._thumbnails.put(frame, picture)
        self._repaint()

    def show_whole_clip(self) -> None:
        """Zoom out until the clip fits."""
        self._set_scale(Scale(frames=self._scale.frames, width=self._layout().content_width))

    def show_range(self) -> None:
        """Zoom to in and out, or, where they are in view already, to the whole clip."""
        if self._range is not None:
            near = self._scale.spanning(self._range.start, self._range.stop)
            self._set_scale(near if near != self._scale else self._scale.spanning(0, self._scale.frames))

    def zoom_in(self) -> None:
        self.zoom(ZOOM_STEP**2)

    def zoom_out(self) -> None:
        self.zoom(ZOOM_STEP**-2)

    def zoom(self, factor: float) -> None:
        """Zoom around the playhead."""
        self._set_scale(self._scale.zoomed(factor, self._scale.centre_of(self._current)))

    # View

    def _repaint(self) -> None:
        """Paint everything anew, once the event loop comes to it."""
        self._still = None
        self.update()

    def _layout(self) -> Layout:
        return Layout(
            width=self.width(),
            height=self.height(),
            object_ids=tuple(each.id for each in self._objects),
            selected=self._selected,
            scroll=self._lanes_bar.value(),
        )

    def _arrange(self) -> None:
        """Fit scroll bars and scale to size and lanes."""
        layout = self._layout()
        most = round(layout.most_scroll)
        self._lanes_bar.setRange(0, most)
        self._lanes_bar.setPageStep(max(1, round(layout.lanes_height)))
        self._lanes_bar.setSingleStep(LEAST_LANE)
        self._lanes_bar.setVisible(most > 0)
        self._lanes_bar.setGeometry(self.width() - 12, round(layout.lanes_top), 10, round(layout.lanes_height))
        if self._head is not None:
            self._head.setGeometry(8, RULER + (THUMBNAILS - 28) // 2, HEADER - 16, 28)
        self._frames_bar.setGeometry(HEADER, self.height() - FOOTER, round(layout.content_width), FOOTER - 2)
        self._set_scale(self._scale.resized(layout.content_width))

    def _set_scale(self, scale: Scale) -> None:
        self._scale = scale
        self._frames_bar.blockSignals(True)
        self._frames_bar.setRange(0, round(1000 * (scale.frames - scale.shown)))
        self._frames_bar.setPageStep(max(1, round(1000 * scale.shown)))
        self._frames_bar.setSingleStep(max(1, round(100 * scale.shown)))
        self._frames_bar.setValue(round(1000 * scale.first))
        self._frames_bar.blockSignals(False)
        self._frames_bar.setVisible(scale.zoom > 1)
        self._thumbnail_timer.start()
        self._repaint()

    def _scroll_bar_moved(self, thousandths: int) -> None:
        self._set_scale(self._scale.scrolled_to(thousandths / 1000))

    def _slots(self) -> list[Slot]:
        if self._clip is None:
            return []
        size = self._clip.info.size
        return slots(self._scale, max(24.0, THUMBNAILS * size.width * self._aspect / size.height))

    def _ask_for_thumbnails(self) -> None:
        missing = self._thumbnails.missing([slot.frame for slot in self._slots()])
        if missing and self.isVisible():
            self.thumbnails_wanted.emit(missing)

    def _view(self, object_id: int) -> LaneView | None:
        """The lane's view, made anew only after a change of masks or scale."""
        states = self._states.get(object_id)
        if states is None:
            return None
        known = self._views.get(object_id)
        if known is not None and known[:2] == (states.revision, self._scale):
            return known[2]
        view = states.view(self._scale, self.devicePixelRatioF())
        self._views[object_id] = (states.revision, self._scale, view)
        return view

    def _playhead_rect(self) -> QRectF:
        reach = max(8.0, self._scale.per_frame)
        return QRectF(HEADER + self._scale.centre_of(self._current) - reach, 0, 2 * reach, self.height())

    def _describe(self) -> None:
        """What a screen reader says of the playhead's place."""
        if self._clip is None:
            self.setAccessibleDescription(tr("No footage"))
            return
        number = self._clip.source_number(self._current)
        states = self._states.get(self._selected)
        name = next((each.name for each in self._objects if each.id == self._selected), "")
        said = (
            f"{name}: {describe(states, self._current, self._clip.source_number)}"
            if states is not None
            else tr("Frame {number}.", number=number)
        )
        self.setAccessibleDescription(said)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(900, RULER + THUMBNAILS + 3 * 28 + HEALTH + FOOTER)

    def minimumSizeHint(self) -> QSize:
        return QSize(HEADER + MARGIN + 200, RULER + THUMBNAILS + LEAST_LANE + HEALTH + FOOTER + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._paint(painter)
        finally:
            painter.end()

    def _paint(self, painter: QPainter) -> None:
        if self._clip is None:
            painter.fillRect(self.rect(), QColor(theme.tokens().surface_1))
            return
        if self._still is None:
            self._still = self._painted_still()
        painter.drawPixmap(0, 0, self._still)
        layout = self._layout()
        painter.setClipRect(QRectF(HEADER - 8, 0, layout.content_width + 16, self.height()))
        painter.translate(HEADER, 0)
        frames = FramePainter(painter, theme.tokens(), layout, self._scale)
        if self._searched is not None:
            frames.paint_searched(self._searched)
        if self._working is not None:
            frames.paint_working(self._working)
        frames.paint_current(self._current)

    def _painted_still(self) -> QPixmap:
        """Everything that doesn't move with the playhead: playing must cost no more than a copy of it."""
        ratio = self.devicePixelRatioF()
        still = QPixmap((QSizeF(self.size()) * ratio).toSize())
        still.setDevicePixelRatio(ratio)
        still.fill(QColor(theme.tokens().surface_1))
        layout = self._layout()
        tolerance = round(2 * THUMBNAILS / self._scale.per_frame) + 1
        content = StillContent(
            clip=self._clip,
            objects={each.id: each for each in self._objects},
            selected=self._selected,
            range=self._range,
            markers=self._markers,
            cuts=self._cuts,
            in_timecode=self._in_timecode,
            aspect=self._aspect,
            pictures=[(slot, self._thumbnails.nearest(slot.frame, tolerance)) for slot in self._slots()],
            states=self._states,
            views={row.object_id: self._view(row.object_id) for row in layout.visible_rows()},
        )
        painter = QPainter(still)
        try:
            paint_still(painter, content, layout, self._scale, self.font())
        finally:
            painter.end()
        return still

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Another theme, font or screen: nothing painted before holds."""
        super().changeEvent(event)
        self._repaint()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._views.clear()
            self._repaint()
        return super().event(event)
