"""Objects in the real window: order, copies, merging, subtracting, solo and locks, by keys and menus, during a run."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from sam2_studio.core.commands import alter_object, lock_frame, put_masks
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.masks import Mask
from sam2_studio.core.object_commands import combined
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.ui import combine_thread
from sam2_studio.ui.main_window import MainWindow
from sam2_studio.ui.panels.objects_delegate import RowParts
from tests.media_factory import write_video
from tests.window import PATIENCE, at, go_to, opened, shown, until

LEFT = Qt.MouseButton.LeftButton
ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
WIDTH, HEIGHT, FRAMES = 160, 96, 30
MAN, BALL = 1, 2


def block(left: int) -> Mask:
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[30:70, left : left + 40] = True
    return Mask.from_array(pixels)


def give(window: MainWindow, object_id: int, masks: list[Mask]) -> None:
    """Tracked masks on the first frames."""

    def build(project, ids):  # type: ignore[no-untyped-def]
        made = [
            (object_id, f, MaskRecord(mask_id=i, origin=Origin.TRACKED, area=masks[f].area)) for f, i in enumerate(ids)
        ]
        return put_masks(project, "Track", made)

    assert window.bridge.run_with_masks(masks, build)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, tmp_path: Path) -> Iterator[MainWindow]:
    """The window with two objects whose masks overlap on every frame; the first is selected."""
    clip = tmp_path / "grey.mp4"
    write_video(clip, (np.full((HEIGHT, WIDTH, 3), 120, np.uint8) for _ in range(FRAMES)))
    made = opened(qtbot, shown(qtbot), clip)
    for object_id, name, left in ((MAN, "man", 20), (BALL, "ball", 40)):
        made.editing.new_object()
        made.editing.rename(object_id, name)
        give(made, object_id, [block(left + f) for f in range(FRAMES)])
    made.selection.choose(MAN)
    made.canvas.setFocus()
    yield made
    made.close()


def names(window: MainWindow) -> list[str]:
    return [each.name for each in window.bridge.project.objects]


def undo_label(window: MainWindow) -> str:
    return window.bridge.file.history.undo_label


def choose_partner(qtbot: QtBot, window: MainWindow, action: str, name: str) -> None:
    """By the menu's action, then the entry with that name, taken with the arrow keys."""
    window.actions_by_id[action].trigger()
    menu = window.object_menus._menu
    assert isinstance(menu, QMenu)
    until(qtbot, menu.isVisible)
    for _ in menu.actions():
        if menu.activeAction() is not None and menu.activeAction().text() == name:
            break
        qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    with qtbot.waitActive(window):
        window.activateWindow()


def settled(qtbot: QtBot, window: MainWindow) -> None:
    until(qtbot, lambda: not window.runs.is_running)
    until(qtbot, lambda: not window.combining._threads)


def test_merge_is_one_step_and_says_what_it_did(qtbot: QtBot, window: MainWindow) -> None:
    before = {f: window.bridge.mask(MAN, f) for f in range(FRAMES)}
    choose_partner(qtbot, window, "merge_object", "ball")
    settled(qtbot, window)
    assert names(window) == ["man"]
    assert undo_label(window) == "Merge ball into man"
    assert window.status._message.text() == "Merge ball into man: done"
    for frame in range(FRAMES):
        assert window.bridge.mask(MAN, frame) == block(20 + frame).union(block(40 + frame))
    assert window.canvas.masks[0].mask.box.x1 == 80
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, CTRL)
    assert names(window) == ["man", "ball"]
    assert {f: window.bridge.mask(MAN, f) for f in range(FRAMES)} == before
    assert len(window.timeline.states) == 2
    qtbot.keyClick(window.canvas, Qt.Key.Key_Y, CTRL)
    assert names(window) == ["man"]


def test_subtract_leaves_the_other_and_says_how_many_frames_were_locked(qtbot: QtBot, window: MainWindow) -> None:
    window.bridge.run(lambda p: lock_frame(p, MAN, 3, locked=True))
    choose_partner(qtbot, window, "subtract_object", "ball")
    settled(qtbot, window)
    assert names(window) == ["man", "ball"]
    assert undo_label(window) == "Subtract ball from man"
    assert window.status._message.text() == "Subtract ball from man: done; 1 locked frame left as before"
    assert window.bridge.mask(MAN, 3) == block(23)
    assert window.bridge.mask(MAN, 4) == block(24).minus(block(44))
    assert window.bridge.mask(BALL, 4) == block(44)


def test_objects_that_do_not_meet_are_left_alone_and_that_is_said(qtbot: QtBot, window: MainWindow) -> None:
    window.editing.new_object()
    give(window, 3, [block(110)])
    window.selection.choose(MAN)
    steps = window.bridge.file.history.done
    window.combining.subtract(3)
    settled(qtbot, window)
    assert window.bridge.file.history.done == steps
    assert "don't meet" in window.status._message.text()


