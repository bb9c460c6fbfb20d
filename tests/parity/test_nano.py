"""`nano` must compute what its reference did when it was trained: every tensor within 1e-3 of its largest value."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sam2_studio.networks.interface import Decoded, ImageFeatures, Remembered
from sam2_studio.networks.nano.model import Nano
from sam2_studio.networks.weights import load_weights
from sam2_studio.resources import model_file
from torch import Tensor

DATA = Path(__file__).parent / "data" / "nano" / "parity.npz"
TOLERANCE = 1e-3
CORRECTED = 2  # the candidate whose logits the reference handed back with the second click


@pytest.fixture(scope="module", autouse=True)
def _inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def network() -> Nano:
    network = Nano().eval()
    load_weights(network, model_file("nano", "nano.safetensors"))
    return network.to(memory_format=torch.channels_last)


@pytest.fixture(scope="module")
def expected() -> dict[str, NDArray[np.generic]]:
    with np.load(DATA) as file:
        return dict(file)


@pytest.fixture(scope="module")
def features(network: Nano, expected: dict[str, NDArray[np.generic]]) -> list[ImageFeatures]:
    return [network.encode_image(torch.from_numpy(frame)[None]) for frame in expected["frames"]]


def assert_close(found: Tensor, expected: NDArray[np.generic], what: str) -> None:
    wanted = torch.from_numpy(expected)
    assert found.shape == wanted.shape, what
    error = float((found - wanted).abs().max() / wanted.abs().max())
    assert error <= TOLERANCE, f"{what} strays by {error:.1e} of its largest value"


def assert_decoded(found: Decoded, expected: dict[str, NDArray[np.generic]], case: str) -> None:
    assert_close(found.masks, expected[f"{case}/masks"], f"{case}/masks")
    assert_close(torch.logit(found.quality), expected[f"{case}/quality"], f"{case}/quality")
    assert_close(found.presence, expected[f"{case}/presence"], f"{case}/presence")
    assert_close(found.tokens, expected[f"{case}/tokens"], f"{case}/tokens")


def decode(
    network: Nano,
    features: ImageFeatures,
    expected: dict[str, NDArray[np.generic]],
    case: str,
    mask_logits: Tensor | None = None,
) -> Decoded:
    points, labels = (torch.from_numpy(expected[f"{case}/{name}"]) for name in ("points", "labels"))
    return network.decode(features, points, labels, mask_logits)


def test_image_features(features: list[ImageFeatures], expected: dict[str, NDArray[np.generic]]) -> None:
    first = features[0]
    for name in ("embedding", "skip8", "skip4"):
        assert_close(getattr(first, name), expected[f"{name}_0"], name)


@pytest.mark.parametrize("case", ["click", "box", "box_and_points", "mask_prompt"])
def test_prompts(
    case: str, network: Nano, features: list[ImageFeatures], expected: dict[str, NDArray[np.generic]]
) -> None:
    given = expected.get(f"{case}/logits")
    logits = None if given is None else torch.from_numpy(given)
    alone = network.condition(features[0], [])
    assert_decoded(decode(network, alone, expected, case, logits), expected, case)


def test_correction_reads_a_candidate_of_the_click(
    network: Nano, features: list[ImageFeatures], expected: dict[str, NDArray[np.generic]]
) -> None:
    alone = network.condition(features[0], [])
    click = decode(network, alone, expected, "click")
    logits = click.masks[:, CORRECTED : CORRECTED + 1].clamp(-12, 12)
    assert_decoded(decode(network, alone, expected, "click_then_correct", logits), expected, "click_then_correct")


def test_memories_and_tracked_frames(
    network: Nano, features: list[ImageFeatures], expected: dict[str, NDArray[np.generic]]
) -> None:
    box = decode(network, network.condition(features[0], []), expected, "box")
    first = network.encode_memory(features[0], box.masks[:, :1], box.presence, box.tokens[:, 0])
    assert first.map is not None
    assert_close(first.map, expected["memory_0/map"], "memory_0/map")
    assert_close(first.pointer, expected["memory_0/pointer"], "memory_0/pointer")
    memories = [(0, first)]
    for number in (1, 2, 3):
        remembered = [Remembered(m, number - made, conditioning=made == 0) for made, m in memories]
        conditioned = network.condition(features[number], remembered)
        case = f"track_{number}"
        assert_close(conditioned.embedding, expected[f"{case}/conditioned"], f"{case}/conditioned")
        answer = decode(network, conditioned, expected, case)
        assert_decoded(answer, expected, case)
        memory = network.encode_memory(features[number], answer.masks[:, :1], answer.presence, answer.tokens[:, 0])
        assert memory.map is not None
        assert_close(memory.map, expected[f"{case}/memory"], f"{case}/memory")
        memories.append((number, memory))


def test_batched_objects_give_what_each_gives_alone(
    network: Nano, features: list[ImageFeatures], expected: dict[str, NDArray[np.generic]]
) -> None:
    alone = network.condition(features[0], [])
    points = torch.tensor([[[0.5, 0.5], [0.0, 0.0]], [[0.2, 0.7], [0.0, 0.0]]])
    labels = torch.tensor([[1, 4], [1, 4]])
    together = network.decode(alone, points, labels)
    for n in range(2):
        single = network.decode(alone, points[n : n + 1], labels[n : n + 1])
        assert_close(together.masks[n : n + 1], single.masks.numpy(), f"object {n}")
