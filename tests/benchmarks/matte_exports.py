"""Exports of fast mattes at 1080p, one picture at a time and as many as the machine has cores, by turns.

    python -m tests.benchmarks.matte_exports [--frames 60] [--rounds 5] [--presets matte-png png after-effects]

Prints frames a second by the clock, the processor's time of this process a frame, and whether the files are the same
to the last bit; then how long a cancelled export takes to end, and the most memory of each way. Asserts nothing.
"""

import argparse
import hashlib
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sam2_studio.core.clip import Clip
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.shots import Shots
from sam2_studio.engine.foreground import foreground
from sam2_studio.engine.steady import ClipMattes
from sam2_studio.export import runner
from sam2_studio.export.ahead import abreast
from sam2_studio.export.runner import run_export
from sam2_studio.export.spec import ExportSpec
from sam2_studio.media.cache import CachedSource
from sam2_studio.media.isolated import IsolatedSource
from tests.benchmarks.export_speed import OBJECT, SIZE, Job

NAMES = {"after-effects": "a.mov", "matte-video": "m.mkv", "web": "w.webm", "replace": "r.mp4"}
EDGES = {"fast": EdgeSettings(matte=True), "fast, steady": EdgeSettings(matte=True, steady="all")}


def export(job: Job, preset: str, target: Path, edge: EdgeSettings) -> Iterator[Any]:
    """The steps of an export, read and matted as those of projects are."""
    source = CachedSource(IsolatedSource(job.path))
    try:
        mattes = ClipMattes(
            source,
            job.mask,
            kept=lambda i, n: False,
            flagged=lambda i, n: False,
            hair=lambda i, n: None,
            shots=Shots(),
        )
        yield from run_export(
            ExportSpec(preset=preset, target=target, overwrite=True),
            source=source,
            clip=Clip.whole(source.info),
            objects=(replace(OBJECT, edge=edge),),
            masks=job.mask,
            matte=mattes.matte,
            foreground=foreground,
        )
    finally:
        source.close()


def one_run(job: Job, preset: str, target: Path, edge: EdgeSettings, at_once: int) -> tuple[float, float, str]:
    """Seconds by the clock and of this process's threads, and a digest of what was written."""
    runner.abreast = lambda pixels: at_once  # type: ignore[attr-defined] # what the runner asks
    begin, used = time.perf_counter(), time.process_time()
    *_, report = export(job, preset, target, edge)
    spent = time.perf_counter() - begin, time.process_time() - used
    digest = hashlib.sha256()
    for path in report.files:
        digest.update(path.read_bytes())
    return *spent, digest.hexdigest()


def compared(job: Job, preset: str, what: str, rounds: int, folder: Path) -> None:
    """Print a line."""
    ways = (1, abreast(job.size.area))
    target = folder / NAMES.get(preset, preset)
    runs = [[one_run(job, preset, target, EDGES[what], way) for way in ways] for _ in range(rounds)]
    alone, many = ([run[place] for run in runs] for place in (0, 1))
    speeds = [f"{job.frames / statistics.median(run[0] for run in way):.2f}" for way in (alone, many)]
    used = [f"{1000 * statistics.median(run[1] for run in way) / job.frames:.0f}" for way in (alone, many)]
    gains = [a[0] / b[0] for a, b in zip(alone, many, strict=True)]
    same = len({run[2] for way in (alone, many) for run in way}) == 1
    spread = f"{statistics.median(gains):.2f} ({min(gains):.2f} to {max(gains):.2f})"
    print(f"| `{preset}`, {what} | {' | '.join([*speeds, spread, *used])} | {'yes' if same else 'NO'} |", flush=True)


def cancelled(job: Job, folder: Path) -> None:
    """Print how long a run takes to end when it is closed after its first pictures."""
    spent = []
    for _ in range(5):
        run = export(job, "matte-png", folder / "cancelled", EDGES["fast, steady"])
        for event in run:
            if event.done == 4:
                break
        begin = time.perf_counter()
        run.close()  # type: ignore[attr-defined] # it is a generator
        spent.append(time.perf_counter() - begin)
    print(f"\ncancelled after {1000 * statistics.median(spent):.0f} ms, at most {1000 * max(spent):.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--presets", nargs="*", default=["matte-png", "png", "after-effects"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = Job(folder / "clip.mp4", SIZE, given.frames)
        job.make()
        print(f"{os.cpu_count()} cores, {abreast(SIZE.area)} pictures at once\n")
        print("| 1080p | one at a time, frames a second | several | gain | processor ms | several | same files |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for preset in given.presets:
            compared(job, preset, "fast", given.rounds, folder)
        compared(job, "matte-png", "fast, steady", given.rounds, folder)
        cancelled(job, folder)
        print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
