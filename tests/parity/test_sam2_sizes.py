"""The sizes without recorded results: built, loaded strictly from every published key, run through all parts once."""

from collections.abc import Iterator

import pytest
import torch
from sam2_studio.networks.interface import Label, Remembered
from sam2_studio.networks.sam2.config import CONFIGS
from sam2_studio.networks.sam2.model import Sam2
from tests.parity.stand_in import published_name, stand_in_weights

pytestmark = pytest.mark.timeout(1200)  # minutes of computing each, more on a busy machine
SIDE = 256
UNRECORDED = [
    "sam2-small",
    "sam2.1-small",
    "sam2-base-plus",
    pytest.param("sam2-large", marks=pytest.mark.long_parity),
    pytest.param("sam2.1-large", marks=pytest.mark.long_parity),
]


@pytest.fixture(scope="module", autouse=True)
def _inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.mark.parametrize("name", UNRECORDED)
def test_every_part_answers(name: str) -> None:
    with torch.device("meta"):
        network = Sam2(next(config for config in CONFIGS if config.name == name), SIDE).eval()
    network.load_state_dict(stand_in_weights(published_name(name)), strict=True, assign=True)
    picture = (torch.arange(SIDE * SIDE * 3) % 251).view(1, SIDE, SIDE, 3).to(torch.uint8)
    features = network.encode_image(picture)
    point, label = torch.tensor([[[0.5, 0.5]]]), torch.tensor([[int(Label.POSITIVE)]])
    chosen = network.choose(network.decode(network.condition(features, []), point, label), label)
    memory = network.encode_memory(features, chosen.mask_logits, chosen.presence, chosen.token, prompted=True)
    later = network.condition(features, [Remembered(memory, 1, True)])
    nothing = torch.tensor([[int(Label.PADDING)]])
    decoded = network.decode(later, torch.zeros(1, 1, 2), nothing)
    assert decoded.masks.shape == (1, 4, SIDE // 4, SIDE // 4)
    for tensor in (features.skip8, features.skip4, later.embedding, decoded.masks, decoded.quality, decoded.presence):
        assert bool(torch.isfinite(tensor).all())
        assert tensor.numel() == 1 or float(tensor.std()) > 1e-3
