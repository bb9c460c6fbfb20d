"""Strokes, outlines and floods against references that ask every pixel."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sam2_studio.core.geometry import Point
from sam2_studio.engine.strokes import Area, Dab, draw_stroke, fill_outline, flood

HEIGHT, WIDTH = 60, 80


def blank() -> NDArray[np.uint8]:
    return np.zeros((HEIGHT, WIDTH), np.uint8)


def centres() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return columns + 0.5, rows + 0.5


def swept(dabs: list[Dab]) -> NDArray[np.float64]:
    """How deep each pixel's centre lies inside the discs between the dabs, by many discs; below 0 outside."""
    x, y = centres()
    depth = np.full((HEIGHT, WIDTH), -np.inf)
    for a, b in zip(dabs, dabs[1:] or dabs, strict=False):
        for t in np.linspace(0, 1, 401):
            cx, cy = a.at.x + t * (b.at.x - a.at.x), a.at.y + t * (b.at.y - a.at.y)
            depth = np.maximum(depth, a.radius + t * (b.radius - a.radius) - np.hypot(x - cx, y - cy))
    return depth


def winding(corners: list[Point]) -> NDArray[np.int64]:
    """How often the outline goes round each pixel's centre, by the angles under which its corners are seen."""
    x, y = centres()
    total = np.zeros((HEIGHT, WIDTH))
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        turn = np.arctan2(b.y - y, b.x - x) - np.arctan2(a.y - y, a.x - x)
        total += (turn + np.pi) % (2 * np.pi) - np.pi
    return np.rint(total / (2 * np.pi)).astype(np.int64)


def bounds(pixels: NDArray[np.uint8]) -> Area:
    rows, columns = np.nonzero(pixels)
    return Area(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)


@pytest.mark.parametrize("seed", range(12))
def test_a_stroke_covers_what_its_discs_cover(seed: int) -> None:
    random = np.random.default_rng(seed)
    places = random.uniform((-10, -10), (WIDTH + 10, HEIGHT + 10), (random.integers(1, 5), 2))
    dabs = [
        Dab(Point(float(x), float(y)), float(r)) for (x, y), r in zip(places, random.uniform(1, 14, 5), strict=False)
    ]
    pixels = blank()
    area = draw_stroke(pixels, dabs, 1)
    depth = swept(dabs)
    clear = np.abs(depth) > 1e-2  # the reference's own grain
    assert np.array_equal(pixels[clear] == 1, depth[clear] > 0)
    assert not pixels.any() or area == bounds(pixels)


@pytest.mark.parametrize("aspect", [0.5, 16 / 15, 2.0])
def test_dabs_are_round_where_pixels_are_not_square(aspect: float) -> None:
    pixels, dabs = blank(), [Dab(Point(20, 20), 6), Dab(Point(50, 40), 12)]
    draw_stroke(pixels, dabs, 1, aspect)
    x, y = centres()
    near = [((x - d.at.x) * aspect) ** 2 + (y - d.at.y) ** 2 < (d.radius - 0.01) ** 2 for d in dabs]
    assert pixels[near[0] | near[1]].all()
    rows, columns = np.nonzero(pixels)
    assert abs((columns.max() + 0.5 - 50) * aspect) <= 12
    assert abs((columns.min() + 0.5 - 20) * aspect) <= 6
    assert (rows.min(), rows.max()) == (14, 51)


def test_a_disc_inside_another_changes_nothing() -> None:
    alone, both = blank(), blank()
    large, small = Dab(Point(40.2, 30.7), 12), Dab(Point(42, 31), 3)
    draw_stroke(alone, [large], 1)
    draw_stroke(both, [large, small], 1)
    assert np.array_equal(alone, both)


def test_the_thinnest_brush_sets_the_pixel_that_it_touches() -> None:
    pixels = blank()
    assert draw_stroke(pixels, [Dab(Point(10.01, 20.02), 0.3)], 1) == Area(10, 20, 11, 21)
    assert pixels.sum() == 1


def test_a_stroke_beside_the_picture_draws_nothing() -> None:
    pixels = blank()
    assert not draw_stroke(pixels, [Dab(Point(-50, -50), 5), Dab(Point(-40, 200), 5)], 1)
    assert not pixels.any()


