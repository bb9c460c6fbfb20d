"""Snapping a mask to the colours of a still."""

import numpy as np
from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Point, Size
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.snap import snapped
from sam2_studio.engine.windows import Window
from tests.synthetic import iou

WHOLE = Window(0, 0, 300, 200)


def picture() -> tuple[np.ndarray, np.ndarray]:
    """A red disc on green with noise, and its truth."""
    y, x = np.mgrid[:200, :300]
    truth = np.hypot(x - 150, y - 100) < 60
    rgb = np.where(truth[..., None], (200, 40, 40), (40, 150, 60)).astype(float)
    noisy = rgb + np.random.default_rng(0).normal(0, 12, rgb.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), truth


def test_a_mask_a_little_off_finds_the_edge(frame_of: object) -> None:
    rgb, truth = picture()
    frame: Frame = frame_of(rgb)  # type: ignore[operator]
    rough = Mask.from_array(np.roll(truth, 4, 1))
    better = snapped(frame, rough, PromptSet(), WHOLE)
    assert iou(better.to_array(), truth) > max(0.97, iou(rough.to_array(), truth))
    assert snapped(frame, rough, PromptSet(), WHOLE) == better


def test_a_click_keeps_its_side(frame_of: object) -> None:
    rgb, truth = picture()
    frame: Frame = frame_of(rgb)  # type: ignore[operator]
    outside = PromptSet((PointPrompt(Point(212.5, 100.5)),))
    better = snapped(frame, Mask.from_array(truth), outside, WHOLE)
    assert better.contains(212, 100)


def test_what_colours_do_not_tell_stays(frame_of: object) -> None:
    _, truth = picture()
    frame: Frame = frame_of(np.full((200, 300, 3), 90, np.uint8))  # type: ignore[operator]
    for mask in (Mask(Size(300, 200)), Mask.from_array(np.ones((200, 300), bool))):
        assert snapped(frame, mask, PromptSet(), WHOLE) == mask
    flat = snapped(frame, Mask.from_array(truth), PromptSet(), WHOLE)
    assert iou(flat.to_array(), truth) > 0.5
