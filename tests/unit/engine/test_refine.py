"""Clean-up of masks: what goes, what moves, what softens, and that nothing is asked too much."""

import cv2
import numpy as np
import pytest
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine.refine import refine

EMPTY, FULL = Mask(Size(40, 30)), Mask.from_array(np.ones((30, 40), bool))
ALL_SETTINGS = [
    EdgeSettings(),
    EdgeSettings(grow=3),
    EdgeSettings(grow=-3),
    EdgeSettings(grow=0.5),
    EdgeSettings(feather=4),
    EdgeSettings(specks=50, holes=50),
    EdgeSettings(smooth=5),
    EdgeSettings(largest=True),
    EdgeSettings(grow=-64, feather=64, smooth=64, specks=9, holes=9, largest=True),
]


def square(size: int = 41, half: int = 8) -> Mask:
    pixels = np.zeros((size, size), bool)
    middle = size // 2
    pixels[middle - half : middle + half + 1, middle - half : middle + half + 1] = True
    return Mask.from_array(pixels)


def test_neutral_settings_change_nothing() -> None:
    assert refine(square(), EdgeSettings()) == square()


@pytest.mark.parametrize("settings", ALL_SETTINGS)
def test_an_empty_mask_stays_empty(settings: EdgeSettings) -> None:
    result = refine(EMPTY, settings)
    assert result.is_empty if isinstance(result, Mask) else not result.alpha.any()


@pytest.mark.parametrize("settings", ALL_SETTINGS)
def test_a_full_mask_stays_full(settings: EdgeSettings) -> None:
    result = refine(FULL, settings)
    pixels = result.to_array() if isinstance(result, Mask) else result.alpha
    assert np.allclose(pixels, 1, atol=1e-5)


def test_the_outline_moves_by_whole_pixels() -> None:
    grown, shrunk = refine(square(), EdgeSettings(grow=2)), refine(square(), EdgeSettings(grow=-2))
    assert isinstance(grown, Mask)
    assert isinstance(shrunk, Mask)
    assert (grown.columns, grown.rows) == (21, 21)
    assert (shrunk.columns, shrunk.rows) == (13, 13)
    assert refine(grown, EdgeSettings(grow=-2)) == square()


def test_a_part_of_a_pixel_shows_as_alpha() -> None:
    result = refine(square(), EdgeSettings(grow=0.25))
    assert isinstance(result, Matte)
    assert result.alpha[20, 11] == pytest.approx(0.25)
    assert result.alpha[20, 12] == 1


def test_one_pixel_can_grow_and_vanish() -> None:
    one = square(half=0)
    grown, gone = refine(one, EdgeSettings(grow=1)), refine(one, EdgeSettings(grow=-1))
    assert isinstance(grown, Mask)
    assert isinstance(gone, Mask)
    assert grown.area > 1
    assert gone.is_empty


def test_the_pictures_border_takes_nothing_off() -> None:
    pixels = np.zeros((30, 40), bool)
    pixels[:, :20] = True
    shrunk = refine(Mask.from_array(pixels), EdgeSettings(grow=-3))
    assert isinstance(shrunk, Mask)
    assert (shrunk.to_array() == (np.arange(40) < 17)[None]).all()
    soft = refine(Mask.from_array(pixels), EdgeSettings(feather=2))
    assert isinstance(soft, Matte)
    assert np.allclose(soft.alpha[:, 0], 1, atol=1e-5)


def test_specks_go_and_the_subject_stays() -> None:
    pixels = square().to_array()
    pixels[2:4, 2:4] = True
    assert refine(Mask.from_array(pixels), EdgeSettings(specks=5)) == square()
    assert refine(Mask.from_array(pixels), EdgeSettings(specks=4)) == Mask.from_array(pixels)
    assert refine(square(half=0), EdgeSettings(specks=500)) == square(half=0)


def test_holes_are_filled_but_not_bays_at_the_border() -> None:
    pixels = square().to_array()
    pixels[20, 20] = False
    assert refine(Mask.from_array(pixels), EdgeSettings(holes=2)) == square()
    bay = np.ones((9, 9), bool)
    bay[0, 4] = False
    assert refine(Mask.from_array(bay), EdgeSettings(holes=50)) == Mask.from_array(bay)


def test_feather_keeps_the_area_and_reaches_out() -> None:
    result = refine(square(61), EdgeSettings(feather=3))
    assert isinstance(result, Matte)
    assert result.alpha.sum() == pytest.approx(square().area, rel=0.01)
    assert 0.4 < result.alpha[30, 22] < 0.6
    assert result.alpha.dtype == np.float32


def test_the_largest_piece_stays_alone() -> None:
    pixels = square().to_array()
    pixels[2:6, 2:6] = True
    assert refine(Mask.from_array(pixels), EdgeSettings(largest=True)) == square()
    assert refine(square(), EdgeSettings(largest=True)) == square()


def test_bumps_go_and_straight_edges_stay() -> None:
    pixels = square(81, 20).to_array()
    pixels[38:41, 61:64] = True  # a bump on the right side
    pixels[60, 30:33] = False  # a dent below
    result = refine(Mask.from_array(pixels), EdgeSettings(smooth=8))
    assert isinstance(result, Mask)
    inside = result.to_array()
    assert not inside[38:41, 62:].any()
    assert inside[60, 30:33].all()
    assert inside[40, 20:61].all()
    assert abs(result.area - square(81, 20).area) < 0.05 * result.area


def test_settings_scaled_with_the_picture_give_the_same_shape() -> None:
    rng = np.random.default_rng(4)
    coarse = cv2.GaussianBlur(rng.random((60, 60)).astype(np.float32), (0, 0), 3) > 0.5
    settings = EdgeSettings(grow=2, smooth=3, specks=20, holes=30, largest=True)
    small = refine(Mask.from_array(coarse), settings)
    large = refine(Mask.from_array(np.kron(coarse, np.ones((4, 4), bool))), settings.scaled(4))
    assert isinstance(small, Mask)
    assert isinstance(large, Mask)
    again = Mask.from_array(np.kron(small.to_array(), np.ones((4, 4), bool)))
    assert again.iou(large) > 0.97
