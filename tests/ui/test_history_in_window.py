"""The history in the real window: the list follows, a click goes anywhere, nothing late overwrites what it restored."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sam2_studio.core.frames import FrameRange
from sam2_studio.ui.dialogs.history_dialog import HistoryDialog
from sam2_studio.ui.engine_questions import SegmentRequest
from sam2_studio.ui.main_window import MainWindow
from tests.window import PATIENCE, at, close, go_to, opened, shown, until

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, sample_clip: Path) -> Iterator[MainWindow]:
    made = opened(qtbot, shown(qtbot), sample_clip)
    yield made
    close(made)


def click(qtbot: QtBot, window: MainWindow, frame: int, x: float, y: float) -> None:
    go_to(qtbot, window, frame)
    qtbot.mouseClick(window.canvas, LEFT, pos=at(window, x, y))


def history_of(qtbot: QtBot, window: MainWindow) -> HistoryDialog:
    qtbot.keyClick(window, Qt.Key.Key_H, CTRL)
    dialog = window.history._dialog
    assert dialog is not None
    return dialog


def labels(dialog: HistoryDialog) -> list[tuple[str, str]]:
    root = dialog.steps.invisibleRootItem()
    return [(root.child(i).text(0), root.child(i).text(1)) for i in range(root.childCount())]


def choose(qtbot: QtBot, dialog: HistoryDialog, place: int) -> None:
    item = dialog.steps.topLevelItem(place)
    assert item is not None
    dialog.steps.scrollToItem(item)
    qtbot.mouseClick(dialog.steps.viewport(), LEFT, pos=dialog.steps.visualItemRect(item).center())


def test_the_list_follows_and_a_click_goes_there(qtbot: QtBot, window: MainWindow) -> None:
    dialog = history_of(qtbot, window)
    assert labels(dialog) == [("Opened", "")]
    for frame in (60, 80):
        click(qtbot, window, frame, 380, 350)
        until(qtbot, lambda frame=frame: window.bridge.mask(1, frame) is not None)
    window.editing.rename(1, "rabbit")
    assert labels(dialog) == [
        ("Opened", ""),
        ("Add object 1", ""),
        ("Add point", "60"),
        ("Add point", "80"),
        ("Rename", ""),
    ]
    mask = window.bridge.mask(1, 80)

    choose(qtbot, dialog, 2)
    project = window.bridge.project
    assert project.prompted_frames(1) == (60,)
    assert window.bridge.mask(1, 80) is None
    assert project.objects[0].name != "rabbit"
    assert dialog.steps.currentItem() is dialog.steps.topLevelItem(2)
    assert dialog.steps.topLevelItem(3).font(0).italic()  # type: ignore[union-attr]
    assert window.playhead.frame == 80, "the frame that was changed is shown"

    choose(qtbot, dialog, 0)
    assert project.objects == ()
    dialog.steps.setCurrentItem(dialog.steps.topLevelItem(4))  # type: ignore[arg-type]
    qtbot.keyClick(dialog.steps, Qt.Key.Key_Return)
    assert window.bridge.mask(1, 80) == mask
    assert project.objects[0].name == "rabbit"


def is_run(run: int) -> Callable[..., bool]:
    return lambda ended, *_: ended == run


def test_undo_during_a_run_stops_it_and_nothing_of_it_comes_after(qtbot: QtBot, window: MainWindow) -> None:
    project = window.bridge.project
    window.editing.set_range(FrameRange(50, 110))
    click(qtbot, window, 60, 380, 350)
    until(qtbot, lambda: window.bridge.mask(1, 60) is not None)
    for walk in (window.undo, lambda: choose(qtbot, history_of(qtbot, window), 3)):
        window.tracking.track_forwards()
        run = window.tracking._run
        until(qtbot, lambda: len(project.track(1)) > 3)
        with qtbot.waitSignal(window.engine.track_ended, timeout=PATIENCE, check_params_cb=is_run(run)):
            walk()  # the step under way still gives its frame
        assert not window.tracking.is_running
        qtbot.waitUntil(lambda: not window.tracking._waiting)
        assert list(project.track(1)) == [60]
        assert window.bridge.file.history.undo_label == "Add point"


def test_an_answer_that_comes_after_undo_is_dropped(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    click(qtbot, window, 60, 380, 350)
    until(qtbot, lambda: window.bridge.mask(1, 60) is not None)
    before = window.bridge.mask(1, 60)
    held: list[SegmentRequest] = []
    segment = window.engine.segment
    monkeypatch.setattr(window.engine, "segment", held.append)
    click(qtbot, window, 60, 300, 560)
    until(qtbot, lambda: bool(held))
    window.undo()
    with qtbot.waitSignal(window.engine.segmented, timeout=PATIENCE):
        segment(held[0])
    until(qtbot, lambda: not window.clicks._asked)
    assert window.bridge.mask(1, 60) == before
    assert window.bridge.file.history.redo_label == "Add point"
    monkeypatch.setattr(window.engine, "segment", segment)
    window.redo()
    until(qtbot, lambda: window.bridge.mask(1, 60) != before)
