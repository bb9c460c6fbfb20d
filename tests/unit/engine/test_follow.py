"""The window that follows an object: whole pixels inside the picture, still while there is room, and where it pays."""

import math

import numpy as np
import pytest
from sam2_studio.core.geometry import Box, Point, Size
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import WINDOWS, CutObject
from sam2_studio.engine.follow import ROOM, Follow
from sam2_studio.engine.windows import Window, coverage, mask_of_logits

HD = Size(1920, 1080)


def follow(wish: str = "on", size: Size = HD, *, side: int = 1024, pays: bool = True) -> Follow:
    return Follow.of(wish, size, working_size=side, pays=pays)


def mask(left: int, top: int, columns: int, rows: int, size: Size = HD) -> Mask:
    array = np.zeros((size.height, size.width), np.bool_)
    array[top : top + rows, left : left + columns] = True
    return Mask.from_array(array)


def test_windows_are_whole_pixels_of_the_picture_and_hold_the_object() -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        size = Size(int(rng.integers(40, 2000)), int(rng.integers(40, 1200)))
        columns, rows = (int(rng.integers(1, max(2, length // 3))) for length in (size.width, size.height))
        left, top = int(rng.integers(0, size.width - columns)), int(rng.integers(0, size.height - rows))
        shown = mask(left, top, columns, rows, size)
        chosen = follow(size=size, side=256)
        for window in (chosen.round(shown), chosen.beside(Window(0, 0, 20, 20), shown)):
            assert all(isinstance(each, int) for each in (window.left, window.top, window.right, window.bottom))
            assert 0 <= window.left < window.right <= size.width
            assert 0 <= window.top < window.bottom <= size.height
            assert window.contains(shown.box)


def test_places_and_masks_go_into_a_window_and_back_exactly() -> None:
    rng = np.random.default_rng(5)
    size = Size(300, 200)
    for _ in range(50):
        left, top = int(rng.integers(0, 236)), int(rng.integers(0, 136))
        window = Window(left, top, left + 64, top + 64)
        at = Point(left + rng.uniform(0, 64), top + rng.uniform(0, 64))
        x, y = window.relative(at)
        assert (window.left + x * window.width, window.top + y * window.height) == pytest.approx((at.x, at.y))
        array = np.zeros((size.height, size.width), np.bool_)
        array[top + 1 : top + 63, left + 1 : left + 63] = rng.random((62, 62)) > 0.5
        shown = Mask.from_array(array)
        logits = (coverage(shown, window, 64) - 0.5).astype(np.float32)  # a cell for each pixel
        assert mask_of_logits(logits, window, size) == shown


def test_only_what_is_small_gets_a_window_and_only_where_it_is_wished_or_pays() -> None:
    small, large = mask(900, 500, 60, 40), mask(400, 200, 500, 400)
    assert follow().round(small).width == max(ROOM * 60, 256)
    assert follow("auto").round(small) == follow().round(small)
    assert follow("auto").round(large) == Window.whole(HD)
    assert follow("auto", pays=False).round(small) == follow("off").round(small) == Window.whole(HD)
    assert [follow(wish, pays=False).may for wish in WINDOWS] == [False, True, False]
    assert follow().round(Mask(HD)) == Window.whole(HD)


def test_a_window_stands_still_until_room_or_size_runs_out() -> None:
    chosen = follow()
    window = chosen.round(mask(900, 500, 100, 80))
    assert chosen.after(window, mask(930, 480, 90, 90)) == window
    gone = mask(1040, 500, 100, 80)
    assert chosen.after(window, gone) == chosen.round(gone) != window
    grown = mask(850, 450, 180, 160)
    assert chosen.after(window, grown) == chosen.round(grown) != window


def test_on_other_frames_the_window_is_as_large() -> None:
    chosen = follow()
    window = chosen.round(mask(900, 500, 100, 80))
    assert chosen.beside(window, mask(910, 510, 90, 90)) == window
    elsewhere = chosen.beside(window, mask(100, 100, 90, 90))
    assert (elsewhere.width, elsewhere.height) == (window.width, window.height)
    assert elsewhere.contains(Box(100, 100, 190, 190))
    assert chosen.beside(Window.whole(HD), mask(1, 1, 9, 9)) == Window.whole(HD)


def test_what_is_cut_off_or_lost_is_looked_for_in_more() -> None:
    chosen, window = follow(), Window(800, 400, 1100, 700)
    assert chosen.instead(window, mask(900, 500, 100, 80)) is None
    wider = chosen.instead(window, mask(1050, 500, 50, 80))
    assert wider is not None
    assert (wider.width, wider.contains(Box(1050, 500, 1100, 580))) == (600, True)
    assert chosen.instead(window, Mask(HD)) == Window.whole(HD)
    assert chosen.instead(Window.whole(HD), Mask(HD)) is None
    assert chosen.instead(Window(0, 0, 300, 300), mask(0, 0, 50, 80)) is None, "the picture's own border cuts"


@pytest.mark.parametrize("seed", range(3))
def test_looking_in_more_ends_at_the_whole_picture(seed: int) -> None:
    rng = np.random.default_rng(seed)
    chosen, window, steps = follow(), Window(900, 500, 1000, 600), 0
    while window != Window.whole(HD):
        shown = mask(window.left, window.top, window.width, window.height)
        found = chosen.instead(window, shown if rng.random() < 0.9 else Mask(HD))
        assert found is not None
        window, steps = found, steps + 1
    assert steps <= math.log2(HD.width)


def test_a_project_that_says_another_wish_is_refused() -> None:
    values = CutObject(id=1, name="a", color="#FFFFFF", window="on").to_json()
    assert CutObject.from_json(values).window == "on"
    assert CutObject.from_json({k: v for k, v in values.items() if k != "window"}).window == "auto"
    for wrong in ("", "maybe", 1, None):
        with pytest.raises((ValueError, TypeError)):
            CutObject.from_json(values | {"window": wrong})
