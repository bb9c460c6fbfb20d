"""Painting in the real window: strokes are undo steps and prompts; tracking starts from them, never overwrites them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sam2_studio.batch.snapshot import conditioning_of
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.tracks import Origin
from sam2_studio.ui.canvas.brush import Brush
from sam2_studio.ui.main_window import MainWindow
from tests.window import at, close, go_to, opened, shown, until

LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
FRAME = 60


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, sample_clip: Path) -> Iterator[MainWindow]:
    """The window on frame 60 of the sample clip, of which 58 to 62 are to be tracked; the brush in hand."""
    made = opened(qtbot, shown(qtbot), sample_clip)
    made.editing.set_range(FrameRange(58, 63))
    go_to(qtbot, made, FRAME)
    qtbot.keyClick(made.canvas, Qt.Key.Key_B)
    made.canvas.set_brush(Brush(size=60))
    yield made
    close(made)


def stroke(qtbot: QtBot, window: MainWindow, *places: tuple[int, int], button: Qt.MouseButton = LEFT) -> None:
    canvas = window.canvas
    qtbot.mousePress(canvas, button, NONE, at(window, *places[0]))
    for place in places[1:]:
        qtbot.mouseMove(canvas, at(window, *place))
    qtbot.mouseRelease(canvas, button, NONE, at(window, *places[-1]))


def labels(window: MainWindow) -> list[str]:
    return [step.command.label for step in window.bridge.file.history.steps]


def test_the_first_stroke_makes_the_object_and_each_stroke_is_a_step(qtbot: QtBot, window: MainWindow) -> None:
    done = len(labels(window))
    stroke(qtbot, window, (300, 300), (420, 320))
    first = window.bridge.mask(1, FRAME)
    stroke(qtbot, window, (400, 320), (500, 400))
    stroke(qtbot, window, (350, 310), button=RIGHT)
    assert labels(window)[done:] == ["Add object 1", "Brush", "Brush", "Erase"]
    record = window.bridge.project.track(1).get(FRAME)
    assert record is not None
    assert (record.origin, record.area) == (Origin.PAINTED, window.bridge.mask(1, FRAME).area)
    assert window.bridge.project.prompts(1, FRAME) == PromptSet(mask_id=record.mask_id, given=True)
    for _ in range(2):
        window.undo()
    assert window.bridge.mask(1, FRAME) == first
    window.redo()
    assert window.bridge.mask(1, FRAME).area > first.area
    assert window.canvas.masks[0].mask == window.bridge.mask(1, FRAME)


def test_keys_take_the_tools_and_change_the_size(qtbot: QtBot, window: MainWindow) -> None:
    for key, tool in (("E", "eraser"), ("P", "lasso"), ("G", "fill"), ("V", "points"), ("R", "box"), ("B", "brush")):
        qtbot.keyClick(window.canvas, key)
        assert window.canvas.tool.kind == tool
        assert window.actions_by_id[f"tool_{tool}"].isChecked()
    qtbot.keyClick(window.canvas, "]")
    assert window.canvas.brush.size == 69
    qtbot.keyClick(window.canvas, "[")
    qtbot.keyClick(window.canvas, "[")
    assert window.canvas.brush.size == 52


def test_tracking_starts_from_a_painted_frame(qtbot: QtBot, window: MainWindow) -> None:
    for y in range(120, 600, 45):
        stroke(qtbot, window, (240, y), (520, y))
    painted = window.bridge.mask(1, FRAME)
    qtbot.keyClick(window.canvas, Qt.Key.Key_T)
    project = window.bridge.project
    until(qtbot, lambda: len(project.track(1)) == 5 and not window.tracking.is_running)
    assert window.bridge.mask(1, FRAME) == painted
    neighbour = window.bridge.mask(1, FRAME + 1)
    assert neighbour is not None
    assert neighbour.iou(painted) > 0.5
    stroke(qtbot, window, (560, 300))
    assert project.track(1).frames_where(stale=True) == (58, 59, 61, 62)


def test_painted_for_one_frame_only_tracking_passes_it_by(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_V)
    qtbot.mouseClick(window.canvas, LEFT, NONE, at(window, 380, 350))
    until(qtbot, lambda: window.bridge.mask(1, FRAME) is not None)
    window.tracking.track_both()
    project = window.bridge.project
    until(qtbot, lambda: len(project.track(1)) == 5 and not window.tracking.is_running)
    go_to(qtbot, window, 61)
    window.actions_by_id["paint_alone"].trigger()
    qtbot.keyClick(window.canvas, Qt.Key.Key_B)
    stroke(qtbot, window, (900, 600))
    painted = window.bridge.mask(1, 61)
    assert project.track(1).get(61).origin is Origin.RETOUCHED
    assert not project.track(1).frames_where(stale=True)
    assert list(conditioning_of(window.bridge.file, 1)) == [FRAME]
    window.tracking.track_both()
    until(qtbot, lambda: not window.tracking.is_running)
    assert window.bridge.mask(1, 61) == painted
    window.actions_by_id["use_painted"].trigger()
    assert project.track(1).get(61).origin is Origin.PAINTED
    assert list(conditioning_of(window.bridge.file, 1)) == [FRAME, 61]


def test_a_late_answer_never_overwrites_a_painted_mask(qtbot: QtBot, window: MainWindow) -> None:
    for alone in (False, True):
        frame = 58 if alone else 59
        go_to(qtbot, window, frame)
        window.hand_work.set_alone(alone)
        qtbot.keyClick(window.canvas, Qt.Key.Key_V)
        qtbot.mouseClick(window.canvas, LEFT, NONE, at(window, 380, 350))
        assert window.bridge.mask(1, frame) is None, "the answer takes longer than that"
        qtbot.keyClick(window.canvas, Qt.Key.Key_B)
        stroke(qtbot, window, (900, 600))
        painted = window.bridge.mask(1, frame)
        assert painted is not None
        until(qtbot, lambda: not window.clicks._asked and not window.clicks._timer.isActive())
        assert window.bridge.mask(1, frame) == painted


def test_a_click_on_a_painted_frame_starts_from_what_was_painted(qtbot: QtBot, window: MainWindow) -> None:
    for y in range(120, 600, 45):
        stroke(qtbot, window, (240, y), (520, y))
    painted = window.bridge.mask(1, FRAME)
    qtbot.keyClick(window.canvas, Qt.Key.Key_V)
    qtbot.mouseClick(window.canvas, RIGHT, NONE, at(window, 500, 570))
    project = window.bridge.project
    until(qtbot, lambda: project.track(1).get(FRAME).origin is Origin.PROMPTED)
    assert project.prompts(1, FRAME).given
    assert window.bridge.mask(1, FRAME).iou(painted) > 0.5
    qtbot.mouseClick(window.canvas, LEFT, CONTROL, at(window, 500, 570))
    until(qtbot, lambda: window.bridge.mask(1, FRAME) == painted)


def test_a_locked_frame_is_not_painted_on_and_it_is_said(qtbot: QtBot, window: MainWindow) -> None:
    stroke(qtbot, window, (300, 300))
    window.editing.lock_frame(True)
    painted = window.bridge.mask(1, FRAME)
    stroke(qtbot, window, (500, 300))
    assert window.bridge.mask(1, FRAME) == painted
    assert "locked" in window.message_bar.text
    window.editing.lock_frame(False)
    stroke(qtbot, window, (500, 300))
    assert window.bridge.mask(1, FRAME) != painted


def test_the_mask_itself_is_painted_whatever_the_edge_settings(qtbot: QtBot, window: MainWindow) -> None:
    stroke(qtbot, window, (300, 300))
    stored = window.bridge.mask(1, FRAME)
    window.editing.set_edge(EdgeSettings(grow=20))
    assert window.canvas.masks[0].mask == stored, "with the brush in hand the mask shows as it is"
    stroke(qtbot, window, (300, 300), button=RIGHT)
    assert window.bridge.mask(1, FRAME).is_empty
    window.undo()
    qtbot.keyClick(window.canvas, Qt.Key.Key_V)
    assert window.canvas.masks[0].mask.area > stored.area


def test_a_mask_is_copied_to_its_neighbours(qtbot: QtBot, window: MainWindow) -> None:
    stroke(qtbot, window, (300, 300))
    mask = window.bridge.mask(1, FRAME)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right, CONTROL)
    until(qtbot, lambda: window.canvas.frame is not None and window.canvas.frame.number == FRAME + 1)
    assert window.bridge.mask(1, FRAME + 1) == mask
    assert window.bridge.file.history.undo_label == "Copy mask"
    go_to(qtbot, window, FRAME)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Left, CONTROL)
    assert window.bridge.mask(1, FRAME - 1) == mask


def test_there_is_no_frame_before_the_first_to_copy_to(qtbot: QtBot, window: MainWindow) -> None:
    go_to(qtbot, window, 0)
    stroke(qtbot, window, (300, 300))
    window.actions_by_id["copy_to_previous"].trigger()
    assert "-1" in window.message_bar.text
    assert window.playhead.frame == 0


def test_delete_removes_what_was_painted_before_it_removes_the_object(qtbot: QtBot, window: MainWindow) -> None:
    for alone in (False, True):
        window.hand_work.set_alone(alone)
        stroke(qtbot, window, (300, 300))
        qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
        assert window.bridge.mask(1, FRAME) is None
        assert len(window.bridge.project.objects) == 1
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
    assert not window.bridge.project.objects


def test_a_flood_that_finds_no_outline_says_so(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_G)
    qtbot.mouseClick(window.canvas, LEFT, NONE, at(window, 300, 300))
    assert "closed outline" in window.message_bar.text
    assert not window.bridge.project.objects


def test_the_strip_shows_and_sets_what_the_brush_does(qtbot: QtBot, window: MainWindow) -> None:
    strip = window.hand_strip
    assert strip.bar.isVisible()
    assert strip._size.value() == 60
    qtbot.mouseClick(strip._units.button(1), LEFT)
    assert window.canvas.brush.in_picture
    strip._size.setValue(25)
    assert window.canvas.brush == Brush(size=25, in_picture=True)
    qtbot.mouseClick(strip._reaches.button(1), LEFT)
    assert window.hand_work.alone
    assert window.actions_by_id["paint_alone"].isChecked()
    window.actions_by_id["paint_alone"].trigger()
    assert strip._reaches.button(0).isChecked()
    qtbot.keyClick(window.canvas, Qt.Key.Key_P)
    assert not strip._size.isVisible()
    assert strip._reaches.button(0).isVisible()
    qtbot.keyClick(window.canvas, Qt.Key.Key_V)
    assert not strip.bar.isVisible()


def test_the_brush_is_remembered(qtbot: QtBot, window: MainWindow) -> None:
    window.canvas.set_brush(Brush(size=33, in_picture=True))
    until(qtbot, lambda: window.settings.now.brush_size == 33)
    assert window.settings.now.brush_in_picture


def written_masks(folder: Path, numbers: range) -> list[Path]:
    """A white square of the clip's size for each frame, moving with its number."""
    files = []
    for number in numbers:
        pixels = np.zeros((720, 1280), np.uint8)
        pixels[100:200, number : number + 300] = 255
        files.append(folder / f"roto_v2.{number:04d}.png")
        Image.fromarray(pixels).save(files[-1])
    return files


