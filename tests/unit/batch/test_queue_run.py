"""The queue worked through: in its order as it is by then, each line as a manifest's line would be."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from sam2_studio.batch.clip_queue import Lines, LineState, QueueLine, in_order, without
from sam2_studio.batch.lines import Defaults, check_rows
from sam2_studio.batch.manifest import Row
from sam2_studio.batch.pool import WorkerPool
from sam2_studio.batch.queue_file import QueueFile
from sam2_studio.batch.queue_run import LineEnded, QueueRun, item_of
from sam2_studio.core.lock import WriterLock
from sam2_studio.errors import BatchError
from tests.batch_work import by_name
from tests.queue_pool import STOP, ToldPool
from tests.unit.batch.test_clip_queue import line


@pytest.fixture
def lines(tmp_path: Path) -> Lines:
    made = tuple(replace(line(name), project=tmp_path / f"{name}.cutout", folder=tmp_path / "out") for name in "abc")
    for each in made:
        each.project.write_bytes(b"not looked at")
    return made


@pytest.fixture
def file(tmp_path: Path, lines: Lines) -> QueueFile:
    made = QueueFile(tmp_path / "queue.json")
    made.change(lambda _: lines)
    return made


def run_of(file: QueueFile, pool: object, held: tuple[str, ...] = ()) -> QueueRun:
    return QueueRun(
        file, cast(WorkerPool, pool), device="cpu", dtype="auto", may_start=lambda line: line.id not in held
    )


def ended(run: QueueRun) -> list[QueueLine]:
    return [event.line for event in run.events() if isinstance(event, LineEnded)]


def states(file: QueueFile) -> str:
    return " ".join(f"{each.id}:{each.state}" for each in file.read())


def test_a_failed_line_holds_nobody_up_and_all_is_written_down(file: QueueFile) -> None:
    pool = ToldPool()
    for answer in ("", "No room.", ""):
        pool.answers.put(answer)
    assert [each.id for each in ended(run_of(file, pool))] == ["a", "b", "c"]
    assert states(file) == "a:done b:failed c:done"
    assert [each.said for each in file.read()] == ["", "No room.", ""]
    assert [(each.frames, each.doubtful) for each in file.read()] == [(4, 1)] * 3


def test_the_order_at_the_end_of_a_line_counts(file: QueueFile) -> None:
    pool = ToldPool()
    with closing(run_of(file, pool).events()) as events:
        next(events)
        file.change(lambda lines: without(in_order(lines, ("c", "a")), {"b"}))
        pool.answers.put("")
        pool.answers.put("")
        list(events)
    assert [item.said[-8:] for item in pool.items] == ["a.cutout", "c.cutout"]


def test_what_was_stopped_waits_and_is_first_again(file: QueueFile) -> None:
    pool = ToldPool()
    pool.answers.put(STOP)
    assert ended(run_of(file, pool)) == []
    assert states(file) == "a:waiting b:waiting c:waiting"


def test_a_line_changed_under_way_is_done_once_more(file: QueueFile, lines: Lines) -> None:
    pool = ToldPool()
    with closing(run_of(file, pool, held=("b", "c")).events()) as events:
        next(events)
        file.change(lambda lines: (replace(lines[0], preset="web"), *lines[1:]))
        pool.answers.put("")
        pool.answers.put("")
        list(events)
    assert [item.export.preset for item in pool.items] == ["png", "web"]
    assert states(file) == "a:done b:waiting c:waiting"


def test_a_project_that_vanished_is_said_and_the_others_are_done(file: QueueFile, lines: Lines) -> None:
    lines[0].project.unlink()
    pool = ToldPool()
    pool.answers.put("")
    pool.answers.put("")
    first, *_ = ended(run_of(file, pool))
    assert first.state is LineState.FAILED
    assert str(lines[0].project) in first.said
    assert "isn't there any more" in first.said
    assert states(file) == "a:failed b:done c:done"


def test_a_folder_that_cannot_be_made_is_said(file: QueueFile, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    first, *_ = ended(run_of(file, ToldPool()))
    assert str(tmp_path / "out") in first.said
    assert states(file) == "a:failed b:failed c:failed"


def test_lines_that_cannot_start_wait(file: QueueFile) -> None:
    pool = ToldPool()
    pool.answers.put("")
    assert [each.id for each in ended(run_of(file, pool, held=("a", "c")))] == ["b"]


def test_one_window_at_a_time_works_on_the_queue(file: QueueFile) -> None:
    lock = WriterLock.take(file.path)
    with pytest.raises(BatchError, match="Another window"):
        ended(run_of(file, ToldPool()))
    lock.release()
    pool = ToldPool()
    pool.answers.put(STOP)
    ended(run_of(file, pool))


def test_a_line_is_what_a_manifests_line_would_be(lines: Lines, tmp_path: Path) -> None:
    values = {"project": "a.cutout", "preset": "png", "output": "a-cutout"}
    manifest = check_rows([Row(1, values)], tmp_path, tmp_path / "out", Defaults(device="cpu"))
    assert replace(item_of(lines[0], Defaults(device="cpu")), said="a.cutout") == manifest.items[0]


def test_a_crashed_worker_takes_its_line_along_only(file: QueueFile, lines: Lines, tmp_path: Path) -> None:
    deadly = tmp_path / "die.cutout"
    deadly.write_bytes(b"x")
    file.change(lambda lines: (replace(lines[0], project=deadly), lines[1]))
    first, second = ended(run_of(file, WorkerPool(1, 1, by_name)))
    assert "SIGSEGV" in first.said
    assert "--workers" not in first.said
    assert second.state is LineState.DONE


def test_stopping_ends_the_workers_of_a_run(file: QueueFile) -> None:
    run = run_of(file, WorkerPool(1, 1, by_name))
    run.stop()
    assert list(run.events()) == []
    assert states(file) == "a:waiting b:waiting c:waiting"
