"""What is read of a mask from a few samples."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sam2_studio.core.masks import Mask
from sam2_studio.engine.silhouette import CELL, colors, distance, silhouette


def ellipse(size: tuple[int, int], x: float, y: float, a: float, b: float) -> NDArray[np.bool_]:
    rows, columns = np.indices(size)
    return np.asarray(((columns - x) / a) ** 2 + ((rows - y) / b) ** 2 < 1)


@pytest.mark.parametrize("scale", [0.3, 1, 4])
def test_size_and_place_hold_at_every_scale(scale: float) -> None:
    shape = int(240 * scale), int(320 * scale)
    pixels = ellipse(shape, 150 * scale, 100 * scale, 60 * scale, 40 * scale)
    seen = silhouette(Mask.from_array(pixels))
    assert seen.area == pytest.approx(np.count_nonzero(pixels), rel=0.02)
    assert (seen.x, seen.y) == pytest.approx((150 * scale, 100 * scale), abs=max(0.5, scale))
    assert seen.perimeter * CELL * seen.side == pytest.approx(317 * scale, rel=0.1)
    assert not seen.at_border


def test_shapes_do_not_depend_on_place_and_size() -> None:
    small = silhouette(Mask.from_array(ellipse((240, 320), 100.3, 80.6, 45, 30)))
    large = silhouette(Mask.from_array(ellipse((960, 1280), 700, 500, 180, 120)))
    round_one = silhouette(Mask.from_array(ellipse((960, 1280), 700, 500, 140, 140)))
    assert distance(small.shape, large.shape, small.perimeter) < 0.015
    assert distance(small.shape, round_one.shape, small.perimeter) > 0.04


def test_the_distance_is_that_of_the_outlines() -> None:
    """A disc against one with a tenth of its radius more, at the first one's scale: 5.6 % of the square's side."""
    inner = np.asarray(ellipse((48, 48), 23.5, 23.5, 9, 9), np.float32)
    outer = np.asarray(ellipse((48, 48), 23.5, 23.5, 12, 12), np.float32)
    assert distance(inner, outer, 2 * np.pi * 10.5) == pytest.approx(3 * CELL, rel=0.05)


def test_pieces_and_holes() -> None:
    pixels = ellipse((240, 320), 100, 100, 60, 60) & ~ellipse((240, 320), 100, 100, 20, 20)
    pixels |= ellipse((240, 320), 250, 100, 20, 20)
    seen = silhouette(Mask.from_array(pixels))
    assert seen.islands == (pytest.approx(1 / 9, abs=0.02), 1)
    assert seen.holes == (pytest.approx(1 / 9, abs=0.02), 1)


def test_the_border_is_seen_on_every_side() -> None:
    for x, y in ((10, 60), (150, 60), (80, 10), (80, 110)):
        assert silhouette(Mask.from_array(ellipse((120, 160), x, y, 12, 12))).at_border


def test_colors_are_those_inside_and_around() -> None:
    picture = np.full((240, 320, 3), 40, np.uint8)
    pixels = ellipse((240, 320), 150, 100, 60, 40)
    picture[pixels] = (220, 30, 90)
    mask = Mask.from_array(pixels)
    found = colors(mask, silhouette(mask).side, picture)
    assert found.likeness(found.own, found.ground) == pytest.approx((1, 0), abs=0.02)
    assert found.own.sum() == pytest.approx(1, abs=0.3)
    assert int(found.own.argmax()) == (220 >> 5) * 64 + (30 >> 5) * 8 + (90 >> 5)
    moved = Mask.from_array(ellipse((240, 320), 210, 100, 60, 40))
    inside, around = colors(moved, 80, picture).likeness(found.own, found.ground)
    assert 0.2 < inside < 0.6
    assert around > 0.1
