"""Ways of looking in the real window: by keys and menu, with a document behind them, remembered where that was said."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QColorDialog, QFileDialog
from pytestqt.qtbot import QtBot
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.preferences import Preferences
from sam2_studio.engine import closed_form
from sam2_studio.engine.foreground import foreground
from sam2_studio.engine.matting import make_matte
from sam2_studio.ui.app import preferences_path
from sam2_studio.ui.canvas.overlay import ViewKind
from sam2_studio.ui.canvas.view_menu import ViewMenu
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import write_video
from tests.window import at, go_to, opened, shown, until

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
WIDTH, HEIGHT, FRAMES = 160, 96, 5


def block(frame: int) -> Mask:
    """A block that moves by 8 pixels a frame."""
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[30:70, 40 + 8 * frame : 80 + 8 * frame] = True
    return Mask.from_array(pixels)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, tmp_path: Path) -> Iterator[MainWindow]:
    """The window on frame 2 of a grey clip with a painted block on every frame."""
    clip = tmp_path / "grey.mp4"
    write_video(clip, (np.full((HEIGHT, WIDTH, 3), 120, np.uint8) for _ in range(FRAMES)))
    made = opened(qtbot, shown(qtbot), clip)
    for frame in range(FRAMES):
        made.hand_work.paint(1 if frame else 0, frame, block(frame), "Brush")
    go_to(qtbot, made, 2)
    made.canvas.setFocus()
    yield made
    made.close()


def seen(window: MainWindow, x: float, y: float) -> tuple[int, ...]:
    return window.canvas.grab().toImage().pixelColor(at(window, x + 0.5, y + 0.5)).getRgb()[:3]


def test_the_matte_view_shows_the_alpha_that_is_exported(qtbot: QtBot, window: MainWindow) -> None:
    edge = EdgeSettings(feather=4.0)
    window.editing.set_edge(edge)
    window.actions_by_id["view_matte"].trigger()
    until(qtbot, lambda: window.canvas.masks[0].soft is not None)
    frame = window.canvas.frame
    assert frame is not None
    matte = make_matte(frame.rgb, block(2), edge)
    for x, y in ((56, 50), (58, 50), (53, 50), (70, 30)):
        assert abs(seen(window, x, y)[0] / 255 - matte.alpha[y, x]) < 0.03
    go_to(qtbot, window, 3)
    until(qtbot, lambda: window.canvas.masks[0].soft is not None)
    assert abs(window.canvas.alpha_at(Point(64.5, 50.5)) - matte.alpha[50, 56]) < 0.01
    window.undo()
    assert window.canvas.masks[0].soft is None


def test_a_cutout_gets_the_subjects_own_colours_under_its_soft_edge(qtbot: QtBot, window: MainWindow) -> None:
    edge = EdgeSettings(feather=4.0)
    window.editing.set_edge(edge)
    window.actions_by_id["view_cutout"].trigger()
    until(qtbot, lambda: window.looks._colors is not None)
    frame = window.canvas.frame
    assert frame is not None
    matte = make_matte(frame.rgb, block(2), edge)
    expected = foreground(frame.rgb8(), matte, [(matte, edge)])
    seen_at_all = matte.alpha > 0.1  # fainter than that the alpha of 8 bits on the canvas says little
    apart = np.abs(window.looks._colors.astype(int) - expected.astype(int))  # type: ignore[union-attr]
    assert apart[seen_at_all].max() <= 3


def test_the_difference_view_follows_the_playhead_and_the_edits(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_by_id["view_difference"].trigger()
    came, went = seen(window, 92, 50), seen(window, 52, 50)
    assert came[1] > came[0]
    assert went[0] > went[1]
    window.hand_work.paint(1, 1, block(2), "Brush")
    assert seen(window, 92, 50)[0] == seen(window, 92, 50)[1], "the frame before is now the same"
    go_to(qtbot, window, 0)
    assert seen(window, 60, 50)[0] == seen(window, 60, 50)[1], "before the first frame there is nothing"


def test_onion_outlines_are_of_the_frames_around(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_O, SHIFT)
    assert window.actions_by_id["onion"].isChecked()
    skins = window.canvas._layers.skins
    assert {skin.offset: skin.mask for skin in skins} == {o: block(2 + o) for o in (-2, -1, 1, 2)}
    window.settings.change(onion_frames=1)
    go_to(qtbot, window, 4)
    assert [skin.offset for skin in window.canvas._layers.skins] == [-1]
    qtbot.keyClick(window.canvas, Qt.Key.Key_O, SHIFT)
    assert not window.canvas._layers.skins


def test_the_views_go_round_by_key_and_the_menu_follows(qtbot: QtBot, window: MainWindow) -> None:
    visited = []
    for _ in range(5):
        qtbot.keyClick(window.canvas, Qt.Key.Key_M)
        visited.append(window.canvas.kind)
        assert window.actions_by_id[f"view_{window.canvas.kind}"].isChecked()
    assert visited == [ViewKind.OUTLINE, ViewKind.MATTE, ViewKind.CUTOUT, ViewKind.DIFFERENCE, ViewKind.OVERLAY]
    legend = window.strips._legend
    window.actions_by_id["view_difference"].trigger()
    assert legend.isVisible()
    window.actions_by_id["view_matte"].trigger()
    assert not legend.isVisible()


def test_split_zoom_and_strength_by_keys(qtbot: QtBot, window: MainWindow) -> None:
    canvas = window.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_W)
    assert canvas._split.isVisible()
    qtbot.keyClick(canvas, Qt.Key.Key_W)
    assert not canvas._split.isVisible()
    qtbot.keyClick(canvas, Qt.Key.Key_Z)
    left, right = (canvas.view.to_widget(Point(x, 50))[0] for x in (56, 96))
    assert 0 < left < right < canvas.width()
    qtbot.keyClick(canvas, Qt.Key.Key_BracketRight, CONTROL)
    assert canvas.overlay_opacity == window.settings.now.overlay_opacity == 0.45
    qtbot.keyClick(canvas, Qt.Key.Key_BracketLeft, CONTROL)
    assert canvas.overlay_opacity == 0.35


def test_the_slider_in_the_view_menu_acts_at_once_and_is_kept(qtbot: QtBot, window: MainWindow) -> None:
    menu = window.strips._view.menu()
    assert isinstance(menu, ViewMenu)
    menu.aboutToShow.emit()
    assert menu.slider.value() == 35
    qtbot.keyClick(menu.slider, Qt.Key.Key_PageUp)
    assert window.canvas.overlay_opacity == 0.45
    until(qtbot, lambda: window.settings.now.overlay_opacity == 0.45)


def test_a_colour_behind_cutouts_is_remembered(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtGui import QColor

    window.actions_by_id["view_cutout"].trigger()
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor("#FF0080"))
    window.actions_by_id["ground_color"].trigger()
    assert seen(window, 5, 5) == (255, 0, 128)
    now = Preferences.load(preferences_path())
    assert (now.ground, now.ground_color) == ("color", "#FF0080")
    again = shown(qtbot)
    assert again.canvas._layers.ground.color == "#FF0080"
    assert again.actions_by_id["ground_color"].isChecked()
    again.close()


def test_a_dialog_left_without_a_choice_changes_nothing(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    window.actions_by_id["ground_picture"].trigger()
    assert window.settings.now.ground == "checker"
    assert window.actions_by_id["ground_checker"].isChecked()


def test_a_picture_behind_cutouts_covers_the_frame(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = tmp_path / "behind.png"
    Image.new("RGB", (400, 100), (10, 60, 200)).save(picture)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(picture), ""))
    window.actions_by_id["view_cutout"].trigger()
    window.actions_by_id["ground_picture"].trigger()
    until(qtbot, lambda: window.canvas._layers.ground.picture is not None)
    assert seen(window, 5, 5) == (10, 60, 200)
    assert seen(window, 70, 50) == seen(window, 75, 50) != (10, 60, 200)
    assert window.settings.now.ground_picture == str(picture)


def test_a_picture_that_is_gone_makes_way_for_the_checkerboard_and_is_said(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "gone.png"), ""))
    window.actions_by_id["ground_picture"].trigger()
    until(qtbot, lambda: window.message_bar.isVisible())
    assert "gone.png" in window.message_bar.text
    assert window.settings.now.ground == "checker"
    assert window.actions_by_id["ground_checker"].isChecked()


def test_the_read_out_says_what_lies_under_the_resting_pointer(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.mouseMove(window.canvas, at(window, 60.5, 50.5))
    text = window.strips._readout.text()
    assert "x&nbsp;60" in text
    assert "α&nbsp;100&nbsp;%" in text
    go_to(qtbot, window, 4)
    assert "α&nbsp;0&nbsp;%" in window.strips._readout.text(), "the block has moved on under it"


def test_the_best_matte_without_its_package_is_refused_and_the_panel_shows_what_holds(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed_form, "find_spec", lambda name: None)
    with qtbot.waitSignal(window.bridge.refused) as refused:
        window.edge_panel.edge_changed.emit(EdgeSettings(matte=True, method="best"))
    assert "pip install 'sam2-studio[matting]'" in refused.args[0].way_out
    assert window.bridge.project.objects[0].edge == EdgeSettings()
    assert window.edge_panel.matte.currentData() == "off"