def test_a_locked_object_is_refused_in_words(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_L, SHIFT)
    assert window.bridge.project.object(MAN).locked  # type: ignore[union-attr]
    assert window.actions_by_id["lock_object"].isChecked()
    window.combining.subtract(BALL)
    assert "man is locked" in window.message_bar.text
    assert not window.runs.is_running
    window.selection.choose(BALL)
    assert not window.actions_by_id["lock_object"].isChecked()
    window.actions_by_id["merge_object"].trigger()
    menu = window.object_menus._menu
    assert menu is not None
    assert [(e.text(), e.isEnabled()) for e in menu.actions() if not e.isSeparator()] == [
        ("Merge into ball:", False),
        ("man (locked)", False),
    ]
    menu.close()


def test_escape_stops_a_merge_and_nothing_has_changed(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = window.bridge.file.history.done
    computed, goes_on = [], threading.Event()

    def held_up(*given: object) -> Mask:
        computed.append(given)
        if len(computed) == 3:
            goes_on.wait(PATIENCE / 1000)
        return combined(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(combine_thread, "combined", held_up)
    window.combining.merge(BALL)
    until(qtbot, lambda: len(computed) == 3)
    assert window.actions_by_id["stop"].isEnabled()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert not window.runs.is_running
    goes_on.set()
    settled(qtbot, window)
    assert names(window) == ["man", "ball"]
    assert window.bridge.file.history.done == steps
    assert window.status._message.text() == "Stopped: nothing was changed"
    assert not window.actions_by_id["stop"].isEnabled()


def test_an_edit_while_a_merge_is_computed_is_part_of_what_comes_out(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone_on = []
    go_on = window.combining._go_on

    def edit_first() -> None:
        if not gone_on:
            give(window, MAN, [block(90)])
        gone_on.append(window.bridge.file.history.done)
        go_on()

    window.combining.merge(BALL)
    monkeypatch.setattr(window.combining, "_go_on", edit_first)
    settled(qtbot, window)
    assert len(gone_on) == 2, "what the edit touched was computed again"
    assert window.bridge.mask(MAN, 0) == block(90).union(block(40))
    assert window.bridge.mask(MAN, 1) == block(21).union(block(41))


def test_undo_while_a_merge_is_computed_stops_it(qtbot: QtBot, window: MainWindow) -> None:
    window.combining.merge(BALL)
    window.undo()
    settled(qtbot, window)
    assert names(window) == ["man", "ball"]
    assert not list(window.bridge.project.track(BALL)), "and takes the edit before it back"


def test_an_object_deleted_under_a_merge_ends_it_in_words(qtbot: QtBot, window: MainWindow) -> None:
    window.combining.merge(BALL)
    window.editing.delete_object(BALL)
    settled(qtbot, window)
    assert "There is no object 2" in window.message_bar.text
    assert undo_label(window) == "Delete ball"


def test_another_project_ends_a_merge(qtbot: QtBot, window: MainWindow, sample_clip: Path) -> None:
    window.combining.merge(BALL)
    file = window.bridge.file.path
    opened(qtbot, window, sample_clip)
    until(qtbot, lambda: window.bridge.file.path != file)
    settled(qtbot, window)
    assert names(window) == []


# Copies, order, solo


def test_following_in_a_window_is_chosen_by_menu_and_undone(window: MainWindow) -> None:
    window.actions_by_id["follow_window"].trigger()
    menu = window.object_menus._menu
    assert menu is not None
    question, *wishes = menu.actions()
    assert (question.text(), question.isEnabled()) == ("Follow man in a window:", False)
    assert [wish.isChecked() for wish in wishes] == [True, False, False]
    wishes[1].trigger()
    assert [each.window for each in window.bridge.project.objects] == ["on", "auto"]
    window.undo()
    assert [each.window for each in window.bridge.project.objects] == ["auto", "auto"]


def test_a_duplicate_is_selected_and_its_masks_are_shown(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_D, CTRL)
    assert names(window) == ["man", "man copy", "ball"]
    assert window.selection.object.name == "man copy"  # type: ignore[union-attr]
    assert undo_label(window) == "Duplicate man"
    assert window.bridge.mask(3, 5) == block(25)
    assert window.timeline.states[3].has_masks
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, CTRL)
    assert names(window) == ["man", "ball"]


def test_keys_move_an_object_in_the_list_and_the_lanes(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_Down, ALT)
    assert names(window) == ["ball", "man"]
    steps = window.bridge.file.history.done
    qtbot.keyClick(window.objects_panel.list, Qt.Key.Key_Down, ALT)
    assert window.bridge.file.history.done == steps, "it is the last"
    assert [each.name for each in window.timeline._objects] == ["ball", "man"]
    qtbot.keyClick(window.objects_panel.list, Qt.Key.Key_Up, ALT)
    assert names(window) == ["man", "ball"]
    assert undo_label(window) == "Reorder objects"


def test_solo_shows_the_selected_object_alone_and_follows_the_selection(qtbot: QtBot, window: MainWindow) -> None:
    def visible() -> list[int]:
        return [each.object_id for each in window.canvas.masks if each.visible]

    steps = window.bridge.file.history.done
    assert visible() == [MAN, BALL]
    qtbot.keyClick(window.canvas, Qt.Key.Key_S)
    assert visible() == [MAN]
    qtbot.keyClick(window.canvas, Qt.Key.Key_Tab)
    assert visible() == [BALL]
    window.bridge.run(lambda p: alter_object(p, BALL, "Hide object", visible=False))
    assert visible() == [BALL], "alone it shows even if it is hidden"
    rows = window.objects_panel.list
    eye = RowParts.within(rows.visualRect(rows.model().index(0, 0))).eye.center()
    qtbot.mouseClick(rows.viewport(), LEFT, ALT, eye)
    assert visible() == [MAN]
    qtbot.mouseClick(rows.viewport(), LEFT, ALT, eye)
    assert visible() == [MAN], "all that aren't hidden"
    assert not window.actions_by_id["solo"].isChecked()
    assert window.bridge.file.history.done == steps + 1, "solo is no edit"


def test_solo_ends_with_the_project(qtbot: QtBot, window: MainWindow, sample_clip: Path) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_S)
    file = window.bridge.file.path
    opened(qtbot, window, sample_clip)
    until(qtbot, lambda: window.bridge.file.path != file)
    assert not window.looks.solo


def test_the_menu_of_an_object_has_all_that_can_be_done_with_it(qtbot: QtBot, window: MainWindow) -> None:
    rows = window.objects_panel.list
    place = RowParts.within(rows.visualRect(rows.model().index(1, 0))).text.center()
    qtbot.mousePress(rows.viewport(), Qt.MouseButton.RightButton, pos=place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, rows.viewport().mapToGlobal(place))
    QApplication.sendEvent(rows.viewport(), event)
    menu = window.object_menus._menu
    assert menu is not None
    until(qtbot, menu.isVisible)
    texts = [entry.text().replace("&", "") for entry in menu.actions() if not entry.isSeparator()]
    assert texts[0] == "Rename…"
    assert {"Duplicate", "Merge another into it…", "Subtract another from it…", "Delete object"} <= set(texts)
    window.actions_by_id["delete_object"].trigger()
    assert names(window) == ["man"], "the right button selected it first"
    assert not window.actions_by_id["merge_object"].isEnabled()
    menu.close()


def test_delete_object_takes_it_away_whatever_the_frame_has(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.mouseClick(window.canvas, LEFT, pos=at(window, 40, 50))
    until(qtbot, lambda: bool(window.bridge.project.prompts(MAN, 0)))
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete, SHIFT)
    assert names(window) == ["ball"]


# During a run


def test_a_merge_during_a_run_stops_it_and_nothing_of_it_comes_after(
    qtbot: QtBot, studio_home: Path, sample_clip: Path
) -> None:
    window = opened(qtbot, shown(qtbot), sample_clip)
    project = window.bridge.project
    window.editing.set_range(FrameRange(50, 110))
    go_to(qtbot, window, 60)
    for x, y in ((380, 350), (120, 500)):
        window.editing.new_object()
        qtbot.mouseClick(window.canvas, LEFT, pos=at(window, x, y))
        object_id = window.selection.object_id
        until(qtbot, lambda object_id=object_id: window.bridge.mask(object_id, 60) is not None)
    first, second = (each.id for each in project.objects)
    window.selection.choose(first)
    window.tracking.track_forwards()
    run = window.tracking._run
    until(qtbot, lambda: len(project.track(first)) > 3)
    with qtbot.waitSignal(window.engine.track_ended, timeout=PATIENCE, check_params_cb=lambda ended, *_: ended == run):
        window.combining.merge(second)
        assert not window.tracking.is_running
        came = set(project.track(first)) | set(project.track(second))
    settled(qtbot, window)
    assert [each.id for each in project.objects] == [first]
    assert set(project.track(first)) == came
    assert undo_label(window).startswith("Merge")
    assert not window.tracking._waiting
    window.close()


def test_tracking_that_begins_ends_a_merge(qtbot: QtBot, window: MainWindow) -> None:
    until(qtbot, lambda: window.choice.loaded is not None)
    window.bridge.run(lambda p: lock_frame(p, MAN, 0, locked=True))
    window.combining.merge(BALL)
    window.tracking.track_both()
    assert window.tracking.is_running
    assert not window.combining.is_running
    window.tracking.stop()
    settled(qtbot, window)
    assert names(window) == ["man", "ball"]


def test_a_popup_below_the_selected_row_lies_in_the_panel(window: MainWindow) -> None:
    place = window.objects_panel.place_of_selected()
    assert window.objects_panel.rect().contains(window.objects_panel.mapFromGlobal(place) + QPoint(1, 0))
