"""Divides a track run into runs that together give what it gives, bit for bit, whoever does them. Pure numbers.

Objects don't touch one another. Where tracking goes BOTH ways, what lies between two keyframes of an object depends on
what the user showed alone: memories of tracked frames are let go at each keyframe and each cut, and where two sides
meet is found inside of one stretch. So each stretch stands for itself. In one direction memories run on through
keyframes: there an object's run stays whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from sam2_studio.core.frames import FrameRange
from sam2_studio.core.shots import Shots
from sam2_studio.engine.passes import places_of
from sam2_studio.engine.requests import Direction, TrackObject, TrackRequest


@dataclass(frozen=True)
class Stretch:
    """Frames of one object that are tracked for themselves: from a keyframe, or a shot's start, up to the next one."""

    object_id: int
    frames: FrameRange


def stretches(request: TrackRequest) -> tuple[Stretch, ...]:
    """All stretches of a run, in the order of their first frames. Raises PromptError as the run itself."""
    found = [Stretch(item.object_id, frames) for item in request.objects for frames in _parts(item, request)]
    return tuple(sorted(found, key=lambda each: (each.frames.start, each.object_id)))


def divided(request: TrackRequest, most: int, least: int) -> tuple[TrackRequest, ...]:
    """The run as runs of about equal length; stretches beside one another stay together, for they share pictures.

    Args:
        request: The whole run.
        most: As many runs at most, at least 1.
        least: Frames that a run has at least, all objects counted, where there are several.

    Raises:
        PromptError: an object has no prompt.
    """
    all_of_it = stretches(request)
    share = max(least, -(-sum(len(each.frames) for each in all_of_it) // most))
    groups: list[list[Stretch]] = []
    for each in all_of_it:
        if not groups or sum(len(other.frames) for other in groups[-1]) >= share:
            groups.append([])
        groups[-1].append(each)
    return tuple(_part(request, group) for group in groups)


def _parts(item: TrackObject, request: TrackRequest) -> Iterator[FrameRange]:
    places, span, shots = places_of(item), request.range, Shots(request.cuts)
    if request.direction is not Direction.BOTH:
        yield span
        return
    for shown in shots.split(places):
        shot = shots.of(shown[0], span)
        if len(shot):
            edges = sorted({shot.start, shot.stop, *(place for place in shown if place in shot)})
            yield from (FrameRange(start, stop) for start, stop in pairwise(edges))


def _part(request: TrackRequest, group: list[Stretch]) -> TrackRequest:
    """The run of some stretches alone."""
    ids = {each.object_id for each in group}
    objects = tuple(item for item in request.objects if item.object_id in ids)
    wanted = frozenset((each.object_id, frame) for each in group for frame in each.frames)
    only = wanted if request.only is None else wanted & request.only
    return replace(request, objects=objects, only=only)
