"""How a batch scales: 100 synthesised clips of ten frames on one worker and on two, and the check of a long manifest.

`python -m tests.benchmarks.batch_speed [CLIPS] [--cluster | --divided]` prints a table. `--cluster` compares two
workers of this machine with two of a Dask cluster on it instead, and says what handing out costs without any work;
`--divided` compares a long clip done whole with the same clip done in parts, here and by such a cluster. Each worker
computes on one thread. Memory is the parent's, sampled after each item.
"""

import csv
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import psutil
from sam2_studio.batch.batch_run import Executor, Progress, run_batch
from sam2_studio.batch.cluster import LEAST_FRAMES, DaskCluster
from sam2_studio.batch.cluster_tasks import ItemTasks
from sam2_studio.batch.item_spans import Divided, Share, begin_item, finish_item, track_part
from sam2_studio.batch.item_work import do_item, loaded_model
from sam2_studio.batch.items import Fate, Item, Outcome
from sam2_studio.batch.lines import Defaults, check_rows
from sam2_studio.batch.manifest import read_manifest
from sam2_studio.batch.pool import WorkerPool
from sam2_studio.batch.report import BatchReport
from sam2_studio.batch.serving import compute_on
from sam2_studio.engine.device import process_bytes
from tests.media_factory import write_video
from tests.synthetic import moving_scene

FRAMES, LINES = 10, 10_000
LONG = 480  # frames of a clip that is divided
EARLY = 20  # items after which memory is looked at first
Done = TypeVar("Done")


@dataclass(frozen=True)
class Measured:
    """Seconds of a run, from its start and from its first result on, and memory of the parent early and late."""

    seconds: float
    steady: float
    early: int
    late: int
    done: int


def make_clips(folder: Path, count: int) -> Path:
    """Clips and their manifest."""
    lines = ["media,box"]
    for seed in range(count):
        name = f"clip{seed:03d}.mp4"
        write_video(folder / name, moving_scene(seed % 10, FRAMES, size=(320, 192), radius=40).frames)
        lines.append(f'{name},"60,40,230,170"')
    manifest = folder / "clips.csv"
    manifest.write_text("\n".join(lines))
    return manifest


def items_of(manifest: Path, out: Path) -> tuple[Item, ...]:
    checked = check_rows(read_manifest(manifest), manifest.parent, out, Defaults())
    assert not checked.bad
    return checked.items


def measure(items: Sequence[Item], out: Path, executor: Executor) -> Measured:
    """Run a batch to its end; every item must be done."""
    held, done, started, first = [], 0, time.perf_counter(), 0.0
    for event in run_batch(items, out, executor):
        if isinstance(event, Progress) and isinstance(event.step, Outcome):
            assert not event.step.error, event.step.error
            done, first = event.done, first or time.perf_counter()
            held.append(process_bytes())
    end = time.perf_counter()
    return Measured(end - started, (end - first) / (done - 1), held[min(EARLY, len(held)) - 1], held[-1], done)


def check_seconds(folder: Path) -> float:
    """How long a manifest of 10,000 lines takes to be checked."""
    manifest = folder / "long.csv"
    with manifest.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["media", "box", "output", "edge"])
        for number in range(LINES):
            writer.writerow([f"clip{number % 10:03d}.mp4", "0:60,40,230,170", f"all/{number}", "matte=fast;grow=1"])
    started = time.perf_counter()
    items_of(manifest, folder / "long")
    return time.perf_counter() - started


def nothing(item: Item) -> Iterator[Outcome]:
    """No work at all."""
    yield Outcome(output=item.output, line=item.line, said=item.said, fate=Fate.DONE)


def begin_nothing(item: Item, share: Share) -> Iterator[Outcome]:
    """The same on a cluster."""
    yield from nothing(item)


NOTHING = ItemTasks(begin=begin_nothing)


def compare_workers(folder: Path, manifest: Path) -> None:
    print(f"| {LINES:,} lines checked in | {check_seconds(folder):.2f} s |")
    heading()
    one, two = (row(str(n), folder, manifest, WorkerPool(n, 1, do_item)) for n in (1, 2))
    print(f"gain {one.seconds / two.seconds:.2f}, start left out {one.steady / two.steady:.2f}")


