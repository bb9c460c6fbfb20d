"""A program that edits a project as the window does and prints a number after each finished edit; the test kills it.

`python editor.py PROJECT clicks|tracks SEED` opens or creates PROJECT and edits until it is killed. The same seed on
the same project makes the same edits, so a test can make them too and compare.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sam2_studio.core import commands
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.records import prompted_record, tracked_record
from sam2_studio.core.store import ProjectFile

FRAMES = 100_000
BATCH = 3


def mask_of(frame: int) -> Mask:
    """The same pixels for one frame in every process."""
    return Mask.from_array(np.random.default_rng(frame).random((45, 80)) < 0.5)


def edits(file: ProjectFile, kind: str, seed: int) -> Iterator[None]:
    """Make one edit after the other, each finished at a yield."""
    if file.project.clip is None:
        info = ClipInfo(path="clip.mp4", kind=ClipKind.VIDEO, frames=FRAMES, width=80, height=45)
        file.set_footage(Clip.whole(info))
        yield
        file.history.do(commands.add_object(file.project))
        yield
    yield from clicks(file, np.random.default_rng(seed)) if kind == "clicks" else tracks(file)


def clicks(file: ProjectFile, rng: np.random.Generator) -> Iterator[None]:
    """Clicks whose masks come late, boxes, undo and redo."""
    while True:
        frame = int(rng.integers(0, FRAMES))
        step = file.history.do(commands.add_point(file.project, 1, frame, PointPrompt(Point(frame % 80, 3))))
        yield
        with file.transaction():
            mask, prompts = mask_of(frame), file.project.prompts(1, frame)
            made = prompted_record(file.add_mask(mask), mask, score=0.9, recipe="nano@1", prompts=prompts)
            file.history.join(step, commands.mask_changes(file.project, [(1, frame, made)]))
        yield
        file.history.do(commands.set_box(file.project, 1, frame, Box(0, 0, 9, 1 + frame % 40)))
        yield
        for walk in (file.history.undo, file.history.redo, file.history.undo)[: rng.integers(4)]:
            walk()
            yield


def tracks(file: ProjectFile) -> Iterator[None]:
    """One run, in batches that join its step; a run that was broken off goes on behind its last mask."""
    step = 0
    for first in range(len(file.project.track(1)), FRAMES, BATCH):
        with file.transaction():
            masks = [
                (1, f, tracked_record(file.add_mask(mask_of(f)), mask_of(f), score=0.8, absent=False, recipe="nano@1"))
                for f in range(first, first + BATCH)
            ]
            if step:
                file.history.join(step, commands.mask_changes(file.project, masks))
            else:
                step = file.history.do(commands.put_masks(file.project, "Track", masks))
        yield


def main(path: Path, kind: str, seed: int) -> None:
    file = ProjectFile.open(path) if path.exists() else ProjectFile.create(path)
    for number, _ in enumerate(edits(file, kind, seed), start=1):
        print(number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
