"""A project that can be exported at once."""

from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core import commands
from sam2_studio.core.clip import Clip
from sam2_studio.core.masks import Mask
from sam2_studio.core.records import tracked_record
from sam2_studio.core.store import ProjectFile
from sam2_studio.media.open import fingerprint
from sam2_studio.media.probe import probe
from tests.media_factory import numbered_frames, write_video

FRAMES = 6


@pytest.fixture
def masked_project(tmp_path: Path) -> Path:
    """A project of six frames with a mask on each."""
    clip, path = tmp_path / "clip.mp4", tmp_path / "dog.cutout"
    write_video(clip, numbered_frames(FRAMES))
    info = probe(clip)
    file = ProjectFile.create(path)
    file.set_footage(Clip.whole(info, fingerprint(clip)))
    add_masked_object(file)
    file.close()
    return path


def add_masked_object(file: ProjectFile) -> int:
    """One object more, with one mask on every frame; its id."""
    clip = file.project.clip
    assert clip is not None
    inside = np.zeros((clip.info.height, clip.info.width), bool)
    inside[20:60, 20:60] = True
    mask = Mask.from_array(inside)
    file.history.do(commands.add_object(file.project))
    made = file.project.objects[-1].id
    with file.transaction():
        record = tracked_record(file.add_mask(mask), mask, score=0.9, absent=False, recipe="nano@1")
        masks = [(made, frame, record) for frame in range(clip.info.frames)]
        file.history.do(commands.put_masks(file.project, "Track", masks))
    return made
