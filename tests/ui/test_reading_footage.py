"""Deinterlacing and premultiplied alpha by the menu: at once, for eye and engine, undone, kept in the project."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from sam2_studio.core.clip import Reading
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, write_video
from tests.window import close, opened, shown, until


@pytest.fixture
def combed(tmp_path: Path) -> Path:
    """Lines by turns black and white: nothing of that is left in whole frames."""
    comb = np.zeros((96, 160, 3), np.uint8)
    comb[1::2] = 255
    return write_video(tmp_path / "a.mkv", [comb] * 4, options={"x264-params": "tff=1", "crf": "4"})


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, combed: Path) -> Iterator[MainWindow]:
    made = opened(qtbot, shown(qtbot), combed)
    yield made
    close(made)


def brightest(window: MainWindow) -> int:
    frame = window.canvas.frame
    return -1 if frame is None else int(frame.rgb8().max())


def test_deinterlacing_acts_at_once_and_can_be_undone(qtbot: QtBot, window: MainWindow) -> None:
    action = window.actions_by_id["deinterlace"]
    assert brightest(window) > 200
    assert action.isEnabled()
    assert not action.isChecked()
    action.trigger()
    until(qtbot, lambda: brightest(window) < 60)
    assert window.bridge.project.clip is not None
    assert window.bridge.project.clip.reading == Reading(deinterlace=True)
    until(qtbot, lambda: window.engine._reading == Reading(deinterlace=True))
    window.undo()
    until(qtbot, lambda: brightest(window) > 200)
    assert not action.isChecked()
    window.redo()
    until(qtbot, lambda: brightest(window) < 60)
    assert action.isChecked()


def test_a_project_opens_as_it_was_read(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.actions_by_id["deinterlace"].trigger()
    window.actions_by_id["premultiplied"].trigger()
    until(qtbot, lambda: brightest(window) < 60)
    project = window.bridge.file.path
    opened(qtbot, window, write_video(tmp_path / "b.mp4", numbered_frames(4)))
    until(qtbot, lambda: "b.mp4" in window.documents.title)
    assert not window.actions_by_id["deinterlace"].isChecked()
    window.documents.open(project)
    until(qtbot, lambda: "a.mkv" in window.documents.title and 0 <= brightest(window) < 60)
    assert window.actions_by_id["deinterlace"].isChecked()
    assert window.actions_by_id["premultiplied"].isChecked()
