"""A run divided: which parts, and that together they give what it gives."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.engine.models import Model
from sam2_studio.engine.packed import PackedResult
from sam2_studio.engine.requests import Arrival, Conditioning, Direction, FrameResult, TrackObject, TrackRequest
from sam2_studio.engine.spans import divided, stretches
from sam2_studio.engine.tracker import Tracker
from tests.fakes import ArraySource
from tests.synthetic import Scene, moving_scene

SourceOf = Callable[[Scene], ArraySource]
FRAMES = 8
SHOWN = Conditioning(mask=Mask.from_array(np.ones((4, 4), bool)))


def request_of(frames: int, *places: Iterable[int], direction: Direction = Direction.BOTH) -> TrackRequest:
    """Objects 1, 2 and so on, each shown on these frames."""
    objects = tuple(TrackObject(i, dict.fromkeys(shown, SHOWN)) for i, shown in enumerate(places, 1))
    return TrackRequest(objects=objects, range=FrameRange(0, frames), direction=direction)


def parts_of(request: TrackRequest) -> list[tuple[int, int, int]]:
    return [(each.object_id, each.frames.start, each.frames.stop) for each in stretches(request)]


def test_stretches_lie_between_keyframes_and_inside_of_shots() -> None:
    request = request_of(100, (20, 60), (0,))
    assert parts_of(request) == [(1, 0, 20), (2, 0, 100), (1, 20, 60), (1, 60, 100)]
    cut = replace(request, cuts=(50, 90))
    assert parts_of(cut) == [(1, 0, 20), (2, 0, 50), (1, 20, 50), (1, 50, 60), (1, 60, 90)]
    assert parts_of(replace(request, range=FrameRange(30, 50))) == [(1, 30, 50), (2, 30, 50)]


@pytest.mark.parametrize("direction", [Direction.FORWARD, Direction.BACKWARD])
def test_one_direction_leaves_an_object_whole(direction: Direction) -> None:
    assert parts_of(request_of(9, (2, 5), (7,), direction=direction)) == [(1, 0, 9), (2, 0, 9)]


def test_neighbours_stay_together_in_parts_of_about_equal_length() -> None:
    request = request_of(100, range(0, 100, 10), (0, 50))
    for most, least in ((4, 1), (3, 30), (9, 60), (1, 1)):
        parts = divided(request, most, least)
        wanted = [part.only or frozenset() for part in parts]
        assert len(parts) <= most
        assert sum(map(len, wanted)) == len(frozenset[tuple[int, int]]().union(*wanted)) == 200
        assert all(len(each) >= least for each in wanted[:-1])
    first, *_ = divided(request, 4, 1)
    assert {frame for _, frame in first.only or ()} == set(range(50))
    assert len(divided(request_of(100, (0,)), 4, 1)) == 1


def held(results: Iterable[FrameResult]) -> dict[tuple[int, int], FrameResult]:
    packed = {(r.object_id, r.frame): PackedResult.of(r) for r in results if r.arrival is not Arrival.SAME}
    return {place: replace(each.result, arrival=Arrival.ONLY) for place, each in packed.items()}


@pytest.mark.parametrize("window", ["off", "on"])
def test_the_parts_give_what_the_whole_gives(nano: Model, source_of: SourceOf, window: str) -> None:
    """Also where an object that was looked for in a window is too large for one from a keyframe on."""
    scene = moving_scene(1, FRAMES, size=(240, 135), radius=8)
    large = Mask.from_part(np.ones((60, 60), bool), 150, 10, Size(240, 135))
    shown = {0: Conditioning(mask=Mask.from_array(scene.truth[0])), 4: Conditioning(mask=large)}
    items = TrackObject(1, shown, window), TrackObject(2, {3: shown[0]}, window)
    request = TrackRequest(objects=items, range=FrameRange(0, FRAMES), direction=Direction.BOTH)
    tracker = Tracker(nano, source_of(scene))
    whole, parts = held(tracker.run(request)), divided(request, 4, 1)
    assert len(parts) == 3
    apart = [held(tracker.run(part)) for part in parts]
    assert sum(map(len, apart)) == len(whole) == 2 * FRAMES
    assert {place: each for part in apart for place, each in part.items()} == whole
