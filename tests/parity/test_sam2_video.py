"""SAM 2 on clips computes what the published code does: every scenario, step by step, for 2.0 and 2.1."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sam2_studio.networks.interface import ImageFeatures
from sam2_studio.networks.sam2.model import ABSENT
from tests.parity.fixtures import MEMORY, SAM2, VIDEO, Fixture
from tests.parity.published_predictor import Outcome, PublishedPredictor, mask_of_video
from tests.parity.stand_in import stand_in_network
from torch import Tensor
from torch.nn.functional import interpolate

pytestmark = pytest.mark.timeout(1200)  # minutes of computing each, more on a busy machine
QUICK = {"sam2.1_hiera_tiny/forward_512"}
SCENARIOS = [
    pytest.param(name, marks=() if name in QUICK else pytest.mark.long_parity)
    for name in sorted(f"{path.parent.name}/{path.stem}" for path in Path(SAM2, "video").glob("*/*.json"))
]


@pytest.fixture(scope="module", autouse=True)
def _inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


@cache
def _features_of(model: str, size: int) -> dict[int, ImageFeatures]:
    """Features of the clip's frames, which the scenarios of a network share."""
    return {}


class Playback:
    """Plays a scenario's steps and compares all that was recorded."""

    def __init__(self, name: str) -> None:
        self.fixture = Fixture(f"video/{name}")
        info = self.fixture.info
        options = info["options"]
        model = info["model"]
        self.network = stand_in_network(model, options["image_size"])
        self.predictor = PublishedPredictor(
            self.network,
            info["clip"],
            info["num_frames"],
            correct_as_conditioning=options["add_all_frames_to_correct_as_cond"],
        )
        self.predictor.known_features = _features_of(model, options["image_size"])
        self.size: tuple[int, int] = tuple(info["video_hw"])
        self.checked: set[str] = set()

    def play(self) -> None:
        for step in self.fixture.info["steps"]:
            getattr(self, f"_{step['op']}")(step)
        unchecked = self.fixture.names - self.checked
        assert not unchecked, f"never compared: {sorted(unchecked)[:5]}"

    def _add_new_points_or_box(self, step: dict[str, Any]) -> None:
        outcome = self.predictor.add_points(step, self.size)
        self._compare(step, step["frame"], step["obj"], outcome)
        self._compare_video(step, step["frame"])

    def _add_new_mask(self, step: dict[str, Any]) -> None:
        name = f"{step['tag']}.mask_input"
        bits = np.unpackbits(self.fixture.arrays[f"{name}#bits"], axis=-1)[:, : self.size[1]]
        self.checked.add(name)
        mask = mask_of_video(torch.from_numpy(bits), self.network.traits.working_size)
        outcome = self.predictor.add_mask(step["frame"], step["obj"], mask)
        self._compare(step, step["frame"], step["obj"], outcome)
        self._compare_video(step, step["frame"])

    def _propagate_in_video(self, step: dict[str, Any]) -> None:
        biases = step.get("object_score_bias_before_frame", {})
        head = self.network.sam_mask_decoder.pred_obj_score_head.get_parameter("layers.2.bias")
        frames = self.predictor.propagate(
            step["start_frame_idx"], step["max_frame_num_to_track"], reverse=step["reverse"]
        )
        played = []
        for wanted in step["frames"]:
            if str(wanted) in biases:
                head.fill_(biases[str(wanted)])
            played.append(next(frames))
            for obj in step["obj_ids"]:
                self._compare(step, wanted, obj, self.predictor.outcome(obj, wanted))
            self._compare_fused(step, wanted)
            self._compare_video(step, wanted)
        assert played == step["frames"]
        assert next(frames, None) is None

    def _remove_object(self, step: dict[str, Any]) -> None:
        del self.predictor.objects[step["obj"]]
        for frame in step["updated_frames"]:
            self._compare_video(step, frame)

    def _compare(self, step: dict[str, Any], frame: int, obj: int, outcome: Outcome) -> None:
        here = f"{step['tag']}.f{frame}.o{obj}."
        self._check(f"{here}low_res", outcome.logits, VIDEO)
        self._check(f"{here}object_score", outcome.presence[:, None], VIDEO)
        memory = outcome.memory
        if memory is None and outcome.token is not None:
            self._check(f"{here}obj_ptr", self.network._pointer(outcome.token, outcome.presence), VIDEO)
        if memory is not None:
            self._check(f"{here}obj_ptr", memory.pointer, VIDEO)
            if step["op"] == "propagate_in_video":
                assert memory.map is not None
                self._check(f"{here}maskmem", memory.map, MEMORY)

    def _compare_fused(self, step: dict[str, Any], frame: int) -> None:
        """Recorded is the last object that was looked for on the frame; one that was shown there wasn't."""
        name = f"{step['tag']}.f{frame}.fused_last_obj"
        if name in self.fixture.names:
            followed = [obj for obj in step["obj_ids"] if frame not in self.predictor.objects[obj].conditioning]
            fused = self.predictor.outcome(followed[-1], frame).fused
            assert fused is not None
            self._check(name, fused, VIDEO)

    def _compare_video(self, step: dict[str, Any], frame: int) -> None:
        name = f"{step['tag']}.f{frame}.video_res"
        if name in self.fixture.names:
            masks = torch.cat([self._logits(obj, frame) for obj in step["obj_ids"]])
            self._check(name, interpolate(masks, size=self.size, mode="bilinear", align_corners=False), VIDEO)

    def _logits(self, obj: int, frame: int) -> Tensor:
        """Where an object wasn't looked for yet, the published code says that it is absent."""
        quarter = self.network.traits.working_size // 4
        if not self.predictor.has_outcome(obj, frame):
            return torch.full((1, 1, quarter, quarter), ABSENT)
        return self.predictor.outcome(obj, frame).logits

    def _check(self, name: str, tensor: Tensor, tolerance: float) -> None:
        self.fixture.check(name, tensor, tolerance)
        self.checked.add(name)


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Playback(name).play()
