"""Measures edits of a long track in the real window: undo, copy, merge. Run: python -m tests.benchmarks.edit_speed

The window is offscreen, with a clip of 2,000 frames and an object masked on all of them. Printed is how long the
window's thread is held up: by the clock, with the repaint that follows, and how much of it was processor time.
"""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication
from sam2_studio.core.masks import Mask
from sam2_studio.core.preferences import Preferences
from sam2_studio.core.records import tracked_record
from sam2_studio.ui.app import make_application, preferences_path
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import write_video

FRAMES, WIDTH, HEIGHT = 2000, 640, 360
TURNS = 5
PATIENCE = 120.0  # s


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["SAM2_STUDIO_HOME"] = home
        preferences_path().parent.mkdir(parents=True)
        replace(Preferences(), tour_seen=True).save(preferences_path())
        application = make_application()
        window = opened(application, Path(home))
        track(application, window, 1, 0.3)
        turn(application, window, "track run of 2,000 frames")
        timed(application, "duplicate it", window.editing.duplicate_object)
        turn(application, window, "copy")
        window.editing.new_object()
        track(application, window, window.selection.object_id, 0.6)
        window.selection.choose(1)
        merge(application, window)
        turn(application, window, "merge of two such objects")
        timed(application, "delete it", window.editing.delete_chosen)
        turn(application, window, "deletion")
        window.close()


def opened(application: QApplication, home: Path) -> MainWindow:
    """The window on a grey clip, with one object."""
    clip = home / "clip.mp4"
    write_video(clip, (np.full((HEIGHT, WIDTH, 3), n % 255, np.uint8) for n in range(FRAMES)))
    window = MainWindow(preferences_path())
    window.show()
    window.documents.open(clip)
    wait(application, lambda: window.canvas.frame is not None and window.choice.loaded is not None)
    window.editing.new_object()
    return window


def track(application: QApplication, window: MainWindow, object_id: int, place: float) -> None:
    """What a run leaves: masks in one step, some at a time."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    step = 0
    for first in range(0, FRAMES, 10):
        masks = []
        for frame in range(first, first + 10):
            middle = WIDTH * place + 40 * np.sin(frame / 50)
            mask = Mask.from_array(((columns - middle) / 120) ** 2 + ((rows - 180) / 100) ** 2 < 1)
            masks.append((object_id, frame, mask, record_of(mask)))
        step = window.bridge.put_masks(step, "Track object", masks)
        application.processEvents()


def record_of(mask: Mask):  # type: ignore[no-untyped-def]
    recipe = f"nano@{'0' * 64}/fast prompts 0123456789ab"
    return lambda mask_id: tracked_record(mask_id, mask, score=0.9, absent=False, recipe=recipe)


def merge(application: QApplication, window: MainWindow) -> None:
    """The longest that one turn of the event loop took, and all of them."""
    turns = []
    started = time.perf_counter()
    window.combining.merge(window.bridge.project.objects[-1].id)
    while window.runs.is_running:
        before = time.perf_counter()
        application.processEvents()
        turns.append(time.perf_counter() - before)
        time.sleep(0.001)
    whole = time.perf_counter() - started
    print(f"{'merge two such objects':32} {whole:5.1f} s in all, longest turn {1e3 * max(turns):6.1f} ms", flush=True)


def turn(application: QApplication, window: MainWindow, what: str) -> None:
    """Undo and redo, some times over."""
    timed(application, f"undo the {what}", window.undo, before=window.redo)
    timed(application, f"redo the {what}", window.redo, before=window.undo)


def timed(
    application: QApplication, name: str, work: Callable[[], None], before: Callable[[], None] | None = None
) -> None:
    """Print the best and the worst of some turns; `before` is what makes the next turn possible."""
    clock, processor = [], []
    for each in range(TURNS if before else 1):
        if before and each:
            before()
        settle(application)
        started = (time.perf_counter(), time.thread_time())
        work()
        application.processEvents()
        clock.append(1e3 * (time.perf_counter() - started[0]))
        processor.append(1e3 * (time.thread_time() - started[1]))
    print(
        f"{name:40} {min(clock):6.1f} to {max(clock):6.1f} ms, processor {min(processor):6.1f} to {max(processor):6.1f}"
    )


def settle(application: QApplication) -> None:
    """Let what is left of the edit before come to rest."""
    until = time.perf_counter() + 0.3
    while time.perf_counter() < until:
        application.processEvents()
        time.sleep(0.005)


def wait(application: QApplication, condition: Callable[[], bool]) -> None:
    until = time.perf_counter() + PATIENCE
    while not condition():
        application.processEvents()
        time.sleep(0.005)
        if time.perf_counter() > until:
            raise TimeoutError


if __name__ == "__main__":
    main()
