"""The timeline under real mouse, wheel and key events."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sam2_studio.core.changes import Marker
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.objects import CutObject
from sam2_studio.core.tracks import MaskRecord, MaskTrack, Origin
from sam2_studio.ui.timeline.layout import HEADER, MARGIN, RULER
from sam2_studio.ui.timeline.timeline import Timeline

FRAMES = 200
CONTENT = 1000
LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
FLAG_Y = 17  # in the middle of a marker's flag


def clip_of(frames: int = FRAMES, first: int = 1001) -> Clip:
    info = ClipInfo(path="a.mp4", kind=ClipKind.VIDEO, frames=frames, width=160, height=90, first_number=first)
    return Clip.whole(info)


def some_track(frames: range) -> MaskTrack:
    track = MaskTrack()
    for frame in frames:
        origin = Origin.PROMPTED if frame == frames.start else Origin.TRACKED
        track.put(frame, MaskRecord(mask_id=1, origin=origin, health=0.9))
    return track


@pytest.fixture
def timeline(qtbot: QtBot) -> Iterator[Timeline]:
    widget = Timeline()
    qtbot.addWidget(widget)
    widget.resize(HEADER + CONTENT + MARGIN, 240)
    widget.set_clip(clip_of())
    widget.set_objects([CutObject(id=3, name="man", color="#56B4E9"), CutObject(id=5, name="ball", color="#CC79A7")])
    widget.set_track(3, some_track(range(150)))
    widget.set_selected(3)
    widget.show()
    yield widget
    widget.close()


def at(timeline: Timeline, frame: int, y: float) -> QPoint:
    return QPoint(round(HEADER + timeline.scale.centre_of(frame)), round(y))


def lane_y(timeline: Timeline, object_id: int) -> float:
    return next(row.middle for row in timeline._layout().rows() if row.object_id == object_id)


def drag(
    timeline: Timeline,
    start: QPoint,
    end: QPoint,
    button: Qt.MouseButton = LEFT,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Press, move with the button held, release. QTest's mouseMove holds no button."""
    for kind, place, held in (
        (QEvent.Type.MouseButtonPress, start, button),
        (QEvent.Type.MouseMove, end, button),
        (QEvent.Type.MouseButtonRelease, end, Qt.MouseButton.NoButton),
    ):
        cause = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else button
        position, there = QPointF(place), QPointF(timeline.mapToGlobal(place))
        QApplication.sendEvent(timeline, QMouseEvent(kind, position, there, cause, held, modifiers))


