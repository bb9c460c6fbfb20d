"""From prompts to masks: asks the engine for the mask of prompts that have none, puts the answer into their undo step.

Prompts are the truth: this only looks at which prompted frames lack a mask made from just these prompts, whatever
brought that about (a click, a redo, a program killed before the answer came).
"""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Point
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.core.records import lacks_mask, prompted_record
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.engine.requests import SegmentSettings
from sam2_studio.ui.engine_questions import SegmentAnswer, SegmentRequest
from sam2_studio.ui.engine_thread import EngineThread
from sam2_studio.ui.language import later, tr
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection
from sam2_studio.ui.subjects import Subjects


class Clicks(QObject):
    """Keeps prompted frames' masks in step with their prompts.

    Attributes:
        settings: How prompts are answered.
        subjects: Finds what a frame is about without a prompt.
        latest: The last answer that became a mask: its candidates are on offer while its prompts hold.

    Signals:
        busy_changed: Whether a mask of the window's making is awaited.
        preview_changed: Mask under the pointer, or None.
        answered: SegmentAnswer that became a mask.
        in_vain: A sentence: the mask that came doesn't follow the last click.
    """

    busy_changed = Signal(bool)
    preview_changed = Signal(object)
    answered = Signal(object)
    in_vain = Signal(str)

    def __init__(self, bridge: ProjectBridge, selection: Selection, engine: EngineThread) -> None:
        super().__init__(bridge)
        self._bridge, self._selection, self._engine = bridge, selection, engine
        self.settings = SegmentSettings()
        self.subjects = Subjects(bridge, selection, engine)
        self.latest: SegmentAnswer | None = None
        self._shown: Frame | None = None
        self._asked: dict[tuple[int, int], SegmentRequest] = {}
        self._to_check: set[tuple[int, int]] = set()
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._check)
        bridge.prompts_changed.connect(self._prompts_changed)
        bridge.replaced.connect(self._project_replaced)
        queued = Qt.ConnectionType.QueuedConnection
        engine.segmented.connect(self._answered, queued)
        engine.previewed.connect(self.preview_changed, queued)
        engine.segment_failed.connect(self._failed, queued)

    def set_frame(self, frame: Frame | None) -> None:
        """The frame that the canvas shows: its pixels needn't be decoded again."""
        self._shown = frame

    def preview(self, at: Point | None) -> None:
        """Show what a click at `at` would give; None ends it."""
        frame = self._shown
        if at is None or frame is None:
            self.preview_changed.emit(None)
            return
        prompts = self._bridge.project.prompts(self._selection.object_id, frame.number)
        wanted = prompts.with_point(PointPrompt(at))
        self._engine.preview(self._request(self._selection.object_id, frame.number, wanted))

    def select_subject(self) -> None:
        """Take what the frame shown is probably about; again, the next thing that it may be about."""
        self.subjects.select(self._shown)

    def choose_candidate(self, object_id: int, frame: int, candidate: int) -> None:
        """Take another of the masks that the network offers for the prompts of this frame (0 to 2)."""
        prompts = self._bridge.project.prompts(object_id, frame)
        if prompts:
            self._ask(object_id, frame, prompts, candidate)

    def next_candidate(self, step: int) -> None:
        """Take the next of the masks on offer for this frame's prompts, or with -1 the one before; round and round."""
        answer, shown = self.latest, self._shown
        place = (self._selection.object_id, shown.number if shown is not None else -1)
        if answer is None or not self.offers(answer, *place):
            return
        asked = self._asked.get(place, answer.request)
        now = asked.settings.candidate or 0
        self.choose_candidate(*place, (now + step) % len(answer.prediction.candidates))

    def offers(self, answer: SegmentAnswer, object_id: int, frame: int) -> bool:
        """Whether the candidates of an answer can be taken on a frame: it has these prompts and isn't painted over."""
        same = (answer.request.object_id, answer.request.number) == (object_id, frame)
        holds = self._bridge.project.prompts(object_id, frame) == answer.request.prompts
        return same and holds and not self._is_painted_over(object_id, frame) and bool(answer.prediction.candidates)

    def _prompts_changed(self, places: set[tuple[int, int]]) -> None:
        self._to_check |= places
        self._timer.start()

    def ask_what_is_missing(self) -> None:
        """Ask for the masks of all prompts that have none: a killed program never got them, or the model changed."""
        project = self._bridge.project
        self._asked.clear()
        self._to_check = {(o.id, f) for o in project.objects for f in project.prompted_frames(o.id)}
        self._timer.start()

    def _project_replaced(self) -> None:
        self._asked.clear()
        self._to_check.clear()
        self.latest = None
        self._timer.start()

    def _check(self) -> None:
        places, self._to_check = self._to_check, set()
        project = self._bridge.project
        for object_id, frame in sorted(places):
            prompts, record = project.prompts(object_id, frame), project.track(object_id).get(frame)
            if not prompts:
                self._asked.pop((object_id, frame), None)
                self._engine.forget_segment(object_id, frame)
            elif lacks_mask(record, prompts) and not self._is_asked(object_id, frame, prompts):
                self._ask(object_id, frame, prompts, None)
        self.busy_changed.emit(bool(self._asked))

    def _is_asked(self, object_id: int, frame: int, prompts: PromptSet) -> bool:
        request = self._asked.get((object_id, frame))
        return request is not None and request.prompts == prompts

    def _ask(self, object_id: int, frame: int, prompts: PromptSet, candidate: int | None) -> None:
        request = self._request(object_id, frame, prompts, candidate)
        self._asked[object_id, frame] = request
        self._engine.segment(request)
        self.busy_changed.emit(True)

    def _request(self, object_id: int, frame: int, prompts: PromptSet, candidate: int | None = None) -> SegmentRequest:
        shown = self._shown if self._shown is not None and self._shown.number == frame else None
        given = None if prompts.mask_id is None else self._bridge.file.mask(prompts.mask_id)
        history = self._bridge.file.history
        step = history.steps[history.done - 1].id if history.done else 0
        return SegmentRequest(
            object_id=object_id,
            number=frame,
            frame=shown,
            prompts=prompts,
            given=given,
            settings=replace(self.settings, candidate=candidate),
            step_id=step,
        )

    def _answered(self, answer: SegmentAnswer) -> None:
        request = answer.request
        place = (request.object_id, request.number)
        if self._asked.get(place) is not request:
            return
        del self._asked[place]
        if self._bridge.project.prompts(*place) == request.prompts and not self._is_painted_over(*place):
            self._bridge.put_masks(
                request.step_id, later("Mask"), [(*place, answer.prediction.mask, _record_of(answer))]
            )
            self.latest = answer
            self.answered.emit(answer)
            self._say_if_in_vain(answer)
        self.busy_changed.emit(bool(self._asked))

    def _say_if_in_vain(self, answer: SegmentAnswer) -> None:
        points, mask = answer.request.prompts.points, answer.prediction.mask
        if points and mask.contains(int(points[-1].at.x), int(points[-1].at.y)) != points[-1].positive:
            self.in_vain.emit(
                tr("The model doesn't follow this click. Click elsewhere, or use brush (B) and eraser (E).")
            )

    def _is_painted_over(self, object_id: int, frame: int) -> bool:
        """Whether the user painted here after the prompts were given: the brush has the last word."""
        record = self._bridge.project.track(object_id).get(frame)
        painted = record is not None and record.is_painted
        return painted and not lacks_mask(record, self._bridge.project.prompts(object_id, frame))

    def _failed(self, request: SegmentRequest) -> None:
        place = (request.object_id, request.number)
        if self._asked.get(place) is request:
            del self._asked[place]
        self.busy_changed.emit(bool(self._asked))


def _record_of(answer: SegmentAnswer) -> Callable[[int], MaskRecord]:
    request, prediction = answer.request, answer.prediction
    return lambda mask_id: prompted_record(
        mask_id,
        prediction.mask,
        score=prediction.score,
        recipe=answer.recipe,
        prompts=request.prompts,
        candidate=request.settings.candidate,
    )
