"""Mattes against a composite whose alpha is known, and what must hold for any picture."""

import numpy as np
import pytest
from sam2_studio.core.edges import METHODS, EdgeSettings
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine import closed_form, matting
from sam2_studio.engine.matting import make_matte, without_picture
from sam2_studio.engine.refine import refine
from sam2_studio.errors import MatteError
from tests.unit.engine.soft_edges import MATTE, SIDE, composite, hairy


def test_the_table_of_methods_is_what_settings_offer() -> None:
    assert set(matting.METHODS) == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("scene", "most"), [(composite, 0.35), (hairy, 0.55)])
def test_the_matte_is_nearer_to_the_truth_than_the_mask(scene, most, method) -> None:  # type: ignore[no-untyped-def]
    picture, alpha, inside = scene()
    matte = make_matte(picture, Mask.from_array(inside), EdgeSettings(matte=True, method=method))
    assert np.abs(matte.alpha - alpha).sum() < most * np.abs(inside - alpha).sum()
    assert matte.alpha.min() >= 0
    assert matte.alpha.max() <= 1


def test_the_same_shape_comes_out_at_half_the_size() -> None:
    """A subject seen at two sizes: neither the mask's clean-up nor the matte may depend on how many pixels it has."""
    large, alpha, inside = composite(scale=4)
    small = large.reshape(2 * SIDE, 2, 2 * SIDE, 2, 3).mean((1, 3)).round().astype(np.uint8)
    half = inside.reshape(2 * SIDE, 2, 2 * SIDE, 2).mean((1, 3)) > 0.5
    settings = EdgeSettings(matte=True, grow=4, smooth=8, specks=40)
    found = make_matte(large, Mask.from_array(inside), settings).alpha
    other = make_matte(small, Mask.from_array(half), settings.scaled(0.5)).alpha
    halved = found.reshape(2 * SIDE, 2, 2 * SIDE, 2).mean((1, 3))
    assert np.abs(halved - other).sum() < 0.02 * alpha.sum() / 4


def test_far_from_the_outline_the_mask_holds() -> None:
    picture, _, inside = composite()
    matte = make_matte(picture, Mask.from_array(inside), MATTE)
    y, x = np.mgrid[:SIDE, :SIDE]
    away = np.hypot(x - SIDE / 2, y - SIDE / 2)
    assert (matte.alpha[away < 0.2 * SIDE] == 1).all()
    assert (matte.alpha[away > 0.35 * SIDE] == 0).all()


def test_sixteen_bits_give_what_eight_do() -> None:
    shallow, _, inside = composite()
    mask, deep = Mask.from_array(inside), shallow.astype(np.uint16) * 257
    assert np.allclose(make_matte(shallow, mask, MATTE).alpha, make_matte(deep, mask, MATTE).alpha, atol=2e-3)


def test_where_colours_tell_nothing_the_masks_own_edge_softens() -> None:
    _, _, inside = composite()
    grey = np.full((SIDE, SIDE, 3), 120, np.uint8)
    matte = make_matte(grey, Mask.from_array(inside), MATTE)
    assert np.abs(matte.alpha - inside).sum() < 0.05 * inside.sum()
    assert ((matte.alpha > 0.5) == inside).mean() > 0.995


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["empty", "full", "one pixel", "corner", "one by one", "stripes", "all but one"])
def test_extreme_masks_work(kind: str, method: str) -> None:
    side = 1 if kind == "one by one" else 50
    pixels = np.zeros((side, side), bool)
    places = {"full": np.s_[:], "one pixel": (25, 25), "corner": (0, 0), "one by one": (0, 0), "stripes": np.s_[::2]}
    if kind == "all but one":
        pixels[:] = True
        pixels[20, 30] = False
    elif kind != "empty":
        pixels[places[kind]] = True
    rgb = np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8)
    for settings in (EdgeSettings(), EdgeSettings(grow=1, feather=2, specks=3, holes=3, smooth=2, largest=True)):
        edge = EdgeSettings(**{**settings.to_json(), "matte": True, "method": method})
        matte = make_matte(rgb, Mask.from_array(pixels), edge)
        assert matte.alpha.shape == (side, side)
        assert np.isfinite(matte.alpha).all()
        if kind in ("empty", "full"):
            assert np.allclose(matte.alpha, pixels, atol=1e-5)


def test_a_mask_wider_than_its_band_works() -> None:
    """Everything is band: nothing of the mask is sure, and that must not break it."""
    picture, _, _ = composite()
    thin = np.zeros((SIDE, SIDE), bool)
    thin[SIDE // 2, 20:-20] = True
    matte = make_matte(picture, Mask.from_array(thin), MATTE)
    assert np.isfinite(matte.alpha).all()
    assert matte.alpha[: SIDE // 4].max() == 0


def test_without_matte_the_picture_is_not_looked_at() -> None:
    mask = Mask.from_array(composite()[2])
    for settings in (EdgeSettings(), EdgeSettings(grow=2), EdgeSettings(grow=-1.5, feather=3)):
        expected = refine(mask, settings)
        expected = Matte.from_mask(expected) if isinstance(expected, Mask) else expected
        found = make_matte(np.zeros((SIDE, SIDE, 3), np.uint8), mask, settings)
        assert np.array_equal(found.alpha, expected.alpha)
        assert np.array_equal(without_picture(mask, settings).alpha, expected.alpha)


def test_the_best_matte_without_its_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed_form, "find_spec", lambda name: None)
    picture, _, inside = composite()
    with pytest.raises(MatteError, match="pymatting") as raised:
        make_matte(picture, Mask.from_array(inside), EdgeSettings(matte=True, method="best"))
    assert "pip install 'sam2-studio[matting]'" in raised.value.way_out


def test_a_method_that_makes_no_numbers_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matting, "METHODS", {"fast": lambda guide, band, size: np.full(band.inside.shape, np.nan)})
    picture, _, inside = composite()
    with pytest.raises(MatteError, match="not made of numbers"):
        make_matte(picture, Mask.from_array(inside), MATTE)


def test_a_large_picture_gets_its_best_matte_at_a_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, ...]] = []
    solved = closed_form._solved

    def watched(colors, *rest):  # type: ignore[no-untyped-def]
        seen.append(colors.shape)
        return solved(colors, *rest)

    monkeypatch.setattr(closed_form, "_solved", watched)
    monkeypatch.setattr(closed_form, "STANDARD_HEIGHT", SIDE // 2)
    picture, alpha, inside = composite()
    matte = make_matte(picture, Mask.from_array(inside), EdgeSettings(matte=True, method="best"))
    assert max(seen[0][:2]) <= SIDE // 2
    assert np.abs(matte.alpha - alpha).sum() < 0.4 * np.abs(inside - alpha).sum()
