"""Timeline, markers and playing in the real window, by its keys."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sam2_studio.core.changes import Marker
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.store import ProjectFile
from sam2_studio.ui.app import preferences_path
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, write_video
from tests.window import close, opened, shown, until

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4", numbered_frames(60))


@pytest.fixture
def window(qtbot: QtBot, clip: Path) -> Iterator[MainWindow]:
    made = opened(qtbot, shown(qtbot), clip)
    yield made
    close(made)


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    qtbot.keyClick(window.canvas, key, modifiers)


def test_j_k_and_l_play(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_L)
    until(qtbot, lambda: window.playhead.frame >= 5)
    press(qtbot, window, Qt.Key.Key_L)
    assert window.playhead.speed == 2
    assert window.transport._speed.text() == "2×"
    press(qtbot, window, Qt.Key.Key_K)
    assert not window.playhead.is_playing
    frame = window.playhead.frame
    press(qtbot, window, Qt.Key.Key_J)
    until(qtbot, lambda: window.playhead.frame < frame)
    assert window.playhead.speed == -1
    press(qtbot, window, Qt.Key.Key_K)
    until(qtbot, lambda: window.canvas.frame is not None and window.canvas.frame.number == window.playhead.frame)


def test_the_loop_goes_on(qtbot: QtBot, window: MainWindow) -> None:
    window.editing.set_range(FrameRange(0, 4))
    window.actions_by_id["loop"].trigger()
    frames: list[int] = []
    window.playhead.moved.connect(lambda frame, way: frames.append(frame))
    press(qtbot, window, Qt.Key.Key_Space)
    until(qtbot, lambda: frames.count(0) >= 2)
    window.playhead.stop()
    assert max(frames) == 3


def test_markers_by_key_note_undo_and_file(qtbot: QtBot, window: MainWindow) -> None:
    window.playhead.go_to(20)
    press(qtbot, window, Qt.Key.Key_M, SHIFT)
    assert window.bridge.project.markers == (Marker(20, ""),)
    press(qtbot, window, Qt.Key.Key_M, SHIFT)
    field = window.timeline._field
    until(qtbot, field.isVisible)
    qtbot.keyClicks(field, "jkl m")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.bridge.project.markers == (Marker(20, "jkl m"),)
    assert not window.playhead.is_playing, "letters typed into a note are no keys"
    window.playhead.go_to(40)
    press(qtbot, window, Qt.Key.Key_M, SHIFT)
    press(qtbot, window, Qt.Key.Key_Up, SHIFT)
    assert window.playhead.frame == 20
    press(qtbot, window, Qt.Key.Key_Down, SHIFT)
    assert window.playhead.frame == 40
    press(qtbot, window, Qt.Key.Key_M, CONTROL | SHIFT)
    assert window.bridge.project.markers == (Marker(20, "jkl m"),)
    window.playhead.go_to(0)
    window.undo()
    assert [marker.frame for marker in window.bridge.project.markers] == [20, 40]
    assert window.playhead.frame == 40
    path = window.bridge.file.path
    window.close()
    file = ProjectFile.open(path, read_only=True)
    assert file.project.markers == (Marker(20, "jkl m"), Marker(40, ""))
    file.close()


def test_the_view_by_key_and_button(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_Plus, ALT)
    assert window.timeline.scale.zoom > 1
    press(qtbot, window, Qt.Key.Key_0, ALT)
    assert window.timeline.scale.zoom == 1
    button = window.timeline.findChild(object, "button-timeline_in")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.timeline.scale.zoom > 1


def test_timecode_on_the_ruler_is_remembered(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_by_id["show_timecode"].trigger()
    window.close()
    other = MainWindow(preferences_path())
    qtbot.addWidget(other)
    until(qtbot, other.engine.isRunning)
    assert other.actions_by_id["show_timecode"].isChecked()
    assert other.timeline._in_timecode
    other.close()


def test_a_clip_of_varying_rate_brings_its_own_times(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    pts = [n * 40 + (25 if n % 3 else 0) for n in range(30)]
    varying = write_video(tmp_path / "vfr.mkv", numbered_frames(30), pts=pts, time_base=Fraction(1, 1000))
    window.documents.open(varying)
    until(qtbot, lambda: window.documents.stem == "vfr" and window.playhead._times is not None)
    until(qtbot, lambda: abs(window.playhead._times.start_of(1) - 0.065) < 1e-6)  # type: ignore[union-attr]
