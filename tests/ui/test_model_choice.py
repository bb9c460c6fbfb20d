"""Which model answers, and what the open project says to that; the engine's thread is played by a QObject."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot
from sam2_studio.core import commands
from sam2_studio.core.clip import Clip
from sam2_studio.core.geometry import Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.records import prompted_record, tracked_record
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import ModelError
from sam2_studio.media.probe import probe
from sam2_studio.ui.engine_questions import LoadedModel, ModelWish
from sam2_studio.ui.model_choice import ModelChoice
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.settings import Settings
from tests.media_factory import numbered_frames, write_video

NANO = LoadedModel(name="nano", recipe="nano@aa", device="cpu", dtype="float32")
TINY = LoadedModel(name="sam2.1-tiny", recipe="sam2.1-tiny@bb", device="cpu", dtype="bfloat16")


class PlayedEngine(QObject):
    """Keeps what it is asked for."""

    model_ready = Signal(object)
    model_failed = Signal(object, object)
    moved = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.wishes: list[ModelWish] = []

    def use_model(self, wish: ModelWish) -> None:
        self.wishes.append(wish)


class Listener:
    """Stands where tracking and clicks would: counts what it is told."""

    def __init__(self) -> None:
        self.stops = self.asks = 0

    def stop(self) -> None:
        self.stops += 1

    def ask_what_is_missing(self) -> None:
        self.asks += 1


class Stage:
    """A project of a few frames, and a choice of models."""

    def __init__(self, folder: Path) -> None:
        self.bridge, self.engine, self.others = ProjectBridge(), PlayedEngine(), Listener()
        self.settings = Settings(folder / "preferences.json")
        self.choice = ModelChoice(self.bridge, self.engine, self.others, self.others, self.settings)  # type: ignore[arg-type]
        self.said: list[tuple[str, str]] = []
        self.failed: list[str] = []
        self.then: object = None
        self.choice.said.connect(self._hear)
        self.choice.failed.connect(lambda error: self.failed.append(str(error)))

    def open(self, path: Path) -> None:
        clip = write_video(path.with_suffix(".mp4"), numbered_frames(6, 64, 48))
        file = ProjectFile.create(path)
        file.set_footage(Clip.whole(probe(clip), "x"))
        self.bridge.replace(file)

    def mask_by(self, recipe: str) -> None:
        """A prompted frame and two tracked ones."""
        bridge, mask = self.bridge, Mask.from_array(np.ones((48, 64), bool))
        bridge.run(commands.add_object)
        bridge.run(lambda p: commands.add_point(p, 1, 0, PointPrompt(Point(5, 5))))
        prompts = bridge.project.prompts(1, 0)
        said = (1, 0, mask, lambda n: prompted_record(n, mask, score=1, recipe=recipe, prompts=prompts))
        followed = [
            (1, f, mask, lambda n: tracked_record(n, mask, score=1, absent=False, recipe=recipe)) for f in (1, 2)
        ]
        bridge.put_masks(0, "Mask", [said, *followed])

    def _hear(self, kind: str, sentence: str, button: str, then: object) -> None:
        self.said.append((sentence, button))
        self.then = then


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.bridge.replace(None)


def test_the_first_mask_pins_the_model_and_undo_lets_go_of_it(stage: Stage, tmp_path: Path) -> None:
    stage.open(tmp_path / "a.cutout")
    stage.mask_by("nano@aa")
    assert stage.bridge.project.model == "nano@aa"
    stage.bridge.undo()
    assert stage.bridge.project.model == ""


def test_a_project_of_another_model_says_so_and_offers_it(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    stage.open(tmp_path / "a.cutout")
    stage.mask_by("sam2.1-tiny@bb")
    stage.engine.model_ready.emit(NANO)
    qtbot.waitUntil(lambda: bool(stage.said))
    sentence, button = stage.said[-1]
    assert "made with SAM 2.1 tiny; nano is in use" in sentence
    assert button == "Models…"
    with qtbot.waitSignal(stage.choice.library_wanted):
        stage.then()  # type: ignore[operator]


def test_the_same_model_is_not_talked_about(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    stage.open(tmp_path / "a.cutout")
    stage.mask_by("nano@aa")
    stage.engine.model_ready.emit(NANO)
    qtbot.waitUntil(lambda: stage.choice.loaded == NANO)
    assert stage.said == []


def test_a_chosen_model_takes_the_project_over_in_one_step(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    stage.open(tmp_path / "a.cutout")
    stage.mask_by("nano@aa")
    stage.choice.use("sam2.1-tiny")
    assert stage.engine.wishes == [ModelWish("sam2.1-tiny")]
    assert (stage.choice.awaited, stage.others.stops) == ("sam2.1-tiny", 1)
    stage.engine.model_ready.emit(TINY)
    qtbot.waitUntil(lambda: stage.bridge.project.model == TINY.recipe)
    track = stage.bridge.project.track(1)
    assert track.frames_where(stale=True) == (0, 1, 2)
    assert stage.others.asks == 1
    assert stage.said[-1][0].endswith("2 frames tracked by nano are stale; track them again.")
    stage.bridge.undo()
    assert (stage.bridge.project.model, track.frames_where(stale=True)) == ("nano@aa", ())


def test_locked_and_painted_frames_stay_fresh(stage: Stage, tmp_path: Path) -> None:
    stage.open(tmp_path / "a.cutout")
    stage.mask_by("nano@aa")
    stage.bridge.run(lambda p: commands.lock_frame(p, 1, 2, locked=True))
    stage.bridge.run(lambda p: commands.set_model(p, TINY.recipe))
    assert stage.bridge.project.track(1).frames_where(stale=True) == (0, 1)


def test_a_model_that_fails_leaves_the_one_before(qtbot: QtBot, stage: Stage) -> None:
    stage.engine.model_ready.emit(NANO)
    stage.choice.use("sam2-large")
    stage.engine.model_failed.emit(ModelWish("sam2-large"), ModelError("It is damaged.", "Get it again."))
    qtbot.waitUntil(lambda: bool(stage.failed))
    assert stage.failed == ["It is damaged. Get it again."]
    assert (stage.choice.loaded, stage.choice.awaited, stage.settings.now.model) == (NANO, "", "nano")


def test_where_the_preferred_model_is_gone_nano_steps_in(qtbot: QtBot, stage: Stage) -> None:
    stage.engine.model_failed.emit(ModelWish("sam2-large"), ModelError("It isn't here.", "Get it."))
    qtbot.waitUntil(lambda: bool(stage.said))
    assert stage.engine.wishes == [ModelWish("nano")]
    assert "nano is used instead" in stage.said[-1][0]


def test_device_and_number_type_are_remembered(stage: Stage) -> None:
    stage.choice.compute_on("cpu")
    stage.choice.compute_in("float32")
    assert stage.engine.wishes[-1] == ModelWish("nano", "cpu", "float32")
    assert (stage.settings.now.device, stage.settings.now.dtype) == ("cpu", "float32")
