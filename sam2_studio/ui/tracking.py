"""Track runs: what to track from the document, results into one undo step at most 30 times a second, progress, stop."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from sam2_studio.batch.snapshot import frames_to_retrack, track_request
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.records import tracked_record
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.engine.passes import ends_at
from sam2_studio.engine.requests import Arrival, Direction, FrameResult, SegmentSettings
from sam2_studio.engine.run_progress import RunProgress
from sam2_studio.errors import PromptError
from sam2_studio.ui.engine_thread import EngineThread
from sam2_studio.ui.language import tr, tr_count
from sam2_studio.ui.navigation import following, preceding
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection
from sam2_studio.ui.track_batch import TrackBatch

_WRITES_A_SECOND = 30


class Tracking(QObject):
    """Runs the tracker over the project, one run at a time.

    Signals:
        running_changed: Whether a run goes on.
        progressed: done frames, all frames, frames a second, seconds left.
        ended: One sentence for the status bar.
    """

    running_changed = Signal(bool)
    progressed = Signal(int, int, float, float)
    ended = Signal(str)

    def __init__(self, bridge: ProjectBridge, selection: Selection, playhead: Playhead, engine: EngineThread) -> None:
        super().__init__(bridge)
        self._bridge, self._selection, self._playhead, self._engine = bridge, selection, playhead, engine
        self.settings = SegmentSettings()
        self.cuts: Callable[[], tuple[int, ...]] = tuple  # over which a run doesn't go; may raise PromptError
        self._run = 0
        self._step = 0
        self._waiting = TrackBatch()
        self._progress: RunProgress | None = None
        self._outdated: set[int] = set()
        self._label = self._edit = ""
        self._selected_only = False
        self._ends: tuple[int, ...] = ()
        self._started = 0.0
        self._timer = QTimer(self, interval=1000 // _WRITES_A_SECOND)
        self._timer.timeout.connect(self._write)
        bridge.prompts_changed.connect(self._prompts_changed)
        engine.tracked.connect(self._came, Qt.ConnectionType.QueuedConnection)
        engine.track_ended.connect(self._finished, Qt.ConnectionType.QueuedConnection)

    @property
    def is_running(self) -> bool:
        return self._run != 0

    @property
    def label(self) -> str:
        """What is tracked: "tracking man"."""
        return self._label

    def track_both(self) -> None:
        """Track from in to out, both ways from the keyframes."""
        if (clip := self._bridge.project.clip) is not None:
            self._track(Direction.BOTH, clip.source_range)

    def track_forwards(self) -> None:
        """Track from the playhead to out."""
        if (clip := self._bridge.project.clip) is not None:
            self._track(Direction.FORWARD, FrameRange(self._playhead.frame, clip.source_range.stop))

    def track_backwards(self) -> None:
        """Track from the playhead back to in."""
        if (clip := self._bridge.project.clip) is not None:
            self._track(Direction.BACKWARD, FrameRange(clip.source_range.start, self._playhead.frame + 1))

    def track_frame(self) -> None:
        """Track just the frame under the playhead, from the keyframes around it."""
        frame = self._playhead.frame
        self._track(Direction.BOTH, FrameRange(frame, frame + 1))

    def track_to_next_keyframe(self) -> None:
        """Track the selected object from the playhead to its next keyframe, without one to out."""
        if (clip := self._bridge.project.clip) is not None:
            frame, keys = self._playhead.frame, self._keyframes()
            stop = following(keys, frame)
            within = FrameRange(frame, clip.source_range.stop if stop is None else stop)
            self._track(Direction.BOTH, within, alone=True)

    def track_to_previous_keyframe(self) -> None:
        """Track the selected object from the playhead back to its keyframe before, without one to in."""
        if (clip := self._bridge.project.clip) is not None:
            frame, keys = self._playhead.frame, self._keyframes()
            start = preceding(keys, frame)
            within = FrameRange(clip.source_range.start if start is None else start + 1, frame + 1)
            self._track(Direction.BOTH, within, alone=True)

    def set_selected_only(self, wanted: bool) -> None:
        """Track the selected object and no other, or all that need it."""
        self._selected_only = wanted

    def _keyframes(self) -> tuple[int, ...]:
        return self._bridge.project.track(self._selection.object_id).keyframes

    def _track(self, direction: Direction, within: FrameRange, *, alone: bool = False) -> None:
        if self.is_running:
            return
        others = () if alone or self._selected_only else self._needing(within)
        self._start(others or (self._selection.object_id,), direction, within, None)

    def _needing(self, within: FrameRange) -> tuple[int, ...]:
        """Objects with a keyframe that lack masks in the range or have stale ones: the others needn't be done again."""
        project = self._bridge.project
        chosen = []
        for each in project.objects:
            track = project.track(each.id)
            lacks = any(frame not in track for frame in within)
            if (
                track.keyframes
                and not each.locked
                and (lacks or any(f in within for f in track.frames_where(stale=True)))
            ):
                chosen.append(each.id)
        return tuple(chosen)

    def retrack_stale(self) -> None:
        """Track the stretches between keyframes again in which something is stale."""
        project = self._bridge.project
        places = frozenset((o.id, frame) for o in project.objects for frame in frames_to_retrack(project, o.id))
        if places and not self.is_running and project.clip is not None:
            ids = tuple({object_id for object_id, _ in places})
            self._start(ids, Direction.BOTH, project.clip.available_range, places)

    def stop(self) -> None:
        """Stop the run at once; what came is kept."""
        if self.is_running:
            self._engine.stop_tracking()
            self._finished(self._run, True, False)

    def _start(
        self,
        object_ids: tuple[int, ...],
        direction: Direction,
        within: FrameRange,
        only: frozenset[tuple[int, int]] | None,
    ) -> None:
        project = self._bridge.project
        try:
            request = track_request(
                self._bridge.file, object_ids, direction, within, self.settings, only=only, cuts=self.cuts()
            )
            self._progress = RunProgress(request)
            if not self._progress.frames:
                raise PromptError(
                    tr("Nothing here can be tracked."), tr("Show the object on a frame nearby, or unlock some.")
                )
        except PromptError as error:
            self._bridge.refused.emit(error)
            return
        names = [o.name for o in project.objects if o.id in object_ids]
        one = len(names) == 1
        self._edit = f"Track {names[0]}" if one else f"Track {len(names)} objects"
        self._label = tr("tracking {name}", name=names[0] if one else tr("{count} objects", count=len(names)))
        self._step, self._waiting, self._ends = 0, TrackBatch(), ends_at(request)
        self._outdated.clear()
        self._started = monotonic()
        self._run = self._engine.track(request)
        self._timer.start()
        self.running_changed.emit(True)
        self.progressed.emit(0, self._progress.frames, 0.0, 0.0)

    def _came(self, run: int, result: FrameResult, recipe: str) -> None:
        if run == self._run and self._progress is not None:
            self._waiting.add(result, recipe)
            self._progress.take(result)

    def _write(self) -> None:
        """Put what came since the last time into the run's one step."""
        came, self._waiting = self._waiting, TrackBatch()
        masks = [
            (*place, result.mask, self._record_of(result, recipe))
            for place, (result, recipe) in came.masks.items()
            if self._is_wanted(result)
        ]
        settled = [place for place in came.settled if place[0] not in self._outdated]
        if masks or settled:
            self._step = self._bridge.put_masks(self._step, self._edit, masks, settled) or self._step
        if self._progress is not None:
            self._tell_progress(self._progress)

    def _tell_progress(self, progress: RunProgress) -> None:
        seconds = monotonic() - self._started
        rate = progress.done / seconds if seconds > 0 else 0.0
        left = (progress.frames - progress.done) / rate if rate > 0 else 0.0
        self.progressed.emit(progress.done, progress.frames, rate, left)

    def _is_wanted(self, result: FrameResult) -> bool:
        """Keyframes are the user's: the tracker remembers them, it doesn't rewrite them."""
        record = self._bridge.project.track(result.object_id).get(result.frame)
        return not (result.conditioning or (record is not None and record.is_key))

    def _prompts_changed(self, places: set[tuple[int, int]]) -> None:
        """What still comes for an object whose prompts changed during the run is out of date when it comes."""
        if self.is_running:
            self._outdated |= {object_id for object_id, _ in places}

    def _record_of(self, result: FrameResult, recipe: str) -> Callable[[int], MaskRecord]:
        # what its other side may still replace is stale until then, so that a run that was broken off is gone on with
        stale = result.object_id in self._outdated or result.arrival is Arrival.EARLY

        def record(mask_id: int) -> MaskRecord:
            made = tracked_record(
                mask_id, result.mask, score=result.score, absent=result.absent, recipe=recipe, health=result.health
            )
            return made.made_stale() if stale else made

        return record

    def _finished(self, run: int, stopped: bool, failed: bool) -> None:
        if run != self._run or self._progress is None:
            return
        self._write()
        self._timer.stop()
        self._run = 0
        self.running_changed.emit(False)
        outcome = tr("Stopped") if stopped else tr("Tracking failed") if failed else tr("Tracked")
        done, total = self._progress.done, self._progress.frames
        told = tr("{outcome}: {done} of {total} frames", outcome=outcome, done=done, total=total)
        self.ended.emit(told + self._told_cuts())

    def _told_cuts(self) -> str:
        clip = self._bridge.project.clip
        numbers = [] if clip is None else [str(clip.source_number(cut)) for cut in self._ends]
        if not numbers:
            return ""
        places = tr(" and ").join(numbers)
        return tr_count(", up to the cut at {places}", ", up to the cuts at {places}", len(numbers), places=places)
