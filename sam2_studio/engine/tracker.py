"""Carries masks through a clip: a generator over frames that yields a result for each object and frame.

`passes` says which frames are tracked from which side, `join` where two sides meet. Conditioning frames inside the
range give back their own mask. Each object has memories of its own and is computed on its own, so that adding or
removing one changes no bit of another's masks; they share decoding and the features of a frame. Where memory runs out,
a step is made again with less (`relief`); after a change of the network's size its memories are made anew. Knows no
thread and no project; the caller cancels by closing.
"""

import math
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from weakref import ref

import torch

from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PromptSet
from sam2_studio.engine.answers import ChosenAnswer, chosen_answer
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.follow import Follow
from sam2_studio.engine.join import Join
from sam2_studio.engine.memory import MemoryBank
from sam2_studio.engine.models import Model
from sam2_studio.engine.pass_review import PassReview
from sam2_studio.engine.passes import Pass, Route, breaks_of, passes, places_of, routes
from sam2_studio.engine.read_ahead import ReadAhead
from sam2_studio.engine.requests import (
    Conditioning,
    FrameResult,
    MaskPrediction,
    SegmentSettings,
    TrackObject,
    TrackRequest,
)
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.engine.windows import Window, mask_of_logits
from sam2_studio.errors import PromptError
from sam2_studio.networks.interface import Chosen, FrameMemory, ImageFeatures

CACHED_BYTES = 16 << 20  # a run seldom comes back to a frame


@dataclass
class _Track:
    """One object in one pass.

    Attributes:
        item: The object as asked.
        route: The frames that are tracked.
        joins: By frame, where it is tracked from both sides.
        breaks: Frames before which, in the order of the pass, tracking forgets what it came from.
        bank: What is remembered of it.
        review: Judges its masks.
        model: That made the memories.
        follow: Chooses the window in which the object is looked for.
        step: 1 forwards, -1 backwards.
        window: In which the memories were made; None where a stretch begins.
        found: The last frame of the stretch on which the object was found, and its mask.
        latest: The frame tracked last, or None.
    """

    item: TrackObject
    route: Route
    joins: Mapping[int, Join]
    breaks: Container[int]
    bank: MemoryBank
    review: PassReview
    model: Model
    follow: Follow
    step: int
    window: Window | None = field(default=None)
    found: tuple[Frame, Mask] | None = field(default=None)
    latest: int | None = field(default=None)

    def go_to(self, number: int, step: int) -> None:
        """Begin with a frame; what was tracked elsewhere isn't its past, nor what lies beyond a frame that is shown.

        So the masks between two keyframes depend on what the user showed alone, whichever stretches are tracked.
        """
        if self.latest is not None and (self.latest != number - step or number in self.breaks):
            self.bank.forget_recent()
            if self.window is not None and self.window != self.follow.whole:
                self.bank.look_from_elsewhere(None)
            self.window = self.found = None
        self.latest = number

    def find(self, frame: Frame, mask: Mask) -> None:
        """Take where the object is; where it isn't, the last place counts on."""
        if self.follow.may and not mask.is_empty:
            self.found = frame, mask

    def joined(self, result: FrameResult, step: int) -> list[FrameResult]:
        """The result, or where the frame is tracked from its other side as well, what becomes of both."""
        join = self.joins.get(result.frame)
        if join is None:
            return [result]
        return [join.hold(result)] if step > 0 else join.meet(result)

    def suit(self, model: Model) -> None:
        """Have the memories fit the model as it computes now."""
        if model.traits.working_size != self.model.traits.working_size:
            self.bank.forget()
        elif model.device != self.model.device:
            self.bank.move(model.device)
        self.model = model


