"""Workers of this machine: a dead one takes its item with it and nothing else."""

import os
from pathlib import Path

import psutil
import pytest
from sam2_studio.batch.items import Fate, Outcome
from sam2_studio.batch.pool import WorkerPool
from sam2_studio.errors import BatchError
from tests.batch_work import by_name, items_of


def test_what_dies_or_raises_fails_alone(tmp_path: Path) -> None:
    items = items_of(tmp_path, "a.mp4", "die.mp4", "b.mp4", "raise.mp4", "fail.mp4", "c.mp4")
    said = list(WorkerPool(2, 1, by_name).run(items))
    outcomes = {one.said: one for one in said if isinstance(one, Outcome)}
    assert len(outcomes) == len(items)
    assert {name for name, one in outcomes.items() if one.fate is Fate.DONE} == {"a.mp4", "b.mp4", "c.mp4"}
    assert "SIGSEGV" in outcomes["die.mp4"].error
    assert "as the name says" in outcomes["raise.mp4"].error
    assert outcomes["fail.mp4"].error == "No."
    assert str(os.getpid()) not in {one.written for one in outcomes.values()}
    assert not alive_workers()


def alive_workers() -> list[psutil.Process]:
    return [p for p in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(p.cmdline())]


def test_closing_a_run_ends_its_workers(tmp_path: Path) -> None:
    run = WorkerPool(1, 1, by_name).run(items_of(tmp_path, "a.mp4", "b.mp4"))
    next(run)
    assert alive_workers()
    run.close()
    assert not alive_workers()


def test_a_worker_that_never_starts_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sam2_studio.batch.pool.serve", os._exit)
    with pytest.raises(BatchError, match="can't start"):
        list(WorkerPool(1, 1, by_name).run(items_of(tmp_path, "a.mp4")))
