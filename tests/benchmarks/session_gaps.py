"""Drives the real window through a session and measures gaps of its event loop; the goal is none over 100 ms.

python -m tests.benchmarks.session_gaps --minutes 10

Opens the sample, prompts, tracks, scrubs meanwhile, plays, paints, undoes, looks in every way, copies and merges
objects, exports, names the project and opens it again, round and round, by real events, offscreen. Asserts nothing.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Point
from sam2_studio.core.preferences import Preferences
from sam2_studio.export.spec import ExportSpec
from sam2_studio.ui.app import make_application, preferences_path
from sam2_studio.ui.main_window import MainWindow
from tests.benchmarks.heartbeat import Heartbeat, report

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample" / "bigbuckbunny.mp4"
PATIENCE = 120.0  # s that one condition may take
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
Key = Qt.Key
Step = float | Callable[[], bool]  # seconds to wait, or what to wait for


class Session(QObject):
    """One person at work. Every method that yields is a part of the session."""

    def __init__(self, window: MainWindow, heartbeat: Heartbeat, folder: Path, seconds: float) -> None:
        super().__init__()
        self.window, self.heartbeat, self.folder, self.seconds = window, heartbeat, folder, seconds
        self.rounds = 0
        self._steps = self._all()
        self._wait: Step = 0.0
        self._since = self._began = time.perf_counter()
        self._timer = QTimer(self, interval=10)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    def _go_on(self) -> None:
        waited = time.perf_counter() - self._since
        done = self._wait() if callable(self._wait) else waited >= self._wait
        if not done:
            if waited > PATIENCE:
                raise TimeoutError(self.heartbeat.phase)
            return
        self._wait = next(self._steps, -1.0)
        self._since = time.perf_counter()
        if self._wait == -1.0:
            self._timer.stop()
            self.heartbeat.stop()
            self.window.close()

    def _phase(self, name: str) -> None:
        self.heartbeat.phase = name

    def _all(self) -> Iterator[Step]:
        yield 1.0
        self._phase("load the model")
        yield lambda: self.window.choice.loaded is not None
        while not self.rounds or time.perf_counter() - self._began < self.seconds:
            self.rounds += 1
            for part in (
                self._open, self._prompt, self._track, self._scrub, self._play, self._paint, self._undo, self._look,
                self._objects, self._settings, self._export, self._name,
            ):  # fmt: skip
                self._phase(part.__name__.strip("_"))
                yield from part()

    # Parts

    def _open(self) -> Iterator[Step]:
        window = self.window
        before = window.bridge.file.path if window.bridge.is_open else None
        window.documents.open(SAMPLE)
        yield lambda: window.bridge.is_open and window.bridge.file.path != before and window.canvas.frame is not None
        yield 1.0

    def _prompt(self) -> Iterator[Step]:
        for place, frame, x, y in ((1, 60, 380, 350), (2, 60, 1050, 300)):
            self.window.playhead.go_to(frame)
            yield lambda frame=frame: self.shows(frame)
            if place > 1:
                self.key(Key.Key_N, CTRL)
            QTest.mouseMove(self.window.canvas, self.at(x, y))
            yield 0.3
            QTest.mouseClick(self.window.canvas, LEFT, NONE, self.at(x, y))
            yield lambda: self.window.bridge.mask(self.window.selection.object_id, 60) is not None
            yield 0.5

    def _track(self) -> Iterator[Step]:
        """Both ways, while the user looks at what is there already; then stopped and gone on with."""
        self.key(Key.Key_T)
        for turn in range(120):
            self.key(Key.Key_Left if turn % 40 < 20 else Key.Key_Right)
            yield 0.1
            if not self.window.tracking.is_running:
                break
        self.key(Key.Key_Escape)
        yield 0.5
        self.window.editing.set_range(FrameRange(40, 80))
        self.key(Key.Key_T)
        yield lambda: not self.window.tracking.is_running

    def _scrub(self) -> Iterator[Step]:
        timeline = self.window.timeline
        for x in range(200, timeline.width() - 40, 12):
            at = QPoint(x, 40)
            QTest.mousePress(timeline, LEFT, NONE, at)
            yield 0.03
            QTest.mouseRelease(timeline, LEFT, NONE, at)
        for key in (Key.Key_Home, Key.Key_End, Key.Key_Down, Key.Key_Up, Key.Key_N):
            self.key(key)
            yield 0.3

    def _play(self) -> Iterator[Step]:
        self.key(Key.Key_Home)
        for key, seconds in ((Key.Key_L, 3.0), (Key.Key_L, 1.0), (Key.Key_K, 0.2), (Key.Key_J, 2.0), (Key.Key_K, 0.2)):
            self.key(key)
            yield seconds

    def _paint(self) -> Iterator[Step]:
        canvas = self.window.canvas
        self.window.playhead.go_to(65)
        yield lambda: self.shows(65)
        for key, button in ((Key.Key_B, LEFT), (Key.Key_E, LEFT), (Key.Key_B, RIGHT)):
            self.key(key)
            for row in range(3):
                QTest.mousePress(canvas, button, NONE, self.at(300, 200 + 80 * row))
                for step in range(20):
                    QTest.mouseMove(canvas, self.at(300 + 15 * step, 200 + 80 * row + step))
                    yield 0.015
                QTest.mouseRelease(canvas, button, NONE, self.at(600, 220 + 80 * row))
                yield 0.1
        self.key(Key.Key_V)
        yield 0.3

    def _undo(self) -> Iterator[Step]:
        for key in (Key.Key_Z, Key.Key_Y):
            for _ in range(14):  # strokes, both track runs and a prompt
                self.key(key, CTRL)
                yield 0.15
        self.key(Key.Key_R, CTRL)
        yield lambda: not self.window.tracking.is_running

    def _look(self) -> Iterator[Step]:
        for _ in range(5):
            self.key(Key.Key_M)
            for _ in range(4):
                self.key(Key.Key_Right)
                yield 0.15
        for key, modifier in ((Key.Key_O, SHIFT), (Key.Key_W, NONE), (Key.Key_Backslash, NONE), (Key.Key_S, NONE)):
            self.key(key, modifier)
            yield 0.3
            self.key(key, modifier)
            yield 0.2
        for key in (Key.Key_Z, Key.Key_F):
            self.key(key)
            yield 0.3
        for _ in range(6):
            self.key(Key.Key_Plus, CTRL)
            yield 0.1
        self.key(Key.Key_F)

    def _objects(self) -> Iterator[Step]:
        window = self.window
        self.key(Key.Key_1)
        self.key(Key.Key_D, CTRL)
        yield 0.5
        self.key(Key.Key_Down, ALT)
        yield 0.3
        window.actions_by_id["merge_object"].trigger()
        menu = window.object_menus._menu
        assert isinstance(menu, QMenu)
        yield 0.3
        QTest.keyClick(menu, Key.Key_Down)
        QTest.keyClick(menu, Key.Key_Return)
        yield lambda: not window.runs.is_running
        self.window.activateWindow()
        yield 0.5
        self.key(Key.Key_Z, CTRL)
        yield 0.5

    def _settings(self) -> Iterator[Step]:
        """Dialogs, edge settings, the theme."""
        window = self.window
        for amount in range(6):
            window.editing.set_edge(type(window.selection.object.edge)(feather=float(amount)))  # type: ignore[union-attr]
            yield 0.1
        for name in ("preferences", "history", "models", "shortcuts"):
            self._phase(f"dialog {name}")
            window.actions_by_id[name].trigger()
            yield 0.7
            for dialog in QApplication.topLevelWidgets():
                if dialog is not window and dialog.isVisible():
                    dialog.close()
            yield 0.3
        self._phase("theme")
        for name in ("theme_light", "theme_dark"):
            window.actions_by_id[name].trigger()
            yield 0.7

    def _export(self) -> Iterator[Step]:
        window = self.window
        for preset in ("png", "after-effects"):
            self._phase(f"export {preset}")
            window.exporting.show_export()
            yield 0.7
            target = self.folder / f"{preset}-{self.rounds}"
            target = target if preset == "png" else target.with_suffix(".mov")
            window.exporting._start(ExportSpec(preset=preset, target=target, range=FrameRange(50, 74)))
            yield lambda: not window.exporting.is_running
            window.exporting._dialog.reject()  # type: ignore[union-attr]
            yield 0.3

    def _name(self) -> Iterator[Step]:
        """Name the project, go to another, open it again."""
        window, target = self.window, self.folder / f"round-{self.rounds}.cutout"
        window.documents.save_as(target, overwrite=True)
        yield 0.7
        window.documents.open(SAMPLE)
        yield lambda: window.bridge.file.path != target
        yield 0.5
        self._phase("open a project")
        window.documents.open(target)
        yield lambda: window.bridge.file.path == target and window.canvas.frame is not None
        yield 0.5

    # Hands and eyes

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.window.canvas, key, modifiers)

    def at(self, x: float, y: float) -> QPoint:
        left, top = self.window.canvas.view.to_widget(Point(x, y))
        return QPoint(round(left), round(top))

    def shows(self, frame: int) -> bool:
        shown = self.window.canvas.frame
        return shown is not None and shown.number == frame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--most", type=int, default=20, help="how many gaps to print")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["SAM2_STUDIO_HOME"] = home
        preferences_path().parent.mkdir(parents=True)
        replace(Preferences(), tour_seen=True).save(preferences_path())
        application = make_application()
        window = MainWindow(preferences_path())
        heartbeat = Heartbeat()
        heartbeat.start()
        window.show()
        session = Session(window, heartbeat, Path(home), 60 * options.minutes)
        began = time.perf_counter()
        application.exec()
        minutes = (time.perf_counter() - began) / 60
        load = os.getloadavg()[1]
        print(f"{minutes:.1f} minutes, {session.rounds} rounds, load of the machine {load:.1f}")
        print(report(heartbeat.gaps, most=options.most))


if __name__ == "__main__":
    main()
