"""Doubtful places in the window: walked by N, told by panel and lane, accepted by key and button."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from sam2_studio.core import commands
from sam2_studio.core.geometry import Size
from sam2_studio.core.health import Health, Reason, Symptom
from sam2_studio.core.masks import Mask
from sam2_studio.core.records import tracked_record
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, write_video
from tests.window import close, opened, shown

FRAMES = 16
HEALTHS = {3: 0.4, 4: 0.1, 5: 0.3, 9: 0.2}  # of the first object; the second is doubtful on frame 12
LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, tmp_path: Path) -> Iterator[MainWindow]:
    made = opened(qtbot, shown(qtbot), write_video(tmp_path / "clip.mp4", numbered_frames(FRAMES)))
    track(made, HEALTHS, made.canvas.frame.size)
    yield made
    close(made)


def track(window: MainWindow, healths: dict[int, float], size: Size) -> None:
    """Give two objects tracked masks on every frame."""
    reasons = (Reason(Symptom.AREA, -40),)
    mask = Mask(size)

    def record(health: float) -> object:
        def made(mask_id: int) -> MaskRecord:
            return tracked_record(
                mask_id, mask, score=0.9, absent=False, recipe="nano@1", health=Health(health, reasons)
            )

        return made

    for _ in range(2):
        window.bridge.run(commands.add_object)
    masks = [(1, f, mask, record(healths.get(f, 0.9))) for f in range(FRAMES)]
    masks += [(2, f, mask, record(0.3 if f == 12 else 0.9)) for f in range(FRAMES)]
    window.bridge.put_masks(0, "Track", masks)  # type: ignore[arg-type] # makers of records
    window.selection.choose(1)
    window.playhead.go_to(0)


def doubtful(window: MainWindow, object_id: int = 1) -> tuple[int, ...]:
    return window.bridge.project.track(object_id).frames_where(doubtful=True)


def test_n_walks_the_worst_frames_of_the_places(window: MainWindow, qtbot: QtBot) -> None:
    visited = []
    for _ in range(4):
        qtbot.keyClick(window.canvas, Qt.Key.Key_N)
        visited.append((window.selection.object_id, window.playhead.frame))
    assert visited == [(1, 4), (1, 9), (2, 12), (2, 12)]
    qtbot.keyClick(window.canvas, Qt.Key.Key_N, SHIFT)
    assert (window.selection.object_id, window.playhead.frame) == (1, 9)


def test_the_panel_counts_the_places_that_n_walks(window: MainWindow) -> None:
    assert {i: len(states.doubtful_places()) for i, states in window.timeline.states.items()} == {1: 2, 2: 1}


def test_y_accepts_a_frame_and_shift_y_its_place(window: MainWindow, qtbot: QtBot) -> None:
    window.playhead.go_to(4)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Y)
    assert doubtful(window) == (3, 5, 9)
    assert window.timeline.states[1].doubtful_places() == (3, 5, 9)
    window.bridge.undo()
    assert doubtful(window) == (3, 4, 5, 9)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Y, SHIFT)
    assert doubtful(window) == (9,)
    assert window.bridge.file.history.undo_label == "Accept 3 frames"


def test_accepting_is_offered_where_it_helps(window: MainWindow, qtbot: QtBot) -> None:
    button = next(b for b in window.frame_panel.findChildren(QPushButton) if b.text().startswith("Accept"))
    window.playhead.go_to(6)
    assert not button.isEnabled()
    assert not window.actions_by_id["accept_frame"].isEnabled()
    window.playhead.go_to(9)
    assert window.actions_by_id["accept_place"].isEnabled()
    qtbot.mouseClick(button, LEFT)
    assert doubtful(window) == (3, 4, 5)
    assert not button.isEnabled()


def test_the_reason_is_told(window: MainWindow) -> None:
    window.playhead.go_to(4)
    assert "health 0.10, area fell by 40 %." in window.timeline.accessibleDescription()
