"""Weighs a process while it tracks a long clip: memory must not grow with the clip's length. Loads torch."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from sam2_studio.batch.pipeline import TrackProgress, track_project
from sam2_studio.batch.projects import add_subjects, new_project
from sam2_studio.batch.prompts import Subject
from sam2_studio.core.geometry import Box
from sam2_studio.core.prompts import PromptSet
from sam2_studio.engine.device import process_bytes
from sam2_studio.engine.models import Model
from sam2_studio.errors import StudioError
from sam2_studio.media.probe import probe

EARLY = 300  # frames after which nothing should grow any more
EVERY = 50  # frames between two looks
_WORK = """
import sys
from sam2_studio.batch.weighing import track_and_weigh
from sam2_studio.engine.device import use_threads
from sam2_studio.engine.models import load_model
use_threads()
for frame, held in track_and_weigh(load_model(*sys.argv[1:4]), int(sys.argv[4])):
    print(frame, held, flush=True)
"""


def weigh(model: str, device: str, dtype: str, frames: int) -> Iterator[tuple[int, int]]:
    """Track a clip of so many frames in a process of its own; minutes. Yields what `track_and_weigh` does.

    Args:
        model, device, dtype: As `load_model` takes them.
        frames: Of the clip, more than `EARLY`.

    Raises:
        StudioError: there are too few frames to compare, or the process failed.
    """
    if frames <= EARLY:
        raise StudioError(f"{frames} frames are too few to weigh.", f"Ask for more than {EARLY}.")
    command = [sys.executable, "-c", _WORK, model, device, dtype, str(frames)]
    with tempfile.TemporaryFile("w+") as complaints:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True) as process:
            try:
                for line in process.stdout or ():
                    frame, held = line.split()
                    yield int(frame), int(held)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            complaints.seek(0)
            said = (complaints.read().strip().splitlines() or ["it said nothing"])[-1]
            raise StudioError(f"The long clip couldn't be tracked: {said}", "See whether `bench` runs without it.")


def growth(held: dict[int, int]) -> float:
    """How many times the most of the frames up to `EARLY` the most of all is; `held` is bytes by frames tracked."""
    return max(held.values()) / max(nbytes for frame, nbytes in held.items() if frame <= EARLY)


def track_and_weigh(model: Model, frames: int) -> Iterator[tuple[int, int]]:
    """Track one object through a synthesised clip of 640 x 360 in this process.

    Yields:
        Frames tracked and the bytes of memory that this process holds, every `EVERY` frames and at the end.
    """
    with tempfile.TemporaryDirectory() as folder:
        clip = _long_clip(Path(folder, "clip.mp4"), frames)
        with closing(new_project(Path(folder, "weighed.cutout"), probe(clip))) as file:
            ids = add_subjects(file, [Subject("square", {0: PromptSet(box=Box(40, 40, 140, 140))})])
            reached = 0
            for event in track_project(file, model, ids):
                if isinstance(event, TrackProgress) and event.done >= min(reached + EVERY, event.total) > reached:
                    reached = event.done
                    yield reached, process_bytes()


def _long_clip(path: Path, frames: int) -> Path:
    """A square that wanders over a grey ground, H.264."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(25), options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number in range(frames):
            picture = np.full((360, 640, 3), 90, np.uint8)
            left = 40 + number % 400
            picture[40:140, left : left + 100] = (220, 120, 40)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    return path
