"""Every way to track, by its key in the real window: which frames and objects it makes, and what it leaves alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sam2_studio.core import commands, hand_commands
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.masks import Mask
from sam2_studio.core.records import painted_record
from sam2_studio.core.tracks import MaskTrack
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import write_video
from tests.synthetic import Scene, moving_scene
from tests.window import go_to, opened, shown

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
FRAMES, KEYS = 16, (4, 10)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return moving_scene(1, FRAMES, size=(160, 96), radius=22)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, tmp_path: Path, scene: Scene) -> Iterator[MainWindow]:
    """An object painted on frames 4 and 10 of 16, nothing tracked."""
    made = opened(qtbot, shown(qtbot), write_video(tmp_path / "clip.mp4", scene.frames))
    made.bridge.run(commands.add_object)
    for frame in KEYS:
        paint(made, scene, frame)
    made.selection.choose(1)
    yield made
    made.close()


def paint(window: MainWindow, scene: Scene, frame: int, object_id: int = 1) -> None:
    mask = Mask.from_array(scene.truth[frame])
    window.bridge.run_with_masks(
        [mask],
        lambda p, ids: hand_commands.paint_masks(p, "Paint", object_id, {frame: painted_record(ids[0], mask)}),
    )


def track_of(window: MainWindow, object_id: int = 1) -> MaskTrack:
    return window.bridge.project.track(object_id)


def press(qtbot: QtBot, window: MainWindow, frame: int, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> str:
    """Go to a frame, press a key, wait for the run; what is said at its end."""
    go_to(qtbot, window, frame)
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    with qtbot.waitSignal(window.tracking.ended, timeout=60_000) as ended:
        qtbot.keyClick(window.canvas, key, held)
    assert not window.tracking.is_running
    return str(ended.args[0])


@pytest.mark.parametrize(
    ("frame", "key", "modifiers", "made"),
    [
        (4, Qt.Key.Key_T, (), range(16)),
        (6, Qt.Key.Key_T, (CONTROL,), range(6, 16)),
        (6, Qt.Key.Key_T, (SHIFT,), range(7)),
        (6, Qt.Key.Key_T, (CONTROL, SHIFT), [6]),
        (4, Qt.Key.Key_Down, (CONTROL,), range(5, 10)),
        (7, Qt.Key.Key_Down, (CONTROL,), range(7, 10)),
        (10, Qt.Key.Key_Down, (CONTROL,), range(11, 16)),
        (10, Qt.Key.Key_Up, (CONTROL,), range(5, 10)),
        (4, Qt.Key.Key_Up, (CONTROL,), range(4)),
    ],
)
def test_each_key_tracks_its_frames_and_no_others(
    qtbot: QtBot,
    window: MainWindow,
    frame: int,
    key: Qt.Key,
    modifiers: tuple[Qt.KeyboardModifier, ...],
    made: range | list[int],
) -> None:
    count = len(set(made) - set(KEYS))
    assert press(qtbot, window, frame, key, *modifiers) == f"Tracked: {count} of {count} frames"
    assert set(track_of(window)) == {*made, *KEYS}
    assert not track_of(window).frames_where(stale=True)


def test_from_in_to_out(qtbot: QtBot, window: MainWindow) -> None:
    window.editing.set_range(FrameRange(2, 12))
    press(qtbot, window, 4, Qt.Key.Key_T)
    assert list(track_of(window)) == list(range(2, 12))


def test_all_objects_that_lack_masks_or_the_selected_one(qtbot: QtBot, window: MainWindow, scene: Scene) -> None:
    for object_id in (2, 3):
        window.bridge.run(commands.add_object)
        paint(window, scene, 0, object_id)
    window.bridge.run(lambda p: commands.alter_object(p, 3, "Lock object", locked=True))
    window.selection.choose(2)
    window.actions_by_id["track_selected_only"].trigger()
    press(qtbot, window, 4, Qt.Key.Key_T)
    assert [len(track_of(window, n)) for n in (1, 2, 3)] == [2, 16, 1]
    window.actions_by_id["track_selected_only"].trigger()
    press(qtbot, window, 4, Qt.Key.Key_T)
    assert [len(track_of(window, n)) for n in (1, 2, 3)] == [16, 16, 1]


def test_where_nothing_is_to_be_tracked_that_is_said(qtbot: QtBot, window: MainWindow) -> None:
    go_to(qtbot, window, 4)
    qtbot.keyClick(window.canvas, Qt.Key.Key_T, CONTROL | SHIFT)
    assert not window.tracking.is_running
    assert "Nothing here can be tracked" in window.message_bar.text


def test_a_correction_makes_its_span_stale_and_just_that_is_tracked_again(
    qtbot: QtBot, window: MainWindow, scene: Scene
) -> None:
    press(qtbot, window, 4, Qt.Key.Key_T)
    before = {n: track_of(window).get(n) for n in range(FRAMES)}
    paint(window, scene, 12)
    assert track_of(window).frames_where(stale=True) == (11, 13, 14, 15)
    assert window.bridge.mask(1, 14) is not None
    go_to(qtbot, window, 14)
    assert [mask.stale for mask in window.canvas.masks] == [True]
    assert window.transport._retrack.text().startswith("Retrack 4 frames")
    assert press(qtbot, window, 0, Qt.Key.Key_R, CONTROL) == "Tracked: 4 of 4 frames"
    assert not track_of(window).frames_where(stale=True)
    assert [mask.stale for mask in window.canvas.masks] == [False]
    after = {n: track_of(window).get(n) for n in range(FRAMES)}
    assert [n for n in range(FRAMES) if after[n] != before[n]] == [11, 12, 13, 14, 15]


def test_a_run_that_is_stopped_between_the_sides_goes_on_later_to_the_same_masks(
    qtbot: QtBot, window: MainWindow
) -> None:
    project = window.bridge.project
    window.editing.set_range(FrameRange(4, 11))
    press(qtbot, window, 4, Qt.Key.Key_T)
    whole = [window.bridge.mask(1, n) for n in range(4, 11)]
    window.undo()
    assert list(track_of(window)) == list(KEYS)

    def stop_after_the_first_side() -> None:
        if window.tracking.is_running and len(project.track(1)) == 7:
            window.tracking.stop()

    window.bridge.masks_changed.connect(stop_after_the_first_side)
    with qtbot.waitSignal(window.tracking.ended, timeout=60_000):
        window.tracking.track_both()
    window.bridge.masks_changed.disconnect(stop_after_the_first_side)
    kept = list(track_of(window))
    assert len(kept) > 4
    if len(kept) < 7 or track_of(window).frames_where(stale=True):
        press(qtbot, window, 4, Qt.Key.Key_T)
    assert [window.bridge.mask(1, n) for n in range(4, 11)] == whole
    assert not track_of(window).frames_where(stale=True)


def test_a_locked_frame_is_tracked_into_and_stays(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, 4, Qt.Key.Key_T)
    go_to(qtbot, window, 7)
    qtbot.keyClick(window.canvas, Qt.Key.Key_L, CONTROL)
    locked = track_of(window).get(7)
    assert locked is not None
    assert locked.locked
    for key in (Qt.Key.Key_T, Qt.Key.Key_Up):
        press(qtbot, window, 9, key, CONTROL)
    assert track_of(window).get(7) == locked
    assert set(window.tracking._bridge.project.track(1).keyframes) == {4, 7, 10}
