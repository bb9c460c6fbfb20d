"""The subject's own colour under soft edges against the truth; a screen's light taken out."""

import numpy as np
import pytest
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine import foreground as module
from sam2_studio.engine.foreground import despilled, foreground, own_colors
from sam2_studio.engine.tiles import part
from tests.unit.engine.soft_edges import MATTE, SIDE, colors, composite


@pytest.mark.parametrize("method", ["fast", "best"])
def test_the_grounds_colour_is_taken_out_of_soft_pixels(method: str) -> None:
    rgb, alpha, _ = composite()
    own = colors()[0]
    rgb.setflags(write=False)
    found = own_colors(rgb, Matte(alpha), method=method)
    soft = (alpha > 0.1) & (alpha < 0.9)
    before, after = (np.abs(each.astype(float) - own)[soft].mean() for each in (rgb, found))
    assert after < 0.4 * before
    hard = (alpha == 0) | (alpha == 1)
    assert (found[hard] == rgb[hard]).all()


def test_sixteen_bits_give_what_eight_do() -> None:
    shallow, alpha, _ = composite()
    deep = own_colors(shallow.astype(np.uint16) * 257, Matte(alpha))
    assert deep.dtype == np.uint16
    assert np.abs(deep / 257 - own_colors(shallow, Matte(alpha)).astype(float)).max() <= 1


def test_a_hard_matte_needs_no_colours() -> None:
    rgb = composite()[0]
    assert own_colors(rgb, Matte.from_mask(Mask(Size(SIDE, SIDE)))) is rgb


def test_without_the_package_the_best_colours_are_those_built_in(monkeypatch: pytest.MonkeyPatch) -> None:
    rgb, alpha, _ = composite()
    monkeypatch.setattr(module, "is_installed", lambda: False)
    assert np.array_equal(own_colors(rgb, Matte(alpha), method="best"), own_colors(rgb, Matte(alpha)))


def test_the_best_colours_are_half_of_each_way(monkeypatch: pytest.MonkeyPatch) -> None:
    rgb, alpha, _ = composite()
    monkeypatch.setattr(module, "is_installed", lambda: True)
    white = np.ones((*alpha.shape, 3), np.float32)
    monkeypatch.setattr(module, "_by_levels", lambda *seen: lambda tile: part(white, tile))
    soft = (alpha > 0) & (alpha < 1)
    built_in, found = (own_colors(rgb, Matte(alpha), method=way).astype(float) for way in ("fast", "best"))
    assert np.abs(found - (built_in + 255) / 2)[soft].max() <= 1


@pytest.mark.parametrize(("screen", "channel"), [("green", 1), ("blue", 2)])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_screens_light_goes_from_the_subject_alone(screen: str, channel: int, depth: type) -> None:
    rgb = np.zeros((8, 8, 3), depth)
    rgb[:] = (100, 60, 80)
    rgb[..., channel] = 200
    covered = np.zeros((8, 8), np.float32)
    covered[2:6, 2:6] = 0.5
    found = despilled(rgb, Matte(covered), screen)
    others = [c for c in range(3) if c != channel]
    assert (found[3, 3, others] == rgb[3, 3, others]).all()
    assert found[3, 3, channel] == (int(rgb[3, 3, others[0]]) + int(rgb[3, 3, others[1]]) + 1) // 2
    assert (found[0, 0] == rgb[0, 0]).all()
    rgb[..., channel] = 10
    assert (despilled(rgb, Matte(covered), screen) == rgb).all(), "what has little of the screen's colour stays"


def test_each_object_has_its_own_despill_and_the_best_method_wins() -> None:
    rgb = np.full((20, 20, 3), (50, 200, 50), np.uint8)
    left, right = np.zeros((2, 20, 20), np.float32)
    left[:, :10], right[:, 10:] = 1, 1
    found = foreground(rgb, Matte(left + right), [(Matte(left), EdgeSettings(despill="green")), (Matte(right), MATTE)])
    assert found[5, 5].tolist() == [50, 50, 50]
    assert found[5, 15].tolist() == [50, 200, 50]
