"""Cuts in the real window: found beside everything else, shown, walked by keys, and where tracking stops."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.geometry import Box
from sam2_studio.core.preferences import Preferences
from sam2_studio.engine.cuts import Looked
from sam2_studio.ui import cut_search
from sam2_studio.ui.app import preferences_path
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import write_video
from tests.synthetic import moving_scene
from tests.window import go_to, opened, shown, until

ALT = Qt.KeyboardModifier.AltModifier
SHOT = 8


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Three shots of eight frames."""
    shots = [moving_scene(seed, SHOT, size=(160, 96), radius=22).frames for seed in (1, 2, 3)]
    return write_video(tmp_path / "shots.mp4", [frame for shot in shots for frame in shot])


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, clip: Path) -> Iterator[MainWindow]:
    made = opened(qtbot, shown(qtbot), clip)
    yield made
    made.close()


@pytest.fixture
def halted(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A search that stands at frame 6 until the event is set."""
    go_on = threading.Event()

    def halting(source: FrameSource, fingerprint: str) -> Iterator[Looked]:
        yield Looked(6)
        go_on.wait()
        yield Looked(source.info.frames, (SHOT, 2 * SHOT))

    monkeypatch.setattr(cut_search, "look_for_cuts", halting)
    yield go_on
    go_on.set()


def searched(qtbot: QtBot, window: MainWindow) -> None:
    cutting = window.timing.cutting
    until(qtbot, lambda: window.timeline.has_cuts and not cutting.is_searching)


def boxed(qtbot: QtBot, window: MainWindow, frame: int) -> None:
    go_to(qtbot, window, frame)
    window.editing.draw_box(Box(40, 25, 110, 85))
    until(qtbot, lambda: window.bridge.mask(1, frame) is not None)


def test_cuts_are_found_shown_and_walked(qtbot: QtBot, window: MainWindow) -> None:
    assert not window.actions_by_id["next_cut"].isEnabled()
    searched(qtbot, window)
    assert window.timeline._cuts.tolist() == [SHOT, 2 * SHOT]
    assert window.timeline._searched is None
    visited = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(window.canvas, key, ALT)
        visited.append(window.playhead.frame)
    assert visited == [8, 16, 16, 8, 8]


def test_tracking_stops_at_cuts_where_that_is_chosen(qtbot: QtBot, window: MainWindow) -> None:
    searched(qtbot, window)
    window.actions_by_id["stop_at_cuts"].trigger()
    assert Preferences.load(preferences_path()).stop_at_cuts
    boxed(qtbot, window, 10)
    track = window.bridge.project.track(1)
    with qtbot.waitSignal(window.tracking.ended, timeout=60_000) as ended:
        qtbot.keyClick(window.canvas, Qt.Key.Key_T)
    assert list(track) == list(range(8, 16))
    assert ended.args == ["Tracked: 7 of 7 frames, up to the cuts at 8 and 16"]
    window.actions_by_id["stop_at_cuts"].trigger()
    qtbot.keyClick(window.canvas, Qt.Key.Key_T)
    until(qtbot, lambda: len(track) == 24 and not window.tracking.is_running)


def test_the_choice_is_kept(qtbot: QtBot, studio_home: Path, window: MainWindow) -> None:
    window.actions_by_id["stop_at_cuts"].trigger()
    second = shown(qtbot)
    assert second.actions_by_id["stop_at_cuts"].isChecked()
    second.close()


def test_a_run_waits_for_no_half_known_cuts(qtbot: QtBot, halted: threading.Event, window: MainWindow) -> None:
    until(qtbot, lambda: window.timeline._searched == 6)
    boxed(qtbot, window, 10)
    window.actions_by_id["stop_at_cuts"].trigger()
    qtbot.keyClick(window.canvas, Qt.Key.Key_T)
    assert not window.tracking.is_running
    assert "25 % of it are done" in window.message_bar.text
    halted.set()
    searched(qtbot, window)
    qtbot.keyClick(window.canvas, Qt.Key.Key_T)
    until(qtbot, lambda: len(window.bridge.project.track(1)) == SHOT and not window.tracking.is_running)


def test_what_an_old_search_finds_is_not_shown_on_another_clip(
    qtbot: QtBot, halted: threading.Event, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(qtbot, lambda: window.timeline._searched == 6)
    monkeypatch.undo()
    one_shot = write_video(tmp_path / "one.mp4", moving_scene(1, 30, size=(160, 96), radius=22).frames)
    window.documents.open(one_shot)
    until(qtbot, lambda: len(window.timing.cutting._searches) == 2)
    halted.set()
    cutting = window.timing.cutting
    until(qtbot, lambda: not cutting.is_searching and not cutting._searches)
    assert not window.timeline.has_cuts


def test_closing_ends_the_search(qtbot: QtBot, studio_home: Path, clip: Path) -> None:
    made = opened(qtbot, shown(qtbot), clip)
    made.close()
    assert all(search.isFinished() for search in made.timing.cutting._searches)


def test_a_clip_that_is_still_being_opened_is_let_go_at_the_end(qtbot: QtBot, studio_home: Path, clip: Path) -> None:
    made = shown(qtbot)
    with qtbot.waitSignal(made.loader.opened, timeout=60_000):
        made.documents.open(clip)
        made.documents.close()
    assert not made.bridge.is_open
    made.close()
    assert not made.timing.cutting._searches


def test_a_clip_seen_before_has_its_cuts_at_once(qtbot: QtBot, window: MainWindow, clip: Path) -> None:
    searched(qtbot, window)
    project = window.bridge.project
    window.documents.open(clip)
    until(qtbot, lambda: window.bridge.project is not project)
    searched(qtbot, window)
    assert window.timeline._cuts.tolist() == [SHOT, 2 * SHOT]
