"""Pictures of masks: labels, matte, cutout and outlines agree with the mask."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from sam2_studio.core.geometry import Point, Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine.strokes import Area
from sam2_studio.export.compose import joined
from sam2_studio.ui.canvas import overlay
from sam2_studio.ui.canvas.ground import Ground
from sam2_studio.ui.canvas.hit_test import object_at
from sam2_studio.ui.canvas.overlay import ShownMask, SoftPart

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
    image = overlay.cutout_image(rgb, overlay.union_alpha([shown(1, 5, 20)], SIZE), Ground())
    assert image.pixelColor(6, 6).getRgb()[:3] == (10, 200, 30)
    grey = image.pixelColor(30, 20).getRgb()[:3]
    assert len(set(grey)) == 1


def test_soft_alpha_is_joined_as_exports_join_it_and_blends_with_the_ground() -> None:
    half = SoftPart(np.full((10, 10), 128, np.uint8), 5, 5)
    masks = [replace(shown(1, 5, 15), soft=half), replace(shown(2, 10, 20), soft=replace(half, left=10))]
    alpha = overlay.union_alpha(masks, SIZE)
    matte = np.full((23, 37), 128 / 255, np.float32)
    both = joined([Matte(matte), Matte(matte)], SIZE).alpha[0, 0]
    assert (alpha[6, 6], alpha[6, 12], alpha[6, 25]) == (128, round(both * 255), 0)
    rgb = np.full((23, 37, 3), 200, np.uint8)
    image = overlay.cutout_image(rgb, alpha, Ground("#000000"))
    assert abs(image.pixelColor(6, 6).red() - 200 * 128 / 255) <= 1
    assert image.pixelColor(25, 6).red() == 0


def test_a_matte_keeps_what_is_not_clear() -> None:
    alpha = np.zeros((23, 37), np.float32)
    alpha[4:8, 10:13] = 0.25
    part = SoftPart.of_matte(Matte(alpha))
    assert (part.left, part.top, part.alpha.shape) == (10, 4, (4, 3))
    assert (part.at(10, 4), part.at(9, 4), part.at(10, 8)) == (64, 0, 0)


def test_a_patched_cutout_is_the_whole_made_anew() -> None:
    rng = np.random.default_rng(3)
    rgb = rng.integers(0, 255, (23, 37, 3), np.uint8)
    before, after = (overlay.union_alpha([shown(1, 5, x)], SIZE) for x in (20, 28))
    patched = overlay.cutout_image(rgb, before, Ground())
    area = Area(18, 4, 30, 16)
    overlay.patch_cutout(patched, rgb, after[4:16, 18:30], area, Ground())
    assert patched == overlay.cutout_image(rgb, after, Ground())


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


def test_a_stale_mask_is_hatched_and_the_next_object_has_a_colour_of_its_own() -> None:
    image = overlay.label_image([replace(shown(1, 5, 20), stale=True), shown(2, 25, 30)], SIZE)
    rows = [[image.pixelIndex(x, y) for x in range(5, 20)] for y in range(5, 15)]
    assert {index for row in rows for index in row} == {1, 2}
    assert all(below[:-1] == above[1:] for above, below in pairwise(rows)), "stripes slant"
    assert image.pixelIndex(26, 6) == 3
    strong, weak = (image.colorTable()[index] >> 24 for index in (1, 2))
    assert 0 < weak < strong
