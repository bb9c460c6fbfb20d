"""The product's tracker on SAM 2 gives the masks that the network's functions give in the published order.

The published order itself is compared with recorded results in test_sam2_video.py.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.models import Model
from sam2_studio.engine.requests import Conditioning, Direction, FrameResult, TrackObject, TrackRequest
from sam2_studio.engine.tracker import Tracker
from sam2_studio.networks.sam2.model import Sam2
from tests.fakes import ArraySource
from tests.parity.fixtures import LEAST_IOU, read_frame
from tests.parity.published_predictor import PublishedPredictor
from tests.parity.stand_in import stand_in_network
from torch.nn.functional import interpolate

SIDE = 256  # the clip is of the working size, so nothing is resized on the way
FRAMES = 8
CLICK, SECOND = (126, 130), (60, 180)
CORNERS = (66, 70, 186, 224)


@pytest.fixture(scope="module")
def network() -> Sam2:
    return stand_in_network(side=SIDE)


@pytest.fixture
def tracker(network: Sam2) -> Tracker:
    frames = [np.array(read_frame(f"bunny/{n:05d}.png").resize((SIDE, SIDE))) for n in range(FRAMES)]
    info = ClipInfo(path="bunny", kind=ClipKind.VIDEO, frames=FRAMES, width=SIDE, height=SIDE)
    model = Model("sam2.1-tiny", "0" * 64, network, torch.device("cpu"))
    return Tracker(model, ArraySource(frames, info))


@pytest.fixture
def published(network: Sam2) -> Iterator[PublishedPredictor]:
    with torch.inference_mode():
        yield PublishedPredictor(network, "bunny", FRAMES, correct_as_conditioning=True)


def clicked(at: tuple[int, int]) -> Conditioning:
    return Conditioning(PromptSet((PointPrompt(Point(*at), True),)))


def run(tracker: Tracker, direction: Direction, *objects: dict[int, Conditioning]) -> list[FrameResult]:
    items = tuple(TrackObject(number, said) for number, said in enumerate(objects, 1))
    return list(tracker.run(TrackRequest(objects=items, range=FrameRange(0, FRAMES), direction=direction)))


def step(frame: int, *, point: tuple[int, int] | None = None, box: tuple[int, ...] | None = None) -> dict[str, Any]:
    """A prompt as the fixtures write it: half a pixel less, which the published code adds."""
    return {
        "frame": frame,
        "obj": 1,
        "points": [[n - 0.5 for n in point]] if point else None,
        "labels": [1] if point else None,
        "box": [n - 0.5 for n in box] if box else None,
        "clear_old_points": True,
    }


def compare(results: list[FrameResult], published: PublishedPredictor) -> None:
    for result in results:
        outcome = published.outcome(1, result.frame)
        logits = interpolate(outcome.logits, size=(SIDE, SIDE), mode="bilinear", align_corners=False)[0, 0]
        wanted, got = (logits > 0).numpy(), result.mask.to_array().astype(bool)
        assert wanted.sum() > 500
        assert (wanted & got).sum() / (wanted | got).sum() >= LEAST_IOU, f"frame {result.frame}"
        assert result.presence == pytest.approx(float(outcome.presence), rel=5e-3)


def test_forwards_from_a_click(tracker: Tracker, published: PublishedPredictor) -> None:
    results = run(tracker, Direction.FORWARD, {0: clicked(CLICK)})
    assert [result.frame for result in results] == list(range(FRAMES))
    published.add_points(step(0, point=CLICK), (SIDE, SIDE))
    list(published.propagate(None, None, reverse=False))
    compare(results, published)


def test_backwards_from_a_box(tracker: Tracker, published: PublishedPredictor) -> None:
    results = run(tracker, Direction.BACKWARD, {7: Conditioning(PromptSet(box=Box(*CORNERS)))})
    assert [result.frame for result in results] == list(range(FRAMES))[::-1]
    published.add_points(step(7, box=CORNERS), (SIDE, SIDE))
    list(published.propagate(7, None, reverse=True))
    compare(results, published)


def test_with_a_second_conditioning_frame_still_to_come(tracker: Tracker, published: PublishedPredictor) -> None:
    results = run(tracker, Direction.FORWARD, {0: clicked(CLICK), 5: clicked(SECOND)})
    published.add_points(step(0, point=CLICK), (SIDE, SIDE))
    published.add_points(step(5, point=SECOND), (SIDE, SIDE))
    list(published.propagate(0, None, reverse=False))
    compare(results, published)


def test_forwards_from_a_mask(tracker: Tracker, published: PublishedPredictor) -> None:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    inside = ((columns - 130) / 70) ** 2 + ((rows - 128) / 60) ** 2 < 1
    results = run(tracker, Direction.FORWARD, {0: Conditioning(mask=Mask.from_array(inside))})
    published.add_mask(0, 1, torch.from_numpy(inside)[None, None])
    list(published.propagate(0, None, reverse=False))
    compare(results[1:], published)
    assert np.array_equal(results[0].mask.to_array().astype(bool), inside)


def test_another_object_changes_no_bit(tracker: Tracker) -> None:
    alone = run(tracker, Direction.FORWARD, {0: clicked(CLICK)})
    together = run(tracker, Direction.FORWARD, {0: clicked(CLICK)}, {2: clicked(SECOND)})
    first = [result for result in together if result.object_id == 1]
    assert [(one.frame, one.presence, one.mask) for one in first] == [(o.frame, o.presence, o.mask) for o in alone]
