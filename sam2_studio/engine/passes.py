"""Which frames of a range are tracked, in which order, from which side. Pure numbers; knows no network.

FORWARD tracks from the first conditioning frame, or from the start of the range if that comes later, to the end of the
range. BACKWARD is its mirror image. BOTH tracks every frame from the side of the nearest conditioning frame (the one
before it, if two are as near): first all that go forwards, then all that go backwards. So a corrected frame is tracked
into from both sides, and no frame is much further from a correction than half the gap. Where the two sides meet, both
track some frames, an overlap, in which `join` finds the best place to go over from one to the other. Where all
conditioning frames lie beyond the end to which a direction goes, it starts at its other end.

No side goes over a cut: each shot is tracked from its own conditioning frames, and one without any isn't tracked.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.frames import FrameRange
from sam2_studio.core.shots import Shots
from sam2_studio.engine.requests import Direction, TrackObject, TrackRequest
from sam2_studio.errors import PromptError

WHOLE_GAP = 48  # frames between two conditioning frames up to which all of them are tracked from both sides
OVERLAP = 32  # frames in the middle of a longer gap that are


@dataclass(frozen=True)
class Pass:
    """One sweep over the range: `step` is 1 forwards, -1 backwards."""

    span: FrameRange
    step: int

    def __iter__(self) -> Iterator[int]:
        numbers = range(self.span.start, self.span.stop)
        return iter(numbers if self.step > 0 else reversed(numbers))


@dataclass(frozen=True, eq=False)
class Route:
    """How one object is tracked through a range.

    Attributes:
        span: The range.
        forward, backward: (frames of the range,) whether the pass that way tracks it.
        overlaps: Frames that both do, a stretch a gap.
    """

    span: FrameRange
    forward: NDArray[np.bool_]
    backward: NDArray[np.bool_]
    overlaps: tuple[FrameRange, ...] = ()

    def takes(self, frame: int, step: int) -> bool:
        """Whether the frame is tracked in the pass of this step."""
        return bool((self.forward if step > 0 else self.backward)[frame - self.span.start])

    def frames(self) -> set[int]:
        """All that are tracked."""
        return set((np.flatnonzero(self.forward | self.backward) + self.span.start).tolist())


def passes(span: FrameRange, direction: Direction) -> tuple[Pass, ...]:
    """The sweeps of a run, in order."""
    steps = {Direction.FORWARD: (1,), Direction.BACKWARD: (-1,), Direction.BOTH: (1, -1)}[direction]
    return tuple(Pass(span, step) for step in steps)


def places_of(item: TrackObject) -> tuple[int, ...]:
    """Frames on which the user showed the object, in rising order; an empty mask shows where it is not.

    Raises:
        PromptError: there are none.
    """
    shown = tuple(
        sorted(n for n, said in item.conditioning.items() if said and (said.mask is None or not said.mask.is_empty))
    )
    if not shown:
        raise PromptError(
            f"Object {item.object_id} has no prompt to track from.", "Click on it or draw a box on any frame."
        )
    return shown


def route(
    places: Sequence[int],
    span: FrameRange,
    direction: Direction,
    shots: Shots,
    wanted: Sequence[int] | None = None,
) -> Route:
    """The way of an object with these conditioning frames, rising, inside the range or not.

    Args:
        places: The conditioning frames.
        span: The range.
        direction: Which way.
        shots: Tracking stays inside of each.
        wanted: Frames that are asked for, rising, None for all: BOTH leaves out stretches that have none.
    """
    made = Route(span, np.zeros(len(span), np.bool_), np.zeros(len(span), np.bool_), ())
    overlaps: list[FrameRange] = []
    for shown in shots.split(places):
        shot = shots.of(shown[0], span)
        if not len(shot):
            continue
        if direction is Direction.FORWARD:
            start = shown[0] if shown[0] < shot.stop else shot.start
            _mark(made.forward, span, max(start, shot.start), shot.stop)
        elif direction is Direction.BACKWARD:
            _mark(made.backward, span, shot.start, shown[-1] + 1 if shown[-1] in shot else shot.stop)
        else:
            overlaps += _mark_both(made, shown, shot, _Wanted(wanted))
    return Route(span, made.forward, made.backward, tuple(overlaps))


def routes(request: TrackRequest) -> list[Route]:
    """The way of each object. Raises PromptError for one without a conditioning frame."""
    shots, made = Shots(request.cuts), []
    for item in request.objects:
        only = request.only
        wanted = None if only is None else sorted(frame for each, frame in only if each == item.object_id)
        made.append(route(places_of(item), request.range, request.direction, shots, wanted))
    return made


def breaks_of(request: TrackRequest, places: Iterable[int], step: int) -> frozenset[int]:
    """Frames before which, in the order of a pass, tracking forgets what it came from: after a cut, and at a keyframe
    where the masks beyond it come from its other side too.
    """
    firsts = frozenset(request.cuts if step > 0 else (cut - 1 for cut in request.cuts))
    return firsts | frozenset(places) if request.direction is Direction.BOTH else firsts


def visits_of(request: TrackRequest) -> int:
    """How many times a frame is come to for a result: once, or twice where some object is tracked from both sides."""
    twice: set[int] = set()
    for item, made in zip(request.objects, routes(request), strict=True):
        twice |= {frame for each in made.overlaps for frame in each if request.asks(item.object_id, frame)}
    return len(frames_of(request)) + len(twice)


def frames_of(request: TrackRequest) -> set[int]:
    """Frames on which an object gets a result."""
    frames: set[int] = set()
    for item, made in zip(request.objects, routes(request), strict=True):
        frames |= {frame for frame in made.frames() if request.asks(item.object_id, frame)}
    return frames


def ends_at(request: TrackRequest) -> tuple[int, ...]:
    """The cuts of the range, in rising order, on one side of which alone some object is tracked."""
    found = set()
    for made in routes(request):
        frames = made.frames()
        inside = [cut for cut in request.cuts if made.span.start < cut < made.span.stop]
        found |= {cut for cut in inside if (cut in frames) != (cut - 1 in frames)}
    return tuple(sorted(found))


class _Wanted:
    """Which frames are asked for; None for all."""

    def __init__(self, frames: Sequence[int] | None) -> None:
        self._frames = frames

    def within(self, start: int, stop: int) -> tuple[int, int] | None:
        """The first and last of them from `start` up to, not including, `stop`; None where there is none."""
        if self._frames is None:
            return (start, stop - 1) if start < stop else None
        first, end = bisect_left(self._frames, start), bisect_left(self._frames, stop)
        return (self._frames[first], self._frames[end - 1]) if first < end else None


def _mark_both(made: Route, shown: Sequence[int], shot: FrameRange, wanted: _Wanted) -> Iterator[FrameRange]:
    """Mark who tracks what in one shot; the overlaps of its gaps."""
    span = made.span
    head, stop = wanted.within(shot.start, min(shown[0], shot.stop)), min(shown[0], shot.stop)
    if head is not None:
        _mark(made.backward, span, head[0], stop)
    tail = wanted.within(max(shown[-1], shot.start), shot.stop)
    if tail is not None:
        _mark(made.forward, span, max(shown[-1], shot.start), tail[1] + 1)
    for before, after in pairwise(shown):
        if wanted.within(max(before, shot.start), min(after, shot.stop)) is None:
            continue
        overlap = overlap_of(before, after)
        _mark(made.forward, span, max(before, shot.start), min(overlap.stop, shot.stop))
        _mark(made.backward, span, max(overlap.start, shot.start), min(after, shot.stop))
        both = FrameRange(max(overlap.start, shot.start), min(overlap.stop, shot.stop))
        if len(both):
            yield both


def overlap_of(before: int, after: int) -> FrameRange:
    """The frames between two conditioning frames that both sides track; empty, at the middle, where one suffices."""
    between = after - before - 1
    middle = (before + after) // 2 + 1  # the first frame that is nearer to the one after it
    if between < 2:
        return FrameRange(middle, middle)
    if between <= WHOLE_GAP:
        return FrameRange(before + 1, after)
    return FrameRange(middle - OVERLAP // 2, middle + OVERLAP // 2)


def _mark(way: NDArray[np.bool_], span: FrameRange, start: int, stop: int) -> None:
    if start < stop:
        way[start - span.start : stop - span.start] = True