def test_masks_come_in_by_their_frame_numbers_as_one_step(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.importing.import_masks(written_masks(tmp_path, range(58, 63)))
    project = window.bridge.project
    until(qtbot, lambda: not window.importing.is_running)
    assert list(project.track(1)) == [58, 59, 60, 61, 62]
    assert window.bridge.mask(1, 61).box == Box(61, 100, 361, 200)
    assert project.prompts(1, 61).given
    assert window.bridge.file.history.undo_label == "Import masks"
    window.undo()
    assert not list(project.track(1))


def test_a_single_mask_is_for_this_frame(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.importing.import_masks(written_masks(tmp_path, range(3, 4)))
    until(qtbot, lambda: window.bridge.mask(1, FRAME) is not None)
    assert window.bridge.file.history.undo_label == "Import mask"


@pytest.mark.parametrize(
    ("size", "name", "told"),
    [((64, 48), "m.0060.png", "64x48"), ((1280, 720), "m.0400.png", "Frame 400"), ((1280, 720), "m.png", "no frame")],
)
def test_masks_that_do_not_fit_change_nothing(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, size: tuple[int, int], name: str, told: str
) -> None:
    odd = tmp_path / name
    Image.new("L", size, 255).save(odd)
    window.importing.import_masks([*written_masks(tmp_path, range(58, 59)), odd])
    until(qtbot, lambda: window.message_bar.isVisible() and not window.importing.is_running)
    assert told in window.message_bar.text
    assert not window.bridge.project.objects


def test_an_import_that_meets_a_locked_frame_changes_nothing(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    stroke(qtbot, window, (300, 300))
    window.editing.lock_frame(True)
    window.importing.import_masks(written_masks(tmp_path, range(58, 63)))
    until(qtbot, lambda: window.message_bar.isVisible() and not window.importing.is_running)
    assert "60 is locked" in window.message_bar.text
    assert list(window.bridge.project.track(1)) == [FRAME]


def test_candidates_are_taken_by_key_round_and_round(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_V)
    qtbot.mouseClick(window.canvas, LEFT, NONE, at(window, 380, 350))
    until(qtbot, lambda: window.clicks.latest is not None)
    count = len(window.clicks.latest.prediction.candidates)
    assert count == 3
    for key, modifiers, wanted in (("C", NONE, 1), ("C", NONE, 2), ("C", Qt.KeyboardModifier.ShiftModifier, 1)):
        qtbot.keyClick(window.canvas, key, modifiers)
        until(qtbot, lambda: window.clicks.latest.request.settings.candidate == wanted)  # noqa: B023
    qtbot.keyClick(window.canvas, "C")
    qtbot.keyClick(window.canvas, "C")
    until(qtbot, lambda: window.clicks.latest.request.settings.candidate == 0)
    qtbot.keyClick(window.canvas, Qt.Key.Key_B)
    stroke(qtbot, window, (900, 600))
    painted = window.bridge.mask(1, FRAME)
    qtbot.keyClick(window.canvas, "C")
    assert not window.clicks._asked, "what was painted isn't exchanged for a candidate"
    assert window.bridge.mask(1, FRAME) == painted


def test_prompts_are_listed_shown_and_deleted_from_the_panel(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_V)
    qtbot.mouseClick(window.canvas, LEFT, NONE, at(window, 380, 350))
    qtbot.mouseClick(window.canvas, RIGHT, NONE, at(window, 800, 350))
    window.editing.draw_box(Box(100, 50, 640, 700))
    menu = window.frame_panel._prompt_menu
    assert [entry.text().split()[0] for entry in menu.actions()] == ["Point", "Point", "Box"]
    menu.actions()[1].hover()
    assert window.canvas._hovered == 1
    menu.aboutToHide.emit()
    assert window.canvas._hovered is None
    menu.actions()[1].trigger()
    assert [p.positive for p in window.bridge.project.prompts(1, FRAME).points] == [True]
    menu.actions()[1].trigger()
    assert window.bridge.project.prompts(1, FRAME).box is None
    menu.actions()[0].trigger()
    assert not window.bridge.project.prompts(1, FRAME)
    assert not window.frame_panel._prompts.isEnabled()


def test_prompts_of_other_frames_show_on_request(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_V)
    qtbot.mouseClick(window.canvas, LEFT, NONE, at(window, 380, 350))
    until(qtbot, lambda: window.bridge.mask(1, FRAME) is not None)
    go_to(qtbot, window, 62)
    assert window.canvas._ghosts == ((FRAME, window.bridge.project.prompts(1, FRAME)),)
    place = at(window, 380, 350)
    before = window.canvas.grab().toImage().pixelColor(place)
    qtbot.keyClick(window.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    assert window.canvas.grab().toImage().pixelColor(place) != before
    qtbot.keyClick(window.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    assert window.canvas.grab().toImage().pixelColor(place) == before
