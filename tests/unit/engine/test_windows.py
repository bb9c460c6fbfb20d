"""Windows: the half-pixel rule, and that a crop gives just what the whole picture would."""

import cv2
import numpy as np
import pytest
from sam2_studio.core.geometry import Box, Point, Size
from sam2_studio.core.masks import Mask
from sam2_studio.engine.windows import (
    OUTSIDE,
    Window,
    box_of_logits,
    coverage,
    mask_of_logits,
    mask_part,
    moved_logits,
    scaled_picture,
)


def smooth_logits(seed: int, side: int = 64) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.standard_normal((8, 8)).astype(np.float32)
    return cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC) * 4


@pytest.mark.parametrize("size", [Size(480, 270), Size(64, 64), Size(37, 501), Size(20, 20), Size(1, 1)])
@pytest.mark.parametrize("seed", range(3))
def test_masks_equal_a_bilinear_resize_of_the_whole(seed: int, size: Size) -> None:
    logits = smooth_logits(seed)
    whole = cv2.resize(logits, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
    found = mask_of_logits(logits, Window.whole(size), size).to_array()
    differing = found != (whole > 0)
    assert np.abs(whole[differing]).max(initial=0) < 1e-4  # only where the sign is a matter of rounding


def test_one_cell_above_zero_is_centred_on_that_cell() -> None:
    logits = np.full((64, 64), -1.0, np.float32)
    logits[10, 20] = 1.0
    mask = mask_of_logits(logits, Window.whole(Size(640, 640)), Size(640, 640))
    assert mask.box.centre == Point(205, 105)


def test_nothing_above_zero_is_an_empty_mask() -> None:
    size = Size(30, 20)
    assert mask_of_logits(np.full((64, 64), -1.0, np.float32), Window.whole(size), size) == Mask(size)


def test_a_window_places_its_mask_in_the_picture() -> None:
    size = Size(100, 80)
    mask = mask_of_logits(np.ones((64, 64), np.float32), Window(10, 20, 40, 50), size)
    assert mask.box == Box(10, 20, 40, 50)
    assert mask.area == 900


def test_windows_stay_in_the_picture_and_keep_their_size() -> None:
    window = Window.around(Box(0, 0, 20, 10), Size(200, 100), margin=1.4, slimmest=0.6)
    assert window == Window(0, 0, 28, 17)
    assert Window.around(Box(0, 0, 500, 500), Size(200, 100), margin=1.4, slimmest=0.6) == Window(0, 0, 200, 100)
    tiny = Window.around(Box(5, 5, 5.2, 5.2), Size(10, 10), margin=1.4, slimmest=0.6)
    assert tiny.width >= 1
    assert tiny.height >= 1


def test_moved_logits_agree_where_both_windows_see() -> None:
    ramp = np.tile(np.linspace(-8, 8, 64, dtype=np.float32), (64, 1))
    old, new = Window(0, 0, 640, 640), Window(160, 160, 480, 480)
    moved = moved_logits(ramp, old, new)
    centres = 160 + (np.arange(64) + 0.5) * 5
    expected = (centres / 10 - 0.5) * (16 / 63) - 8
    assert np.allclose(moved[32], expected, atol=1e-4)
    back = moved_logits(moved, new, old)
    assert np.allclose(back[20:44, 20:44], ramp[20:44, 20:44], atol=0.1)
    assert (back[:, :15] == OUTSIDE).all()


def test_box_of_logits_is_in_picture_coordinates() -> None:
    logits = np.full((64, 64), -1.0, np.float32)
    assert box_of_logits(logits, Window(0, 0, 64, 64)) is None
    logits[8:16, 32:48] = 1
    assert box_of_logits(logits, Window(100, 50, 228, 178)) == Box(164, 66, 196, 82)


def test_coverage_is_the_part_of_each_cell_inside() -> None:
    pixels = np.zeros((128, 128), bool)
    pixels[:, :65] = True
    cover = coverage(Mask.from_array(pixels), Window.whole(Size(128, 128)), 64)
    assert (cover[:, :32] == 1).all()
    assert (cover[:, 32] == 0.5).all()
    assert (cover[:, 33:] == 0).all()


def test_mask_part_cuts_what_lies_in_the_window() -> None:
    pixels = np.zeros((40, 60), bool)
    pixels[10:30, 20:50] = True
    mask = Mask.from_array(pixels)
    for window in (Window(0, 0, 60, 40), Window(25, 5, 40, 15), Window(0, 0, 10, 10), Window(45, 25, 60, 40)):
        cut = pixels[window.top : window.bottom, window.left : window.right]
        assert (mask_part(mask, window).astype(bool) == cut).all()


def test_sixteen_bit_pictures_are_rounded_to_eight() -> None:
    rgb = np.full((8, 8, 3), 65535, np.uint16)
    rgb[:, :4] = 128 * 257
    small = scaled_picture(rgb, Window(0, 0, 8, 8), 8, 8)
    assert small.dtype == np.uint8
    assert (small[:, :4] == 128).all()
    assert (small[:, 4:] == 255).all()
