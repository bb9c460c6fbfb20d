"""Wires the timeline to the document: what it shows besides masks, and what a user does on it."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, QSize, Qt, QThread
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sam2_studio.core.clip_times import ClipTimes
from sam2_studio.ui.cutting import Cutting
from sam2_studio.ui.editing import Editing
from sam2_studio.ui.frame_loader import FrameLoader
from sam2_studio.ui.markers import Markers
from sam2_studio.ui.navigation import Navigation
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection
from sam2_studio.ui.settings import Settings
from sam2_studio.ui.timeline.timeline import Timeline
from sam2_studio.ui.tracking import Tracking
from sam2_studio.ui.widgets.action_button import ActionButton

_HEAD = ("timeline_out", "timeline_in", "timeline_fit", "show_timecode")


class TimelineControl(QObject):
    """Keeps the timeline in step with markers, settings and the clip's own times.

    Attributes:
        markers: Edits of markers.
        cutting: Knows the clip's cuts.
    """

    def __init__(
        self,
        timeline: Timeline,
        bridge: ProjectBridge,
        playhead: Playhead,
        loader: FrameLoader,
        settings: Settings,
        tracking: Tracking,
    ) -> None:
        super().__init__(bridge)
        self._timeline, self._bridge, self._playhead = timeline, bridge, playhead
        self._loader, self._settings = loader, settings
        self.markers = Markers(bridge, playhead)
        self.cutting = Cutting(
            bridge, loader=loader, playhead=playhead, tracking=tracking, timeline=timeline, settings=settings
        )
        bridge.replaced.connect(self._show_markers)
        bridge.markers_changed.connect(self._show_markers)
        loader.timed.connect(self._take_times, Qt.ConnectionType.QueuedConnection)
        timeline.marker_moved.connect(self.markers.move)
        timeline.marker_edited.connect(self.markers.edit)
        timeline.marker_deleted.connect(self.markers.delete)
        self.markers.note_wanted.connect(timeline.write_marker)

    def targets(self) -> dict[str, object]:
        """Who has the slots of the actions table, by name."""
        return {
            "timeline": self._timeline,
            "timeline_control": self,
            "markers": self.markers,
            "cutting": self.cutting,
        }

    def let_go(self) -> list[QThread]:
        """The window closes; the threads that haven't ended yet."""
        return self.cutting.let_go()

    def listen(self, editing: Editing, selection: Selection, navigation: Navigation) -> None:
        """Let the user's gestures on the timeline reach those who act on them."""
        self._timeline.frame_chosen.connect(self._playhead.go_to)
        self._timeline.range_chosen.connect(editing.set_range)
        self._timeline.object_chosen.connect(selection.choose)
        self._timeline.next_keyframe_wanted.connect(navigation.keyframe_after)

    def add_buttons(self, actions: Mapping[str, QAction]) -> None:
        """Put the buttons for the view beside the thumbnails, and show what the settings say."""
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for name in _HEAD:
            button = ActionButton(actions[name])
            button.setProperty("flat", True)
            button.setFixedSize(27, 28)
            button.setIconSize(QSize(20, 20))
            row.addWidget(button)
        row.addStretch(1)
        self._timeline.set_head(head)
        actions["show_timecode"].setChecked(self._settings.now.timecode)
        self._timeline.show_timecode(self._settings.now.timecode)
        self.cutting.start(actions)

    def show_timecode(self, in_timecode: bool) -> None:
        """Count on the ruler in timecode or in frames, now and at the next start."""
        self._settings.change(timecode=in_timecode)
        self._timeline.show_timecode(in_timecode)

    def _show_markers(self) -> None:
        self._timeline.set_markers(self._bridge.project.markers)

    def _take_times(self, generation: int, times: ClipTimes) -> None:
        if generation == self._loader.generation:
            self._playhead.set_times(times)
