"""Cancel acts after the frame under way: what was tracked is kept, what was exported is removed (fault W6)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from pytestqt.qtbot import QtBot
from sam2_studio.batch.exporting import export_project
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Point
from sam2_studio.export.spec import ExportSpec
from sam2_studio.ui.export_thread import ExportThread
from sam2_studio.ui.main_window import MainWindow
from tests.window import PATIENCE, close, opened, shown, until


def steps_of(masked_project: Path, spec: ExportSpec) -> int:
    """How many events an export gives that nobody cancels, its report among them."""
    return sum(1 for _ in export_project(masked_project, spec))


@pytest.mark.parametrize(("preset", "name"), [("matte-video", "out.mkv"), ("matte-png", "out")])
def test_an_export_cancelled_at_any_step_leaves_nothing(
    qtbot: QtBot, masked_project: Path, tmp_path: Path, preset: str, name: str
) -> None:
    (tmp_path / "whole").mkdir()
    everything = steps_of(masked_project, ExportSpec(preset=preset, target=tmp_path / "whole" / name))
    for step in range(1, everything):
        folder = tmp_path / f"cancelled {step}"
        folder.mkdir()
        spec = ExportSpec(preset=preset, target=folder / name)
        taken: list[object] = []

        def counted(spec: ExportSpec = spec, taken: list[object] = taken) -> Iterator[object]:
            for event in export_project(masked_project, spec):
                taken.append(event)
                yield event

        thread = ExportThread(counted)  # type: ignore[arg-type]
        cancel_at(thread, step, taken)
        with qtbot.waitSignal(thread.cancelled, timeout=PATIENCE):
            thread.start()
        thread.wait()
        assert len(taken) == step, "a frame began after cancel"
        assert [path for path in folder.rglob("*") if path.is_file()] == []


def cancel_at(thread: ExportThread, step: int, taken: list[object]) -> None:
    """Cancel while the event of that number is under way."""

    def count(event: object) -> None:
        if len(taken) == step:
            thread.cancel()

    thread.progressed.connect(count, Qt.ConnectionType.DirectConnection)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, sample_clip: Path) -> Iterator[MainWindow]:
    made = opened(qtbot, shown(qtbot), sample_clip)
    yield made
    close(made)


@pytest.fixture
def prompted(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """A click on frame 60, of which the frames up to 79 can be tracked."""
    window.editing.set_range(FrameRange(58, 80))
    window.playhead.go_to(60)
    until(qtbot, lambda: window.canvas.frame is not None and window.canvas.frame.number == 60)
    left, top = window.canvas.view.to_widget(Point(380, 350))
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(left), round(top)))
    until(qtbot, lambda: window.bridge.mask(1, 60) is not None)
    return window


class Stopper(QObject):
    """Stops the run when a frame came that isn't in the project yet: results are written some times a second."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._tracking, self.waiting = window.tracking, set[int]()
        window.engine.tracked.connect(self.heard, Qt.ConnectionType.QueuedConnection)

    def heard(self) -> None:
        if self._tracking.is_running and self._tracking._waiting.masks:
            self.waiting = {frame for _, frame in self._tracking._waiting.masks} - {60}
            if self.waiting:
                self._tracking.stop()


def test_a_frame_that_came_just_before_the_stop_is_kept(qtbot: QtBot, prompted: MainWindow) -> None:
    stopper = Stopper(prompted)
    with qtbot.waitSignal(prompted.tracking.ended, timeout=PATIENCE):
        prompted.tracking.track_forwards()
    assert stopper.waiting
    assert stopper.waiting <= set(prompted.bridge.project.track(1))


def test_a_run_stopped_at_any_frame_keeps_what_came_and_begins_no_other(qtbot: QtBot, prompted: MainWindow) -> None:
    window, project = prompted, prompted.bridge.project
    came: list[int] = []
    window.engine.tracked.connect(lambda run, *_: came.append(run), Qt.ConnectionType.DirectConnection)
    for count in (1, 4):
        came.clear()
        window.tracking.track_forwards()
        run = window.tracking._run
        until(qtbot, lambda count=count: len(project.track(1)) > count)
        with qtbot.waitSignal(window.engine.track_ended, timeout=PATIENCE, check_params_cb=is_run(run)):
            before = len(came)
            window.tracking.stop()
            kept = len(project.track(1))
        assert len(came) <= before + 1, "a frame began after stop"
        assert len(project.track(1)) == kept, "something came in after stop"
        assert kept > count
        window.undo()
        assert list(project.track(1)) == [60]


def is_run(run: int) -> Callable[..., bool]:
    return lambda ended, *_: ended == run
