"""“Select subject” in the window: an object without a click, the next ones in its place, one undo for all of them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from sam2_studio.core import commands
from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.requests import MaskPrediction, ProposedSubject
from sam2_studio.ui.engine_questions import LoadedModel, Proposals
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import write_video
from tests.synthetic import moving_scene
from tests.window import go_to, opened, shown, until

SIZE = (160, 96)


def subject(x: int) -> ProposedSubject:
    pixels = np.zeros((SIZE[1], SIZE[0]), bool)
    pixels[30:60, x : x + 20] = True
    mask, nothing = Mask.from_array(pixels), np.zeros(0, np.float32)
    prediction = MaskPrediction(mask=mask, candidates=(), score=0.9, presence=5.0, logits=nothing, token=nothing)
    return ProposedSubject(PromptSet((PointPrompt(Point(x + 10, 45)),)), 1, prediction)


FOUND = (subject(10), subject(60), subject(110))


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """A window with a clip whose engine answers at once, and doesn't run."""
    made = shown(qtbot)
    made._engine_start.stop()
    made.engine.found = FOUND  # type: ignore[attr-defined]

    def propose(frame: Frame) -> None:
        made.engine.proposed.emit(Proposals(frame.number, made.engine.found, "nano@1"))  # type: ignore[attr-defined]

    monkeypatch.setattr(made.engine, "propose", propose)
    clip = write_video(tmp_path / "clip.mp4", moving_scene(1, 4, size=SIZE, radius=22).frames)
    opened(qtbot, made, clip)
    yield made
    made.close()


def select(qtbot: QtBot, window: MainWindow) -> None:
    action = window.actions_by_id["select_subject"]
    until(qtbot, action.isEnabled)
    with qtbot.waitSignal(window.clicks.subjects.told, timeout=60_000):
        action.trigger()


def test_the_likeliest_becomes_an_object_and_again_the_next_takes_its_place(qtbot: QtBot, window: MainWindow) -> None:
    for expected in (*FOUND, FOUND[0]):
        select(qtbot, window)
        project = window.bridge.project
        assert [each.id for each in project.objects] == [1]
        assert window.selection.object_id == 1
        assert window.bridge.mask(1, 0) == expected.prediction.mask
        assert project.prompts(1, 0) == expected.prompts
    window.undo()
    assert window.bridge.project.objects == ()
    window.redo()
    assert window.bridge.mask(1, 0) == FOUND[0].prediction.mask


def test_the_mask_holds_without_being_asked_for_again(qtbot: QtBot, window: MainWindow) -> None:
    select(qtbot, window)
    qtbot.wait(0)
    assert not window.clicks._asked
    record = window.bridge.project.track(1).get(0)
    assert record is not None
    assert "candidate 1" in record.recipe


def test_what_the_user_worked_on_is_left_alone(qtbot: QtBot, window: MainWindow) -> None:
    window.hand_work.paint(0, 0, FOUND[2].prediction.mask, "Brush")
    select(qtbot, window)
    assert window.bridge.mask(1, 0) == FOUND[2].prediction.mask
    assert window.bridge.mask(2, 0) == FOUND[0].prediction.mask
    assert window.selection.object_id == 2


def test_an_empty_object_that_is_selected_gets_the_subject(qtbot: QtBot, window: MainWindow) -> None:
    window.editing.new_object()
    select(qtbot, window)
    assert [each.id for each in window.bridge.project.objects] == [1]
    assert window.bridge.mask(1, 0) == FOUND[0].prediction.mask


def test_asked_while_a_model_loads_it_is_answered_when_the_model_is_there(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose = window.engine.propose

    def load_then_propose(frame: Frame) -> None:
        window.engine.model_ready.emit(LoadedModel(name="nano", recipe="nano@1", device="cpu", dtype="float32"))
        propose(frame)

    monkeypatch.setattr(window.engine, "propose", load_then_propose)
    select(qtbot, window)
    assert window.bridge.mask(1, 0) == FOUND[0].prediction.mask


def test_on_another_frame_it_asks_anew(qtbot: QtBot, window: MainWindow) -> None:
    select(qtbot, window)
    go_to(qtbot, window, 2)
    select(qtbot, window)
    assert window.bridge.mask(1, 2) == FOUND[0].prediction.mask
    assert len(window.bridge.project.objects) == 1


def test_a_frame_without_a_subject_says_so(qtbot: QtBot, window: MainWindow) -> None:
    window.engine.found = ()  # type: ignore[attr-defined]
    with qtbot.waitSignal(window.bridge.refused, timeout=60_000) as refused:
        window.actions_by_id["select_subject"].trigger()
    assert "No subject" in refused.args[0].message
    assert window.bridge.project.objects == ()


def test_a_locked_frame_is_not_given_another_mask(qtbot: QtBot, window: MainWindow) -> None:
    select(qtbot, window)
    window.bridge.run(lambda project: commands.lock_frame(project, 1, 0, locked=True))
    with qtbot.waitSignal(window.bridge.refused, timeout=60_000):
        window.actions_by_id["select_subject"].trigger()
    assert window.bridge.mask(1, 0) == FOUND[0].prediction.mask


def test_the_engine_itself_proposes(qtbot: QtBot, studio_home: Path, tmp_path: Path) -> None:
    made = shown(qtbot)
    scene = moving_scene(1, 1, size=SIZE, radius=26, path=lambda t: (0.5, 0.5))
    opened(qtbot, made, write_video(tmp_path / "clip.mp4", scene.frames * 2))
    until(qtbot, lambda: made.choice.loaded is not None)
    select(qtbot, made)
    mask = made.bridge.mask(1, 0)
    assert mask is not None
    assert mask.iou(Mask.from_array(scene.truth[0])) > 0.5
    made.close()
