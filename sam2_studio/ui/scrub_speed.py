"""How many frames a second the canvas paints while one scrubs through cached frames with a mask; for `bench`."""

import time
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from sam2_studio.core.masks import Mask
from sam2_studio.media.open import open_media
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.overlay import ShownMask
from sam2_studio.ui.theme import apply_theme

_ROUNDS = 3


def painted_frames_a_second(clip: Path, first: int, count: int) -> float:
    """Paint `count` decoded frames from `first` on, `_ROUNDS` times, each with another mask, and time it."""
    application = QApplication.instance() or QApplication([])
    if isinstance(application, QApplication):
        apply_theme(application, "dark")
    source = open_media(clip)
    frames = [source.read(number) for number in range(first, first + count)]
    source.close()
    canvas = Canvas()
    canvas.resize(1120, 600)
    canvas.show()
    start = time.perf_counter()
    for place in range(_ROUNDS * count):
        frame = frames[place % count]
        canvas.set_frame(frame)
        canvas.set_masks([ShownMask(1, _disc(frame.size.width, frame.size.height, place), "#56B4E9", selected=True)])
        canvas.repaint()
    return _ROUNDS * count / (time.perf_counter() - start)


def _disc(width: int, height: int, place: int) -> Mask:
    """A disc as large as a usual subject, another one for each place."""
    rows, columns = np.ogrid[:height, :width]
    inside = (columns - width / 2 - place) ** 2 + (rows - height / 2) ** 2 < (height / 3) ** 2
    return Mask.from_array(inside)
