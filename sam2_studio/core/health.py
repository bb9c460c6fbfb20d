"""How trustworthy a mask is: a number, its thresholds, and the reasons as short codes and as words.

`engine.review` makes them, the project file keeps them, the window and the command line show them; docs/health.md says
what they mean. Knows no pixels.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

DOUBTFUL_HEALTH = 0.5  # below it a person should look
BAD_HEALTH = 0.25
UNMATTED_HEALTH = 0.4  # at most, of a mask of which no soft edge could be made
CHATTERING = 3.0  # pixels of a picture 1080 high, from which on an outline counts as chattering
_LARGEST = 1 << 31  # of an amount: far above any picture or clip


class Symptom(StrEnum):
    """What is wrong with a mask. The value is what the project file holds: it never changes its meaning."""

    SCORE = "score"  # amount: the network's score in hundredths
    AREA = "area"  # change against the last good mask, %
    OUTLINE = "outline"  # pixels that the outline moved against the object's motion
    PLACE = "place"  # pixels from where the object was expected
    ISLANDS = "islands"  # how many
    HOLES = "holes"  # how many
    SHAPE = "shape"  # pixels between the outline and the usual one
    GROUND = "ground"  # % of the inside that has the colours of the surroundings
    OUTSIDE = "outside"  # % of the surroundings that has the object's colours
    GONE = "gone"  # % of the object's usual area on the last frame that had it
    LOST = "lost"  # the frame on which the object was lost
    SIDES = "sides"  # % of both masks that they have in common, where it was tracked from both sides
    MATTE = "matte"  # no soft edge could be made of it
    CHATTER = "chatter"  # hundredths of a pixel that the outline moved against the picture; told, never a doubt


@dataclass(frozen=True)
class Reason:
    """A symptom and how strong it is, in the symptom's unit."""

    symptom: Symptom
    amount: int = 0


@dataclass(frozen=True)
class Health:
    """A judgement.

    Attributes:
        value: 0 (bad) to 1 (good).
        reasons: What took it down, the worst first; none where nothing did.
        chatter: Pixels of a picture 1080 high that the outline moved against the picture; None where it isn't known.
    """

    value: float = 1.0
    reasons: tuple[Reason, ...] = ()
    chatter: float | None = None

    @property
    def is_doubtful(self) -> bool:
        return self.value < DOUBTFUL_HEALTH


def worst_of_places(frames: NDArray[np.intp], healths: NDArray[np.float32]) -> NDArray[np.intp]:
    """The worst frame of each place, which is a run of neighbouring doubtful frames; of equally bad ones the first.

    Args:
        frames: All doubtful frames, rising.
        healths: Of those.
    """
    if not len(frames):
        return frames
    run = np.cumsum(np.diff(frames, prepend=frames[0]) > 1)
    by_run_and_health = np.lexsort((frames, healths, run))
    first_of_run = np.flatnonzero(np.diff(run, prepend=-1))
    return frames[by_run_and_health[first_of_run]]


def coded(reasons: Iterable[Reason]) -> str:
    """For the project file: "outline:14 area:-40"."""
    return " ".join(f"{reason.symptom}:{reason.amount}" for reason in reasons)


def decoded(codes: str) -> Iterator[Reason]:
    """The inverse of `coded`; what it doesn't know, or what is damaged, is passed over."""
    for code in codes.split():
        name, _, amount = code.partition(":")
        try:
            reason = Reason(Symptom(name), int(amount))
        except ValueError:
            continue
        if abs(reason.amount) < _LARGEST:
            yield reason


def lost_at(codes: str) -> int | None:
    """The frame on which the object was lost that is back here; None for a mask that isn't the first one back."""
    return next((reason.amount for reason in decoded(codes) if reason.symptom is Symptom.LOST), None)


def kept_codes(health: Health) -> str:
    """What the project file keeps of a judgement: the reasons of a doubt, and the chatter."""
    doubts = health.reasons if health.is_doubtful else ()
    told = () if health.chatter is None else (Reason(Symptom.CHATTER, round(100 * health.chatter)),)
    return coded((*doubts, *told))


def chatter_of(codes: str) -> float:
    """Pixels of a picture 1080 high that the outline moved against the picture; 0 where that isn't known."""
    if Symptom.CHATTER not in codes:
        return 0.0
    return next((reason.amount / 100 for reason in decoded(codes) if reason.symptom is Symptom.CHATTER), 0.0)


def in_words(codes: str, frame: int, number_of: Callable[[int], int]) -> str:
    """The reasons in words, joined by commas; "" where there are none.

    Args:
        codes: As the project file has them.
        frame: The frame judged.
        number_of: From frame to the number that the user sees.
    """
    calm = chatter_of(codes) < CHATTERING
    told = (reason for reason in decoded(codes) if not (calm and reason.symptom is Symptom.CHATTER))
    return ", ".join(_words(reason, frame, number_of) for reason in told)


def _words(reason: Reason, frame: int, number_of: Callable[[int], int]) -> str:
    amount = reason.amount
    match reason.symptom:
        case Symptom.SCORE:
            return f"score {amount / 100:.2f}"
        case Symptom.AREA:
            return f"area {'fell' if amount < 0 else 'grew'} by {abs(amount)} %"
        case Symptom.OUTLINE:
            return f"outline jumps {amount} px against motion"
        case Symptom.PLACE:
            return f"{amount} px from where it was expected"
        case Symptom.ISLANDS:
            return f"{amount} island{'' if amount == 1 else 's'}"
        case Symptom.HOLES:
            return f"{amount} hole{'' if amount == 1 else 's'}"
        case Symptom.SHAPE:
            return f"outline {amount} px off its usual shape"
        case Symptom.GROUND:
            return f"{amount} % of it looks like the ground"
        case Symptom.OUTSIDE:
            return f"{amount} % of the surroundings look like it"
        case Symptom.GONE:
            return "gone at once"
        case Symptom.LOST:
            return f"lost at {number_of(amount)}, back at {number_of(frame)}"
        case Symptom.SIDES:
            return f"both sides agree by {amount} % only"
        case Symptom.MATTE:
            return "no soft edge could be made"
        case Symptom.CHATTER:
            return f"outline moves {amount / 100:.1f} px against the picture"
