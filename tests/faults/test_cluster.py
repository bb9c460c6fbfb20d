"""A batch on a real cluster of two processes, one of them killed in the middle: the same files as on this machine."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster
from sam2_studio.batch.batch_run import Progress, run_batch
from sam2_studio.batch.cluster import DaskCluster
from sam2_studio.batch.cluster_tasks import ItemTasks
from sam2_studio.batch.item_work import do_item, project_path
from sam2_studio.batch.items import Fate, Item, Outcome
from sam2_studio.batch.lines import Defaults, check_rows
from sam2_studio.batch.manifest import Row
from sam2_studio.batch.pool import WorkerPool
from sam2_studio.batch.report import BatchReport
from sam2_studio.errors import BatchError
from tests.batch_work import BY_NAME, DEADLY, items_of, said_of, shown_on
from tests.media_factory import write_video
from tests.synthetic import moving_scene

pytestmark = [pytest.mark.fault, pytest.mark.filterwarnings("default")]
CLIPS, FRAMES = 8, 4


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A scheduler here and two workers in processes of their own."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        yield made


def items_to(out: Path, footage: Path) -> tuple[Item, ...]:
    rows = [Row(n, {"media": f"c{n}.mp4", "box": "20,20,110,85"}) for n in range(CLIPS)]
    return check_rows(rows, footage, out, Defaults()).items


def written(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*.png"))}


def test_a_lost_worker_changes_nothing(cluster: Any, tmp_path: Path) -> None:
    for seed in range(CLIPS):
        write_video(tmp_path / f"c{seed}.mp4", moving_scene(seed, FRAMES, size=(128, 96), radius=20).frames)
    here, there = tmp_path / "here", tmp_path / "there"
    *_, local = run_batch(items_to(here, tmp_path), here, WorkerPool(2, 1, do_item))
    assert isinstance(local, BatchReport)
    assert len(local.done) == CLIPS

    with Client(cluster.scheduler_address, set_as_default=False) as client:
        pids = sorted(client.run(os.getpid).values())
    killed, report = False, None
    for event in run_batch(items_to(there, tmp_path), there, DaskCluster(cluster.scheduler_address)):
        if isinstance(event, Progress) and event.done == 2 and not killed:
            os.kill(pids[0], signal.SIGKILL)
            killed = True
        report = event
    assert killed
    assert isinstance(report, BatchReport)
    assert report.failures == ()
    assert len(report.done) == CLIPS
    assert written(there) == written(here)
    assert len(written(there)) == CLIPS * FRAMES

    *_, again = run_batch(items_to(there, tmp_path), there, DaskCluster(cluster.scheduler_address))
    assert isinstance(again, BatchReport)
    assert len(again.skipped) == CLIPS


@pytest.mark.parametrize("tasks", [ItemTasks(), DEADLY], ids=["whole", "lost"])
def test_a_long_clip_is_divided_and_becomes_the_same(cluster: Any, tmp_path: Path, tasks: ItemTasks) -> None:
    """Masks, scores, health and pictures; also where workers are lost that track a part, or put the parts together."""
    write_video(tmp_path / "long.mp4", moving_scene(1, 16, size=(128, 96), radius=20).frames)
    prompts = shown_on((0, 5, 11), (8,), box=(20, 20, 110, 85))
    rows = [Row(1, {"media": "long.mp4", "prompts": prompts, "window": "on"})]
    here, there = (check_rows(rows, tmp_path, tmp_path / name, Defaults()).items for name in ("here", "there"))
    *_, local = run_batch(here, tmp_path / "here", WorkerPool(1, 1, do_item))
    *_, report = run_batch(there, tmp_path / "there", DaskCluster(cluster.scheduler_address, tasks, least=8))
    for each in (local, report):
        assert isinstance(each, BatchReport)
        assert each.failures == ()
    assert written(tmp_path / "there") == written(tmp_path / "here")
    assert said_of(project_path(there[0])) == said_of(project_path(here[0]))
    assert len(said_of(project_path(here[0]))) == 32
    died = sorted(path.name for path in (tmp_path / "there").glob(".died*"))
    assert died == ([".died-exporting", ".died-tracking"] if tasks is DEADLY else [])


def test_a_clip_that_kills_its_worker_fails_alone(cluster: Any, tmp_path: Path) -> None:
    items = items_of(tmp_path, "a.mp4", "die.mp4", "b.mp4", "raise.mp4", "c.mp4")
    said = list(DaskCluster(cluster.scheduler_address, BY_NAME).run(items))
    outcomes = {one.said: one for one in said if isinstance(one, Outcome)}
    assert outcomes["die.mp4"].error.startswith("Every worker that tried it died.")
    fates = {name: one.fate for name, one in outcomes.items()}
    assert {name for name, fate in fates.items() if fate is Fate.FAILED} == {"die.mp4", "raise.mp4"}
    assert len(fates) == len(items)


def test_no_scheduler_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sam2_studio.batch.cluster._SECONDS", 1)
    with pytest.raises(BatchError, match="no scheduler"):
        list(DaskCluster("tcp://127.0.0.1:1", BY_NAME).run(items_of(tmp_path, "a.mp4")))
