"""The window when memory runs out or answers are no numbers: it lives on, keeps what was finished and says what is."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
import torch
from pytestqt.qtbot import QtBot
from sam2_studio.core import commands
from sam2_studio.core.geometry import Box
from sam2_studio.engine import models, relief
from sam2_studio.engine.models import Model
from sam2_studio.ui.app import preferences_path
from sam2_studio.ui.main_window import MainWindow
from tests.faulty_network import Calls, FaultyNetwork
from tests.media_factory import write_video
from tests.synthetic import moving_scene
from tests.window import close

FRAMES = 8
PATIENCE = 60_000  # ms; a limit for a hung program, not a measure


def out() -> torch.OutOfMemoryError:
    return torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")


class Stage:
    """A window whose model has faults, with a clip and a box on frame 0."""

    def __init__(self, qtbot: QtBot, folder: Path, load: Callable[..., Model], monkeypatch: pytest.MonkeyPatch) -> None:
        self.qtbot, self.folder, self.monkeypatch = qtbot, folder, monkeypatch
        self.load = load
        self.calls = Calls()
        self.said: list[str] = []
        self.errors: list[str] = []
        self.window: MainWindow | None = None

    def show(self, **options: object) -> MainWindow:
        network = FaultyNetwork(self.load("nano", "cpu").network, self.calls, **options)
        model = Model("nano", "0" * 64, network, torch.device("cpu"))
        self.monkeypatch.setattr(models, "load_model", lambda *_: model)
        window = self.window = MainWindow(preferences_path())
        self.qtbot.addWidget(window)
        window.engine.noticed.connect(self.said.append)
        window.engine.failed.connect(lambda error: self.errors.append(str(error)))
        window.show()
        frames = moving_scene(1, FRAMES, size=(160, 96), radius=22).frames
        window.documents.open(write_video(self.folder / "clip.mp4", frames))
        self.until(lambda: window.canvas.frame is not None)
        self.boxed(0)
        return window

    def boxed(self, frame: int) -> None:
        assert self.window is not None
        self.window.playhead.go_to(frame)
        self.window.editing.draw_box(Box(40, 25, 110, 85))

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def track(self) -> list[int]:
        """Track to the end, whichever it is; the frames that have a mask."""
        window = self.window
        assert window is not None
        self.until(lambda: window.bridge.mask(1, 0) is not None)
        window.tracking.track_both()
        self.until(lambda: not window.tracking.is_running)
        return sorted(window.bridge.project.track(1))


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    made = Stage(qtbot, tmp_path, models.load_model, monkeypatch)
    yield made
    if made.window is not None:
        close(made.window)


def test_a_run_without_numbers_stops_and_keeps_the_frames_before(stage: Stage) -> None:
    window = stage.show(no_number_from=5)
    assert stage.track() == [0, 1, 2, 3, 4]
    assert "answer on frame 5 is not made of numbers" in stage.errors[0]
    assert window.message_bar.isVisible()
    assert not window.bridge.project.track(1).frames_where(absent=True)


def test_memory_gone_for_good_stops_the_run_and_the_next_click_is_answered(stage: Stage) -> None:
    window = stage.show()
    stage.calls.fault = lambda number, side: out() if stage.calls.pictures >= 5 else None
    assert stage.track() == [0, 1, 2, 3]
    assert stage.said == ["Memory ran short: what was held for speed was let go."]
    assert "isn't enough memory for nano" in stage.errors[0]
    stage.calls.fault = lambda number, side: None
    stage.boxed(6)
    stage.until(lambda: window.bridge.mask(1, 6) is not None)


def test_a_run_goes_on_smaller_and_freed_memory_brings_the_size_back(stage: Stage) -> None:
    stage.monkeypatch.setattr(relief, "SMALLEST_SIDE", 128)
    window = stage.show(sizes=(128,))
    stage.calls.fault = lambda number, side: out() if stage.calls.pictures >= 5 and side > 128 else None
    assert stage.track() == list(range(FRAMES))
    track = window.bridge.project.track(1)
    smaller = [n for n in track if (record := track.get(n)) and record.recipe.startswith(f"nano@{'0' * 64}/128")]
    assert smaller == [4, 5, 6, 7]
    assert window.bridge.project.model == f"nano@{'0' * 64}"
    stage.calls.fault = lambda number, side: None
    with stage.qtbot.waitSignal(window.engine.memory_freed, timeout=PATIENCE):
        window.engine.free_memory()
    stage.boxed(5)
    stage.until(lambda: 5 in track.keyframes)
    record = track.get(5)
    assert record is not None
    assert "/128" not in record.recipe


def test_other_work_that_runs_out_of_memory_ends_alone(stage: Stage) -> None:
    window = stage.show()
    stage.until(lambda: window.bridge.mask(1, 0) is not None)

    def greedy(model: Model | None) -> Generator[int, None, object]:
        yield 1
        raise MemoryError

    with stage.qtbot.waitSignal(window.engine.work_failed, timeout=PATIENCE) as failed:
        window.engine.work("greedy", greedy)
    key, error = failed.args  # type: ignore[misc]
    assert (key, error.message) == ("greedy", "Memory ran out.")
    assert "Close other programs" in error.way_out
    window.bridge.run(lambda project: commands.add_object(project))
    assert stage.track() == list(range(FRAMES))


def test_what_the_model_computes_on_is_shown_after_it_moved(stage: Stage) -> None:
    window = stage.show()
    stage.until(lambda: window.bridge.mask(1, 0) is not None)
    window.engine.moved.emit("cpu", "bfloat16")
    choice = window.choice
    stage.until(lambda: choice.loaded is not None and choice.loaded.dtype == "bfloat16")
