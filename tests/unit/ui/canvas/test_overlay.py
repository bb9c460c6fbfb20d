"""Pictures of masks: labels, matte, cutout and outlines agree with the mask."""

import numpy as np
from sam2_studio.core.geometry import Point, Size
from sam2_studio.core.masks import Mask
from sam2_studio.ui.canvas import overlay
from sam2_studio.ui.canvas.hit_test import object_at
from sam2_studio.ui.canvas.overlay import ShownMask

SIZE = Size(37, 23)


def shown(object_id: int, x0: int, x1: int, *, visible: bool = True) -> ShownMask:
    pixels = np.zeros((23, 37), bool)
    pixels[5:15, x0:x1] = True
    return ShownMask(object_id, Mask.from_array(pixels), "#FF0000", visible, selected=object_id == 1)


def test_labels_lie_where_the_masks_are_and_later_ones_on_top() -> None:
    image = overlay.label_image([shown(1, 5, 20), shown(2, 15, 30)], SIZE)
    assert image.pixelIndex(6, 6) == 1
    assert image.pixelIndex(16, 6) == 2
    assert image.pixelIndex(0, 0) == 0
    assert image.pixelIndex(19, 15) == 2 or image.pixelIndex(19, 15) == 0
    assert image.colorCount() == 3


def test_hidden_objects_are_not_drawn() -> None:
    image = overlay.label_image([shown(1, 5, 20, visible=False)], SIZE)
    assert image.pixelIndex(6, 6) == 0


def test_matte_is_white_inside_and_black_outside() -> None:
    image = overlay.matte_image([shown(1, 5, 20)], SIZE)
    assert image.pixelColor(6, 6).red() == 255
    assert image.pixelColor(21, 6).red() == 0


def test_cutout_keeps_the_subject_and_lays_a_checkerboard_behind() -> None:
    rgb = np.full((23, 37, 3), (10, 200, 30), np.uint8)
    image = overlay.cutout_image(rgb, overlay.union_alpha([shown(1, 5, 20)], SIZE))
    assert image.pixelColor(6, 6).getRgb()[:3] == (10, 200, 30)
    grey = image.pixelColor(30, 20).getRgb()[:3]
    assert len(set(grey)) == 1


def test_the_outline_runs_along_the_edge() -> None:
    box = overlay.outline_path(shown(1, 5, 20).mask).boundingRect()
    assert abs(box.left() - 5) <= 0.5
    assert abs(box.right() - 20) <= 0.5
    assert abs(box.top() - 5) <= 0.5
    assert abs(box.bottom() - 15) <= 0.5


def test_an_empty_mask_has_no_outline() -> None:
    assert overlay.outline_path(Mask(SIZE)).isEmpty()


def test_the_object_on_top_is_hit_and_hidden_ones_are_not() -> None:
    masks = [shown(1, 5, 20), shown(2, 15, 30)]
    assert object_at(masks, Point(16.5, 6.5)) == 2
    assert object_at(masks, Point(6.5, 6.5)) == 1
    assert object_at(masks, Point(0.5, 0.5)) is None
    assert object_at([shown(2, 15, 30, visible=False)], Point(16.5, 6.5)) is None