class Tracker:
    """Runs track requests over a source of frames, on the thread that calls it.

    Args:
        model: As `load_model` gives it.
        source: Where frames come from; nobody else may use it between two steps of a run.
        segmenter: Answers the prompts of conditioning frames; one is made where none is given.
    """

    _reader: ReadAhead  # of the run under way

    def __init__(self, model: Model, source: FrameSource, segmenter: Segmenter | None = None) -> None:
        self._source = source
        self._segmenter = segmenter or Segmenter(model, FeatureCache(CACHED_BYTES))
        self._looks, self._relief = self._segmenter.looks, self._segmenter.relief
        self._tracks: list[_Track] = []

    @property
    def _model(self) -> Model:
        return self._relief.model

    @property
    def memory_bytes(self) -> int:
        """Bytes of all memories, and masks to be joined, held by the run under way."""
        joins = {join for track in self._tracks for join in track.joins.values()}
        return sum(track.bank.nbytes for track in self._tracks) + sum(join.nbytes for join in joins)

    def run(self, request: TrackRequest) -> Iterator[FrameResult]:
        """Yield results frame by frame, in the order in which frames are tracked; close the generator to stop.

        A frame that is tracked from both sides gets a result from each, and then the better one: see `Arrival`.

        Raises:
            PromptError: no object, an object without a prompt, a prompt that doesn't fit, a range outside the clip.
            MediaError: a frame can't be read.
            ModelError: the network's answer isn't made of numbers, or memory ran out for good; results before that
                hold.
        """
        if not request.objects:
            raise PromptError("There is no object to track.", "Add one by a click on the subject.")
        request.range.checked(self._source.info.frames)
        ways = [(route, joins_of(route)) for route in routes(request)]
        self._relief.restore()
        self._reader = ReadAhead(self._source)
        try:
            for one_pass in passes(request.range, request.direction):
                self._tracks = [
                    self._track(item, way, request, one_pass.step)
                    for item, way in zip(request.objects, ways, strict=True)
                ]
                yield from self._sweep(one_pass, request)
        finally:
            self._tracks = []
            self._reader.close()

    def _sweep(self, one_pass: Pass, request: TrackRequest) -> Iterator[FrameResult]:
        step = one_pass.step
        taken = [n for n in one_pass if any(track.route.takes(n, step) for track in self._tracks)]
        for number, then in zip_longest(taken, taken[1:]):
            frame = self._reader.read(number, then)
            for track in (track for track in self._tracks if track.route.takes(number, step)):
                track.go_to(number, step)
                result = self._relief.eased(partial(self._result, track, frame, request.settings))
                result = track.review.judged(result, frame)
                yield from (r for r in track.joined(result, step) if request.asks(r.object_id, r.frame))

    def _result(self, track: _Track, frame: Frame, settings: SegmentSettings) -> FrameResult:
        """One object on one frame; done again after a failure it gives the same, for it remembers at its very end."""
        said = track.item.conditioning.get(frame.number)
        track.suit(self._model)
        if said:
            prediction = self._prediction(frame, said, settings)
            track.find(frame, prediction.mask)
            return _as_said(track.item.object_id, frame.number, prediction)
        return self._tracked(track, frame, settings)

    def _tracked(self, track: _Track, frame: Frame, settings: SegmentSettings) -> FrameResult:
        """One step of tracking: read memories, decode without a prompt, remember."""
        self._look_in(track, self._next_window(track, frame, settings))
        found = self._found(track, frame, settings)
        while (instead := track.follow.instead(found.window, found.mask)) is not None:
            self._look_in(track, instead)
            found = self._found(track, frame, settings)
        network, mask, features, chosen = self._model.network, found.mask, found.features, found.chosen
        if not mask.is_empty or self._model.traits.remembers_absence:
            with self._model.computing():
                memory = network.encode_memory(features, chosen.mask_logits, chosen.presence, chosen.token)
            track.bank.remember(frame.number, memory)
        track.find(frame, mask)
        return _as_tracked(track.item.object_id, frame.number, mask, found.answer)

    def _found(self, track: _Track, frame: Frame, settings: SegmentSettings) -> "_Found":
        """What the memories say of the frame, in the window in which they were made."""
        window = track.window or Window.whole(frame.size)
        features = self._looks.features(frame, window)
        memories = track.bank.recall(frame.number)
        with self._model.computing():
            conditioned = self._model.network.condition(features, memories, clip_length=self._source.info.frames)
        chosen = self._looks.unprompted(conditioned)
        answer = chosen_answer(chosen, frame.number)
        return _Found(window, features, chosen, answer, self._seen(answer, frame, settings, window))

    def _next_window(self, track: _Track, frame: Frame, settings: SegmentSettings) -> Window:
        """Where to look first: by where the object was on the frame before, as far as that is known."""
        follow, before = track.follow, frame.number - track.step
        if track.found is not None and track.found[0].number == before:
            return follow.after(track.window or follow.whole, track.found[1])
        said = track.item.conditioning.get(before) if track.window is None and follow.may else None
        if not said:
            return track.window or follow.whole
        return follow.round(self._prediction(self._reader.read(before), said, settings).mask)

    def _look_in(self, track: _Track, window: Window) -> None:
        """Take what is remembered into another window: the frame before as a mask that is given there."""
        if window == track.window or (track.window is None and window == track.follow.whole):
            track.window = window
            return
        anchor = None
        if track.found is not None and track.found[0].number not in track.item.conditioning:
            frame, mask = track.found
            anchor = frame.number, self._looks.adopt(frame, mask, track.follow.beside(window, mask)).memory
        track.window = window
        track.bank.look_from_elsewhere(anchor)

    def _seen(self, answer: ChosenAnswer, frame: Frame, settings: SegmentSettings, window: Window) -> Mask:
        """The mask of an answer: empty where the network sees nothing, or less than one cell, which is noise."""
        if answer.presence <= 0 or not (answer.logits > 0).any():
            return Mask(frame.size)
        if settings.second_look:
            mask = self._segmenter.sharpened(frame, answer.logits, window)
        else:
            mask = mask_of_logits(answer.logits, window, frame.size)
        return mask if mask.area * answer.logits.size >= window.area else Mask(frame.size)

    def _track(
        self, item: TrackObject, way: tuple[Route, Mapping[int, Join]], request: TrackRequest, step: int
    ) -> _Track:
        review, places, settings = PassReview(step), places_of(item), request.settings

        def make(number: int) -> FrameMemory:
            frame, said = self._reader.read(number), item.conditioning[number]
            prediction = self._prediction(frame, said, settings)
            review.show(frame, prediction.mask)
            track = made()
            assert track is not None
            window = track.follow.beside(track.window or track.follow.whole, prediction.mask)
            return self._memory(frame, said, prediction, window)

        traits = self._model.traits
        follow = Follow.of(
            item.window, self._source.info.size, working_size=traits.working_size, pays=traits.window_pays
        )
        bank = MemoryBank(traits, places, make, step)
        track = _Track(item, *way, breaks_of(request, places, step), bank, review, self._model, follow, step)
        made = ref(track)  # weakly, for the track holds `make`: networks go with their last user, on a GPU above all
        return track

    def _prediction(self, frame: Frame, said: Conditioning, settings: SegmentSettings) -> MaskPrediction:
        prompts = said.prompts if said.mask is None else PromptSet()
        return self._segmenter.segment(frame, prompts, given_mask=said.mask, settings=settings)

    def _memory(self, frame: Frame, said: Conditioning, prediction: MaskPrediction, window: Window) -> FrameMemory:
        """The memory of a conditioning frame: of the network's answer, or of the finished mask if that is better.

        In a window it is the mask's: the answer was given on the whole picture.
        """
        network, device = self._model.network, self._model.device
        whole = Window.whole(frame.size)
        if said.mask is not None or not network.traits.remembers_answer or window != whole:
            return self._looks.adopt(frame, prediction.mask, window).memory
        features = self._looks.features(frame, whole)
        with self._model.computing():
            return network.encode_memory(
                features,
                torch.from_numpy(prediction.logits)[None, None].to(device),
                torch.tensor([prediction.presence], device=device),
                torch.from_numpy(prediction.token)[None].to(device),
                prompted=True,
            )


@dataclass(frozen=True)
class _Found:
    """What a look at a window of a frame gave."""

    window: Window
    features: ImageFeatures
    chosen: Chosen
    answer: ChosenAnswer
    mask: Mask


def joins_of(route: Route) -> dict[int, Join]:
    """The joins of an object's gaps, by each of the frames that both sides track."""
    return {frame: join for join in map(Join, route.overlaps) for frame in join.overlap}


def _as_said(object_id: int, number: int, prediction: MaskPrediction) -> FrameResult:
    return FrameResult(
        frame=number,
        object_id=object_id,
        mask=prediction.mask,
        score=prediction.score,
        absent=prediction.mask.is_empty,
        presence=prediction.presence,
        conditioning=True,
    )


def _as_tracked(object_id: int, number: int, mask: Mask, answer: ChosenAnswer) -> FrameResult:
    return FrameResult(
        frame=number,
        object_id=object_id,
        mask=mask,
        score=1 / (1 + math.exp(min(answer.presence, 50))) if mask.is_empty else answer.score,
        absent=mask.is_empty,
        presence=answer.presence,
        conditioning=False,
    )
