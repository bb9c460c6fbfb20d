"""Which frames need a look: judges the masks of one object as they come, frame by frame, in either direction.

A mask is compared with the last good one, moved along its way, with its usual shape, and, where there is a picture,
with the colours of object and ground. Each comparison gives a factor from 1 (usual) to 0; the health is their product.
Doubtful masks teach nothing, so a fault stays doubtful until the mask is like the last good one again. docs/health.md
documents the number, tests/benchmarks/review_calibration.py measures it. Knows no network, project or window; keeps
some twenty kilobytes an object, however long the clip.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sam2_studio.core.health import DOUBTFUL_HEALTH, Health, Reason, Symptom
from sam2_studio.core.masks import Mask
from sam2_studio.engine.silhouette import Colors, Picture, Silhouette, colors, distance, silhouette
from sam2_studio.engine.usual import VELOCITY_RATE, Usual, Vector, mixed_vector

# Where a symptom begins to count, and where it alone takes the health to 0. SCORE: the score. AREA: logarithm of the
# change. OUTLINE, PLACE, SHAPE: sides of a square of the object's area. ISLANDS, HOLES, GONE: parts of the area.
# GROUND, OUTSIDE: change of how much inside and surroundings look like the object, 0 to 1.
BOUNDS = {
    Symptom.SCORE: (0.5, 0.1),
    Symptom.AREA: (0.1, 0.4),
    Symptom.OUTLINE: (0.035, 0.12),
    Symptom.PLACE: (0.5, 1.0),
    Symptom.ISLANDS: (0.03, 0.12),
    Symptom.HOLES: (0.02, 0.12),
    Symptom.SHAPE: (0.06, 0.22),
    Symptom.GROUND: (0.05, 0.15),
    Symptom.OUTSIDE: (0.1, 0.3),
    Symptom.GONE: (0.3, 0.7),
}
FINEST = 1.0  # pixels that an outline may jump unnoticed, however small the object
WIDENING = 0.08  # part by which the bounds of area and outline widen with each frame since the last good mask,
WIDEST = 3.0  # at most so many times,
AT_BORDER = 3.0  # and once so many times where the mask touches the picture's border: it may be leaving
FOUND_HEALTH = 0.4  # at most, of the first frame on which a lost object is back
FEWEST_LOST = 2  # frames without it
LEAST_TOLD = 0.85  # a factor above it isn't given as a reason
MOST_TOLD = 3


@dataclass(frozen=True)
class _Finding:
    """One comparison: its factor of the health, and how it is told."""

    factor: float
    reason: Reason


@dataclass(frozen=True)
class _Way:
    """Where the mask went, good or not.

    Attributes:
        at: Middle of the latest mask, pixels.
        velocity: Pixels a frame, in tracking order.
        is_astray: It left the object's way at once and hasn't come back.
    """

    at: Vector
    velocity: Vector = (0.0, 0.0)
    is_astray: bool = False


class Reviewer:
    """Judges one object in one sweep over the frames."""

    def __init__(self) -> None:
        self._usual: Usual | None = None
        self._way: _Way | None = None
        self._lost: int | None = None  # the first of the frames without the object that came just before
        self._lost_count = 0
        self._left = 0.0  # how much of the object the latest mask had, 1 for all; 0 if it may have gone out of view

    def judge(
        self, frame: int, mask: Mask, *, score: float, given: bool = False, picture: Picture | None = None
    ) -> Health:
        """Judge the next mask; frames come in tracking order, without gaps.

        Args:
            frame: Its number.
            mask: Empty where the object is said to be absent.
            score: The network's, 0 to 1.
            given: The user made or confirmed it: it is good, and all that follow are compared with it.
            picture: (H, W, 3) of the frame; without one colours aren't compared.
        """
        if mask.is_empty:
            return self._absent(frame, score, given)
        seen = silhouette(mask)
        tints = None if picture is None else colors(mask, seen.side, picture)
        findings = [] if given else list(self._findings(frame, seen, tints, score))
        value = math.prod(finding.factor for finding in findings)
        if value >= DOUBTFUL_HEALTH:
            self._learn(frame, seen, tints, given=given)
        self._left = 0.0 if seen.at_border or self._usual is None else seen.area / self._usual.area
        return self._back(Health(value, _told(findings)), given=given)

    def _learn(self, frame: int, seen: Silhouette, tints: Colors | None, *, given: bool) -> None:
        if self._usual is None or given:
            self._usual = Usual.first(frame, seen, tints)
            self._way = _Way((seen.x, seen.y))
        else:
            self._usual = self._usual.after(frame, seen, tints)

    def _absent(self, frame: int, score: float, given: bool) -> Health:
        """An empty mask is good where the object went behind something or out of the picture, bit by bit."""
        self._way = None
        if self._usual is None:
            return Health()
        self._lost = frame if self._lost is None else self._lost
        self._lost_count += 1
        if given:
            self._left = 0.0
            return Health()
        findings = [_finding(Symptom.GONE, self._left, 100 * self._left), _finding(Symptom.SCORE, score, 100 * score)]
        return Health(math.prod(finding.factor for finding in findings), _told(findings))

    def _back(self, health: Health, *, given: bool) -> Health:
        """The health of a mask that may be the first after a loss: then somebody has to look."""
        lost, count = self._lost, self._lost_count
        self._lost, self._lost_count = None, 0
        if given or lost is None or count < FEWEST_LOST:
            return health
        reasons = (Reason(Symptom.LOST, lost), *health.reasons)[:MOST_TOLD]
        return Health(min(health.value, FOUND_HEALTH), reasons)

    def _findings(self, frame: int, seen: Silhouette, tints: Colors | None, score: float) -> Iterator[_Finding]:
        yield _finding(Symptom.SCORE, score, 100 * score)
        if self._usual is None:
            return
        yield from _outline_findings(self._usual, frame, seen)
        yield from _piece_findings(self._usual, seen)
        yield self._place_finding(self._usual, frame, seen)
        if tints is not None:
            yield from _color_findings(self._usual, tints)

    def _place_finding(self, usual: Usual, frame: int, seen: Silhouette) -> _Finding:
        """Take the next step of the way; a mask that went astray is bad until it jumps back to where it may be."""
        way, at = self._way, (seen.x, seen.y)
        if way is None:
            self._way = _Way(at)
            return _Finding(1.0, Reason(Symptom.PLACE))
        step = at[0] - way.at[0], at[1] - way.at[1]
        off = min(math.hypot(*step), math.dist(step, way.velocity))
        finding = _finding(Symptom.PLACE, off / usual.last.side, off)
        if finding.factor >= DOUBTFUL_HEALTH:
            self._way = _Way(at, mixed_vector(way.velocity, step, VELOCITY_RATE), way.is_astray)
            return _astray(usual, frame, at) if way.is_astray else finding
        is_back = way.is_astray and _beyond_reach(usual, frame, at) <= BOUNDS[Symptom.PLACE][0] * usual.last.side
        self._way = _Way(at, way.velocity, not is_back)
        if is_back:
            return _Finding(1.0, finding.reason)
        return _astray(usual, frame, at) if way.is_astray else finding


def _astray(usual: Usual, frame: int, at: Vector) -> _Finding:
    return _Finding(0.0, Reason(Symptom.PLACE, max(0, round(_beyond_reach(usual, frame, at)))))


def _beyond_reach(usual: Usual, frame: int, at: Vector) -> float:
    """Pixels from there to where the object may have come since the last good mask, as fast as it was."""
    return math.dist(at, (usual.last.x, usual.last.y)) - usual.gap(frame) * math.hypot(*usual.velocity)


def _outline_findings(usual: Usual, frame: int, seen: Silhouette) -> Iterator[_Finding]:
    """Area and outline against the last good mask moved onto this one, and against the usual shape."""
    wider = min(WIDEST, 1 + WIDENING * (usual.gap(frame) - 1)) * (AT_BORDER if seen.at_border else 1)
    side, perimeter = (usual.last.side + seen.side) / 2, usual.perimeter(seen)
    growth = seen.area / usual.last.area
    jump = distance(usual.last.shape, seen.shape, perimeter)
    off = distance(usual.shape, seen.shape, perimeter)
    least = FINEST / side
    # what leaves the picture, or comes in, changes by large factors at the end, yet by little of the whole
    change = abs(seen.area - usual.last.area) / usual.area if seen.at_border else abs(math.log(growth))
    yield _finding(Symptom.AREA, change / wider, 100 * (growth - 1))
    yield _finding(Symptom.OUTLINE, (jump - usual.stir - least) / wider, jump * side)
    yield _finding(Symptom.SHAPE, (off - least) / wider, off * side)


def _piece_findings(usual: Usual, seen: Silhouette) -> Iterator[_Finding]:
    yield _finding(Symptom.ISLANDS, seen.islands[0] - usual.pieces[0], seen.islands[1])
    yield _finding(Symptom.HOLES, seen.holes[0] - usual.pieces[1], seen.holes[1])


def _color_findings(usual: Usual, tints: Colors) -> Iterator[_Finding]:
    if usual.own is None or usual.ground is None:
        return
    inside, around = tints.likeness(usual.own, usual.ground)
    yield _finding(Symptom.GROUND, usual.likeness[0] - inside, 100 * (1 - inside))
    yield _finding(Symptom.OUTSIDE, around - usual.likeness[1], 100 * around)


def _finding(symptom: Symptom, value: float, amount: float) -> _Finding:
    usual, worst = BOUNDS[symptom]
    return _Finding(min(1.0, max(0.0, (value - worst) / (usual - worst))), Reason(symptom, round(amount)))


def _told(findings: Iterable[_Finding]) -> tuple[Reason, ...]:
    worst_first = sorted(findings, key=lambda finding: finding.factor)
    return tuple(finding.reason for finding in worst_first[:MOST_TOLD] if finding.factor < LEAST_TOLD)
