"""Kill -9 while a clip is tracked from both sides of a gap: going on gives the masks of an unbroken run (fault K2)."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sam2_studio.batch.pipeline import track_project
from sam2_studio.batch.projects import add_subjects, new_project
from sam2_studio.batch.prompts import Subject
from sam2_studio.core.geometry import Box
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine.models import Model, load_model
from sam2_studio.media.probe import probe
from tests.media_factory import write_video
from tests.synthetic import moving_scene

from . import tracker_run

FRAMES, LAST = 10, 7


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("nano", "cpu")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Boxes on frames 0 and 7 of 10, nothing tracked."""
    clip = write_video(tmp_path / "clip.mp4", moving_scene(1, FRAMES, size=(160, 96), radius=22).frames)
    file = new_project(tmp_path / "p.cutout", probe(clip))
    add_subjects(file, [Subject("thing", {n: PromptSet(box=Box(40, 25, 110, 85)) for n in (0, LAST)})])
    file.close()
    return tmp_path / "p.cutout"


def tracked(path: Path, model: Model) -> tuple[int, dict[int, Mask | None]]:
    """How many steps a run to the end takes, and the masks that it leaves, none of them stale."""
    file = ProjectFile.open(path)
    steps = len(list(track_project(file, model, [1])))
    masks = {n: file.mask_of(1, n) for n in file.project.track(1)}
    assert not file.project.track(1).frames_where(stale=True)
    file.close()
    return steps, masks


def kill_after(steps: int, path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, tracker_run.__file__, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        for _ in range(steps):
            process.stdout.readline()
        process.kill()
    assert process.returncode == -signal.SIGKILL


def check(part: float, project: Path, model: Model) -> None:
    """Kill a run after a part of its steps and make it again."""
    unbroken = project.with_name("unbroken.cutout")
    shutil.copy(project, unbroken)
    count, masks = tracked(unbroken, model)
    assert sorted(masks) == list(range(FRAMES))
    kill_after(round(part * (count - 2)), project)
    assert tracked(project, model)[1] == masks


def test_killed_while_the_second_side_comes(project: Path, model: Model) -> None:
    check(0.7, project, model)


@pytest.mark.fault
@pytest.mark.parametrize("part", [0.05, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9, 0.95])
def test_killed_anywhere(part: float, project: Path, model: Model) -> None:
    check(part, project, model)
