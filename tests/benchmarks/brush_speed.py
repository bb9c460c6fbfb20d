"""Measures painting by hand: a dab with its repaint, the end of a stroke. Run: python -m tests.benchmarks.brush_speed

Real mouse events on the real canvas, offscreen. A dab is one mouse move: drawing into the mask and repainting what
changed. Counted is the processor time of the window's thread, so that other work on the machine doesn't show.
"""

import os
import time
from collections.abc import Callable
from fractions import Fraction

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.masks import Mask
from sam2_studio.ui.app import make_application
from sam2_studio.ui.canvas.brush import Brush
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.hand_canvas import PaintTarget
from sam2_studio.ui.canvas.overlay import ShownMask

SIZES = {"1080p": (1920, 1080), "4K": (3840, 2160), "24 megapixels": (6000, 4000)}
_BRUSHES = (20, 60, 200)  # pixels of the screen
_MOVES = 60
_LEFT = Qt.MouseButton.LeftButton


def canvas_of(width: int, height: int) -> Canvas:
    """A canvas of the window's usual size with a subject of a third of the picture, masked and selected."""
    canvas = Canvas()
    canvas.resize(1140, 640)
    canvas.show()
    pixels = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    canvas.set_frame(Frame(0, pixels, Timestamp(0, Fraction(1, 25))))
    rows, columns = np.mgrid[:height, :width]
    inside = ((columns - width / 2) / (0.35 * width)) ** 2 + ((rows - height / 2) / (0.35 * height)) ** 2 < 1
    mask = Mask.from_array(inside)
    canvas.set_masks([ShownMask(1, mask, "#56B4E9", selected=True)])
    canvas.set_paint_target(PaintTarget(object_id=1, mask=mask, color="#56B4E9"))
    canvas.set_tool("brush")
    return canvas


def send(canvas: Canvas, kind: QEvent.Type, x: float, y: float) -> None:
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else _LEFT
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else _LEFT
    at = QPointF(x, y)
    event = QMouseEvent(kind, at, canvas.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)


def painted(canvas: Canvas) -> None:
    """Let the canvas paint what it asked to paint, and nothing else."""
    QApplication.sendPostedEvents(canvas)
    QApplication.processEvents()


def milliseconds(work: Callable[[], None]) -> float:
    start = time.thread_time()
    work()
    return 1e3 * (time.thread_time() - start)


def measure(canvas: Canvas, brush: int) -> tuple[float, list[float], float]:
    """Milliseconds of the press, of each dab, and of the release."""
    canvas.set_brush(Brush(size=brush))
    send(canvas, QEvent.Type.MouseMove, 300, 300)
    painted(canvas)

    def act(kind: QEvent.Type, x: float, y: float) -> None:
        send(canvas, kind, x, y)
        painted(canvas)

    first = milliseconds(lambda: act(QEvent.Type.MouseButtonPress, 300, 300))
    dabs = [
        milliseconds(lambda: act(QEvent.Type.MouseMove, 300 + 8 * i, 300 + 60 * np.sin(i / 6)))  # noqa: B023
        for i in range(1, _MOVES)
    ]
    last = milliseconds(lambda: act(QEvent.Type.MouseButtonRelease, 300 + 8 * _MOVES, 300))
    return first, dabs, last


def main() -> None:
    make_application()
    for name, (width, height) in SIZES.items():
        canvas = canvas_of(width, height)
        time.sleep(0.2)
        painted(canvas)
        for brush in _BRUSHES:
            first, dabs, last = measure(canvas, brush)
            print(
                f"{name}, brush of {brush} px: press {first:.1f} ms, dab {np.median(dabs):.1f} ms "
                f"(nine of ten under {np.quantile(dabs, 0.9):.1f}), release {last:.1f} ms",
                flush=True,
            )
        canvas.close()


if __name__ == "__main__":
    main()