def test_an_eraser_takes_away_just_its_stroke() -> None:
    dabs = [Dab(Point(10, 10), 4), Dab(Point(60, 40), 7)]
    drawn, erased = blank(), np.ones_like(blank())
    draw_stroke(drawn, dabs, 1)
    draw_stroke(erased, dabs, 0)
    assert np.array_equal(drawn, 1 - erased)


@pytest.mark.parametrize("seed", range(12))
def test_an_outline_fills_all_that_it_goes_round(seed: int) -> None:
    random = np.random.default_rng(100 + seed)
    places = random.uniform((-15, -15), (WIDTH + 15, HEIGHT + 15), (random.integers(3, 12), 2))
    corners = [Point(float(x), float(y)) for x, y in places]
    pixels = blank()
    area = fill_outline(pixels, corners, 1)
    assert np.array_equal(pixels == 1, winding(corners) != 0)
    assert not pixels.any() or area == bounds(pixels)


def test_sides_on_pixel_centres_belong_to_one_neighbour_only() -> None:
    left, right = blank(), blank()
    fill_outline(left, [Point(5, 5.5), Point(20, 5.5), Point(20, 9.5), Point(5, 9.5)], 1)
    fill_outline(right, [Point(5, 9.5), Point(20, 9.5), Point(20, 14.5), Point(5, 14.5)], 1)
    assert not (left & right).any()
    assert (left | right)[5:14, 5:20].all()


@pytest.mark.parametrize("corners", [[], [Point(4, 4)], [Point(4, 4), Point(30, 20)]])
def test_an_outline_of_less_than_three_corners_fills_nothing(corners: list[Point]) -> None:
    pixels = blank()
    assert not fill_outline(pixels, corners, 1)
    assert not pixels.any()


def ring() -> NDArray[np.uint8]:
    pixels = blank()
    pixels[10:40, 20:60] = 1
    pixels[15:35, 25:55] = 0
    return pixels


def test_a_flood_fills_a_closed_outline() -> None:
    pixels = ring()
    assert flood(pixels, Point(30.5, 20.5), 1) == Area(25, 15, 55, 35)
    assert pixels[10:40, 20:60].all()
    assert pixels.sum() == 30 * 40


def test_a_flood_leaves_an_open_outline_alone() -> None:
    pixels = ring()
    pixels[20, 20:25] = 0
    before = pixels.copy()
    assert not flood(pixels, Point(30, 20), 1)
    assert np.array_equal(pixels, before)


def test_a_gap_over_a_corner_is_no_gap() -> None:
    pixels = blank()
    for step in range(20):  # a diamond whose sides touch at corners only
        for x, y in ((40 - step, 10 + step), (40 + step, 10 + step), (40 - step, 48 - step), (40 + step, 48 - step)):
            pixels[y, x] = 1
    assert flood(pixels, Point(40.5, 29.5), 1)
    assert pixels[29, 40] == 1
    assert pixels[0, 0] == 0


def test_the_edge_of_the_picture_closes_an_outline() -> None:
    pixels = blank()
    pixels[30, :] = 1
    flood(pixels, Point(5, 50), 1)
    assert pixels[30:].all()
    assert not pixels[:30].any()


def test_a_flood_that_removes_takes_the_island_under_it() -> None:
    pixels = ring()
    pixels[50:55, 2:8] = 1
    flood(pixels, Point(4, 52), 0)
    assert np.array_equal(pixels, ring())


@pytest.mark.parametrize(
    ("at", "value"), [(Point(30, 20), 0), (Point(22, 12), 1), (Point(-3, 12), 1), (Point(500, 2), 1)]
)
def test_a_flood_has_nothing_to_do(at: Point, value: int) -> None:
    pixels = ring()
    assert not flood(pixels, at, value)
    assert np.array_equal(pixels, ring())


def test_padded_rows_are_drawn_in_place() -> None:
    """Pictures for the screen have rows of a multiple of four bytes."""
    memory = np.zeros((HEIGHT, WIDTH + 3), np.uint8)
    pixels = memory[:, :WIDTH]
    draw_stroke(pixels, [Dab(Point(79, 30), 9)], 1)
    flood(pixels, Point(2, 2), 1)
    assert pixels[30, 79] == 1
    assert not memory[:, WIDTH:].any()
