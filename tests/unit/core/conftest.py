"""A small clip, masks from a seed, and a document's whole state as plain values to compare."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.masks import Mask
from sam2_studio.core.project import Project
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord, Origin

State = dict[str, Any]


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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a project.cutout"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[..., ProjectFile]]:
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
def file(opened: Callable[..., ProjectFile]) -> ProjectFile:
    """An open project with a clip of 100 frames of 64x48."""
    file = opened()
    file.set_footage(clip_of())
    return file
