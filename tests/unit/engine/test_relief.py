"""The ladder that is climbed when memory runs out: order, what is said, what is kept, and when it is over."""

from collections.abc import Callable

import numpy as np
import psutil
import pytest
import torch
from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Point
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine import relief
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model
from sam2_studio.engine.relief import Relief
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.engine.windows import Window
from sam2_studio.errors import ModelError
from tests.faulty_network import Calls, FaultyNetwork
from tests.synthetic import moving_scene

FrameOf = Callable[[np.ndarray], Frame]
CPU = torch.device("cpu")
ON_THE_GPU = torch.device("meta")  # stands in for one: no tensor is made on it in these tests
CLICK = PromptSet((PointPrompt(Point(120, 100)),))


def out() -> torch.OutOfMemoryError:
    return torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")


def faulty(nano: Model, calls: Calls | None = None, device: torch.device = CPU, **options: object) -> Model:
    return Model("stand-in", "0" * 64, FaultyNetwork(nano.network, calls, **options), device)


class Step:
    """A step that fails so often."""

    def __init__(self, failures: int, error: Callable[[], BaseException] = out) -> None:
        self.left, self.error, self.done = failures, error, 0

    def __call__(self) -> str:
        self.done += 1
        if self.left:
            self.left -= 1
            raise self.error()
        return "done"


@pytest.fixture
def said() -> list[str]:
    return []


def test_a_step_that_works_is_done_once(nano: Model, said: list[str]) -> None:
    step = Step(0)
    assert Relief(nano, said.append).eased(step) == "done"
    assert (step.done, said) == (1, [])


@pytest.mark.parametrize("error", [out, MemoryError, lambda: RuntimeError("can't allocate memory")])
def test_caches_are_emptied_first_and_the_step_done_again(
    nano: Model, said: list[str], error: Callable[[], BaseException]
) -> None:
    cache, eased = FeatureCache(), Relief(nano, said.append)
    eased.watch(cache)
    cache.features(nano, np.zeros((256, 256, 3), np.uint8))
    assert eased.eased(Step(1, error)) == "done"
    assert (len(cache), cache.nbytes) == (0, 0)
    assert said == ["Memory ran short: what was held for speed was let go."]


def test_what_the_failed_step_held_is_gone_before_the_next_try(nano: Model) -> None:
    living: list[int] = []

    class Big:
        count = 0

        def __init__(self) -> None:
            Big.count += 1

        def __del__(self) -> None:
            Big.count -= 1

    def step() -> None:
        living.append(Big.count)
        held = Big()
        if len(living) == 1:
            raise out()
        del held

    Relief(nano).eased(step)
    assert living == [0, 0]


def test_each_rung_is_said_once(nano: Model, said: list[str]) -> None:
    eased = Relief(nano, said.append)
    eased.eased(Step(1))
    eased.eased(Step(1))
    assert len(said) == 1


def test_other_errors_go_through(nano: Model, said: list[str]) -> None:
    step = Step(1, lambda: RuntimeError("a bug"))
    with pytest.raises(RuntimeError, match="a bug"):
        Relief(nano, said.append).eased(step)
    assert (step.done, said) == (1, [])


def test_a_step_inside_a_step_is_left_to_the_outer_one(nano: Model) -> None:
    eased, inner, runs = Relief(nano), Step(1), []

    def outer() -> str:
        runs.append(1)
        return eased.eased(inner)

    assert eased.eased(outer) == "done"
    assert len(runs) == 2


def test_where_nothing_can_give_way_the_error_says_what_to_do(nano: Model, said: list[str]) -> None:
    step = Step(9)
    with pytest.raises(ModelError, match="isn't enough memory for nano on the device cpu") as caught:
        Relief(nano, said.append).eased(step)
    assert "smaller model or another device" in caught.value.way_out
    assert (step.done, len(said)) == (2, 1)


