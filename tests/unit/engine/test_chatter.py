"""The chatter meter: what moves with the picture is calm, what moves against it is measured in pixels."""

from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.masks import Mask
from sam2_studio.engine.chatter import ChatterMeter
from tests.unit.engine.soft_edges import SIDE, composite


def frame(number: int, rgb: NDArray[np.uint8]) -> Frame:
    return Frame(number, rgb, Timestamp(number, Fraction(1, 25)))


def moved(pixels: NDArray[np.uint8], right: int) -> NDArray[np.uint8]:
    return cv2.warpAffine(pixels, np.float32([[1, 0, right], [0, 1, 0]]), (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)


def test_a_mask_that_moves_with_the_picture_is_calm() -> None:
    picture, _, inside = composite()
    meter = ChatterMeter()
    found = [
        meter.measured(frame(n, moved(picture, 6 * n)), Mask.from_array(moved(inside.astype(np.uint8), 6 * n)))
        for n in range(3)
    ]
    assert found[0] is None
    assert all(value is not None and value * SIDE / 1080 < 0.3 for value in found[1:])


@pytest.mark.parametrize("by", [2, 4])
def test_an_outline_that_jumps_over_a_still_picture_is_measured(by: int) -> None:
    picture, _, inside = composite()
    grown = cv2.dilate(inside.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1,) * 2))
    meter = ChatterMeter()
    meter.measured(frame(0, picture), Mask.from_array(inside))
    value = meter.measured(frame(1, picture), Mask.from_array(grown))
    assert value is not None
    assert value * SIDE / 1080 == pytest.approx(by, rel=0.3)


def test_nothing_is_said_where_there_is_nothing_to_compare() -> None:
    picture, _, inside = composite()
    mask, other = Mask.from_array(inside), 255 - picture
    meter = ChatterMeter()
    assert meter.measured(frame(0, picture), mask) is None
    assert meter.measured(frame(1, other), mask) is None, "another picture"
    assert meter.measured(frame(2, other), Mask(mask.size)) is None
    assert meter.measured(frame(3, other), mask) is None