def wheel(timeline: Timeline, place: QPoint, notches: int, modifiers: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(place), QPointF(timeline.mapToGlobal(place)), QPoint(0, 0), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(timeline, event)


@pytest.mark.parametrize("frame", [0, 1, 37, 198, 199])
def test_a_click_goes_to_the_frame_under_it(timeline: Timeline, qtbot: QtBot, frame: int) -> None:
    timeline.set_current(100)
    with qtbot.waitSignal(timeline.frame_chosen) as chosen:
        qtbot.mouseClick(timeline, LEFT, pos=at(timeline, frame, 60))
    assert chosen.args == [frame]


def test_dragging_scrubs_through_the_frames(timeline: Timeline) -> None:
    frames: list[int] = []
    timeline.frame_chosen.connect(frames.append)
    timeline.frame_chosen.connect(timeline.set_current)
    drag(timeline, at(timeline, 20, 60), at(timeline, 90, 60))
    assert frames == [20, 90]


def test_a_zoomed_view_does_not_scroll_under_the_scrubbing_pointer(timeline: Timeline) -> None:
    timeline.zoom(10)
    timeline.frame_chosen.connect(timeline.set_current)
    before = timeline.scale
    drag(timeline, at(timeline, before.visible()[0], 60), at(timeline, before.visible()[1] - 1, 60))
    assert timeline.scale == before


def test_the_view_follows_a_playhead_that_leaves_it(timeline: Timeline) -> None:
    timeline.zoom(10)
    timeline.set_current(180)
    start, stop = timeline.scale.visible()
    assert start <= 180 < stop


def test_a_click_on_a_lane_or_a_name_chooses_the_object(timeline: Timeline, qtbot: QtBot) -> None:
    y = lane_y(timeline, 5)
    for place in (at(timeline, 60, y), QPoint(40, round(y))):
        with qtbot.waitSignal(timeline.object_chosen) as chosen:
            qtbot.mouseClick(timeline, LEFT, pos=place)
        assert chosen.args == [5]


def test_a_click_on_a_name_does_not_move_the_playhead(timeline: Timeline, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(timeline.frame_chosen):
        qtbot.mouseClick(timeline, LEFT, pos=QPoint(40, round(lane_y(timeline, 5))))


def test_a_double_click_on_a_lane_asks_for_the_next_keyframe(timeline: Timeline, qtbot: QtBot) -> None:
    with qtbot.waitSignal(timeline.next_keyframe_wanted) as wanted:
        qtbot.mouseDClick(timeline, LEFT, pos=at(timeline, 60, lane_y(timeline, 3)))
    assert wanted.args == [3]


def test_dragging_the_handles_sets_in_and_out(timeline: Timeline) -> None:
    ranges: list[FrameRange] = []
    timeline.range_chosen.connect(ranges.append)
    timeline.set_current(100)
    edge = QPoint(HEADER, RULER + 10)
    drag(timeline, edge, QPoint(HEADER + CONTENT // 4, RULER + 10))
    assert ranges == [FrameRange(50, 200)]
    drag(timeline, QPoint(HEADER + CONTENT, RULER + 10), QPoint(HEADER + CONTENT // 2, RULER + 10))
    assert ranges[-1] == FrameRange(50, 100)


def test_the_handles_can_not_pass_one_another(timeline: Timeline) -> None:
    ranges: list[FrameRange] = []
    timeline.range_chosen.connect(ranges.append)
    drag(timeline, QPoint(HEADER, RULER + 10), QPoint(HEADER + CONTENT + 500, RULER + 10))
    assert ranges == [FrameRange(199, 200)]


def test_the_playhead_can_be_taken_where_it_covers_a_handle(timeline: Timeline) -> None:
    ranges: list[FrameRange] = []
    timeline.range_chosen.connect(ranges.append)
    drag(timeline, QPoint(HEADER + 2, 6), at(timeline, 50, 6))
    assert ranges == []


def test_control_and_the_wheel_zoom_at_the_pointer(timeline: Timeline) -> None:
    place = at(timeline, 120, 60)
    wheel(timeline, place, 8, CONTROL)
    assert timeline.scale.zoom > 4
    assert timeline.scale.frame_at(place.x() - HEADER) == 120
    wheel(timeline, place, -80, CONTROL)
    assert timeline.scale.visible() == (0, FRAMES)


@pytest.mark.parametrize("modifiers", [Qt.KeyboardModifier.NoModifier, SHIFT])
def test_the_wheel_scrolls(timeline: Timeline, modifiers: Qt.KeyboardModifier) -> None:
    timeline.zoom(4)
    before = timeline.scale
    wheel(timeline, at(timeline, 20, 60), -1, modifiers)
    assert timeline.scale.zoom == before.zoom
    assert timeline.scale.first > before.first


def test_the_scroll_bar_pans(timeline: Timeline) -> None:
    timeline.zoom(4)
    timeline._frames_bar.setValue(timeline._frames_bar.maximum())
    assert timeline.scale.visible()[1] == FRAMES


def test_from_in_to_out_and_back_to_the_whole_clip(timeline: Timeline) -> None:
    timeline.set_clip(replace(clip_of(), source_range=FrameRange(50, 100)))
    timeline.show_range()
    assert timeline.scale.visible() == (50, 100)
    timeline.show_range()
    assert timeline.scale.visible() == (0, FRAMES)


@pytest.mark.parametrize("ends", [(40, 90), (90, 40)])
def test_shift_and_a_drag_on_the_ruler_set_in_and_out(timeline: Timeline, ends: tuple[int, int]) -> None:
    ranges: list[FrameRange] = []
    timeline.range_chosen.connect(ranges.append)
    drag(timeline, at(timeline, ends[0], 5), at(timeline, ends[1], 5), modifiers=SHIFT)
    assert ranges == [FrameRange(40, 91)]


@pytest.fixture
def marked(timeline: Timeline) -> Timeline:
    timeline.set_markers([Marker(60, "look here"), Marker(120, "")])
    return timeline


def test_markers_are_drawn_on_the_ruler(timeline: Timeline) -> None:
    before = timeline.grab().toImage()
    timeline.set_markers([Marker(60, "look here")])
    assert timeline.grab().toImage() != before


def test_a_marker_is_dragged_to_another_frame(marked: Timeline) -> None:
    moves: list[tuple[int, int]] = []
    marked.marker_moved.connect(lambda frame, to: moves.append((frame, to)))
    drag(marked, at(marked, 60, FLAG_Y), at(marked, 75, FLAG_Y))
    assert moves == [(60, 75)]


def test_a_click_on_a_marker_goes_there(marked: Timeline, qtbot: QtBot) -> None:
    with qtbot.waitSignal(marked.frame_chosen) as chosen, qtbot.assertNotEmitted(marked.marker_moved):
        qtbot.mouseClick(marked, LEFT, pos=at(marked, 60, FLAG_Y) + QPoint(3, 0))
    assert chosen.args == [60]


def test_a_double_click_on_a_marker_writes_its_note(marked: Timeline, qtbot: QtBot) -> None:
    qtbot.mouseDClick(marked, LEFT, pos=at(marked, 60, FLAG_Y))
    assert marked._field.text() == "look here"
    with qtbot.waitSignal(marked.marker_edited) as edited:
        qtbot.keyClicks(marked._field, "gone")
        qtbot.keyClick(marked._field, Qt.Key.Key_Return)
    assert edited.args == [60, "gone"]
    assert not marked._field.isVisible()


def test_escape_leaves_a_note_as_it_was(marked: Timeline, qtbot: QtBot) -> None:
    marked.write_marker(60)
    with qtbot.assertNotEmitted(marked.marker_edited):
        qtbot.keyClicks(marked._field, "gone")
        qtbot.keyClick(marked._field, Qt.Key.Key_Escape)
    assert not marked._field.isVisible()


def test_a_markers_menu_deletes_it(marked: Timeline, qtbot: QtBot) -> None:
    place = at(marked, 120, FLAG_Y)
    QApplication.sendEvent(marked, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, marked.mapToGlobal(place)))
    assert marked._menu is not None
    with qtbot.waitSignal(marked.marker_deleted) as deleted:
        marked._menu.actions()[-1].trigger()
    marked._menu.close()
    assert deleted.args == [120]


def test_tips_say_what_a_marker_notes_and_where_a_cut_is(marked: Timeline) -> None:
    marked.set_cuts([100])
    assert marked._tip(QPointF(at(marked, 60, FLAG_Y))) == "Marker on frame 1061: look here"
    assert "double-click to write" in marked._tip(QPointF(at(marked, 120, FLAG_Y)))
    border = QPointF(HEADER + marked.scale.x_of(100), 50)
    assert marked._tip(border) == "Cut: a shot begins with frame 1101."
    assert marked._tip(QPointF(at(marked, 150, 50))) == ""


def test_cuts_are_drawn_and_those_of_other_footage_forgotten(timeline: Timeline) -> None:
    before = timeline.grab().toImage()
    timeline.set_cuts([30, 100])
    assert timeline.grab().toImage() != before
    timeline.set_clip(clip_of(first=0))
    timeline.set_clip(clip_of())
    assert timeline._tip(QPointF(HEADER + timeline.scale.x_of(100), 50)) == ""


def test_the_ruler_counts_in_timecode(timeline: Timeline) -> None:
    before = timeline.grab().toImage()
    timeline.show_timecode(True)
    assert timeline.grab().toImage() != before
    timeline.show_timecode(False)
    assert timeline.grab().toImage() == before


def test_the_middle_button_pans(timeline: Timeline) -> None:
    timeline.zoom(4)
    start = timeline.scale.first
    drag(timeline, QPoint(HEADER + 600, 60), QPoint(HEADER + 200, 60), MIDDLE)
    assert timeline.scale.first == pytest.approx(start + 400 / timeline.scale.per_frame)


def test_plus_and_minus_zoom(timeline: Timeline, qtbot: QtBot) -> None:
    timeline.setFocus()
    qtbot.keyClick(timeline, Qt.Key.Key_Plus)
    assert timeline.scale.zoom > 1
    qtbot.keyClick(timeline, Qt.Key.Key_Minus)
    assert timeline.scale.zoom == 1


def test_missing_thumbnails_are_asked_for_once_they_are_known_no_more(timeline: Timeline, qtbot: QtBot) -> None:
    with qtbot.waitSignal(timeline.thumbnails_wanted) as wanted:
        timeline.show_whole_clip()
    frames = wanted.args[0]
    assert len(frames) == len(set(frames)) >= 8
    for frame in frames[1:]:
        timeline.set_thumbnail(frame, QImage(80, 45, QImage.Format.Format_RGB888))
    with qtbot.waitSignal(timeline.thumbnails_wanted) as wanted:
        timeline.show_whole_clip()
    assert wanted.args[0] == frames[:1]


def test_a_changed_mask_shows_in_its_lane(timeline: Timeline) -> None:
    track = some_track(range(150))
    track.put(160, MaskRecord(mask_id=2, origin=Origin.PAINTED))
    timeline.update_track(3, track, [160])
    assert timeline.states[3].keyframes().tolist() == [0, 160]
    before = timeline.grab().toImage()
    track.put(160, None)
    timeline.update_track(3, track, [160])
    assert timeline.grab().toImage() != before


def test_a_removed_object_loses_its_lane(timeline: Timeline) -> None:
    timeline.set_objects([CutObject(id=5, name="ball", color="#CC79A7")])
    assert set(timeline.states) <= {5}


def test_many_lanes_get_a_scroll_bar_and_names_scroll_by_wheel(timeline: Timeline) -> None:
    timeline.set_objects([CutObject(id=n, name=f"object {n}", color="#56B4E9") for n in range(1, 20)])
    assert timeline._lanes_bar.isVisible()
    wheel(timeline, QPoint(30, 150), -3, Qt.KeyboardModifier.NoModifier)
    assert timeline._lanes_bar.value() > 0


def test_a_screen_reader_hears_frame_and_state(timeline: Timeline) -> None:
    timeline.set_current(10)
    assert timeline.accessibleDescription() == "man: Frame 1011: health 0.90."
    timeline.set_current(170)
    assert timeline.accessibleDescription() == "man: Frame 1171: no mask yet."


def test_without_footage_nothing_can_be_chosen(timeline: Timeline, qtbot: QtBot) -> None:
    timeline.set_clip(None)
    timeline.set_objects([])
    with qtbot.assertNotEmitted(timeline.frame_chosen):
        qtbot.mouseClick(timeline, LEFT, pos=QPoint(HEADER + 50, 60))
    timeline.grab()


def test_a_still_and_a_very_long_clip_are_painted(timeline: Timeline) -> None:
    for frames in (1, 2, 100_000):
        timeline.set_clip(clip_of(frames))
        timeline.set_track(3, some_track(range(frames)))
        for _ in range(3):
            timeline.zoom(20)
            assert not timeline.grab().isNull()
