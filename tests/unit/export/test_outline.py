"""Outlines fill to the very mask they were made of, by code that shares nothing with them."""

import numpy as np
import pytest
from sam2_studio.core.geometry import Size
from sam2_studio.export.outline import filled, outlines


def naive(polygons: list[list[float]], width: int, height: int) -> np.ndarray:
    """Even-odd by a ray from each pixel's centre."""
    mask = np.zeros((height, width), bool)
    for row in range(height):
        for column in range(width):
            x, y, odd = column + 0.5, row + 0.5, False
            for polygon in polygons:
                points = list(zip(polygon[::2], polygon[1::2], strict=True))
                for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
                    if (y0 <= y) != (y1 <= y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
                        odd = not odd
            mask[row, column] = odd
    return mask


MASKS = {
    "empty": np.zeros((5, 7), bool),
    "full": np.ones((5, 7), bool),
    "one pixel": np.eye(1, dtype=bool),
    "diagonal": np.eye(6, dtype=bool),
    "checkerboard": np.indices((6, 7)).sum(0) % 2 == 0,
    "ring": np.pad(np.pad(np.zeros((3, 3), bool), 2, constant_values=True), 1),
    "noise": np.random.default_rng(3).random((13, 17)) > 0.5,
}


@pytest.mark.parametrize("name", MASKS)
def test_filling_gives_the_mask_again(name: str) -> None:
    mask = MASKS[name]
    height, width = mask.shape
    found = outlines(mask)
    assert np.array_equal(naive(found, width, height), mask)
    assert np.array_equal(filled(found, Size(width, height)), mask)


def area(polygon: list[float]) -> float:
    x, y = np.array(polygon[::2]), np.array(polygon[1::2])
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def test_outer_outlines_run_clockwise_and_holes_the_other_way() -> None:
    areas = sorted(area(polygon) for polygon in outlines(MASKS["ring"]))
    assert len(areas) == 2
    assert areas[0] < 0 < areas[1]  # with y downwards, clockwise as seen is above 0


def test_straight_edges_have_no_points_between() -> None:
    mask = np.zeros((20, 20), bool)
    mask[4:16, 3:17] = True
    (polygon,) = outlines(mask)
    assert len(polygon) == 16  # eight points: each corner is cut
    assert (min(polygon[::2]), max(polygon[::2])) == (3, 17)


def test_a_disc_is_smoother_than_its_pixels() -> None:
    rows, columns = np.mgrid[:101, :101]
    (polygon,) = outlines((rows - 50) ** 2 + (columns - 50) ** 2 <= 40**2)
    x, y = np.array(polygon[::2]) - 50.5, np.array(polygon[1::2]) - 50.5
    assert np.abs(np.hypot(x, y) - 40).max() < 0.75
