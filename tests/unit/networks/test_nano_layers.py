"""Parts of `nano` whose rules the parity data alone wouldn't explain."""

import pytest
import torch
from sam2_studio.networks.interface import FrameMemory, Label, Remembered
from sam2_studio.networks.nano.layers import rotary_table, rotate_maps
from sam2_studio.networks.nano.model import Nano
from sam2_studio.networks.nano.prompt_encoder import PromptEncoder


@pytest.fixture(scope="module")
def network() -> Nano:
    torch.manual_seed(0)
    return Nano().eval().requires_grad_(False)


def test_rotation_keeps_lengths_and_leaves_pointers_alone() -> None:
    table = rotary_table(4, 4, 8, torch.device("cpu"))
    keys = torch.randn(1, 2, 2 * 16 + 3, 8)
    turned = rotate_maps(keys, table)
    assert torch.equal(turned[:, :, 32:], keys[:, :, 32:])
    assert torch.allclose(turned.norm(dim=-1), keys.norm(dim=-1), atol=1e-5)
    assert not torch.allclose(turned[:, :, 1:32], keys[:, :, 1:32])


def test_rotation_turns_every_map_alike() -> None:
    table = rotary_table(4, 4, 8, torch.device("cpu"))
    one = torch.randn(1, 1, 16, 8)
    twice = rotate_maps(torch.cat([one, one], 2), table)
    assert torch.equal(twice[:, :, :16], twice[:, :, 16:])


@pytest.mark.parametrize("side", [128, 256, 320])
def test_any_multiple_of_32_works(network: Nano, side: int) -> None:
    features = network.encode_image(torch.zeros(1, side, side, 3, dtype=torch.uint8))
    assert features.embedding.shape == (1, 128, side // 16, side // 16)
    answer = network.decode(network.condition(features, []), torch.tensor([[[0.5, 0.5]]]), torch.tensor([[1]]))
    assert answer.masks.shape == (1, 4, side // 4, side // 4)


def test_padding_alone_is_no_prompt() -> None:
    encoder = PromptEncoder()
    dense, finer = encoder.dense(torch.zeros(1, 1, 2), torch.tensor([[Label.PADDING]]), None, 64, 64)
    assert dense.shape == (1, 128, 1, 1)
    assert finer is None


def test_a_mask_without_a_point_is_a_prompt() -> None:
    encoder = PromptEncoder()
    dense, finer = encoder.dense(
        torch.zeros(1, 1, 2), torch.tensor([[Label.PADDING]]), torch.ones(1, 1, 64, 64), 64, 64
    )
    assert dense.shape == (1, 128, 16, 16)
    assert finer is not None
    assert finer.shape == (1, 32, 32, 32)


def test_a_conditioning_frame_has_no_age(network: Nano) -> None:
    features = network.encode_image(torch.zeros(1, 128, 128, 3, dtype=torch.uint8))
    memory = FrameMemory(torch.randn(1, 32, 8, 8), torch.randn(1, 128))
    near, far = (network.condition(features, [Remembered(memory, age, True)]).embedding for age in (1, -40))
    assert torch.equal(near, far)


def test_objects_share_one_pictures_features(network: Nano) -> None:
    features = network.encode_image(torch.zeros(1, 128, 128, 3, dtype=torch.uint8))
    memory = FrameMemory(torch.randn(3, 32, 8, 8), torch.randn(3, 128))
    assert network.condition(features, [Remembered(memory, 1, False)]).embedding.shape[0] == 3
