"""SAM 2 on single pictures computes what the published code does, tensor by tensor, on the fast path."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from sam2_studio.networks.interface import Decoded, Label
from sam2_studio.networks.sam2.choice import best_candidate, stability
from sam2_studio.networks.sam2.layers import to_bchw
from sam2_studio.networks.sam2.model import PIXEL_MEAN, PIXEL_SPREAD
from sam2_studio.networks.sam2.positions import sine_grid
from tests.parity.fixtures import IMAGE, Fixture, read_frame
from tests.parity.stand_in import stand_in_network
from torch import Tensor
from torch.nn.functional import interpolate

SIDE = 1024
CLAMP = 32.0  # the published image predictor clamps the logits that it hands out
CASES = [
    "point_multi",
    "point_single",
    "points3_single",
    "points3_multi",
    "box_single",
    "box_point_single",
    "refine_single",
    "mask_only_multi",
]


@pytest.fixture(scope="module", autouse=True)
def _inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


class Seen:
    """One network and its fixture, with the features of the still picture."""

    def __init__(self, name: str) -> None:
        self.fixture = Fixture(f"image/{name}-still_00000")
        self.network = stand_in_network(name)
        rgb = torch.from_numpy(np.array(read_frame("still/00000.png"))).permute(2, 0, 1)[None].float()
        self.picture = interpolate(rgb, size=(SIDE, SIDE), mode="bilinear", antialias=True).permute(0, 2, 3, 1)
        self.features = self.network.encode_image(self.picture)
        self.alone = self.network.condition(self.features, [])
        self.answers: dict[str, Tensor] = {}  # low-resolution logits by case, to be handed back

    def case(self, name: str) -> dict[str, Any]:
        return next(case for case in self.fixture.info["cases"] if case["name"] == name)

    def prompts(self, case: dict[str, Any]) -> tuple[Tensor, Tensor]:
        """Places in 0..1 and labels; the published code counts from corners, then adds half a pixel of its own."""
        height, width = self.fixture.info["image_hw"]
        places, labels = [], []
        if box := case.get("box"):
            places += [box[:2], box[2:]]
            labels += [Label.BOX_TOP_LEFT, Label.BOX_BOTTOM_RIGHT]
        places += case.get("points", [])
        labels += case.get("labels", [])
        scaled = torch.tensor(places, dtype=torch.float32).view(-1, 2) / torch.tensor([width, height]) + 0.5 / SIDE
        if not box:
            scaled, labels = torch.cat([scaled, torch.zeros(1, 2)]), [*labels, Label.PADDING]
        return scaled[None], torch.tensor([[int(label) for label in labels]])

    def handed(self, case: dict[str, Any]) -> Tensor | None:
        if not case["mask_input_from"]:
            return None
        if case["mask_input_from"] not in self.answers:
            self.ask(case["mask_input_from"])
        return self.answers[case["mask_input_from"]]

    def ask(self, name: str) -> tuple[Decoded, Tensor, Tensor]:
        """The whole answer, and the masks and scores that the published predictor hands out."""
        case = self.case(name)
        points, labels = self.prompts(case)
        decoded = self.network.decode(self.alone, points, labels, self.handed(case))
        if case["multimask"]:
            masks, scores = decoded.masks[0, 1:], decoded.quality[0, 1:]
            best = int(best_candidate(decoded)[0])
        else:
            many = torch.tensor([[Label.POSITIVE, Label.POSITIVE]])  # more than one point: the rule for a single mask
            chosen = self.network.choose(decoded, many)
            masks, scores, best = chosen.mask_logits[0], chosen.quality, 1
        self.answers[name] = masks[best - 1].clamp(-CLAMP, CLAMP)[None, None]
        return decoded, masks, scores


@pytest.fixture(scope="module", params=["sam2.1_hiera_tiny", "sam2.1_hiera_base_plus", "sam2_hiera_tiny"])
def seen(request: pytest.FixtureRequest) -> Seen:
    return Seen(request.param)


def test_the_picture_is_normalised_alike(seen: Seen) -> None:
    normal = (seen.picture - torch.tensor(PIXEL_MEAN)) / torch.tensor(PIXEL_SPREAD)
    seen.fixture.check("input", to_bchw(normal), IMAGE)


def test_trunk_and_pyramid(seen: Seen) -> None:
    encoder = seen.network.image_encoder
    normal = (seen.picture - torch.tensor(PIXEL_MEAN)) / torch.tensor(PIXEL_SPREAD)
    maps = encoder.trunk(normal)
    for stage, tensor in enumerate(maps):
        seen.fixture.check(f"trunk.stage{stage}", to_bchw(tensor), IMAGE)
    for stage in (0, 1):
        seen.fixture.check(f"fpn.level{stage}", to_bchw(encoder.neck.level(maps, stage)), IMAGE)
    seen.fixture.check("fpn.level2", to_bchw(encoder.neck.embedding(maps)), IMAGE)


def test_features(seen: Seen) -> None:
    seen.fixture.check("high_res.s0", seen.features.skip4, IMAGE)
    seen.fixture.check("high_res.s1", seen.features.skip8, IMAGE)
    seen.fixture.check("image_embed", seen.alone.embedding, IMAGE)


def test_position_codes(seen: Seen) -> None:
    side = SIDE // 16
    grid = seen.network.sam_prompt_encoder.grid(side)
    seen.fixture.check("dense_pe", to_bchw(grid.view(1, side, side, -1)), IMAGE)
    sine = sine_grid(side, 256, torch.device("cpu"))
    seen.fixture.check("vision_pos_enc.64", to_bchw(sine.view(1, side, side, -1)), IMAGE)


@pytest.mark.parametrize("name", CASES)
def test_answers(seen: Seen, name: str) -> None:
    if name not in {case["name"] for case in seen.fixture.info["cases"]}:
        assert f"case.{name}.ious" not in seen.fixture.names  # this network's fixture has fewer cases
        return
    decoded, masks, scores = seen.ask(name)
    check, case = seen.fixture.check, f"case.{name}."
    check(f"{case}decoder.masks4", decoded.masks, IMAGE)
    check(f"{case}decoder.ious4", decoded.quality, IMAGE)
    check(f"{case}decoder.mask_tokens", decoded.tokens, IMAGE)
    check(f"{case}decoder.object_score", decoded.presence[:, None], IMAGE)
    check(f"{case}decoder.stability", stability(decoded.masks[:, :1]), IMAGE)
    check(f"{case}low_res", masks.clamp(-CLAMP, CLAMP), IMAGE)
    check(f"{case}ious", scores, IMAGE)
    size = tuple(seen.fixture.info["image_hw"])
    check(f"{case}final", interpolate(masks[None], size=size, mode="bilinear", align_corners=False)[0], IMAGE)
