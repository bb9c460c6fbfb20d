"""A program that edits a project as the window does and prints a number after each finished edit; the test kills it.

`python editor.py PROJECT clicks|tracks|mixed SEED [STATEMENT]` opens or creates PROJECT and edits until it is killed;
with STATEMENT it kills itself before it runs that statement of SQL, counted from the first edit: a kill point at every
place where an edit touches the file. The same seed on the same project makes the same edits, so a test can make them
too and compare.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from sam2_studio.core import commands, hand_commands
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.records import prompted_record, tracked_record
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.errors import ProjectError, PromptError

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
    rng = np.random.default_rng(seed)
    yield from {"clicks": lambda: clicks(file, rng), "tracks": lambda: tracks(file), "mixed": lambda: mixed(file, rng)}[
        kind
    ]()


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
            masks = [(1, frame, record_of(file, frame)) for frame in range(first, first + BATCH)]
            if step:
                file.history.join(step, commands.mask_changes(file.project, masks))
            else:
                step = file.history.do(commands.put_masks(file.project, "Track", masks))
        yield


def mixed(file: ProjectFile, rng: np.random.Generator) -> Iterator[None]:
    """One of everything by chance, undo and redo among them; what is refused is no edit."""
    while True:
        with suppress(ProjectError, PromptError):
            one_of_all(file, rng)
            yield


def one_of_all(file: ProjectFile, rng: np.random.Generator) -> None:
    """A click, a box, a stroke, an object more or less, a name, a lock, a piece of a run, or a step back or forth."""
    project, history, frame = file.project, file.history, int(rng.integers(0, 40))
    chosen = int(rng.choice([each.id for each in project.objects] or [0]))
    point = PointPrompt(Point(frame + 0.5, 3), positive=bool(rng.random() < 0.5))

    def stroke() -> None:
        with file.transaction():
            mask = mask_of(int(rng.integers(1000)))
            painted = MaskRecord(mask_id=file.add_mask(mask), origin=Origin.PAINTED, area=mask.area)
            history.do(hand_commands.paint_masks(project, "Brush", chosen, {frame: painted}))

    def run() -> None:
        with file.transaction():
            masks = [(chosen, number, record_of(file, number)) for number in range(frame, frame + BATCH)]
            history.do(commands.put_masks(project, "Track", masks))

    edits: list[Callable[[], object]] = [
        lambda: history.do(commands.add_object(project)),
        lambda: history.do(commands.add_point(project, chosen, frame, point)),
        lambda: history.do(commands.set_box(project, chosen, frame, Box(0, 0, 9, 1 + frame))),
        stroke,
        run,
        lambda: history.do(commands.remove_object(project, chosen)),
        lambda: history.do(commands.alter_object(project, chosen, "Rename", name=f"name {rng.integers(1000)}")),
        lambda: history.do(commands.lock_frame(project, chosen, frame, locked=bool(rng.random() < 0.3))),
        history.undo,
        history.redo,
    ]
    edits[int(rng.integers(len(edits)))]()


def record_of(file: ProjectFile, frame: int) -> MaskRecord:
    """Store the frame's pixels as a tracked mask."""
    mask = mask_of(frame)
    return tracked_record(file.add_mask(mask), mask, score=0.8, absent=False, recipe="nano@1")


def kill_before(file: ProjectFile, statement: int) -> None:
    """End by SIGKILL just before the statement of that number."""
    numbers = itertools.count(1)

    def count(sql: str) -> None:
        if next(numbers) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    file._db.set_trace_callback(count)


def main(path: Path, kind: str, seed: int, statement: int) -> None:
    file = ProjectFile.open(path) if path.exists() else ProjectFile.create(path)
    kill_before(file, statement)
    for number, _ in enumerate(edits(file, kind, seed), start=1):
        print(number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 0)
