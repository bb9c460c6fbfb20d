"""The real window with something in it: a short clip, and an object whose mask was painted on the first frame."""

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot
from sam2_studio.core.masks import Mask
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, write_video
from tests.window import opened, until


def edited(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> MainWindow:
    """The window with a clip and an object that has a mask on the frame shown."""
    opened(qtbot, window, write_video(tmp_path / "clip.mp4", numbered_frames(12)))
    inside = np.zeros(window.canvas.frame.rgb8().shape[:2], bool)  # type: ignore[union-attr]
    inside[20:60, 20:60] = True
    window.hand_work.paint(0, 0, Mask.from_array(inside), "Brush")
    until(qtbot, lambda: bool(window.canvas.masks))
    return window
