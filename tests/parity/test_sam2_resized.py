"""SAM 2 made to work at a smaller size when memory runs out: the same weights, as a network built for that size."""

import numpy as np
import pytest
import torch
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box
from sam2_studio.core.prompts import PromptSet
from sam2_studio.engine import relief
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model
from sam2_studio.engine.requests import Conditioning, Direction, FrameResult, TrackObject, TrackRequest
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.engine.tracker import Tracker
from sam2_studio.networks.interface import PromptableNetwork
from sam2_studio.networks.sam2.model import Sam2
from tests.fakes import ArraySource
from tests.faulty_network import Calls, FaultyNetwork
from tests.parity.fixtures import read_frame
from tests.parity.stand_in import stand_in_network

LARGE, SMALL = 256, 128
FRAMES = 3
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def large() -> Sam2:
    return stand_in_network(side=LARGE)


def tracked(network: PromptableNetwork) -> tuple[list[FrameResult], list[str]]:
    """Results, and the recipe's end after each."""
    frames = [np.array(read_frame(f"bunny/{n:05d}.png").resize((LARGE, LARGE))) for n in range(FRAMES)]
    info = ClipInfo(path="bunny", kind=ClipKind.VIDEO, frames=FRAMES, width=LARGE, height=LARGE)
    segmenter = Segmenter(Model("stand-in", "0" * 64, network, torch.device("cpu")), FeatureCache())
    said = {0: Conditioning(PromptSet(box=Box(66, 70, 186, 224)))}
    request = TrackRequest(objects=(TrackObject(1, said),), range=FrameRange(0, FRAMES), direction=Direction.FORWARD)
    results, ends = [], []
    for result in Tracker(segmenter.looks.model, ArraySource(frames, info), segmenter).run(request):
        results.append(result)
        ends.append(segmenter.looks.model.recipe.removeprefix(f"stand-in@{'0' * 64}"))
    return results, ends


def test_the_smaller_one_shares_every_weight(large: Sam2) -> None:
    small = large.resized(SMALL)
    assert (small.traits.working_size, large.traits.working_size) == (SMALL, LARGE)
    theirs = dict(large.named_parameters())
    assert all(parameter is theirs[name] for name, parameter in small.named_parameters())


def test_it_does_what_a_network_built_for_the_size_does_and_the_large_one_still_its_own(large: Sam2) -> None:
    before = tracked(large)
    assert tracked(large.resized(SMALL)) == tracked(stand_in_network(side=SMALL))
    assert tracked(large) == before


def test_a_run_short_of_memory_goes_on_at_the_smaller_size(large: Sam2, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relief, "SMALLEST_SIDE", SMALL)
    calls = Calls()
    calls.fault = lambda number, side: MemoryError() if calls.pictures >= 2 and side > SMALL else None
    results, ends = tracked(FaultyNetwork(large, calls, sizes=(SMALL,)))
    assert [result.frame for result in results] == [0, 1, 2]
    assert ends == ["", "/128", "/128"]
    assert results[0] == tracked(large)[0][0]
