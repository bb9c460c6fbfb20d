"""An unexpected error in each worker, slot and paint: told once, logged, and the work goes on (fault W10)."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sam2_studio.core.geometry import Box
from sam2_studio.core.store import ProjectFile
from sam2_studio.export.spec import ExportSpec
from sam2_studio.ui.main_window import MainWindow
from sam2_studio.ui.unexpected import Unexpected
from tests.window import close, go_to, opened, shown, until

FAULT = "a fault of the test"


class FailsAt:
    """Calls through to a function, but raises at the n-th call."""

    def __init__(self, function: Callable[..., object], number: int) -> None:
        self._function, self._number = function, number
        self.calls = 0

    def __call__(self, *arguments: object, **named: object) -> object:
        self.calls += 1
        if self.calls == self._number:
            raise RuntimeError(FAULT)
        return self._function(*arguments, **named)

    def __get__(self, owner: object, kind: type | None = None) -> Callable[..., object]:
        return lambda *arguments, **named: self(owner, *arguments, **named)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, masked_project: Path) -> Iterator[MainWindow]:
    made = opened(qtbot, shown(qtbot), masked_project)
    until(qtbot, lambda: made.choice.loaded is not None)
    yield made
    close(made)


def fail_at(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, number: int) -> FailsAt:
    failing = FailsAt(getattr(owner, name), number)
    monkeypatch.setattr(owner, name, failing)
    return failing


def traces(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [str(r.exc_info[1]) for r in caplog.records if r.levelno >= logging.ERROR and r.exc_info]


@pytest.mark.parametrize(
    "number", [1, pytest.param(2, marks=pytest.mark.fault), pytest.param(4, marks=pytest.mark.fault)]
)
def test_in_a_step_of_the_tracker(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    from sam2_studio.engine.tracker import Tracker

    window.editing.draw_box(Box(20, 20, 60, 60))
    until(qtbot, lambda: window.bridge.project.track(1).keyframes == (0,))
    run = Tracker.run

    def failing(self: Tracker, request: object) -> Iterator[object]:
        for count, result in enumerate(run(self, request), start=1):  # type: ignore[arg-type]
            if count == number:
                raise RuntimeError(FAULT)
            yield result

    monkeypatch.setattr(Tracker, "run", failing)
    ended: list[str] = []
    window.tracking.ended.connect(ended.append)
    window.tracking.track_both()
    until(qtbot, lambda: bool(ended))
    assert ended[0].startswith("Tracking failed")
    assert FAULT in window.message_bar.text
    assert traces(caplog) == [FAULT]
    monkeypatch.undo()
    window.message_bar.clear()
    window.tracking.track_both()
    until(qtbot, lambda: len(ended) == 2)
    assert ended[1].startswith("Tracked")
    assert not window.message_bar.isVisible()


@pytest.mark.parametrize("number", [1, pytest.param(3, marks=pytest.mark.fault)])
def test_in_a_click(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    from sam2_studio.engine.segmenter import Segmenter

    failing = fail_at(monkeypatch, Segmenter, "segment", number)
    for frame in range(number):
        go_to(qtbot, window, frame)
        window.editing.draw_box(Box(20, 20, 60, 60))
        until(qtbot, lambda frame=frame: failing.calls > frame)
    until(qtbot, lambda: FAULT in window.message_bar.text)
    assert traces(caplog) == [FAULT]
    go_to(qtbot, window, 4)
    window.editing.draw_box(Box(20, 20, 60, 60))
    until(qtbot, lambda: 4 in window.bridge.project.track(1).keyframes)


@pytest.mark.parametrize("number", [1, 3])
def test_in_the_media_thread(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    from sam2_studio.ui.frame_loader import FrameLoader

    failing = fail_at(monkeypatch, FrameLoader, "_show", number)
    for frame in range(1, 5):
        calls = failing.calls
        window.playhead.go_to(frame)
        until(qtbot, lambda calls=calls: failing.calls > calls)
    until(qtbot, lambda: FAULT in window.message_bar.text)
    assert traces(caplog) == [FAULT]
    go_to(qtbot, window, 5)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_in_an_export(
    qtbot: QtBot,
    window: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    number: int,
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    window.exporting.show_export()
    dialog = window.exporting._dialog
    assert dialog is not None
    fail_at(monkeypatch, ProjectFile, "mask_of", number)
    dialog.export_wanted.emit(ExportSpec(preset="matte-video", target=out / "matte.mkv"))
    until(qtbot, lambda: not window.exporting.is_running)
    until(qtbot, lambda: FAULT in dialog._sentence.text())
    assert list(out.iterdir()) == []
    assert traces(caplog) == [FAULT]
    dialog.export_wanted.emit(ExportSpec(preset="matte-video", target=out / "matte.mkv"))
    until(qtbot, lambda: (out / "matte.mkv").exists() and not window.exporting.is_running)
    dialog.reject()


@pytest.mark.parametrize("number", [1, 2])
def test_in_an_import_of_masks(
    qtbot: QtBot,
    window: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    number: int,
) -> None:
    size = window.bridge.project.clip.info.size  # type: ignore[union-attr]
    files = [tmp_path / f"mask.{frame}.png" for frame in range(3)]
    for file in files:
        Image.fromarray(np.full((size.height, size.width), 255, np.uint8)).save(file)
    before = len(window.bridge.file.history.steps)
    fail_at(monkeypatch, __import__("sam2_studio.ui.mask_import", fromlist=["x"]), "read_mask", number)
    window.importing.import_masks(files)
    until(qtbot, lambda: FAULT in window.message_bar.text)
    assert traces(caplog) == [FAULT]
    assert len(window.bridge.file.history.steps) == before
    window.importing.import_masks(files)
    until(qtbot, lambda: len(window.bridge.file.history.steps) > before)


def test_in_the_opening_of_a_project(
    qtbot: QtBot, window: MainWindow, masked_project: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, tmp_path: Path,
) -> None:  # fmt: skip
    other = tmp_path / "other.cutout"
    ProjectFile.create(other).close()
    fail_at(monkeypatch, ProjectFile, "_load", 1)
    window.documents.open(other)
    until(qtbot, lambda: FAULT in window.message_bar.text)
    assert traces(caplog) == [FAULT]
    assert window.bridge.file.path == masked_project, "what was open stays open"
    window.documents.open(other)
    until(qtbot, lambda: window.bridge.file.path == other)


def test_in_the_search_for_footage(
    qtbot: QtBot, window: MainWindow, masked_project: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, tmp_path: Path,
) -> None:  # fmt: skip
    window.documents.close()
    (tmp_path / "clip.mp4").unlink()
    fail_at(monkeypatch, __import__("sam2_studio.ui.relinking", fromlist=["x"]), "find_moved", 1)
    window.documents.open(masked_project)
    until(qtbot, lambda: traces(caplog) == [FAULT] and not window.relinking._searches)
    assert window.message_bar.way_out.text() == "Find the footage…"


@pytest.mark.parametrize("times", [1, 20])
def test_in_a_slot_and_in_a_paint_each_place_is_told_once(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, times: int
) -> None:
    application = QApplication.instance()
    assert application is not None
    unexpected = Unexpected(window)
    said: list[str] = []
    unexpected.happened.connect(said.append)
    unexpected.happened.connect(window.notices.show_unexpected)
    painted: list[int] = []

    def in_slot() -> None:
        raise ValueError(FAULT)

    def in_paint(*_: object) -> None:
        painted.append(1)
        raise RuntimeError(FAULT)

    with qtbot.capture_exceptions():
        monkeypatch.setattr("sys.excepthook", unexpected._in_handler)
        for _ in range(times):
            QTimer.singleShot(0, window, in_slot)
        monkeypatch.setattr(window.canvas, "_paint", in_paint)
        for _ in range(times):
            before = len(painted)
            window.canvas.update()
            until(qtbot, lambda before=before: len(painted) > before)
        until(qtbot, lambda: len(said) == 2)
    assert [FAULT in trace for trace in traces(caplog)] == [True, True]
    assert FAULT in window.message_bar.text
    monkeypatch.undo()
    go_to(qtbot, window, 3)
