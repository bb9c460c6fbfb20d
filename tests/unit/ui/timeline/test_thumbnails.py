"""Which frames are wanted as thumbnails, and how many are kept."""

from itertools import pairwise

from PySide6.QtGui import QImage
from sam2_studio.ui.timeline.scale import Scale
from sam2_studio.ui.timeline.thumbnails import Thumbnails, slots


def test_slots_cover_the_view_without_gaps() -> None:
    scale = Scale(frames=1000, width=800, zoom=3, first=200)
    places = slots(scale, 80)
    assert places[0].left <= 0
    assert places[-1].right >= 800
    assert all(a.right == b.left for a, b in pairwise(places))
    assert all(slot.right - slot.left >= 80 for slot in places)


def test_scrolling_asks_for_the_same_frames() -> None:
    scale = Scale(frames=1000, width=800, zoom=3, first=200)
    first = {slot.frame for slot in slots(scale, 80)}
    second = {slot.frame for slot in slots(scale.scrolled_to(203), 80)}
    assert len(first & second) >= len(first) - 1


def test_all_frames_are_of_the_clip() -> None:
    assert [slot.frame for slot in slots(Scale(frames=3, width=800), 80)] == [0, 1, 2]
    assert all(0 <= slot.frame < 247 for slot in slots(Scale(frames=247, width=800), 80))


def test_the_nearest_picture_stands_in() -> None:
    kept = Thumbnails()
    picture = QImage(4, 4, QImage.Format.Format_RGB888)
    kept.put(10, picture)
    assert kept.nearest(10, 0) is picture
    assert kept.nearest(13, 5) is picture
    assert kept.nearest(40, 5) is None
    assert kept.missing([9, 10]) == [9]


def test_memory_is_bounded() -> None:
    kept = Thumbnails()
    for frame in range(1000):
        kept.put(frame, QImage(1, 1, QImage.Format.Format_RGB888))
    assert len(kept.missing(list(range(1000)))) == 400