def test_after_an_end_the_next_step_is_tried_as_ever(nano: Model) -> None:
    eased = Relief(nano)
    with pytest.raises(ModelError):
        eased.eased(Step(9))
    assert eased.eased(Step(1)) == "done"


def test_points_go_one_by_one_where_several_are_too_many(
    nano: Model, said: list[str], frame_of: FrameOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = nano.network.decode
    batches: list[int] = []

    def few(features: object, points: torch.Tensor, *rest: object) -> object:
        batches.append(len(points))
        if len(points) > 1:
            raise out()
        return decode(features, points, *rest)

    frame = frame_of(moving_scene(0, frames=1).frames[0])
    points = [PointPrompt(Point(20.0 * n, 40)) for n in range(1, 6)]
    segmenter = Segmenter(nano, on_notice=said.append)
    whole = Window.whole(frame.size)
    wanted = segmenter.looks.ask_each(frame, whole, points)
    monkeypatch.setattr(nano.network, "decode", few)
    answers = segmenter.relief.eased(lambda: segmenter.looks.ask_each(frame, whole, points))
    assert batches == [5, 5, 1, 1, 1, 1, 1]
    assert "one by one" in said[-1]
    for one, other in zip(answers, wanted, strict=True):
        assert np.allclose(one.masks, other.masks, atol=1e-3)
    batches.clear()
    segmenter.relief.eased(lambda: segmenter.looks.ask_each(frame, whole, points[:2]))
    assert batches == [1, 1]


def test_a_click_is_answered_at_half_the_size_where_the_whole_is_too_much(
    nano: Model, said: list[str], frame_of: FrameOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relief, "SMALLEST_SIDE", 128)
    calls = Calls(lambda number, side: out() if side > 128 else None)
    segmenter = Segmenter(faulty(nano, calls, sizes=(128,)), on_notice=said.append)
    answer = segmenter.segment(frame_of(moving_scene(0, frames=1).frames[0]), CLICK)
    assert not answer.mask.is_empty
    assert answer.logits.shape == (32, 32)
    assert segmenter.looks.model.recipe == f"stand-in@{'0' * 64}/128"
    assert said[1:] == ["Memory ran short: stand-in now works at 128 pixels instead of 256, edges are coarser."]
    segmenter.relief.restore()
    assert segmenter.looks.model.recipe == f"stand-in@{'0' * 64}"
    assert segmenter.looks.model.traits.working_size == 256


def test_no_network_is_made_smaller_than_makes_sense(nano: Model, said: list[str]) -> None:
    with pytest.raises(ModelError):
        Relief(faulty(nano, sizes=(128,)), said.append).eased(Step(9))
    assert len(said) == 1


def test_a_gpu_gives_way_to_the_processor_and_it_stays_so(nano: Model, said: list[str]) -> None:
    model = faulty(nano, device=ON_THE_GPU)
    eased = Relief(model, said.append)
    assert eased.eased(Step(2)) == "done"
    assert (eased.model.device, eased.model.dtype) == (CPU, torch.float32)
    assert model.network.held_in == [torch.float32, torch.float32]
    assert said[1:] == ["Memory ran short on the GPU: stand-in now computes on the processor, which takes longer."]
    eased.restore()
    assert eased.model.device == CPU


def test_size_goes_before_the_device(nano: Model, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relief, "SMALLEST_SIDE", 128)
    eased = Relief(faulty(nano, device=ON_THE_GPU, sizes=(128,)), said.append)
    assert eased.eased(Step(3)) == "done"
    assert (eased.model.reduced_to, eased.model.device) == (128, CPU)
    assert len(said) == 3


def test_a_processor_without_room_is_no_way_out(nano: Model, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Little:
        available = relief.WORKING_ROOM

    monkeypatch.setattr(psutil, "virtual_memory", Little)
    eased = Relief(faulty(nano, device=ON_THE_GPU), said.append)
    with pytest.raises(ModelError, match="on the device meta"):
        eased.eased(Step(9))
