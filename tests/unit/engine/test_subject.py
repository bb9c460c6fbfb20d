"""Finding the subject without a click."""

from collections.abc import Callable

import numpy as np
import pytest
from sam2_studio.core.frames import Frame
from sam2_studio.engine.requests import SegmentSettings
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.engine.subject import propose_subjects
from tests.synthetic import iou, moving_scene

FrameOf = Callable[[np.ndarray], Frame]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_one_thing_in_the_picture_comes_first(segmenter: Segmenter, frame_of: FrameOf, seed: int) -> None:
    scene = moving_scene(seed, 1, radius=60, path=lambda t: (0.45, 0.5))
    found = propose_subjects(segmenter, frame_of(scene.frames[0]), limit=1)
    assert len(found) == 1
    assert iou(found[0].prediction.mask.to_array(), scene.truth[0]) > 0.8


def test_proposals_are_different_and_no_more_than_asked(segmenter: Segmenter, frame_of: FrameOf) -> None:
    scene = moving_scene(1, 1, radius=60)
    found = propose_subjects(segmenter, frame_of(scene.frames[0]), limit=3)
    assert 1 <= len(found) <= 3
    assert all(a.prediction.mask.iou(b.prediction.mask) < 0.7 for a in found for b in found if a is not b)


def test_a_proposals_prompts_give_its_mask_again(segmenter: Segmenter, frame_of: FrameOf) -> None:
    frame = frame_of(moving_scene(2, 1, radius=60).frames[0])
    for proposed in propose_subjects(segmenter, frame, limit=2):
        settings = SegmentSettings(candidate=proposed.candidate)
        again = segmenter.segment(frame, proposed.prompts, still=True, settings=settings)
        assert again.mask == proposed.prediction.mask
