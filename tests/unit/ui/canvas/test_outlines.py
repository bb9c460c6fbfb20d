"""Outlines on the screen's pixels: they lie on the edge at every zoom, and cost nothing where the mask isn't."""

import numpy as np
import pytest
from sam2_studio.core.geometry import Point, Size
from sam2_studio.core.masks import Mask
from sam2_studio.ui.canvas.outlines import Inside, Outlined, ScreenPart, on_screen, outline_image
from sam2_studio.ui.canvas.transform import ViewTransform

SIZE = Size(400, 300)


def view(zoom: float, ratio: float = 1.0, aspect: float = 1.0) -> ViewTransform:
    fitted = ViewTransform(image=SIZE, width=320, height=240, ratio=ratio, aspect=aspect).fit()
    return fitted.zoomed_to(zoom, *fitted.to_widget(Point(150, 100)))


def square() -> Mask:
    pixels = np.zeros((SIZE.height, SIZE.width), bool)
    pixels[70:131, 101:200] = True
    return Mask.from_array(pixels)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("zoom", [0.13, 0.3, 0.5, 1.0, 1.7, 6.0])
@pytest.mark.parametrize("aspect", [1.0, 8 / 9, 2.0])
def test_coverage_on_the_screen_ends_where_the_mask_does(zoom: float, ratio: float, aspect: float) -> None:
    seen = view(zoom, ratio, aspect)
    covered = on_screen(Inside.of_mask(square()), seen, ScreenPart.whole(seen))
    x, y = (np.arange(n) + 0.5 for n in covered.shape[::-1])
    a, b = seen.to_widget(Point(101, 70)), seen.to_widget(Point(200, 131))
    reach = 1.0  # a pixel of the screen: what averaging may blur
    sure_x = (x > a[0] * ratio + reach) & (x < b[0] * ratio - reach)
    sure_y = (y > a[1] * ratio + reach) & (y < b[1] * ratio - reach)
    far_x = (x < a[0] * ratio - reach) | (x > b[0] * ratio + reach)
    far_y = (y < a[1] * ratio - reach) | (y > b[1] * ratio + reach)
    assert (covered[np.ix_(sure_y, sure_x)] == 255).all()
    assert not covered[far_y].any()
    assert not covered[:, far_x].any()


@pytest.mark.parametrize("zoom", [0.4, 1.0, 5.0])
def test_a_part_is_the_same_as_cut_from_the_whole(zoom: float) -> None:
    seen = view(zoom)
    outlined = [Outlined(Inside.of_mask(square()), "#56B4E9", strong=True)]
    whole = outline_image(outlined, seen, ScreenPart.whole(seen))
    part = outline_image(outlined, seen, ScreenPart(37, 21, 120, 90))
    assert part == whole.copy(37, 21, 120, 90)


def test_the_line_has_the_colour_of_the_object_on_a_dark_rim_and_nothing_inside() -> None:
    seen = view(1.0)
    image = outline_image([Outlined(Inside.of_mask(square()), "#56B4E9", strong=True)], seen, ScreenPart.whole(seen))
    left, top = (round(v) for v in seen.to_widget(Point(101, 100)))
    assert image.pixelColor(left, top).name().upper() == "#56B4E9"
    assert image.pixelColor(left - 1, top).name().upper() == "#56B4E9"
    assert image.pixelColor(left - 2, top).name() == "#000000"
    assert 0 < image.pixelColor(left - 2, top).alpha() < 255
    assert image.pixelColor(left + 8, top).alpha() == 0


def test_the_object_worked_on_has_the_stronger_line() -> None:
    seen = view(1.0)
    images = [
        outline_image([Outlined(Inside.of_mask(square()), "#56B4E9", strong=strong)], seen, ScreenPart.whole(seen))
        for strong in (False, True)
    ]
    left, top = (round(v) for v in seen.to_widget(Point(101, 100)))
    widths = [sum(image.pixelColor(x, top).blue() > 200 for x in range(left - 5, left + 5)) for image in images]
    assert widths == [1, 2]


def test_masks_out_of_sight_and_empty_ones_leave_it_clear() -> None:
    seen = view(20.0)
    pixels = np.zeros((SIZE.height, SIZE.width), bool)
    pixels[290:, 390:] = True
    for mask in (Mask.from_array(pixels), Mask(SIZE)):
        image = outline_image([Outlined(Inside.of_mask(mask), "#56B4E9", strong=True)], seen, ScreenPart.whole(seen))
        assert not np.asarray(image.constBits()).any()
