"""What came and what went between two masks, and that stripes tell them apart without colour."""

import numpy as np
from PySide6.QtGui import QImage
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.ui.canvas.differences import Difference, difference_image
from sam2_studio.ui.canvas.outlines import Inside
from sam2_studio.ui.canvas.transform import ViewTransform

SIZE = Size(80, 60)


def block(x0: int, x1: int, y0: int = 10, y1: int = 40) -> Mask:
    pixels = np.zeros((60, 80), bool)
    pixels[y0:y1, x0:x1] = True
    return Mask.from_array(pixels)


def placed(inside: Inside) -> Mask:
    pixels = np.zeros((60, 80), bool)
    rows, columns = inside.pixels.shape
    pixels[inside.top : inside.top + rows, inside.left : inside.left + columns] = inside.pixels != 0
    return Mask.from_array(pixels)


def test_a_shift_comes_at_one_side_and_goes_at_the_other() -> None:
    difference = Difference.between(block(10, 30), block(15, 35))
    assert placed(difference.came) == block(30, 35)
    assert placed(difference.went) == block(10, 15)


def test_a_mask_that_appears_comes_and_one_that_is_lost_goes_whole() -> None:
    assert placed(Difference.between(None, block(10, 30)).came) == block(10, 30)
    assert placed(Difference.between(block(10, 30), Mask(SIZE)).went) == block(10, 30)
    nothing = Difference.between(None, Mask(SIZE))
    assert not nothing.came.pixels.size
    assert not nothing.went.pixels.size


def pattern(difference: Difference, view: ViewTransform) -> np.ndarray:
    """(H, W) opacity of the picture of it."""
    image = difference_image([difference], view)
    assert image.format() == QImage.Format.Format_ARGB32_Premultiplied
    return image.pixels[..., 3].copy()  # type: ignore[attr-defined]


def test_stripes_lean_the_other_way_for_what_went() -> None:
    view = ViewTransform().resized(80, 60, 1.0).with_image(SIZE).zoomed_to(1.0, 40, 30)
    came = pattern(Difference.between(None, block(0, 80, 0, 60)), view)
    went = pattern(Difference.between(block(0, 80, 0, 60), None), view)
    here = slice(10, 40)
    assert np.array_equal(came[10:39, 11:40], came[11:40, 10:39]), "along / nothing changes"
    assert np.array_equal(went[10:39, 10:39], went[11:40, 11:40]), "along \\ nothing changes"
    assert not np.array_equal(came[here, here], went[here, here])


def test_chatter_narrower_than_a_pixel_of_the_screen_shows() -> None:
    view = ViewTransform().resized(40, 30, 1.0).with_image(SIZE).zoomed_to(0.2, 20, 15)
    seen = pattern(Difference.between(block(10, 30), block(10, 31)), view)
    assert seen.max() > 60
