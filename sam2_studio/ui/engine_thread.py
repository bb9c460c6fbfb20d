"""The one long-lived thread that owns the network. Nobody else touches torch; it is loaded here, once the window shows.

Requests may come from any thread; answers go out as signals. Receivers are methods of QObjects of the window's thread.
"""

import itertools
import logging
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QThread, Signal

from sam2_studio.core.clip import AS_STORED, Reading
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame
from sam2_studio.engine.jobs import CancelToken, JobQueue, Priority
from sam2_studio.engine.requests import FrameResult, TrackRequest
from sam2_studio.engine.shortage import is_shortage, shortage_told
from sam2_studio.engine.torch_libraries import load_libraries
from sam2_studio.errors import Cancelled, ModelError, StudioError
from sam2_studio.ui.engine_questions import (
    EngineLimits,
    LoadedModel,
    ModelWish,
    Proposals,
    SegmentAnswer,
    SegmentRequest,
)
from sam2_studio.ui.language import tr

if TYPE_CHECKING:
    from sam2_studio.engine.embeddings import FeatureCache
    from sam2_studio.engine.models import Model
    from sam2_studio.engine.segmenter import Segmenter

_log = logging.getLogger(__name__)

_PREVIEW = "preview"
_PROPOSE = "propose"
_TRACK = "track"
_MODEL = "model"


