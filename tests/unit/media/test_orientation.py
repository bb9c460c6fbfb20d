"""Eight ways to lie, one way to stand."""

import numpy as np
import pytest
from sam2_studio.media.orientation import from_exif, from_matrix

PICTURE = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
ONE = 1 << 16


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (1, PICTURE),
        (2, PICTURE[:, ::-1]),
        (3, PICTURE[::-1, ::-1]),
        (4, PICTURE[::-1]),
        (5, np.swapaxes(PICTURE, 0, 1)),
        (6, np.rot90(PICTURE, -1)),
        (7, np.rot90(PICTURE, -1)[::-1]),
        (8, np.rot90(PICTURE, 1)),
        (0, PICTURE),
        (9, PICTURE),
        (None, PICTURE),
    ],
)
def test_exif(tag: int | None, expected: np.ndarray) -> None:
    upright = from_exif(tag).upright(PICTURE)
    assert np.array_equal(upright, expected)
    assert upright.flags.c_contiguous


def by_hand(matrix: tuple[int, int, int, int]) -> np.ndarray:
    """Send every pixel where [a b; c d] maps it, then move the picture back to the origin."""
    a, b, c, d = (int(np.sign(value)) for value in matrix)
    height, width = PICTURE.shape[:2]
    places = {(a * x + c * y, b * x + d * y): PICTURE[y, x] for y in range(height) for x in range(width)}
    left, top = min(x for x, _ in places), min(y for _, y in places)
    out = np.zeros((len({y for _, y in places}), len({x for x, _ in places}), 3), np.uint8)
    for (x, y), pixel in places.items():
        out[y - top, x - left] = pixel
    return out


@pytest.mark.parametrize("first", [ONE, -ONE])
@pytest.mark.parametrize("second", [ONE, -ONE])
@pytest.mark.parametrize("crossed", [False, True])
def test_a_display_matrix_does_what_its_numbers_say(first: int, second: int, crossed: bool) -> None:
    a, b, c, d = (0, first, second, 0) if crossed else (first, 0, 0, second)
    orientation = from_matrix(np.array([a, b, 0, c, d, 0, 0, 0, 1 << 30], np.int32))
    assert np.array_equal(orientation.upright(PICTURE), by_hand((a, b, c, d)))
    assert orientation.exact


def test_degrees_are_counted_against_the_clock() -> None:
    quarter = from_matrix(np.array([0, -ONE, 0, ONE, 0, 0, 0, 0, 1 << 30], np.int32))
    assert quarter.degrees == 90
    assert np.array_equal(quarter.upright(PICTURE), np.rot90(PICTURE, 1))


def test_a_slanted_matrix_takes_the_nearest_quarter_turn_and_says_so() -> None:
    turn = np.deg2rad(10)
    numbers = [np.cos(turn), -np.sin(turn), 0, np.sin(turn), np.cos(turn), 0, 0, 0, 1 << 14]
    orientation = from_matrix(np.array([round(value * ONE) for value in numbers], np.int32))
    assert not orientation.exact
    assert orientation.degrees == 10
    assert np.array_equal(orientation.upright(PICTURE), PICTURE)


def test_an_empty_matrix_is_upright() -> None:
    assert np.array_equal(from_matrix(np.zeros(9, np.int32)).upright(PICTURE), PICTURE)
