"""Measures repaints of the canvas: another mask, view or frame. Run: python -m tests.benchmarks.canvas_speed

The real canvas, offscreen, whole. Counted is the processor time of the window's thread, so that other work on the
machine doesn't show.
"""

import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.masks import Mask
from sam2_studio.ui.app import make_application
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.overlay import ShownMask, ViewKind
from tests.benchmarks.brush_speed import SIZES, canvas_of, milliseconds, painted

_ROUNDS = 11
_SETTLED = 0.2  # s: after that the picture is drawn smooth


def median_of(canvas: Canvas, change: Callable[[int], None]) -> float:
    """Milliseconds that a change and its repaint take."""

    def once(number: int) -> None:
        change(number)
        canvas.update()
        painted(canvas)

    return float(np.median([milliseconds(lambda: once(number)) for number in range(_ROUNDS)]))  # noqa: B023


def masks_of(width: int, height: int) -> list[Mask]:
    """A subject of a third of the picture with a ragged edge, on its way."""
    rows, columns = np.mgrid[:height, :width]
    ragged = 0.02 * np.sin(columns / 7) + 0.02 * np.sin(rows / 5)
    found = []
    for step in range(_ROUNDS):
        away = ((columns - width * (0.4 + 0.02 * step)) / (0.35 * width)) ** 2 + ((rows / height - 0.5) / 0.35) ** 2
        found.append(Mask.from_array(away + ragged < 1))
    return found


def main() -> None:
    make_application()
    for name, (width, height) in SIZES.items():
        canvas = canvas_of(width, height)
        masks = masks_of(width, height)
        pixels = np.random.default_rng(2).integers(0, 255, (height, width, 3), np.uint8)
        time.sleep(_SETTLED)
        painted(canvas)

        def show(number: int) -> None:
            canvas.set_masks([ShownMask(1, masks[number], "#56B4E9", selected=True)])  # noqa: B023

        def play(number: int) -> None:
            canvas.set_frame(Frame(number, pixels, Timestamp(number, Fraction(1, 25))))  # noqa: B023
            show(number)

        times = {"another mask": median_of(canvas, show), "nothing new": median_of(canvas, lambda _: None)}
        for kind in (ViewKind.OUTLINE, ViewKind.MATTE, ViewKind.CUTOUT):
            canvas.set_view(kind)
            times[f"another mask, {kind}"] = median_of(canvas, show)
        canvas.set_view(ViewKind.OVERLAY)
        times["another frame and mask"] = median_of(canvas, play)
        print(f"{name}: " + ", ".join(f"{what} {value:.1f} ms" for what, value in times.items()), flush=True)
        canvas.close()


if __name__ == "__main__":
    main()
