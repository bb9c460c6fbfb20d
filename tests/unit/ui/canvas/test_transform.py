"""The view transform: there and back, fixed points of zoom, limits."""

import numpy as np
import pytest
from sam2_studio.core.geometry import Box, Point, Size
from sam2_studio.ui.canvas.transform import LEAST_ZOOM, MOST_OBJECT_ZOOM, MOST_ZOOM, ViewTransform


def view(ratio: float = 1.0) -> ViewTransform:
    return ViewTransform().resized(800, 600, ratio).with_image(Size(1280, 720))


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0, 3.0])
def test_there_and_back(ratio: float) -> None:
    rng = np.random.default_rng(1)
    shown = view(ratio)
    for x, y in rng.uniform(0, 700, (50, 2)):
        shown = shown.zoomed(float(rng.uniform(0.7, 1.4)), x, y)
        back = shown.to_image(*shown.to_widget(Point(x, y)))
        assert back.x == pytest.approx(x)
        assert back.y == pytest.approx(y)


def test_fit_shows_all_of_it_in_the_middle() -> None:
    shown = view()
    (x0, y0), (x1, y1) = shown.to_widget(Point(0, 0)), shown.to_widget(Point(1280, 720))
    assert x0 >= 0
    assert x1 <= 800
    assert x0 == pytest.approx(800 - x1, abs=1)
    assert y0 == pytest.approx(600 - y1, abs=1)


def test_zoom_keeps_what_lies_under_the_pointer() -> None:
    shown = view()
    before = shown.to_image(300, 250)
    after = shown.zoomed(3, 300, 250).to_image(300, 250)
    assert after.x == pytest.approx(before.x, abs=0.5)
    assert after.y == pytest.approx(before.y, abs=0.5)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_hundred_percent_is_one_device_pixel(ratio: float) -> None:
    shown = view(ratio).zoomed_to(1.0, 400, 300)
    (x0, _), (x1, _) = shown.to_widget(Point(10, 0)), shown.to_widget(Point(11, 0))
    assert (x1 - x0) * ratio == pytest.approx(1.0)
    assert shown.left * ratio == pytest.approx(round(shown.left * ratio))


@pytest.mark.parametrize("aspect", [0.5, 16 / 15, 2.0])
@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_pixels_of_another_shape_keep_their_height(aspect: float, ratio: float) -> None:
    shown = view(ratio).with_aspect(aspect)
    assert shown.fitted
    assert shown.to_widget(Point(1280, 720))[0] <= 800
    near = shown.zoomed_to(3.0, 400, 300)
    (x0, y0), (x1, y1) = near.to_widget(Point(10, 10)), near.to_widget(Point(11, 11))
    assert ((x1 - x0) * ratio, (y1 - y0) * ratio) == pytest.approx((3 * aspect, 3))
    middle = near.to_image(400, 300)
    square = near.with_aspect(1.0)
    after = square.to_image(400, 300)
    assert square.zoom == near.zoom
    assert (after.x, after.y) == pytest.approx((middle.x, middle.y), abs=0.5)


def test_zoom_has_limits_and_the_picture_stays_in_sight() -> None:
    shown = view()
    assert shown.zoomed(1e9, 0, 0).zoom == MOST_ZOOM
    assert shown.zoomed(1e-9, 0, 0).zoom == LEAST_ZOOM
    lost = shown.panned(1e6, 1e6)
    x, y = lost.to_widget(Point(0, 0))
    assert x < 800
    assert y < 600


def test_a_fitted_view_follows_the_widget_and_another_keeps_its_middle() -> None:
    assert view().resized(400, 300, 1).zoom < view().zoom
    zoomed = view().zoomed_to(2.0, 400, 300)
    middle = zoomed.to_image(400, 300)
    after = zoomed.resized(600, 500, 1).to_image(300, 250)
    assert after.x == pytest.approx(middle.x, abs=1)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_box_is_fitted_with_its_surroundings_in_the_middle(ratio: float) -> None:
    shown = view(ratio).fit_box(Box(100, 50, 500, 250))
    (x0, y0), (x1, y1) = shown.to_widget(Point(100, 50)), shown.to_widget(Point(500, 250))
    assert x0 == pytest.approx(800 - x1, abs=1)
    assert y0 == pytest.approx(600 - y1, abs=1)
    assert 0.7 * 800 < x1 - x0 < 800
    assert not shown.fitted


def test_a_small_box_is_not_blown_up() -> None:
    assert view().fit_box(Box(600, 300, 604, 303)).zoom == MOST_OBJECT_ZOOM
