"""Shows the document: pushes what changed into canvas, timeline, panels and actions. Decides nothing, edits nothing."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QImage

from sam2_studio.core.clip import AS_STORED
from sam2_studio.core.frames import Frame
from sam2_studio.core.health import in_words
from sam2_studio.core.objects import palette_color
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import NO_PROMPTS
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.ui.action_menus import enable_actions
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.hand_canvas import HAIR_COLOR, PaintTarget
from sam2_studio.ui.canvas.tools import ToolKind
from sam2_studio.ui.clicks import Clicks
from sam2_studio.ui.finding import Finding
from sam2_studio.ui.frame_loader import FrameLoader
from sam2_studio.ui.mask_looks import MaskLooks
from sam2_studio.ui.panels.edge_panel import EdgePanel
from sam2_studio.ui.panels.frame_panel import FramePanel
from sam2_studio.ui.panels.object_state import object_state
from sam2_studio.ui.panels.objects_panel import ObjectsPanel
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.runs import Runs
from sam2_studio.ui.selection import Selection
from sam2_studio.ui.timeline.lanes import LaneStates
from sam2_studio.ui.timeline.next_step import next_step
from sam2_studio.ui.timeline.timeline import Timeline
from sam2_studio.ui.timeline.transport import Transport
from sam2_studio.ui.words_below import shown_reasons


class Presenter(QObject):
    """Listens to the document and shows it.

    Attributes:
        finding: Asks about objects that were lost and are back.
    """

    def __init__(
        self,
        *,
        bridge: ProjectBridge,
        selection: Selection,
        playhead: Playhead,
        clicks: Clicks,
        runs: Runs,
        loader: FrameLoader,
        canvas: Canvas,
        looks: MaskLooks,
        timeline: Timeline,
        transport: Transport,
        objects: ObjectsPanel,
        frame_panel: FramePanel,
        edge: EdgePanel,
        actions: Mapping[str, QAction],
    ) -> None:
        super().__init__(bridge)
        self._bridge, self._selection, self._playhead = bridge, selection, playhead
        self._clicks, self._runs, self._loader = clicks, runs, loader
        self._canvas, self._looks, self._timeline, self._transport = canvas, looks, timeline, transport
        self._objects, self._frame_panel, self._edge = objects, frame_panel, edge
        self._actions = actions
        self.finding = Finding(bridge, selection, playhead, loader=loader, canvas=canvas)
        self._listen()

    def _listen(self) -> None:
        bridge = self._bridge
        bridge.replaced.connect(self._show_all)
        bridge.clip_changed.connect(self._show_clip)
        bridge.objects_changed.connect(self._show_objects)
        bridge.prompts_changed.connect(self._show_prompts)
        bridge.masks_changed.connect(self._show_masks)
        bridge.history_changed.connect(self._show_actions)
        bridge.refused.connect(self._show_settings)
        self._selection.changed.connect(self._show_selection)
        self._playhead.moved.connect(self._ask_for_frame)
        self._playhead.speed_changed.connect(self._transport.set_speed)
        self._runs.changed.connect(self._show_actions)
        self._clicks.answered.connect(self._show_candidates)
        self._clicks.busy_changed.connect(self._canvas.set_busy)
        self._clicks.subjects.busy_changed.connect(self._canvas.set_busy)
        self._clicks.preview_changed.connect(self._canvas.set_preview)
        self._canvas.shape_changed.connect(self._timeline.set_pixel_aspect)
        self._canvas.tool_changed.connect(self._show_canvas_masks)
        queued = Qt.ConnectionType.QueuedConnection
        self._loader.frame_ready.connect(self._show_frame, queued)
        self._loader.thumbnail_ready.connect(self._show_thumbnail, queued)
        self._timeline.thumbnails_wanted.connect(self._loader.want_thumbnails)
        self._timeline.cuts_changed.connect(self._show_actions)

    # Whole

    def _show_all(self) -> None:
        """Another project: nothing of the old one may stay."""
        self._canvas.set_frame(None)
        self._canvas.show_square_pixels(False)
        self._actions["square_pixels"].setChecked(False)
        self._clicks.set_frame(None)
        self._show_clip()
        for each in self._bridge.project.objects:
            self._timeline.set_track(each.id, self._bridge.project.track(each.id))
        self._show_objects()
        self._show_selection()

    def _show_clip(self) -> None:
        clip = self._bridge.project.clip
        self._playhead.set_clip(clip)
        self._timeline.set_clip(clip)
        self._transport.set_clip(clip)
        self._canvas.set_pixel_aspect(1.0 if clip is None else float(clip.info.pixel_aspect))
        self._objects.set_can_add(clip is not None)
        reading = AS_STORED if clip is None else clip.reading
        self._actions["deinterlace"].setChecked(reading.deinterlace)
        self._actions["premultiplied"].setChecked(reading.premultiplied)
        self._show_actions()

    # Frames

    def show_current_frame(self) -> None:
        """Ask for the picture under the playhead."""
        self._ask_for_frame(self._playhead.frame, 1)

    def _ask_for_frame(self, frame: int, direction: int) -> None:
        self._loader.show(frame, direction=direction)
        self._timeline.set_current(frame)
        self._transport.set_current(frame)
        self._show_frame_panel()
        self._show_actions()

    def _show_frame(self, generation: int, frame: Frame) -> None:
        """Picture and masks change together, so that no mask is seen on another frame's picture."""
        if generation != self._loader.generation:
            return
        self._canvas.set_frame(frame)
        self._clicks.set_frame(None if frame.stand_in else frame)
        self._show_canvas_masks()
        self._show_canvas_prompts()

    def _show_thumbnail(self, generation: int, frame: int, picture: QImage) -> None:
        if generation == self._loader.generation:
            self._timeline.set_thumbnail(frame, picture)

    # Parts

    def _show_objects(self) -> None:
        objects = self._bridge.project.objects
        self._timeline.set_objects(objects)
        self._objects.set_objects(objects)
        self._objects.set_selected(self._selection.object_id)
        self._show_states()
        self._show_settings()
        self._show_canvas_masks()
        self._show_actions()

    def _show_selection(self) -> None:
        self._objects.set_selected(self._selection.object_id)
        self._timeline.set_selected(self._selection.object_id)
        self._show_settings()
        self._show_frame_panel()
        self._show_canvas_masks()
        self._show_canvas_prompts()
        self._show_actions()

    def _show_prompts(self, places: set[tuple[int, int]]) -> None:
        if (self._selection.object_id, self._playhead.frame) in places:
            self._show_canvas_prompts()
            self._show_frame_panel()
        self._show_actions()

    def _show_masks(self, places: set[tuple[int, int]]) -> None:
        frames: dict[int, list[int]] = {}
        for object_id, frame in places:
            frames.setdefault(object_id, []).append(frame)
        for object_id, changed in frames.items():
            self._timeline.update_track(object_id, self._bridge.project.track(object_id), changed)
        if any(self._looks.concerns(frame) for _, frame in places):
            self._show_canvas_masks()
        if (self._selection.object_id, self._playhead.frame) in places:
            self._show_frame_panel()
        self._show_states()
        self._show_actions()

    def _show_states(self) -> None:
        clip = self._bridge.project.clip
        if clip is not None:
            states = {i: object_state(s, clip.source_range) for i, s in self._timeline.states.items()}
            self._objects.set_states(states)

    def _show_settings(self) -> None:
        """Show what is set for the selected object."""
        chosen = self._selection.object
        self._edge.set_edge(None if chosen is None else chosen.edge)
        self._actions["lock_object"].setChecked(chosen is not None and chosen.locked)

    # Canvas and this frame

    @property
    def _canvas_frame(self) -> int | None:
        frame = self._canvas.frame
        return None if frame is None else frame.number

    def _show_canvas_masks(self) -> None:
        frame = self._canvas_frame
        if frame is None:
            return
        self._looks.show()
        self._canvas.set_paint_target(self._paint_target(frame))

    def _paint_target(self, frame: int) -> PaintTarget | None:
        """What hand tools may draw on: the selected object, or one to be made; nothing that is locked."""
        project, chosen = self._bridge.project, self._selection.object
        if self._canvas.tool.kind is ToolKind.HAIR:
            if chosen is None or chosen.locked:
                return None
            return PaintTarget(object_id=chosen.id, mask=self._bridge.hair(chosen, frame), color=HAIR_COLOR)
        if chosen is None:
            return PaintTarget(object_id=0, mask=None, color=palette_color(project.highest_object_id + 1))
        record = project.track(chosen.id).get(frame)
        if chosen.locked or (record is not None and record.locked):
            return None
        return PaintTarget(object_id=chosen.id, mask=self._bridge.mask(chosen.id, frame), color=chosen.color)

    def _show_canvas_prompts(self) -> None:
        chosen, frame, project = self._selection.object, self._canvas_frame, self._bridge.project
        if chosen is None or frame is None:
            self._canvas.set_prompts(NO_PROMPTS, editable=False)
            self._canvas.set_ghosts(())
            return
        self._canvas.set_prompts(project.prompts(chosen.id, frame), editable=not chosen.locked)
        first = 0 if project.clip is None else project.clip.info.first_number
        others = (f for f in project.prompted_frames(chosen.id) if f != frame)
        self._canvas.set_ghosts([(f + first, project.prompts(chosen.id, f)) for f in others])

    def _show_frame_panel(self) -> None:
        project, chosen, frame = self._bridge.project, self._selection.object, self._playhead.frame
        self._frame_panel.set_prompts(None if chosen is None else project.prompts(chosen.id, frame))
        record = None if chosen is None else project.track(chosen.id).get(frame)
        self._frame_panel.set_mask(record, self._doubts(record))
        self._actions["lock_frame"].setChecked(record is not None and record.locked)
        self._actions["use_painted"].setChecked(record is not None and record.is_painted and record.is_anchor)
        self._show_candidates()

    def _doubts(self, record: MaskRecord | None) -> str:
        """Why the mask of this frame is doubtful, in words; "" where it isn't."""
        clip = self._bridge.project.clip
        if record is None or clip is None or not record.doubtful:
            return ""
        return shown_reasons(in_words(record.reasons, self._playhead.frame, clip.source_number))

    def _show_candidates(self) -> None:
        answer = self._clicks.latest
        if answer is not None and self._clicks.offers(answer, self._selection.object_id, self._playhead.frame):
            self._frame_panel.set_candidates(len(answer.prediction.candidates), answer.request.settings.candidate or 0)
        else:
            self._frame_panel.set_candidates(0, None)

    # Actions

    def _show_actions(self) -> None:
        states = self._timeline.states.values()
        holding = conditions(self._bridge, self._selection, self._playhead, self._runs, states)
        holding |= {"has_cuts"} if self._timeline.has_cuts else set()
        enable_actions(self._actions, holding)
        clip = self._bridge.project.clip
        if clip is None:
            return
        stale = sum(s.stale_count for s in states)
        missing = sum(s.missing_count(clip.source_range.start, clip.source_range.stop) for s in states if s.has_masks)
        has_masks = any(s.has_masks for s in states)
        running = self._runs.is_running
        self._transport.set_stale(0 if running else stale)
        self._transport.set_step(next_step(has_masks=has_masks, stale=stale, missing=missing, is_tracking=running))


