"""Mattes and foreground colours against a composite whose alpha and colours are known."""

import numpy as np
import pytest
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine.matting import foreground, make_matte, soft_matte
from sam2_studio.engine.refine import refine
from tests.synthetic import GROUNDS, SKINS, noise_texture

SIDE = 400
MATTE = EdgeSettings(matte=True)


def composite() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Picture, true alpha with a soft edge 12 pixels wide, true colour of the subject."""
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    away = np.hypot(x - 200, y - 200) + 6 * np.sin(9 * np.arctan2(y - 200, x - 200))
    alpha = np.clip((116 - away) / 12, 0, 1).astype(np.float32)
    own = noise_texture(5, (SIDE, SIDE), SKINS[0], finest=16)
    ground = noise_texture(6, (SIDE, SIDE), GROUNDS[2], finest=16)
    return np.clip(own * alpha[..., None] + ground * (1 - alpha[..., None]), 0, 255), alpha, own


def test_the_matte_is_nearer_to_the_truth_than_the_mask() -> None:
    picture, alpha, _ = composite()
    mask = Mask.from_array(alpha > 0.5)
    matte = soft_matte(picture.astype(np.uint8), mask)
    error, before = np.abs(matte.alpha - alpha).sum(), np.abs(mask.to_array() - alpha).sum()
    assert error < 0.4 * before
    assert matte.alpha.min() >= 0
    assert matte.alpha.max() <= 1


def test_far_from_the_outline_the_mask_holds() -> None:
    picture, alpha, _ = composite()
    matte = make_matte(picture.astype(np.uint8), Mask.from_array(alpha > 0.5), MATTE)
    y, x = np.mgrid[:SIDE, :SIDE]
    away = np.hypot(x - 200, y - 200)
    assert (matte.alpha[away < 80] == 1).all()
    assert (matte.alpha[away > 140] == 0).all()


def test_sixteen_bits_give_what_eight_do() -> None:
    picture, alpha, _ = composite()
    mask, shallow = Mask.from_array(alpha > 0.5), picture.astype(np.uint8)
    deep = shallow.astype(np.uint16) * 257
    assert np.allclose(soft_matte(shallow, mask).alpha, soft_matte(deep, mask).alpha, atol=1e-3)
    colors = foreground(deep, Matte(alpha))
    assert colors.dtype == np.uint16
    assert np.abs(colors / 257 - foreground(shallow, Matte(alpha)).astype(float)).max() <= 1


def test_the_grounds_colour_is_taken_out_of_soft_pixels() -> None:
    picture, alpha, own = composite()
    rgb = picture.astype(np.uint8)
    rgb.setflags(write=False)
    found = foreground(rgb, Matte(alpha))
    soft = (alpha > 0.1) & (alpha < 0.9)
    before, after = (np.abs(colors.astype(float) - own)[soft].mean() for colors in (rgb, found))
    assert after < 0.4 * before
    hard = (alpha == 0) | (alpha == 1)
    assert (found[hard] == rgb[hard]).all()


@pytest.mark.parametrize("settings", [MATTE, EdgeSettings(matte=True, grow=1, feather=2, specks=3, holes=3)])
@pytest.mark.parametrize("kind", ["empty", "full", "one pixel", "corner", "one by one"])
def test_extreme_masks_work(kind: str, settings: EdgeSettings) -> None:
    side = 1 if kind == "one by one" else 50
    pixels = np.zeros((side, side), bool)
    if kind != "empty":
        pixels[{"full": np.s_[:], "one pixel": (25, 25), "corner": (0, 0), "one by one": (0, 0)}[kind]] = True
    rgb = np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8)
    matte = make_matte(rgb, Mask.from_array(pixels), settings)
    assert matte.alpha.shape == (side, side)
    assert np.isfinite(matte.alpha).all()
    if kind in ("empty", "full"):
        assert np.allclose(matte.alpha, pixels, atol=1e-5)
    assert foreground(rgb, matte).shape == rgb.shape


def test_without_matte_the_picture_is_not_looked_at() -> None:
    mask = Mask.from_array(composite()[1] > 0.5)
    for settings in (EdgeSettings(), EdgeSettings(grow=2), EdgeSettings(grow=-1.5, feather=3)):
        expected = refine(mask, settings)
        expected = Matte.from_mask(expected) if isinstance(expected, Mask) else expected
        found = make_matte(np.zeros((SIDE, SIDE, 3), np.uint8), mask, settings)
        assert np.array_equal(found.alpha, expected.alpha)


def test_a_hard_matte_needs_no_colours() -> None:
    rgb = composite()[0].astype(np.uint8)
    assert foreground(rgb, Matte.from_mask(Mask(Size(SIDE, SIDE)))) is rgb
