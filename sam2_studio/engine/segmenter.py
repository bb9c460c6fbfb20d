"""From one frame and its prompts to a mask; keeps no state, so the same prompts always give the same mask.

Clicks are replayed in the order given, each with the logits of the answer before. Where the model gains from it, an
answer is looked at again in a crop round the object, and on stills the edge is at last fitted to the colours. Clicks on
a mask that is there change it only where they are, for a network that would let go of the rest.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Box, Size
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.answers import MOST_CERTAIN, Answer, Looks
from sam2_studio.engine.correcting import corrected
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model
from sam2_studio.engine.relief import Relief, say_nothing
from sam2_studio.engine.requests import Candidate, MaskPrediction, SegmentSettings
from sam2_studio.engine.snap import snapped
from sam2_studio.engine.windows import (
    GIVEN_LOGIT,
    Logits,
    Window,
    box_of_logits,
    given_logits,
    mask_of_logits,
    moved_logits,
    window_round,
)
from sam2_studio.errors import PromptError
from sam2_studio.networks.interface import NetworkTraits

WINDOW_LARGEST = 0.75  # part of the picture from which on a second look gains nothing
FITTING_MARGIN = 1.05  # a window is kept while the bounding box, scaled by this, lies in it
SECOND_WEIGHT = 0.7  # of a second look at a tracked answer, in the mix of both
LEAST_AGREEMENT = 0.6  # IoU of both, below which the second isn't trusted
MOST_REPLAYED = 8  # clicks put one by one; earlier ones are put together
MASKS_ON_OFFER = 3
_DEFAULTS = SegmentSettings()


@dataclass(frozen=True)
class _Step:
    """An answer, the order in which its masks are on offer, and which was taken."""

    answer: Answer
    order: tuple[int, ...]
    taken: int = 0

    @property
    def index(self) -> int:
        return self.order[self.taken]

    @property
    def logits(self) -> Logits:
        chosen: Logits = self.answer.masks[self.index]
        return chosen

    @property
    def score(self) -> float:
        return float(self.answer.quality[self.index])

    @property
    def box(self) -> Box | None:
        return box_of_logits(self.logits, self.answer.window)


class Segmenter:
    """Answers prompts with a model.

    Attributes:
        relief: Makes a step again with less where memory ran out.
        looks: Puts prompts to the model.

    Args:
        model: As `load_model` gives it.
        features: Where image features are kept.
        on_notice: Told in a sentence what had to give way where memory ran short.
        borrowed: Whether somebody else owns the model, so that it has to stay as it is.
    """

    def __init__(
        self,
        model: Model,
        features: FeatureCache | None = None,
        on_notice: Callable[[str], None] = say_nothing,
        *,
        borrowed: bool = False,
    ) -> None:
        self.relief = Relief(model, on_notice, borrowed=borrowed)
        self._features = features if features is not None else FeatureCache()
        self.looks = Looks(self.relief, self._features)

    def for_run(self, limit_bytes: int) -> "Segmenter":
        """One for a track run: it looks up features here too, but what it adds goes with it, and is little."""
        other = copy(self)
        other._features = FeatureCache(limit_bytes, beside=self._features)
        other.looks = Looks(self.relief, other._features)
        return other

    @property
    def _traits(self) -> NetworkTraits:
        return self.looks.model.traits

    def segment(
        self,
        frame: Frame,
        prompts: PromptSet,
        *,
        given_mask: Mask | None = None,
        still: bool = False,
        settings: SegmentSettings = _DEFAULTS,
    ) -> MaskPrediction:
        """Make the mask of an object on a frame.

        Args:
            frame: The picture.
            prompts: Points and box; they are checked.
            given_mask: The stored mask that `prompts.mask_id` names, at the picture's size. Alone it is the answer.
            still: Whether the picture stands alone and its edge may be snapped.
            settings: How.

        Raises:
            PromptError: there is no prompt, or one doesn't fit the picture.
            ModelError: the network's answer isn't made of numbers, or memory ran out for good.
        """
        prompts = _checked(prompts, given_mask, frame.size)
        return self.relief.eased(partial(self._answered, frame, prompts, given_mask, settings, still=still))

    def _answered(
        self, frame: Frame, prompts: PromptSet, given_mask: Mask | None, settings: SegmentSettings, *, still: bool
    ) -> MaskPrediction:
        if given_mask is not None and not prompts.points and prompts.box is None:
            return self._of_given(given_mask)
        if given_mask is not None and prompts.box is None and self._traits.corrects_locally and not given_mask.is_empty:
            return self._corrected(frame, given_mask, prompts)
        offered, last = self._replayed(frame, prompts, given_mask, settings)
        mask = mask_of_logits(last.logits, last.answer.window, frame.size)
        if still and settings.snap and self._traits.snap:
            mask = snapped(frame, mask, prompts, window_round(mask.box, frame.size))
        return MaskPrediction(
            mask=mask,
            candidates=_candidates(offered, Candidate(mask, last.score), frame.size),
            score=last.score,
            presence=last.answer.presence,
            logits=moved_logits(last.logits, last.answer.window, Window.whole(frame.size)),
            token=last.answer.tokens[last.index],
        )

    def sharpened(self, frame: Frame, logits: Logits, seen: Window) -> Mask:
        """The mask of a tracked answer on a window, after a second look where the model gains from one.

        The two answers are mixed, which keeps the edge from flickering; the second is dropped where it sees something
        else, since it has no click to hold on to.

        Raises:
            ModelError: the network's answer isn't made of numbers.
        """
        box = box_of_logits(logits, seen)
        window = seen if box is None else window_round(box, frame.size)
        if box is None or not self._traits.second_look or window.area > WINDOW_LARGEST * seen.area:
            return mask_of_logits(logits, seen, frame.size)
        first = moved_logits(logits, seen, window)
        second = np.clip(self.looks.ask(frame, window, logits=first).masks[0], -MOST_CERTAIN, MOST_CERTAIN)
        if ((first > 0) & (second > 0)).sum() < LEAST_AGREEMENT * ((first > 0) | (second > 0)).sum():
            return mask_of_logits(logits, seen, frame.size)
        return mask_of_logits(SECOND_WEIGHT * second + (1 - SECOND_WEIGHT) * first, window, frame.size)

    def _of_given(self, mask: Mask) -> MaskPrediction:
        """The given mask as it is; no network is asked."""
        size = self._traits.working_size // 4
        return MaskPrediction(
            mask=mask,
            candidates=(Candidate(mask, 1.0),),
            score=1.0,
            presence=-GIVEN_LOGIT if mask.is_empty else GIVEN_LOGIT,
            logits=given_logits(mask, Window.whole(mask.size), size),
            token=np.zeros(0, np.float32),
        )

    def _corrected(self, frame: Frame, given: Mask, prompts: PromptSet) -> MaskPrediction:
        """The given mask, changed where the clicks are."""
        mask, answer = corrected(self.looks, frame, given, prompts.points)
        score = float(answer.quality[0])
        return MaskPrediction(
            mask=mask,
            candidates=(Candidate(mask, score),),
            score=score,
            presence=answer.presence,
            logits=given_logits(mask, Window.whole(mask.size), self._traits.working_size // 4),
            token=answer.tokens[0],
        )

    def _replayed(
        self, frame: Frame, prompts: PromptSet, given: Mask | None, settings: SegmentSettings
    ) -> tuple[_Step, _Step]:
        """The step whose masks are on offer, and the last one, of which the mask is made."""
        looks_again = settings.second_look and self._traits.second_look
        last: _Step | None = None
        for count in _counts(len(prompts.points)):
            shown = replace(prompts, points=prompts.points[:count])
            offered = self._asked(frame, shown, given, last)
            if count == len(prompts.points):
                offered = replace(offered, taken=min(settings.candidate or 0, len(offered.order) - 1))
            last = self._looked_again(frame, shown, offered) if looks_again else offered
        assert last is not None  # there is always one step
        return offered, last

    def _asked(self, frame: Frame, shown: PromptSet, given: Mask | None, last: _Step | None) -> _Step:
        """The answer to the prompts so far, in the window of the answer before if the newest click lies in it."""
        whole = Window.whole(frame.size)
        if last is None:
            logits = None if given is None else given_logits(given, whole, self._traits.working_size // 4)
            answer = self.looks.ask(frame, whole, points=shown.points, box=shown.box, logits=logits)
        else:
            window = last.answer.window
            window = window if window.box.contains(shown.points[-1].at) else whole
            logits = moved_logits(last.logits, last.answer.window, window)
            answer = self.looks.ask(frame, window, points=shown.points, box=shown.box, logits=logits)
        lone = last is None and given is None and shown.box is None and len(shown.points) == 1
        return _Step(answer, candidate_order(answer, lone=lone))

    def _looked_again(self, frame: Frame, shown: PromptSet, step: _Step) -> _Step:
        """The answer in a window round the object; the step itself where that would show no more."""
        round_what = shown.box or step.box
        if round_what is None:
            return step
        window, seen = window_round(round_what, frame.size), step.answer.window
        if window.area > WINDOW_LARGEST * frame.size.area or _fits(seen, step.box, window):
            return step
        answer = self.looks.ask(
            frame, window, points=shown.points, box=shown.box, logits=moved_logits(step.logits, seen, window)
        )
        return _Step(answer, candidate_order(answer, lone=False))


def candidate_order(answer: Answer, *, lone: bool) -> tuple[int, ...]:
    """A lone click may mean a part or the whole: its candidates, the best first. Otherwise mask 0 comes first."""
    best_first = [1 + int(n) for n in np.argsort(-answer.quality[1:], kind="stable")]
    return tuple((best_first if lone else [0, *best_first])[:MASKS_ON_OFFER])


def _counts(points: int) -> list[int]:
    """How many clicks are put at each step of the replay."""
    return list(range(max(1, points - MOST_REPLAYED + 1), points + 1)) if points else [0]


def _fits(seen: Window, box: Box | None, wanted: Window) -> bool:
    """Whether the window looked at serves as well as the wanted one."""
    if box is None or seen.area > 2 * wanted.area:
        return False
    grown = Box(
        box.x0 - (FITTING_MARGIN - 1) * box.width,
        box.y0 - (FITTING_MARGIN - 1) * box.height,
        box.x1 + (FITTING_MARGIN - 1) * box.width,
        box.y1 + (FITTING_MARGIN - 1) * box.height,
    )
    return seen.contains(grown)


def _candidates(offered: _Step, chosen: Candidate, size: Size) -> tuple[Candidate, ...]:
    """What is on offer, in the step's order, with the finished mask in the place of the one taken."""
    answer = offered.answer
    return tuple(
        chosen
        if place == offered.taken
        else Candidate(mask_of_logits(answer.masks[n], answer.window, size), float(answer.quality[n]))
        for place, n in enumerate(offered.order)
    )


def _checked(prompts: PromptSet, given: Mask | None, size: Size) -> PromptSet:
    """The prompts with their box cut to the picture; PromptError where something doesn't fit."""
    if given is not None and given.size != size:
        raise PromptError(f"The given mask is {given.size}, the picture {size}.", "Give a mask of the picture's size.")
    if given is None and not prompts.points and prompts.box is None:
        raise PromptError("There is no prompt on this frame.", "Click on the subject or draw a box round it.")
    points = tuple(PointPrompt(p.at.checked(size), p.positive) for p in prompts.points)
    return replace(prompts, points=points, box=None if prompts.box is None else prompts.box.checked(size))
