"""The hair brush's strokes: carried to other frames, and what the matte finds under them."""

import cv2
import numpy as np
import pytest
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject
from sam2_studio.engine.hair import carried, hair_on
from sam2_studio.engine.matting import make_matte
from tests.unit.engine.soft_edges import MATTE, SIDE, colors


def box(left: int, top: int, width: int, height: int) -> Mask:
    pixels = np.zeros((SIDE, SIDE), bool)
    pixels[top : top + height, left : left + width] = True
    return Mask.from_array(pixels)


def test_strokes_move_and_grow_with_the_object() -> None:
    strokes = carried(box(60, 20, 20, 10), box(60, 30, 20, 20), box(100, 60, 40, 40))
    assert strokes.iou(box(100, 40, 40, 20)) > 0.9
    assert carried(box(60, 20, 20, 10), box(60, 30, 20, 20), Mask(Size(SIDE, SIDE))) == box(60, 20, 20, 10)


def test_strokes_hold_until_the_next_and_the_first_ones_before_them_too() -> None:
    thing = CutObject(id=3, name="a", color="#FFFFFF").with_hair(10, 7).with_hair(20, 8)
    assert [thing.hair_for(frame) for frame in (0, 10, 19, 20, 99)] == [(10, 7), (10, 7), (10, 7), (20, 8), (20, 8)]
    assert thing.with_hair(10, None).hair == ((20, 8),)
    assert CutObject(id=3, name="a", color="#FFFFFF").hair_for(4) is None
    assert CutObject.from_json(thing.to_json()) == thing
    masks = {10: box(60, 30, 20, 20), 12: box(70, 30, 20, 20)}
    found = hair_on(thing, 12, lambda object_id, frame: masks.get(frame), {7: box(60, 20, 20, 10)}.__getitem__)
    assert found == box(70, 20, 20, 10)


@pytest.mark.parametrize("damaged", [[[1]], [["x", 2]], [[-1, 2]], 5])
def test_damaged_strokes_in_a_file_are_refused(damaged: object) -> None:
    values = CutObject(id=1, name="a", color="#FFFFFF").to_json() | {"hair": damaged}
    with pytest.raises((TypeError, ValueError)):
        CutObject.from_json(values)


@pytest.mark.parametrize("method", ["fast", "best"])
def test_loose_hair_is_found_under_the_strokes_alone(method: str) -> None:
    own, ground = colors()
    large = np.zeros((4 * SIDE, 4 * SIDE), np.uint8)
    cv2.circle(large, (2 * SIDE, 2 * SIDE), SIDE, 255, cv2.FILLED)
    body = large.copy()
    for angle in np.linspace(-0.6, 0.6, 14):
        stop = 2 * SIDE + 1.5 * SIDE * np.array([np.cos(angle), np.sin(angle)])
        cv2.line(large, (2 * SIDE, 2 * SIDE), stop.astype(int).tolist(), 255, 4, cv2.LINE_AA)
    alpha, inside = (cv2.resize(each, (SIDE, SIDE), interpolation=cv2.INTER_AREA) / 255 for each in (large, body))
    picture = (own * alpha[..., None] + ground * (1 - alpha[..., None])).round().astype(np.uint8)
    mask = Mask.from_array(inside > 0.5)
    strokes = Mask.from_array(cv2.dilate((alpha > 0.1).astype(np.uint8), np.ones((5, 5))) * (inside < 0.5))
    edge = EdgeSettings(matte=True, method=method)
    found, plain = make_matte(picture, mask, edge, strokes).alpha, make_matte(picture, mask, edge).alpha
    far = cv2.distanceTransform((inside == 0).astype(np.uint8), cv2.DIST_L2, 5) > 10
    assert np.abs(found - alpha)[far].sum() < 0.8 * np.abs(plain - alpha)[far].sum()
    assert found[: SIDE // 5].max() == 0
    elsewhere = ~strokes.to_array()
    assert np.array_equal(found[elsewhere], plain[elsewhere])


def test_strokes_on_extreme_masks_work() -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    full = box(0, 0, SIDE, SIDE)
    for mask in (full, box(0, 0, 1, 1), box(0, 0, SIDE, 1), Mask(full.size)):
        for strokes in (full, box(SIDE - 1, SIDE - 1, 1, 1), Mask(full.size)):
            assert np.isfinite(make_matte(rgb, mask, MATTE, strokes).alpha).all()
