"""The quick ways of SAM 2's parts give what the plain ones give, and what a network promises beside exact numbers."""

from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - as in the package
from sam2_studio.networks.interface import Chosen, FrameMemory, ImageFeatures, Label, Remembered
from sam2_studio.networks.sam2 import hiera
from sam2_studio.networks.sam2.affine import FEWEST_ROWS, affine_by
from sam2_studio.networks.sam2.attention import KEYS, attend_in_blocks
from sam2_studio.networks.sam2.choice import stability
from sam2_studio.networks.sam2.model import ABSENT, Sam2
from sam2_studio.networks.sam2.windows import Order, overhang, pool2x, reorder, take
from tests.parity.stand_in import stand_in_network
from torch import Tensor

SIDE = 128
PADDING = torch.tensor([[int(Label.PADDING)]])


@pytest.fixture(scope="module", autouse=True)
def _inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def network() -> Sam2:
    return stand_in_network(side=SIDE)


@pytest.fixture(scope="module")
def features(network: Sam2) -> ImageFeatures:
    return network.encode_image(picture())


def picture() -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (1, SIDE, SIDE, 3), dtype=torch.uint8, generator=generator)


def click(network: Sam2, features: ImageFeatures, x: float) -> Chosen:
    points, labels = torch.tensor([[[x, 0.5]]]), torch.tensor([[int(Label.POSITIVE)]])
    return network.choose(network.decode(network.condition(features, []), points, labels), labels)


def memory(network: Sam2, features: ImageFeatures, x: float) -> FrameMemory:
    chosen = click(network, features, x)
    return network.encode_memory(features, chosen.mask_logits, chosen.presence, chosen.token, prompted=True)


@pytest.mark.parametrize(("queries", "keys"), [(1100, 1000), (36, 44), (4, 8), (1024, 40), (600, 2 * KEYS + 28)])
def test_attention_in_blocks_is_attention(queries: int, keys: int) -> None:
    q, k, v = torch.randn(2, queries, 256), 3 * torch.randn(2, keys, 256), torch.randn(2, keys, 64)
    wanted = torch.softmax(q @ k.transpose(1, 2) / 16, -1) @ v
    torch.testing.assert_close(attend_in_blocks(q, k, v), wanted, rtol=1e-4, atol=1e-5)


def test_attention_in_blocks_of_bfloat16_is_about_as_exact_as_the_fused_kernel() -> None:
    q, k, v = 2 * torch.randn(1, 600, 256), 2 * torch.randn(1, 3000, 256), torch.randn(1, 3000, 256)
    wanted = F.scaled_dot_product_attention(q, k, v)
    short = q.bfloat16(), k.bfloat16(), v.bfloat16()
    blocks, fused = attend_in_blocks(*short), F.scaled_dot_product_attention(*short)
    assert float((blocks - wanted).norm()) < 1.5 * float((fused - wanted).norm())  # three times, if scores aren't moved


@pytest.mark.parametrize("then", ["none", "gelu", "relu"])
@pytest.mark.parametrize("plus", [False, True])
def test_joined_products_are_the_plain_ones(then: str, plus: bool) -> None:
    x, matrix, bias = torch.randn(2, FEWEST_ROWS, 32), torch.randn(48, 32), torch.randn(48)
    residual = torch.randn(2, FEWEST_ROWS, 48) if plus and then == "none" else None
    activation = {"none": lambda y: y, "gelu": F.gelu, "relu": F.relu}[then]
    wanted = activation(F.linear(x, matrix, bias)) + (0 if residual is None else residual)
    got = affine_by(x, matrix, bias, then=then, plus=residual)  # type: ignore[arg-type]
    torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-4)


def test_windows_in_chunks_are_the_whole(
    network: Sam2, features: ImageFeatures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hiera, "CHUNK", 128)
    torch.testing.assert_close(network.encode_image(picture()).embedding, features.embedding, rtol=1e-4, atol=1e-4)


def test_reordering_comes_back() -> None:
    rows = torch.arange(2 * 64 * 3).view(2, 64, 3)
    windows = reorder(rows, Order(8, 8), 4)
    assert windows[0, :4, 0].tolist() == rows[0, :4, 0].tolist()
    assert windows[0, 4, 0] == rows[0, 8, 0]
    assert torch.equal(reorder(windows, Order(8, 4), 8), rows)


