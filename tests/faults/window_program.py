"""The real program, driven by events from inside, that ends in the way the test asks for.

`python window_program.py ACTION [FILE...] [--at N] [--target PATH]` runs the window as `sam2-studio` does and prints
what it sees as JSON lines.
"""

import argparse
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QPushButton
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Point
from sam2_studio.export.spec import ExportSpec
from sam2_studio.ui import app
from sam2_studio.ui.main_window import MainWindow

FIRST, LAST = 58, 90  # what is tracked of the sample clip
LOOK_EVERY = 5  # ms


def tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


def when(window: MainWindow, condition: Callable[[], bool], then: Callable[[], object]) -> None:
    """Do `then` as soon as the condition holds."""
    timer = QTimer(window, interval=LOOK_EVERY)

    def look() -> None:
        if condition():
            timer.stop()
            then()

    timer.timeout.connect(look)
    timer.start()


def close(window: MainWindow) -> None:
    """Close as a user does, who answers the question if there is one."""
    window.close()
    for button in window.findChildren(QPushButton):
        if button.text() == "Stop and close" and button.isVisible():
            button.click()


def click(window: MainWindow, at: Point) -> None:
    x, y = window.canvas.view.to_widget(at)
    for kind in (QMouseEvent.Type.MouseButtonPress, QMouseEvent.Type.MouseButtonRelease):
        place = QPointF(QPoint(round(x), round(y)))
        button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, place, window.canvas.mapToGlobal(place), button, button, none)
        QApplication.sendEvent(window.canvas, event)


def with_mask(window: MainWindow, then: Callable[[], object]) -> None:
    """Click the rabbit of the sample clip, unless the project has it already, and go on when its mask is there."""

    def shown(frame: int) -> bool:
        return window.canvas.frame is not None and window.canvas.frame.number == frame

    def go() -> None:
        window.playhead.go_to(60)
        when(window, lambda: shown(60) and window.choice.loaded is not None, prompt)

    def prompt() -> None:
        if not window.bridge.project.objects:
            window.editing.set_range(FrameRange(FIRST, LAST))
            click(window, Point(380, 350))
        when(window, lambda: window.bridge.mask(1, 60) is not None, then)

    when(window, lambda: window.canvas.frame is not None, go)


def masks(window: MainWindow) -> int:
    return len(window.bridge.project.track(1))


def track(window: MainWindow, count: int, then: Callable[[], object]) -> None:
    """Track until there are `count` masks."""

    def go() -> None:
        window.tracking.track_both()
        when(window, lambda: masks(window) >= count or not window.tracking.is_running, then)

    with_mask(window, go)


def told_close(window: MainWindow) -> None:
    running = window.tracking.is_running or window.exporting.is_running
    tell(project=str(window.bridge.file.path), masks=masks(window), running=running)
    close(window)


def track_close(window: MainWindow, given: argparse.Namespace) -> None:
    track(window, given.at, lambda: told_close(window))


def track_kill(window: MainWindow, given: argparse.Namespace) -> None:
    def end() -> None:
        tell(project=str(window.bridge.file.path), masks=masks(window), running=window.tracking.is_running)
        os.kill(os.getpid(), signal.SIGKILL)

    track(window, given.at, end)


def track_all(window: MainWindow, given: argparse.Namespace) -> None:
    def go() -> None:
        when(window, lambda: not window.tracking.is_running, lambda: told_close(window))

    track(window, 1, go)


def export_close(window: MainWindow, given: argparse.Namespace) -> None:
    def go() -> None:
        window.exporting.show_export()
        spec = ExportSpec(preset="matte-video", target=given.target, range=FrameRange(FIRST, LAST), overwrite=True)
        window.exporting._start(spec)
        thread, done = window.exporting._thread, [-1]
        assert thread is not None
        thread.progressed.connect(lambda progress: done.append(progress.done))
        when(window, lambda: done[-1] >= given.at or not window.exporting.is_running, lambda: told_close(window))

    with_mask(window, go)


def start_close(window: MainWindow, given: argparse.Namespace) -> None:
    """Close `at` milliseconds after the start, whatever goes on."""
    QTimer.singleShot(given.at, window, lambda: close(window))


def abort_in_paint(window: MainWindow, given: argparse.Namespace) -> None:
    def go() -> None:
        tell(project=str(window.bridge.file.path), masks=masks(window), running=False)
        window.canvas._paint = lambda *_: os.abort()  # type: ignore[method-assign]
        window.canvas.update()

    with_mask(window, go)


def abort_in_worker(window: MainWindow, given: argparse.Namespace) -> None:
    def go() -> None:
        tell(project=str(window.bridge.file.path), masks=masks(window), running=False)
        window.engine.work("abort", lambda model: os.abort())  # type: ignore[arg-type, return-value]

    with_mask(window, go)


def raise_everywhere(window: MainWindow, given: argparse.Namespace) -> None:
    """Errors in a worker, a slot and a paint; then the work goes on."""

    def fail(*_: object) -> None:
        raise RuntimeError("a fault of the test")

    def go() -> None:
        QTimer.singleShot(0, window, fail)
        paint, painted = window.canvas._paint, []

        def failing_paint(*arguments: object) -> None:
            painted.append(1)
            raise ValueError("a fault of the test, in a paint")

        window.canvas._paint = failing_paint  # type: ignore[method-assign]
        timer = QTimer(window, interval=1)
        timer.timeout.connect(window.canvas.update)
        timer.start()

        def enough() -> None:
            timer.stop()
            window.canvas._paint = paint  # type: ignore[method-assign]
            tell(message=window.message_bar.text, paints=len(painted))
            window.message_bar.clear()
            window.engine.work("fault", fail)  # type: ignore[arg-type]
            window.engine.work_failed.connect(lambda key, error: tell(failed=key, error=str(error)))
            track(window, 20, lambda: told_close(window))

        when(window, lambda: len(painted) > 5 and window.message_bar.isVisible(), enough)

    with_mask(window, go)


def show(window: MainWindow, given: argparse.Namespace) -> None:
    """Say what a user would see, once there is something, and close."""

    def seen() -> bool:
        return window.message_bar.isVisible() and (not window.bridge.is_open or window.canvas.frame is not None)

    def end() -> None:
        path = str(window.bridge.file.path) if window.bridge.is_open else ""
        tell(message=window.message_bar.text, project=path, masks=masks(window))
        close(window)

    when(window, seen, end)


ACTIONS: dict[str, Callable[[MainWindow, argparse.Namespace], object]] = {
    "track-close": track_close,
    "track-kill": track_kill,
    "track-all": track_all,
    "export-close": export_close,
    "start-close": start_close,
    "abort-in-paint": abort_in_paint,
    "abort-in-worker": abort_in_worker,
    "raise-everywhere": raise_everywhere,
    "show": show,
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--at", type=int, default=0)
    parser.add_argument("--target", type=Path)
    given = parser.parse_args()
    begin = app._begin

    def driven(window: MainWindow, paths: list[Path], crash_before: Path | None) -> None:
        window.settings.change(tour_seen=True)
        begin(window, paths, crash_before)
        ACTIONS[given.action](window, given)

    app._begin = driven  # type: ignore[assignment]
    from sam2_studio.__main__ import _start_log

    _start_log()
    return app.run(given.files)


if __name__ == "__main__":
    raise SystemExit(main())
