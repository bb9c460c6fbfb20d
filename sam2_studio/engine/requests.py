"""What the engine is asked and what it answers: values only, so that a window can hold them without loading torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.frames import FrameRange
from sam2_studio.core.health import Health
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import WINDOWS
from sam2_studio.core.prompts import PromptSet


class Direction(StrEnum):
    """Which way a track run goes; `Tracker` says what each does."""

    FORWARD = "forward"
    BACKWARD = "backward"
    BOTH = "both"


@dataclass(frozen=True, kw_only=True)
class SegmentSettings:
    """How prompts are answered; each is only done where the model gains from it.

    Attributes:
        second_look: Look again at a crop round the object.
        snap: Fit the edge to the colours; stills only, on clips it flickers.
        candidate: Which of the masks on offer to take, 0 for the first; None leaves it to the model.
    """

    second_look: bool = True
    snap: bool = True
    candidate: int | None = None


@dataclass(frozen=True)
class Candidate:
    """A mask on offer and its expected IoU, 0 to 1."""

    mask: Mask
    score: float


@dataclass(frozen=True, kw_only=True)
class MaskPrediction:
    """The answer to the prompts of one frame.

    Attributes:
        mask: The chosen one, at the picture's own size.
        candidates: Up to three others of the same prompts, as seen at first look, the chosen one's first.
        score: Expected IoU of `mask`, 0 to 1.
        presence: Logit: above 0 where the network sees the object.
        logits: (S/4, S/4) of the answer on the whole picture, for a network that remembers those.
        token: (C,) that goes with `logits`; empty for a given mask.
    """

    mask: Mask
    candidates: tuple[Candidate, ...]
    score: float
    presence: float
    logits: NDArray[np.float32] = field(repr=False, compare=False)
    token: NDArray[np.float32] = field(repr=False, compare=False)


@dataclass(frozen=True)
class ProposedSubject:
    """A thing that a picture may be about.

    Attributes:
        prompts: That show it.
        candidate: Which of the masks on offer for them it is.
        prediction: Their answer.
    """

    prompts: PromptSet
    candidate: int
    prediction: MaskPrediction


@dataclass(frozen=True)
class Conditioning:
    """What the user said of an object on one frame: prompts, or the mask itself (painted, locked or given).

    Where `mask` is there it holds, otherwise it is made from the prompts.
    """

    prompts: PromptSet = field(default_factory=PromptSet)
    mask: Mask | None = None

    def __bool__(self) -> bool:
        return self.mask is not None or bool(self.prompts)


@dataclass(frozen=True)
class TrackObject:
    """An object to be tracked.

    Attributes:
        conditioning: By frame number.
        window: When it is looked for in a window that follows it, one of `core.objects.WINDOWS`.
    """

    object_id: int
    conditioning: Mapping[int, Conditioning]
    window: str = WINDOWS[0]


@dataclass(frozen=True, kw_only=True)
class TrackRequest:
    """One track run: a snapshot, nothing in it changes while it runs.

    Attributes:
        objects: At least one, each with at least one conditioning frame (inside the range or not).
        range: Frames to be tracked.
        direction: Which way.
        keep: (object id, frame) that are never rewritten: no result is given for them.
        only: (object id, frame) that are wanted, None for all. The others get no result; stretches between keyframes
            without any wanted frame aren't tracked, if `direction` is BOTH.
        cuts: Frames with which a shot begins: tracking doesn't go over a cut.
        settings: How prompts are answered.
    """

    objects: tuple[TrackObject, ...]
    range: FrameRange
    direction: Direction = Direction.BOTH
    keep: frozenset[tuple[int, int]] = frozenset()
    only: frozenset[tuple[int, int]] | None = None
    cuts: tuple[int, ...] = ()
    settings: SegmentSettings = field(default_factory=SegmentSettings)

    def asks(self, object_id: int, frame: int) -> bool:
        """Whether a result is given for the object on this frame, if it is tracked there."""
        place = (object_id, frame)
        return place not in self.keep and (self.only is None or place in self.only)


class Arrival(StrEnum):
    """What a result is to others of the same frame and object in the same run."""

    ONLY = "only"  # there are no others
    EARLY = "early"  # the frame will be tracked from its other side too: until then the mask may still be replaced
    SAME = "same"  # it was tracked from its other side, and what came early holds: nothing new to be stored
    BETTER = "better"  # takes the place of what came early


@dataclass(frozen=True, kw_only=True)
class FrameResult:
    """One object on one frame.

    Attributes:
        mask: At the picture's own size; empty where the object is absent.
        score: Expected IoU of the mask, or where absent how sure of that the network is; 0 to 1.
        absent: The object isn't in this frame.
        presence: Logit: above 0 where the network sees the object.
        conditioning: The mask is what the user said, not tracked.
        health: As `review` judges it.
        arrival: What it is to other results of the frame.
    """

    frame: int
    object_id: int
    mask: Mask
    score: float
    absent: bool
    presence: float
    conditioning: bool
    health: Health = field(default_factory=Health)
    arrival: Arrival = Arrival.ONLY
