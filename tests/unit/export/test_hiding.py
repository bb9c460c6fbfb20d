"""What squares and blur leave to be seen of a subject, to the pixel."""

import numpy as np
import pytest
from sam2_studio.core.masks import Matte
from sam2_studio.export.hiding import pixelated, softened

SHAPE = (40, 60)


def noise(dtype: type = np.uint8) -> np.ndarray:
    top = 256 if dtype is np.uint8 else 65536
    return np.random.default_rng(1).integers(0, top, (*SHAPE, 3)).astype(dtype)


def matte(top: int, bottom: int, left: int, right: int, value: float = 1) -> Matte:
    alpha = np.zeros(SHAPE, np.float32)
    alpha[top:bottom, left:right] = value
    return Matte(alpha)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_squares_are_means_and_all_else_is_untouched(dtype: type) -> None:
    rgb = noise(dtype)
    scale = 257 if dtype is np.uint8 else 1
    shown = pixelated(rgb, matte(8, 16, 8, 16), 8, outside=False).rgb
    assert shown is not None
    assert np.array_equal(shown[8:16, 8:16], np.broadcast_to(shown[8, 8], (8, 8, 3)))
    assert np.abs(shown[8, 8] / scale - rgb[8:16, 8:16].reshape(-1, 3).mean(0)).max() <= 1
    outside = np.ones(SHAPE, bool)
    outside[8:16, 8:16] = False
    assert np.array_equal(shown[outside], rgb[outside].astype(np.uint16) * scale)


@pytest.mark.parametrize("value", [1, 0.01])
def test_a_square_is_whole_where_the_subject_only_touches_it(value: float) -> None:
    shown = pixelated(noise(), matte(15, 16, 23, 24, value), 8, outside=False).rgb
    assert shown is not None
    assert np.array_equal(shown[8:16, 16:24], np.broadcast_to(shown[8, 16], (8, 8, 3)))


def test_squares_at_the_edge_are_cut_but_still_one_colour() -> None:
    shown = pixelated(noise(), matte(0, 40, 0, 60), 7, outside=False).rgb
    assert shown is not None
    assert np.array_equal(shown[35:, 56:], np.broadcast_to(shown[35, 56], (5, 4, 3)))
    assert np.abs(shown[35, 56] / 257 - noise()[35:, 56:].reshape(-1, 3).mean(0)).max() <= 1


def test_all_but_the_subject_is_in_squares() -> None:
    rgb = noise()
    shown = pixelated(rgb, matte(10, 30, 10, 50), 8, outside=True).rgb
    assert shown is not None
    assert np.array_equal(shown[10:30, 10:50], rgb[10:30, 10:50].astype(np.uint16) * 257)
    assert np.array_equal(shown[:8, :8], np.broadcast_to(shown[0, 0], (8, 8, 3)))


def test_a_cell_larger_than_the_picture_leaves_one_colour() -> None:
    shown = pixelated(noise(), matte(0, 1, 0, 1), 500, outside=False).rgb
    assert shown is not None
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == 1


def test_a_blurred_subject_is_smooth_to_beyond_its_outline_and_the_rest_sharp() -> None:
    rgb = noise()
    shown = softened(rgb, matte(10, 20, 10, 20), 4, outside=False).rgb
    assert shown is not None
    inside = shown[10:20, 10:20].astype(float) / 257
    assert inside.std() < rgb[10:20, 10:20].std() / 4
    assert np.array_equal(shown[36:], rgb[36:].astype(np.uint16) * 257)


def test_around_a_sharp_subject_the_blur_has_none_of_its_colour() -> None:
    rgb = np.full((*SHAPE, 3), 20, np.uint8)
    rgb[10:30, 20:40] = 250
    shown = softened(rgb, matte(10, 30, 20, 40), 5, outside=True).rgb
    assert shown is not None
    assert np.array_equal(shown[10:30, 20:40], np.full((20, 20, 3), 250 * 257))
    assert np.abs(shown[:8].astype(float) / 257 - 20).max() < 2


@pytest.mark.parametrize("hide", [pixelated, softened])
def test_nothing_chosen_hides_nothing(hide: object) -> None:
    shown = hide(noise(), matte(0, 0, 0, 0), 8, outside=False).rgb  # type: ignore[operator]
    assert np.array_equal(shown, noise().astype(np.uint16) * 257)