def conditions(
    bridge: ProjectBridge,
    selection: Selection,
    playhead: Playhead,
    runs: Runs,
    states: Collection[LaneStates],
) -> set[str]:
    """Which conditions of `actions.CONDITIONS` hold; the lanes know what would take a walk through the tracks."""
    project, chosen, running = bridge.project, selection.object, runs.is_running
    tracks = [project.track(o.id) for o in project.objects]
    own = project.track(selection.object_id)
    here = own.get(playhead.frame)
    history = bridge.file.history if bridge.is_open else None
    holding = {
        "has_clip": project.clip is not None,
        "has_pixel_shape": project.clip is not None and project.clip.info.pixel_aspect != 1,
        "has_motion": project.clip is not None and project.clip.info.frames > 1,
        "has_object": chosen is not None,
        "has_others": chosen is not None and len(project.objects) > 1,
        "has_selection": chosen is not None,
        "has_keyframes": bool(own.keyframes),
        "has_painted": here is not None and here.is_painted,
        "has_mask": here is not None,
        "has_markers": bool(project.markers),
        "has_marker": any(marker.frame == playhead.frame for marker in project.markers),
        "has_masks": any(len(track) for track in tracks),
        "is_doubtful": here is not None and here.doubtful,
        "has_doubtful": any(state.doubtful_places() for state in states),
        "has_stale": not running and any(state.stale_count for state in states),
        "can_track": not running and can_track(project),
        "is_running": running,
        "can_undo": history is not None and bool(history.undo_label),
        "can_redo": history is not None and bool(history.redo_label),
    }
    return {name for name, holds in holding.items() if holds}


def can_track(project: Project) -> bool:
    """Whether there is a clip and an object with a prompt or a keyframe."""
    if project.clip is None or project.clip.info.frames < 2:
        return False
    return any(project.track(o.id).keyframes or project.prompted_frames(o.id) for o in project.objects if not o.locked)