class EngineThread(QThread):
    """The engine.

    Signals:
        model_ready: LoadedModel.
        model_failed: ModelWish, StudioError; the model before stays in use.
        segmented: SegmentAnswer.
        previewed: Mask.
        segment_failed: SegmentRequest.
        proposed: Proposals.
        propose_failed: Nothing came of it.
        tracked: run id, FrameResult, recipe.
        track_ended: run id, whether it was stopped, whether it failed.
        memory_freed: Bytes.
        work_progressed: key, bytes or steps done.
        work_done: key, what came of it.
        work_failed: key, StudioError.
        failed: StudioError, for the message bar.
        noticed: One sentence that the user should know; nothing failed.
        moved: device, number type: memory ran short, and the model in use computes there now.
    """

    model_ready = Signal(object)
    model_failed = Signal(object, object)
    segmented = Signal(object)
    previewed = Signal(object)
    segment_failed = Signal(object)
    proposed = Signal(object)
    propose_failed = Signal()
    tracked = Signal(int, object, str)
    track_ended = Signal(int, bool, bool)
    memory_freed = Signal(object)
    work_progressed = Signal(str, int)
    work_done = Signal(str, object)
    work_failed = Signal(str, object)
    failed = Signal(object)
    noticed = Signal(str)
    moved = Signal(str, str)

    def __init__(
        self,
        open_source: Callable[[Path, Reading, Callable[[], bool]], FrameSource],
        wish: ModelWish,
        limits: EngineLimits,
    ) -> None:
        super().__init__()
        self.setObjectName("engine")
        self._open_source = open_source
        self._wish, self._limits = wish, limits
        self._queue = JobQueue()
        self._runs = itertools.count(1)
        self._path: Path | None = None
        self._reading = AS_STORED
        self._source: tuple[Path, Reading, FrameSource] | None = None
        self._segmenter: Segmenter | None = None
        self._features: FeatureCache | None = None
        self._still, self._tracking = False, False

    def set_footage(self, path: Path | None, reading: Reading = AS_STORED, *, still: bool = False) -> None:
        """Which media the following requests are about; what goes on for other footage is cancelled."""
        if (path, reading, still) == (self._path, self._reading, self._still):
            return
        self._queue.cancel(_TRACK)
        self._queue.cancel(_PREVIEW)
        self._queue.cancel(_PROPOSE)
        self._path, self._reading, self._still = path, reading, still

    def segment(self, request: SegmentRequest) -> None:
        """Ask for a mask; an older question for the same object and frame is dropped."""
        self._queue.submit(
            lambda token: self._segment(request),
            on_item=self.segmented.emit,
            on_end=lambda error: self._segment_ended(request, error),
            key=_click_key(request.object_id, request.number),
            priority=Priority.CLICK,
        )

    def forget_segment(self, object_id: int, number: int) -> None:
        """Drop the question for this object and frame."""
        self._queue.cancel(_click_key(object_id, number))

    def preview(self, request: SegmentRequest) -> None:
        """Ask what a click would give; only the newest question counts."""
        self._queue.submit(
            lambda token: (answer.prediction.mask for answer in self._segment(request)),
            on_item=self.previewed.emit,
            on_end=self._log_end,
            key=_PREVIEW,
            priority=Priority.PREVIEW,
        )

    def propose(self, frame: Frame) -> None:
        """Ask what a frame is about."""
        self._queue.submit(
            lambda token: self._propose(frame),
            on_item=self.proposed.emit,
            on_end=self._propose_ended,
            key=_PROPOSE,
            priority=Priority.CLICK,
        )

    def track(self, request: TrackRequest) -> int:
        """Start a track run and return its id; an older run is stopped."""
        run = next(self._runs)
        self._queue.submit(
            lambda token: self._track(request, token),
            on_item=lambda item: self.tracked.emit(run, *cast("tuple[FrameResult, str]", item)),
            on_end=lambda error: self._track_ended(run, error),
            key=_TRACK,
            priority=Priority.TRACK,
        )
        return run

    def stop_tracking(self) -> None:
        """Stop the run after the step under way."""
        self._queue.cancel(_TRACK)

    def use_model(self, wish: ModelWish) -> None:
        """Load another model; until it is there, and if it can't be loaded, the one before answers."""
        self._wish = wish
        self._queue.submit(
            lambda token: self._load(wish),
            on_item=self.model_ready.emit,
            on_end=lambda error: self._load_ended(wish, error),
            key=_MODEL,
            priority=Priority.MODEL,
        )

    def work(self, key: str, steps: Callable[["Model | None"], Generator[int, None, object]]) -> None:
        """Do something that takes long while nothing else is wanted; older work of the same key is dropped.

        Args:
            key: What it is.
            steps: Called on the engine's thread with the model in use; yields how far it is, returns what came of it.
        """
        self._queue.submit(
            lambda token: self._work(key, steps),
            on_item=lambda done: self.work_progressed.emit(key, done),
            on_end=lambda error: self._work_ended(key, error),
            key=f"work {key}",
        )

    def use_limits(self, limits: EngineLimits) -> None:
        """Take more or less of the machine, from the next step on."""
        self._limits = limits
        self._queue.submit(
            lambda token: self._keep_limits(),
            on_item=_no_item,
            on_end=self._log_end,
            key="limits",
            priority=Priority.MODEL,
        )

    def free_memory(self) -> None:
        """Let go of what is held for speed alone."""
        self._queue.submit(
            lambda token: self._free(), on_item=self.memory_freed.emit, on_end=self._log_end, key="free memory"
        )

    def let_go(self) -> list[QThread]:
        """End the thread after the step under way; itself."""
        self.requestInterruption()
        self._queue.wake()
        return [self]

    # On the engine's own thread

    def run(self) -> None:
        load_libraries()
        self._start()
        while not self.isInterruptionRequested():
            if not self._queue.step():
                self._queue.wait(0.25)
        self._queue.cancel_all()
        self._close_source()

    def _start(self) -> None:
        self.use_limits(self._limits)
        self.use_model(self._wish)

    def _keep_limits(self) -> Iterator[None]:
        from sam2_studio.engine.device import use_threads

        use_threads(self._limits.threads)
        if self._features is not None:
            self._features.set_limit(self._limits.feature_bytes)
        yield

    def _load(self, wish: ModelWish) -> Iterator[LoadedModel]:
        from sam2_studio.engine.device import name_of
        from sam2_studio.engine.embeddings import FeatureCache
        from sam2_studio.engine.models import load_model
        from sam2_studio.engine.segmenter import Segmenter

        model = load_model(wish.name, wish.device, wish.dtype)
        self._features = FeatureCache(self._limits.feature_bytes)
        self._segmenter = Segmenter(model, self._features, self._gave_way)
        yield LoadedModel(name=model.name, recipe=model.pin, device=model.device.type, dtype=name_of(model.dtype))
        if model.notice:
            self.noticed.emit(model.notice)

    def _free(self) -> Iterator[int]:
        from sam2_studio.engine.device import memory_report

        before = memory_report()
        if self._segmenter is not None:
            self._segmenter.relief.empty()
            if not self._tracking:
                self._segmenter.relief.restore()
        after = memory_report()
        yield max(0, before.process + before.gpu - after.process - after.gpu)

    def _gave_way(self, sentence: str) -> None:
        """Memory ran short: tell what was done, and where the model computes now."""
        from sam2_studio.engine.device import name_of

        model = self._loaded().looks.model
        self.moved.emit(model.device.type, name_of(model.dtype))
        self.noticed.emit(sentence)

    def _load_ended(self, wish: ModelWish, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, Cancelled):
            self.model_failed.emit(wish, _told(error))

    def _work(self, key: str, steps: Callable[["Model | None"], Generator[int, None, object]]) -> Iterator[int]:
        result = yield from steps(self._segmenter.looks.model if self._segmenter else None)
        self.work_done.emit(key, result)

    def _work_ended(self, key: str, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, Cancelled):
            self.work_failed.emit(key, _told(error))

    def _loaded(self) -> "Segmenter":
        if self._segmenter is None:
            raise ModelError(
                tr("The model {model} isn't loaded yet.", model=self._wish.name),
                tr("Wait for it, or choose another one."),
            )
        return self._segmenter

    def _segment(self, request: SegmentRequest) -> Iterator[SegmentAnswer]:
        segmenter = self._loaded()
        frame = request.frame or self._frames().read(request.number)
        prediction = segmenter.segment(
            frame, request.prompts, given_mask=request.given, still=self._still, settings=request.settings
        )
        yield SegmentAnswer(request, prediction, segmenter.looks.model.recipe)

    def _propose(self, frame: Frame) -> Iterator[Proposals]:
        from sam2_studio.engine.subject import propose_subjects

        segmenter = self._loaded()
        found = propose_subjects(segmenter, frame, still=self._still)
        yield Proposals(frame.number, tuple(found), segmenter.looks.model.recipe)

    def _propose_ended(self, error: BaseException | None) -> None:
        self._log_end(error)
        if error is not None:
            self.propose_failed.emit()

    def _track(self, request: TrackRequest, token: CancelToken) -> Iterator[tuple[FrameResult, str]]:
        """Results, each with the recipe of the model as it was then."""
        from sam2_studio.engine.tracker import CACHED_BYTES, Tracker

        segmenter = self._loaded().for_run(CACHED_BYTES)
        self._tracking = True
        try:
            for result in Tracker(segmenter.looks.model, self._frames(), segmenter).run(request):
                token.check()
                yield result, segmenter.looks.model.recipe
        finally:
            self._tracking = False

    def _frames(self) -> FrameSource:
        """A reader of the engine's own: it must not share the eye's place in the file."""
        if self._path is None:
            raise Cancelled
        wanted = self._path, self._reading
        if self._source is None or self._source[:2] != wanted:
            self._close_source()
            self._source = (*wanted, self._open_source(*wanted, self.isInterruptionRequested))
        return self._source[2]

    def _close_source(self) -> None:
        if self._source is not None:
            self._source[2].close()
            self._source = None

    def _track_ended(self, run: int, error: BaseException | None) -> None:
        stopped = isinstance(error, Cancelled)
        self._log_end(error)
        self.track_ended.emit(run, stopped, error is not None and not stopped)

    def _segment_ended(self, request: SegmentRequest, error: BaseException | None) -> None:
        self._log_end(error)
        if error is not None and not isinstance(error, Cancelled):
            self.segment_failed.emit(request)

    def _log_end(self, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, Cancelled):
            self.failed.emit(_told(error))


def _told(error: BaseException) -> StudioError:
    """What is meant for the user as it is; what isn't expected goes to the log, and a sentence to the window."""
    if isinstance(error, StudioError):
        return error
    if is_shortage(error):
        _log.warning("memory ran out", exc_info=error)
        return shortage_told()
    _log.error("a job met an unexpected error", exc_info=error)
    return StudioError(tr("The engine met an error: {error}.", error=error), tr("The log has more; try again."))


def _no_item(item: object) -> None:
    """For jobs that only do something."""


def _click_key(object_id: int, number: int) -> str:
    return f"click {object_id} {number}"
