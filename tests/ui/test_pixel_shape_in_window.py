"""Footage whose pixels aren't square in the real window: shown in its shape, by choice as it is stored."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot
from sam2_studio.batch.previewing import Preview
from sam2_studio.core.geometry import Point, Size
from sam2_studio.ui.dialogs.export_preview import ExportPreview
from sam2_studio.ui.frame_loader import thumbnail
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import write_video
from tests.window import at, opened, shown, until

SHAPE = Fraction(64, 45)
WIDTH, HEIGHT = 180, 144


def clip(path: Path, shape: Fraction | None) -> Path:
    frames = (np.full((HEIGHT, WIDTH, 3), 120, np.uint8) for _ in range(3))
    return write_video(path, frames, sample_aspect=shape)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, tmp_path: Path) -> Iterator[MainWindow]:
    made = opened(qtbot, shown(qtbot), clip(tmp_path / "wide.mkv", SHAPE))
    yield made
    made.close()


def test_a_wide_clip_is_shown_wide_and_square_by_choice(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    action, view = window.actions_by_id["square_pixels"], window.canvas.view
    assert view.aspect == pytest.approx(float(SHAPE))
    assert action.isEnabled()
    assert not action.isChecked()
    action.trigger()
    assert window.canvas.view.aspect == 1
    window.documents.open(clip(tmp_path / "other.mkv", SHAPE))
    until(qtbot, lambda: window.canvas.view.aspect != 1)
    assert not action.isChecked()
    window.documents.open(clip(tmp_path / "square.mkv", None))
    until(qtbot, lambda: window.canvas.view.aspect == 1)
    assert not action.isEnabled()


def test_prompts_masks_and_read_out_are_of_the_stored_picture(qtbot: QtBot, window: MainWindow) -> None:
    window.canvas.set_tool("brush")
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(window, 160, 100))
    mask = window.bridge.mask(1, 0)
    assert mask is not None
    assert mask.size == Size(WIDTH, HEIGHT)
    assert mask.contains(160, 100)
    assert mask.columns * float(SHAPE) == pytest.approx(mask.rows, abs=2)
    found: list[Point] = []
    window.canvas.hovered.connect(found.append)
    qtbot.mouseMove(window.canvas, at(window, 40, 20))
    assert (found[-1].x, found[-1].y) == pytest.approx((40, 20), abs=0.5)


def test_the_recent_picture_has_the_shape(window: MainWindow) -> None:
    frame = window.canvas.frame
    assert frame is not None
    small = thumbnail(frame, 45, float(SHAPE))
    assert small.width() / small.height() == pytest.approx(WIDTH * SHAPE / HEIGHT, rel=0.02)


def test_the_export_preview_has_the_shape_that_players_show(qtbot: QtBot) -> None:
    preview = ExportPreview()
    qtbot.addWidget(preview)
    preview.resize(500, 600)
    preview.show()
    rgba = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    for aspect in (1.0, float(SHAPE)):
        preview.show_preview(Preview(rgba, False, Size(WIDTH, HEIGHT), aspect))
        seen = preview.picture.grab().toImage()
        row = [seen.pixelColor(QPoint(x, 5)).lightness() > 250 for x in range(seen.width())]
        column = [seen.pixelColor(QPoint(seen.width() // 2, y)).lightness() > 250 for y in range(seen.height())]
        assert sum(row) / sum(column) == pytest.approx(WIDTH * aspect / HEIGHT, rel=0.02)
