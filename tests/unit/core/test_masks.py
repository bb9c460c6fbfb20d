import zlib
from contextlib import suppress

import numpy as np
import pytest
from numpy.typing import NDArray
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import MOST_PIXELS, Mask, Matte
from sam2_studio.errors import ProjectError


def random_pixels(seed: int) -> NDArray[np.bool_]:
    """Noise of a random density in a random part of a picture of a random size; one in six is empty."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(1, 70, 2)
    pixels = np.zeros((height, width), bool)
    top, left = rng.integers(0, height), rng.integers(0, width)
    part = pixels[top : rng.integers(top, height) + 1, left : rng.integers(left, width) + 1]
    part[:] = rng.random(part.shape) < rng.choice([0, 0.02, 0.3, 0.5, 0.9, 1])
    return pixels


@pytest.mark.parametrize("seed", range(40))
def test_a_mask_holds_just_the_pixels_it_was_made_from(seed: int) -> None:
    pixels = random_pixels(seed)
    mask = Mask.from_array(pixels)
    assert np.array_equal(mask.to_array(), pixels)
    assert mask.area == np.count_nonzero(pixels)
    assert mask.is_empty == (not pixels.any())
    place = (mask.left, mask.top, mask.columns, mask.rows)
    assert Mask.unpacked(mask.size, place, mask.packed()) == mask
    assert Mask.from_array(mask.to_array()) == mask


@pytest.mark.parametrize("seed", range(12))
def test_contains_agrees_with_the_pixels(seed: int) -> None:
    pixels = random_pixels(seed)
    mask = Mask.from_array(pixels)
    height, width = pixels.shape
    for row in range(-1, height + 1):
        for column in range(-1, width + 1):
            inside = 0 <= row < height and 0 <= column < width and pixels[row, column]
            assert mask.contains(column, row) == inside


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.float32])
def test_every_value_but_nought_is_inside(dtype: type) -> None:
    pixels = np.array([[0, 1, 0], [0, 100, 3]], dtype)
    assert np.array_equal(Mask.from_array(pixels).to_array(), pixels != 0)


def test_arrays_of_any_memory_layout_are_read_right() -> None:
    pixels = random_pixels(3)
    assert Mask.from_array(pixels.T) == Mask.from_array(pixels.T.copy())
    assert Mask.from_array(pixels[::-1, ::-1]) == Mask.from_array(pixels[::-1, ::-1].copy())


@pytest.mark.parametrize("seed", range(10))
def test_set_operations_agree_with_the_pixels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.random((2, 21, 35)) < rng.random((2, 1, 1))
    first, second = Mask.from_array(a), Mask.from_array(b)
    assert np.array_equal(first.union(second).to_array(), a | b)
    assert np.array_equal(first.minus(second).to_array(), a & ~b)
    assert first.iou(second) == pytest.approx(np.sum(a & b) / np.sum(a | b))


BOXES = ((0, 0, 3, 2), (4, 3, 12, 9), (6, 5, 8, 7), (9, 0, 20, 12), (15, 10, 20, 12), (0, 0, 0, 0))


@pytest.mark.parametrize("a", BOXES)
@pytest.mark.parametrize("b", BOXES)
def test_set_operations_of_boxes_that_lie_apart_touch_or_hold_each_other(
    a: tuple[int, int, int, int], b: tuple[int, int, int, int]
) -> None:
    pixels = np.zeros((2, 12, 20), bool)
    for plane, (left, top, right, bottom) in zip(pixels, (a, b), strict=True):
        plane[top:bottom, left:right] = True
    first, second = (Mask.from_array(plane) for plane in pixels)
    assert first.union(second) == Mask.from_array(pixels[0] | pixels[1])
    assert first.minus(second) == Mask.from_array(pixels[0] & ~pixels[1])


def test_two_empty_masks_are_alike() -> None:
    empty = Mask.from_array(np.zeros((4, 4), bool))
    assert empty.iou(empty) == 1
    assert empty.iou(Mask.from_array(np.ones((4, 4), bool))) == 0


def test_damage_of_any_byte_is_seen_or_harmless() -> None:
    mask = Mask.from_array(np.random.default_rng(5).random((9, 30)) < 0.5)
    place, blob = (mask.left, mask.top, mask.columns, mask.rows), mask.packed()
    for at in range(len(blob)):
        for bit in range(8):
            harmed = bytes([*blob[:at], blob[at] ^ 1 << bit, *blob[at + 1 :]])
            with suppress(ProjectError):
                assert Mask.unpacked(mask.size, place, harmed) == mask


@pytest.mark.parametrize("length", [0, 1, 5, -1, -4])
def test_a_blob_that_is_cut_is_refused(length: int) -> None:
    mask = Mask.from_array(np.random.default_rng(5).random((9, 30)) < 0.5)
    with pytest.raises(ProjectError):
        Mask.unpacked(mask.size, (mask.left, mask.top, mask.columns, mask.rows), mask.packed()[:length])


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    bomb = zlib.compress(bytes(64 << 20), 9)
    with pytest.raises(ProjectError):
        Mask.unpacked(Size(64, 48), (0, 0, 64, 48), bomb)
    with pytest.raises(ProjectError):
        Mask.unpacked(Size(MOST_PIXELS, 2), (0, 0, MOST_PIXELS, 2), bomb)


@pytest.mark.parametrize(
    "place", [(-1, 0, 8, 1), (60, 0, 8, 1), (0, 48, 8, 1), (0, 0, 8, 2), (0, 0, 0, 1), (0, 0, 8, 0), (0, 0, 16, 1)]
)
def test_numbers_that_do_not_fit_are_refused(place: tuple[int, int, int, int]) -> None:
    with pytest.raises(ProjectError):
        Mask.unpacked(Size(64, 48), place, zlib.compress(b"\xff"))


def test_rubbish_is_no_empty_mask() -> None:
    with pytest.raises(ProjectError):
        Mask.unpacked(Size(64, 48), (0, 0, 0, 0), b"rubbish")


def test_a_matte_of_a_mask_is_nought_or_one() -> None:
    pixels = random_pixels(4)
    alpha = Matte.from_mask(Mask.from_array(pixels)).alpha
    assert alpha.dtype == np.float32
    assert np.array_equal(alpha, pixels.astype(np.float32))
