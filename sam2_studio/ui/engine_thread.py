"""The one long-lived thread that owns the network. Nobody else touches torch; it is loaded here, once the window shows.

Requests may come from any thread; answers go out as signals. Receivers are methods of QObjects of the window's thread.
"""

import itertools
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QThread, Signal

from sam2_studio.core.frames import Frame, FrameSource
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PromptSet
from sam2_studio.engine.jobs import CancelToken, JobQueue, Priority
from sam2_studio.engine.requests import FrameResult, MaskPrediction, SegmentSettings, TrackRequest
from sam2_studio.errors import Cancelled, ModelError, StudioError

if TYPE_CHECKING:
    from sam2_studio.engine.models import Model
    from sam2_studio.engine.segmenter import Segmenter

_log = logging.getLogger(__name__)

_PREVIEW = "preview"
_TRACK = "track"


@dataclass(frozen=True, kw_only=True)
class SegmentRequest:
    """One question: which mask do these prompts give?

    Attributes:
        object_id, number: Object and frame that it is for.
        frame: The pixels, where the window has them; else the engine reads them itself.
        prompts: All prompts of that object on that frame.
        given: The pixels of `prompts.mask_id`.
        settings: Second look, snap, candidate.
        step_id: The undo step that the mask joins.
    """

    object_id: int
    number: int
    frame: Frame | None
    prompts: PromptSet
    given: Mask | None
    settings: SegmentSettings
    step_id: int


@dataclass(frozen=True)
class SegmentAnswer:
    """A request, its answer, and the model's recipe."""

    request: SegmentRequest
    prediction: MaskPrediction
    recipe: str


class EngineThread(QThread):
    """The engine.

    Signals:
        model_ready: Recipe `name@sha256`, device and number type (`cpu float32`).
        segmented: SegmentAnswer.
        previewed: Mask.
        segment_failed: SegmentRequest.
        tracked: run id, FrameResult, recipe.
        track_ended: run id, whether it was stopped, whether it failed.
        failed: StudioError, for the message bar.
        noticed: One sentence that the user should know; nothing failed.
    """

    model_ready = Signal(str, str)
    segmented = Signal(object)
    previewed = Signal(object)
    segment_failed = Signal(object)
    tracked = Signal(int, object, str)
    track_ended = Signal(int, bool, bool)
    failed = Signal(object)
    noticed = Signal(str)

    def __init__(
        self, open_source: Callable[[Path], FrameSource], model: str, device: str = "auto", dtype: str = "auto"
    ) -> None:
        super().__init__()
        self.setObjectName("engine")
        self._open_source = open_source
        self._model_name, self._device, self._dtype = model, device, dtype
        self._queue = JobQueue()
        self._runs = itertools.count(1)
        self._path: Path | None = None
        self._source: tuple[Path, FrameSource] | None = None
        self._model: Model | None = None
        self._segmenter: Segmenter | None = None
        self._still = False

    def set_footage(self, path: Path | None, *, still: bool = False) -> None:
        """Which media the following requests are about; what goes on for other footage is cancelled."""
        self._queue.cancel(_TRACK)
        self._queue.cancel(_PREVIEW)
        self._path, self._still = path, still

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

    def track(self, request: TrackRequest) -> int:
        """Start a track run and return its id; an older run is stopped."""
        run = next(self._runs)
        self._queue.submit(
            lambda token: self._track(request, token),
            on_item=lambda item: self._tracked(run, item),
            on_end=lambda error: self._track_ended(run, error),
            key=_TRACK,
            priority=Priority.TRACK,
        )
        return run

    def stop_tracking(self) -> None:
        """Stop the run after the step under way."""
        self._queue.cancel(_TRACK)

    def stop(self) -> None:
        """End the thread and wait for it; at most the step under way is finished."""
        self.requestInterruption()
        self._queue.wake()
        self.wait()

    # On the engine's own thread

    def run(self) -> None:
        self._load()
        while not self.isInterruptionRequested():
            if not self._queue.step():
                self._queue.wait(0.25)
        self._queue.cancel_all()
        self._close_source()

    def _load(self) -> None:
        from sam2_studio.engine.device import use_threads
        from sam2_studio.engine.models import load_model
        from sam2_studio.engine.segmenter import Segmenter

        try:
            use_threads()
            self._model = load_model(self._model_name, self._device, self._dtype)
        except StudioError as error:
            self.failed.emit(error)
            return
        self._segmenter = Segmenter(self._model)
        self.model_ready.emit(self._model.recipe, self._model.computes_on)
        if self._model.notice:
            self.noticed.emit(self._model.notice)

    def _loaded(self) -> tuple["Model", "Segmenter"]:
        if self._model is None or self._segmenter is None:
            raise ModelError(f"The model {self._model_name} isn't loaded.", "Run sam2-studio doctor to see why.")
        return self._model, self._segmenter

    def _segment(self, request: SegmentRequest) -> Iterator[SegmentAnswer]:
        model, segmenter = self._loaded()
        frame = request.frame or self._frames().read(request.number)
        prediction = segmenter.segment(
            frame, request.prompts, given_mask=request.given, still=self._still, settings=request.settings
        )
        yield SegmentAnswer(request, prediction, model.recipe)

    def _track(self, request: TrackRequest, token: CancelToken) -> Iterator[FrameResult]:
        from sam2_studio.engine.tracker import Tracker

        model, _ = self._loaded()
        for result in Tracker(model, self._frames()).run(request):
            token.check()
            yield result

    def _frames(self) -> FrameSource:
        """A reader of the engine's own: it must not share the eye's place in the file."""
        if self._path is None:
            raise Cancelled
        if self._source is None or self._source[0] != self._path:
            self._close_source()
            self._source = (self._path, self._open_source(self._path))
        return self._source[1]

    def _close_source(self) -> None:
        if self._source is not None:
            self._source[1].close()
            self._source = None

    def _tracked(self, run: int, item: object) -> None:
        self.tracked.emit(run, item, self._model.recipe if self._model else "")

    def _track_ended(self, run: int, error: BaseException | None) -> None:
        stopped = isinstance(error, Cancelled)
        self._log_end(error)
        self.track_ended.emit(run, stopped, error is not None and not stopped)

    def _segment_ended(self, request: SegmentRequest, error: BaseException | None) -> None:
        self._log_end(error)
        if error is not None and not isinstance(error, Cancelled):
            self.segment_failed.emit(request)

    def _log_end(self, error: BaseException | None) -> None:
        """What is meant for the user goes to the window, what isn't expected to the log as well."""
        if isinstance(error, StudioError):
            self.failed.emit(error)
        elif error is not None and not isinstance(error, Cancelled):
            _log.error("a job met an unexpected error", exc_info=error)
            self.failed.emit(StudioError(f"The engine met an error: {error}.", "The log has more; try again."))


def _click_key(object_id: int, number: int) -> str:
    return f"click {object_id} {number}"
