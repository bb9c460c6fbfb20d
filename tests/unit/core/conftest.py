"""A small clip, masks from a seed, and a document's whole state as plain values to compare."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sam2_studio.core import commands
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.commands import Command
from sam2_studio.core.masks import Mask
from sam2_studio.core.project import Project
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord, Origin

State = dict[str, Any]
Open = Callable[..., ProjectFile]


def clip_of(frames: int = 100, width: int = 64, height: int = 48) -> Clip:
    return Clip.whole(ClipInfo(path="a clip.mp4", kind=ClipKind.VIDEO, frames=frames, width=width, height=height))


def mask_of(seed: int, width: int = 64, height: int = 48) -> Mask:
    return Mask.from_array(np.random.default_rng(seed).random((height, width)) < 0.5)


def record(mask_id: int, origin: Origin = Origin.TRACKED, **fields: Any) -> MaskRecord:
    return MaskRecord(mask_id=mask_id, origin=origin, **fields)


def state_of(project: Project) -> State:
    """Everything that the document says, but for ids given out."""
    ids = [o.id for o in project.objects]
    return {
        "clip": project.clip,
        "markers": project.markers,
        "model": project.model,
        "objects": project.objects,
        "prompts": {(i, f): project.prompts(i, f) for i in ids for f in project.prompted_frames(i)},
        "masks": {
            (i, f): project.track(i).get(f) for i in range(project.highest_object_id + 1) for f in project.track(i)
        },
    }


def seen(path: Path) -> tuple[State, list[tuple[int, Command]], int]:
    """What a reader finds in the file: document, steps, how many are done."""
    reader = ProjectFile.open(path, read_only=True)
    try:
        steps = [(s.id, s.command) for s in reader.history.steps]
        return state_of(reader.project), steps, reader.history.done
    finally:
        reader.close()


def held(file: ProjectFile) -> tuple[State, list[tuple[int, Command]], int]:
    return state_of(file.project), [(s.id, s.command) for s in file.history.steps], file.history.done


def track(file: ProjectFile, frames: range, object_id: int = 1) -> int:
    """A run over `frames` in one step, masks of seeds as their frames."""
    with file.transaction():
        masks = [(object_id, f, record(file.add_mask(mask_of(f)), recipe="nano@1")) for f in frames]
        return file.history.do(commands.put_masks(file.project, "Track", masks))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a project.cutout"


@pytest.fixture
def opened(path: Path) -> Iterator[Open]:
    """Opens or creates projects that are closed at the end."""
    files: list[ProjectFile] = []

    def open_one(at: Path = path, **options: Any) -> ProjectFile:
        if not at.exists():
            ProjectFile.create(at).close()
        files.append(ProjectFile.open(at, **options))
        return files[-1]

    yield open_one
    for file in files:
        file.close()


@pytest.fixture
def file(opened: Open) -> ProjectFile:
    """An open project with a clip of 100 frames of 64x48."""
    file = opened()
    file.set_footage(clip_of())
    return file
