"""Speed and memory of exports. Run: python -m tests.benchmarks.export_speed [--frames N] [--rounds N] [--memory N]

ProRes 4444 of a 1080p clip with a moving subject against ffmpeg's command line: the same source, the same encoder with
the same options, the same alpha (a matte clip, merged), turn by turn in one run. PNG pictures on one thread and on all.
Memory of a long export, small pictures.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from sam2_studio.core.clip import Clip
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.core.objects import CutObject
from sam2_studio.engine.allocator import keep_freed_memory
from sam2_studio.engine.foreground import foreground
from sam2_studio.engine.matting import make_matte
from sam2_studio.export import images
from sam2_studio.export.formats import PRESETS, VideoFormat
from sam2_studio.export.runner import ExportReport, run_export
from sam2_studio.export.spec import ExportSpec
from sam2_studio.media.open import open_media

SIZE = Size(1920, 1080)
SMALL = Size(320, 180)
EARLY = 300  # frames after which memory must not grow
OBJECT = CutObject(id=1, name="Subject", color="#56B4E9")


@dataclass
class Job:
    """A clip with a disc that moves through it."""

    path: Path
    size: Size
    frames: int

    def make(self) -> None:
        """Write the clip, H.264 with B-frames."""
        picture = f"testsrc2=s={self.size.width}x{self.size.height}:r=25"
        command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-frames:v", str(self.frames)]
        command += ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "18", "-preset", "veryfast", str(self.path)]
        subprocess.run(command, check=True)

    def mask(self, object_id: int, frame: int) -> Mask:
        """A third of the picture's height, on its way from left to right."""
        side = self.size.height // 3
        rows, columns = np.mgrid[-side:side, -side:side]
        left = round(frame / self.frames * (self.size.width - 2 * side))
        return Mask.from_part(rows**2 + columns**2 < side**2, left, self.size.height // 6, self.size)

    def export(self, preset: str, target: Path) -> Iterator[Any]:
        """The steps of an export."""
        with open_media(self.path) as source:
            yield from run_export(
                ExportSpec(preset=preset, target=target, overwrite=True),
                source=source,
                clip=Clip.whole(source.info),
                objects=(OBJECT,),
                masks=self.mask,
                matte=_matte,
                foreground=foreground,
            )


def _matte(frame: Frame, mask: Mask, edge: EdgeSettings, ids: tuple[int, ...]) -> Matte:
    return make_matte(frame.rgb, mask, edge)


def by_ffmpeg(clip: Path, matte: Path, target: Path) -> None:
    """The same file by the command line: the clip with the matte as its alpha."""
    form = PRESETS["after-effects"].formats[".mov"]
    assert isinstance(form, VideoFormat)
    options = [word for name, value in form.options.items() for word in (f"-{name}", value)]
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(clip), "-i", str(matte), "-filter_complex", "[0][1]alphamerge"]
    command += ["-c:v", form.encoder, *options, "-pix_fmt", form.pixel_formats[16], str(target)]
    subprocess.run(command, check=True)


def timed(step: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of processors: this process and its children."""
    begin, used = time.perf_counter(), sum(os.times()[:4])
    step()
    return time.perf_counter() - begin, sum(os.times()[:4]) - used


def prores(folder: Path, frames: int, rounds: int) -> None:
    """Print both speeds and their ratio."""
    job = Job(folder / "clip.mp4", SIZE, frames)
    job.make()
    list(job.export("matte-video", folder / "matte.mkv"))
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(timed(lambda: by_ffmpeg(job.path, folder / "matte.mkv", folder / "theirs.mov")))
        ours.append(timed(lambda: list(job.export("after-effects", folder / "ours.mov"))))
    print("| ProRes 4444, 1080p | frames a second | processor ms a frame |\n| --- | --- | --- |")
    for name, runs in (("this program, with reading back", ours), ("ffmpeg", theirs)):
        wall, used = (statistics.median(run[part] for run in runs) for part in (0, 1))
        print(f"| {name} | {frames / wall:.2f} | {1000 * used / frames:.0f} |")
    ratios = [other[0] / own[0] for own, other in zip(ours, theirs, strict=True)]
    print(f"ratio by turns: {', '.join(f'{ratio:.2f}' for ratio in ratios)}; median {statistics.median(ratios):.2f}")


def pictures(folder: Path, frames: int) -> None:
    """Print the speed of PNG on one thread and on as many as there are cores."""
    job = Job(folder / "clip.mp4", SIZE, frames)
    job.make()
    print("| PNG, 1080p | frames a second |\n| --- | --- |")
    most = images.MOST_THREADS
    for threads in (1, most):
        images.MOST_THREADS = threads
        wall, _ = timed(lambda threads=threads: list(job.export("png", folder / f"png{threads}")))
        print(f"| on {min(threads, os.cpu_count() or 1)} | {frames / wall:.2f} |", flush=True)
    images.MOST_THREADS = most


def memory(folder: Path, frames: int) -> None:
    """Print the most memory of the first frames and of all of a long export."""
    job = Job(folder / "long.mp4", SMALL, frames)
    job.make()
    me = psutil.Process()
    print(f"| {frames} frames, {SMALL} | most of the first {EARLY}, MiB | most of all, MiB | growth |")
    print("| --- | --- | --- | --- |")
    names = {"after-effects": "l.mov", "web": "l.webm", "png": "l", "nuke": "e", "shapes": "l.json"}
    for preset, name in names.items():
        early = most = 0
        for step in job.export(preset, folder / name):
            if not isinstance(step, ExportReport):
                most = max(most, me.memory_info().rss)
                early = max(early, most if step.done <= EARLY else 0)
        print(f"| {preset} | {early / 2**20:.0f} | {most / 2**20:.0f} | {most / early:.3f} |", flush=True)


def main() -> None:
    """Measure all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=3000)
    given = parser.parse_args()
    keep_freed_memory()  # as the program does
    with tempfile.TemporaryDirectory() as name:
        prores(Path(name), given.frames, given.rounds)
        pictures(Path(name), given.frames)
        if given.memory:
            memory(Path(name), given.memory)


if __name__ == "__main__":
    main()
