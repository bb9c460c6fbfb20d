"""Tracking in a window that follows the object: it holds what is small, finds what jumped away, changes no other."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.masks import Mask
from sam2_studio.engine.models import Model
from sam2_studio.engine.requests import Conditioning, Direction, FrameResult, TrackObject, TrackRequest
from sam2_studio.engine.tracker import Tracker
from tests.fakes import ArraySource
from tests.faulty_network import Calls, FaultyNetwork
from tests.synthetic import Scene, iou, moving_scene

SourceOf = Callable[[Scene], ArraySource]
FRAMES = 6


@pytest.fixture(scope="module")
def small() -> Scene:
    """A subject 20 pixels wide, which leaves its first window on the way."""
    return moving_scene(1, FRAMES, radius=10, path=lambda t: (0.3 + 0.15 * t, 0.5))


def item(scene: Scene, window: str, object_id: int = 1, *frames: int) -> TrackObject:
    shown = {n: Conditioning(mask=Mask.from_array(scene.truth[n])) for n in frames or (0,)}
    return TrackObject(object_id, shown, window)


def asked(*items: TrackObject) -> TrackRequest:
    return TrackRequest(objects=items, range=FrameRange(0, FRAMES), direction=Direction.FORWARD)


def masks(results: list[FrameResult], object_id: int = 1) -> dict[int, Mask]:
    return {each.frame: each.mask for each in results if each.object_id == object_id}


def held(found: dict[int, Mask], scene: Scene) -> float:
    return float(np.mean([iou(found[n].to_array().astype(bool), scene.truth[n]) for n in range(1, FRAMES)]))


def test_a_window_holds_a_small_subject_and_changes_no_other(nano: Model, source_of: SourceOf, small: Scene) -> None:
    tracker = Tracker(nano, source_of(small))
    alone = masks(list(tracker.run(asked(item(small, "on")))))
    both = list(tracker.run(asked(item(small, "off", 2), item(small, "on"))))
    assert masks(both) == alone
    assert held(alone, small) > 0.7
    assert held(alone, small) > held(masks(both, 2), small) + 0.1
    assert masks(list(tracker.run(asked(item(small, "auto"))))) == masks(both, 2), "nano's card says that it loses"


def test_what_jumped_out_of_its_window_is_found_in_the_whole_picture(nano: Model, source_of: SourceOf) -> None:
    scene = moving_scene(5, FRAMES, radius=24, path=lambda t: (0.2 if t < 0.5 else 0.75, 0.5), pan=0.0)
    found = masks(list(Tracker(nano, source_of(scene)).run(asked(item(scene, "on")))))
    assert iou(found[FRAMES - 1].to_array().astype(bool), scene.truth[FRAMES - 1]) > 0.7


def test_part_of_a_gap_gets_the_masks_of_the_whole_run(nano: Model, source_of: SourceOf, small: Scene) -> None:
    wanted = replace(asked(item(small, "on", 1, 0, 5)), direction=Direction.BOTH)
    tracker = Tracker(nano, source_of(small))
    last = {(each.frame, each.arrival): each.mask for each in tracker.run(wanted)}
    part = replace(wanted, only=frozenset((1, n) for n in (2, 3)))
    again = {(each.frame, each.arrival): each.mask for each in tracker.run(part)}
    assert {frame for frame, _ in again} == {2, 3}
    assert again == {place: mask for place, mask in last.items() if place[0] in (2, 3)}


@pytest.mark.parametrize("failing", [7, 19])
def test_memory_that_runs_out_on_the_way_changes_no_mask(
    failing: int, nano: Model, source_of: SourceOf, small: Scene
) -> None:
    def run(fault: Callable[[int, int], BaseException | None]) -> tuple[dict[int, Mask], int]:
        network = FaultyNetwork(nano.network, Calls(fault))
        model = replace(nano, network=network, device=torch.device("cpu"))
        return masks(list(Tracker(model, source_of(small)).run(asked(item(small, "on"))))), network.calls.made

    whole, calls = run(lambda number, side: None)
    again, more = run(lambda number, side: MemoryError() if number == failing else None)
    assert more > calls >= failing
    assert again == whole