def compare_cluster(folder: Path, manifest: Path) -> None:
    from distributed import LocalCluster

    heading()
    here = row("2, here", folder, manifest, WorkerPool(2, 1, do_item))
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        there = row("2, cluster", folder, manifest, DaskCluster(cluster.scheduler_address))
        print(f"overhead {there.seconds / here.seconds - 1:.3f}, start left out {there.steady / here.steady - 1:.3f}")
        for name, executor in (
            ("pool", WorkerPool(2, 1, nothing)),
            ("cluster", DaskCluster(cluster.scheduler_address, NOTHING)),
        ):
            out = folder / f"nothing {name}"
            print(f"{name}: {measure(items_of(manifest, out), out, executor).steady * 1000:.1f} ms a clip without work")


def compare_divided(folder: Path, manifest: Path) -> None:
    """One clip with a box on every 120th frame: what its steps cost, and how long a cluster of two takes for it."""
    from distributed import LocalCluster

    there = moving_scene(1, LEAST_FRAMES // 2, size=(320, 192), radius=40).frames
    write_video(folder / "long.mp4", (*there, *there[::-1]) * (LONG // LEAST_FRAMES))
    box = ";".join(f"{n}:60,40,230,170" for n in range(0, LONG, LEAST_FRAMES))
    manifest = folder / "long.csv"
    manifest.write_text(f'media,box\nlong.mp4,"{box}"\n')
    print(f"| {LONG} frames | seconds of the processor |\n| --- | --- |")
    _steps(*items_of(manifest, folder / "whole"), *items_of(manifest, folder / "parts"))
    print(f"\n| {LONG} frames | seconds |\n| --- | --- |")
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        for name, least in (("warm", LONG), *(("whole", LONG), ("divided", LEAST_FRAMES)) * 2):
            executor, out = DaskCluster(cluster.scheduler_address, least=least), folder / name
            shutil.rmtree(out, ignore_errors=True)
            *_, report = run_batch(items_of(manifest, out), out, executor)
            assert isinstance(report, BatchReport)
            assert not report.failures
            print(f"| {name} | {report.seconds:.1f} |", flush=True)


def _steps(whole: Item, apart: Item) -> None:
    """What it costs to do a clip whole, and in parts, here on one thread."""
    compute_on(1)
    loaded_model(whole)

    def told(name: str, work: Callable[[], Done]) -> Done:
        start = _processor()
        done = work()
        print(f"| {name} | {_processor() - start:.1f} |", flush=True)
        return done

    told("whole", lambda: list(do_item(whole)))
    *_, plan = told("made ready", lambda: list(begin_item(apart, Share(2, LEAST_FRAMES))))
    assert isinstance(plan, Divided)
    parts = [told("a part", partial(track_part, apart, plan.clip, part)) for part in plan.parts]
    told("put together and exported", lambda: list(finish_item(apart, plan, parts)))


def _processor() -> float:
    """Seconds of the processor that this process and its decoders have had."""
    here = psutil.Process()
    times = [each.cpu_times() for each in (here, *here.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def heading() -> None:
    print("| workers | seconds | s a clip, start left out | clips a minute | parent after 20 clips | at the end |")
    print("| --- | --- | --- | --- | --- | --- |")


def row(name: str, folder: Path, manifest: Path, executor: Executor) -> Measured:
    out = folder / f"out {name}"
    run = measure(items_of(manifest, out), out, executor)
    memory = f"{run.early / 2**20:.0f} MiB | {run.late / 2**20:.0f} MiB"
    rate = run.done / run.seconds * 60
    print(f"| {name} | {run.seconds:.1f} | {run.steady:.3f} | {rate:.1f} | {memory} |", flush=True)
    return run


def main(words: Sequence[str]) -> None:
    os.environ.setdefault("SAM2_STUDIO_HOME", tempfile.mkdtemp())
    count = next((int(word) for word in words if word.isdigit()), 100)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = make_clips(folder, count)
        compare = {"--cluster": compare_cluster, "--divided": compare_divided}
        next((compare[word] for word in words if word in compare), compare_workers)(folder, manifest)


if __name__ == "__main__":
    main(sys.argv[1:])