def test_windows_over_the_edge_come_back() -> None:
    at = overhang(10, 7, torch.device("cpu"))
    rows = torch.randn(2, 100, 3)
    assert at.windows == 2
    assert len(at.bring) == 14 * 14
    assert len(at.beyond) == 14 * 14 - 100
    assert torch.equal(take(take(rows, at.bring), at.back), rows)


def test_pooling_takes_the_greatest_of_four() -> None:
    x = torch.arange(16.0).view(1, 16, 1)
    assert pool2x(x, 4).flatten().tolist() == [5, 7, 13, 15]


def test_stability_of_a_mask_without_pixels_is_one() -> None:
    masks = torch.stack([torch.full((4, 4), -9.0), torch.full((4, 4), 9.0), torch.zeros(4, 4)])
    assert stability(masks).tolist() == [1, 1, 0]


def test_objects_together_are_as_alone(network: Sam2, features: ImageFeatures) -> None:
    alone = [memory(network, features, x) for x in (0.3, 0.7)]
    maps = torch.cat([one.map for one in alone if one.map is not None])
    both = FrameMemory(maps, torch.cat([one.pointer for one in alone]))
    together = network.condition(features, [Remembered(both, 1, True)]).embedding
    apart = torch.cat([network.condition(features, [Remembered(one, 1, True)]).embedding for one in alone])
    torch.testing.assert_close(together, apart, rtol=1e-4, atol=1e-4)


def test_nothing_is_kept_between_calls(network: Sam2, features: ImageFeatures) -> None:
    first = memory(network, features, 0.3)
    memory(network, features, 0.7)
    again = memory(network, network.encode_image(picture()), 0.3)
    assert first.map is not None
    assert again.map is not None
    assert torch.equal(first.map, again.map)
    assert torch.equal(first.pointer, again.pointer)


def test_inputs_are_left_as_they_were(network: Sam2, features: ImageFeatures) -> None:
    before = features.embedding.clone()
    known = memory(network, features, 0.3)
    assert known.map is not None
    kept = known.map.clone()
    network.condition(features, [Remembered(known, 1, False)])
    assert torch.equal(features.embedding, before)
    assert torch.equal(known.map, kept)


def test_an_absent_object_has_no_mask_and_a_memory_of_its_own(network: Sam2, features: ImageFeatures) -> None:
    chosen = click(network, features, 0.3)
    gone = network.encode_memory(features, chosen.mask_logits, torch.tensor([-3.0]), chosen.token)
    assert torch.equal(gone.pointer, network.no_obj_ptr)
    given = network.adopt_mask(features, torch.zeros(1, 1, SIDE, SIDE, dtype=torch.bool))
    assert float(given.presence) < 0
    assert torch.equal(given.memory.pointer, network.no_obj_ptr)
    head = network.sam_mask_decoder.pred_obj_score_head.get_parameter("layers.2.bias")
    kept = head.clone()
    head.fill_(-60.0)
    try:
        assert bool((click(network, features, 0.3).mask_logits == ABSENT).all())
    finally:
        head.copy_(kept)


@pytest.mark.parametrize("cast", ["autocast", "converted"])
def test_bfloat16_says_much_the_same(cast: str, features: ImageFeatures) -> None:
    network = stand_in_network(side=SIDE)
    if cast == "converted":
        network = network.to(torch.bfloat16)
    matrix = network.sam_prompt_encoder.pe_layer.get_buffer("positional_encoding_gaussian_matrix")
    assert matrix.dtype == torch.float32
    with torch.autocast("cpu", torch.bfloat16, enabled=cast == "autocast"):
        short = network.encode_image(picture())
        known = memory(network, short, 0.3)
        later = network.condition(short, [Remembered(known, 1, True)])
        chosen = network.choose(network.decode(later, torch.zeros(1, 1, 2), PADDING), PADDING)
    likeness = torch.corrcoef(torch.stack([short.embedding.float().flatten(), features.embedding.flatten()]))[0, 1]
    assert float(likeness) > 0.99
    assert bool(torch.isfinite(chosen.mask_logits).all())
