"""The hair brush with real events: strokes are the object's, show, hold for later frames, are undone and kept."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sam2_studio.batch import previewing
from sam2_studio.batch.previewing import Previewer
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.core.store import ProjectFile
from sam2_studio.export.spec import ExportSpec
from sam2_studio.ui.canvas.hand_canvas import HAIR_ID
from sam2_studio.ui.export_previews import _hair, _masks
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import write_video
from tests.synthetic import moving_scene
from tests.window import at, go_to, opened, shown, until

SIZE, FRAMES = (160, 96), 4
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ALT = Qt.KeyboardModifier.AltModifier


def block(x: int) -> Mask:
    pixels = np.zeros((SIZE[1], SIZE[0]), bool)
    pixels[40:80, x : x + 40] = True
    return Mask.from_array(pixels)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, tmp_path: Path) -> Iterator[MainWindow]:
    """A window with a clip, an object with masks on two frames, and the hair brush in hand."""
    made = shown(qtbot)
    opened(qtbot, made, write_video(tmp_path / "clip.mp4", moving_scene(1, FRAMES, size=SIZE, radius=22).frames))
    made.hand_work.paint(0, 0, block(40), "Brush")
    made.hand_work.paint(1, 1, block(60), "Brush")
    made.actions_by_id["tool_hair"].trigger()
    yield made
    made.close()


def stroke(
    qtbot: QtBot,
    window: MainWindow,
    start: tuple[int, int],
    stop: tuple[int, int],
    modifier: Qt.KeyboardModifier = NONE,
) -> None:
    qtbot.mousePress(window.canvas, LEFT, modifier, at(window, *start))
    qtbot.mouseMove(window.canvas, at(window, *stop))
    qtbot.mouseRelease(window.canvas, LEFT, modifier, at(window, *stop))


def hair(window: MainWindow, frame: int = 0) -> Mask | None:
    return window.bridge.hair(window.bridge.project.objects[0], frame)


def test_a_stroke_widens_the_band_and_turns_the_matte_on(qtbot: QtBot, window: MainWindow) -> None:
    mask = window.bridge.mask(1, 0)
    stroke(qtbot, window, (45, 25), (75, 25))
    strokes = hair(window)
    assert strokes is not None
    assert strokes.contains(60, 25)
    assert window.bridge.mask(1, 0) == mask, "the mask itself stays"
    assert window.edge_panel.matte.currentData() == "fast"
    assert [each.object_id for each in window.canvas.masks] == [1, HAIR_ID]
    until(qtbot, lambda: window.canvas.masks[0].soft is not None)
    window.undo()
    assert hair(window) is None
    assert not window.bridge.project.objects[0].edge.matte
    window.redo()
    assert hair(window) == strokes


def test_strokes_are_added_to_and_rubbed_out(qtbot: QtBot, window: MainWindow) -> None:
    stroke(qtbot, window, (45, 25), (60, 25))
    stroke(qtbot, window, (60, 25), (75, 25))
    strokes = hair(window)
    assert strokes is not None
    assert strokes.contains(50, 25)
    assert strokes.contains(70, 25)
    window.canvas.set_brush(window.canvas.brush.resized(400))
    stroke(qtbot, window, (45, 25), (75, 25), ALT)
    assert window.bridge.project.objects[0].hair == ()


def test_strokes_move_along_and_can_differ_later(qtbot: QtBot, window: MainWindow) -> None:
    stroke(qtbot, window, (45, 25), (75, 25))
    first, later = hair(window, 0), hair(window, 1)
    assert first is not None
    assert later is not None
    assert later.left == first.left + 20
    go_to(qtbot, window, 1)
    stroke(qtbot, window, (110, 60), (120, 60))
    assert [frame for frame, _ in window.bridge.project.objects[0].hair] == [0, 1]
    assert hair(window, 0) == first
    now = hair(window, 1)
    assert now is not None
    assert now.contains(115, 60)
    assert now.contains(later.left + 2, 25), "they go on from what was there"


def test_a_project_keeps_its_strokes(qtbot: QtBot, window: MainWindow) -> None:
    stroke(qtbot, window, (45, 25), (75, 25))
    strokes, path = hair(window), window.bridge.file.path
    window.bridge.replace(None)
    file = ProjectFile.open(path)
    (place,) = file.project.objects[0].hair
    assert file.mask(place[1]) == strokes
    file.close()


def test_on_a_locked_object_it_says_why(qtbot: QtBot, window: MainWindow) -> None:
    window.editing.lock_object(1, True)
    with qtbot.waitSignal(window.bridge.refused) as refused:
        stroke(qtbot, window, (45, 25), (75, 25))
    assert "locked" in refused.args[0].message
    assert hair(window) is None


def test_the_preview_of_an_export_has_the_strokes(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    stroke(qtbot, window, (45, 25), (75, 25))
    clip, asked = window.bridge.project.clip, list[Mask | None]()
    assert clip is not None

    def made(rgb: np.ndarray, mask: Mask, edge: EdgeSettings, hair: Mask | None) -> Matte:
        asked.append(hair)
        return Matte.from_mask(mask)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(previewing, "make_matte", made)
        previewer = Previewer(
            clip, window.bridge.project.objects, _masks(window.bridge, clip, 0), 0, _hair(window.bridge, clip, 0)
        )
        previewer.picture(ExportSpec(preset="png", target=tmp_path / "out"), 100)
        previewer.close()
    assert asked == [hair(window)]
