import math

import pytest
from sam2_studio.core.geometry import Box, Point, Size
from sam2_studio.errors import PromptError

SIZE = Size(64, 48)


def test_a_point_lies_in_the_pixel_whose_square_covers_it() -> None:
    assert Point(0.0, 0.0).pixel == (0, 0)
    assert Point(0.999, 1.0).pixel == (0, 1)
    assert Point(63.5, 47.99).pixel == (63, 47)


@pytest.mark.parametrize(("x", "y"), [(-0.001, 0), (64, 0), (0, 48), (math.nan, 1), (math.inf, 1), (1, -math.inf)])
def test_a_point_outside_is_refused_by_name(x: float, y: float) -> None:
    with pytest.raises(PromptError, match=f"{x:g},{y:g}.*64x48"):
        Point(x, y).checked(SIZE)


def test_a_box_may_be_drawn_from_any_corner() -> None:
    corners = [Point(1, 2), Point(5, 2), Point(1, 7), Point(5, 7)]
    boxes = {Box.spanning(a, b) for a, b in zip(corners, reversed(corners), strict=True)}
    assert boxes == {Box(1, 2, 5, 7)}
    assert Box(1, 2, 5, 7).centre == Point(3, 4.5)


def test_a_box_holds_its_first_edge_and_not_its_last() -> None:
    box = Box(1, 2, 5, 7)
    assert box.contains(Point(1, 2))
    assert not box.contains(Point(5, 3))
    assert not box.contains(Point(3, 7))


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        (Box(-5, -5, 10, 10), Box(0, 0, 10, 10)),
        (Box(60, 40, 99, 99), Box(60, 40, 64, 48)),
        (Box(-9, -9, 99, 99), Box(0, 0, 64, 48)),
    ],
)
def test_a_box_is_cut_at_the_picture(box: Box, inside: Box) -> None:
    assert box.checked(SIZE) == inside


@pytest.mark.parametrize(
    "box",
    [
        Box(-9, 0, 0, 9),
        Box(64, 0, 99, 9),
        Box(5, 5, 5, 9),
        Box(9, 5, 5, 9),
        Box(math.nan, 0, 5, 5),
        Box(0, 0, math.inf, 5),
    ],
)
def test_a_box_without_area_inside_is_refused(box: Box) -> None:
    with pytest.raises(PromptError):
        box.checked(SIZE)
