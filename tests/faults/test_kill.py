"""Kill -9 at any moment: every finished edit is there, the file is whole, undo and redo work (faults K1, K2)."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core.store import ProjectFile

from . import editor


def killed_after(count: int, path: Path, kind: str, seed: int) -> int:
    """Let the editor finish `count` edits, kill it, return how many it told of."""
    command = [sys.executable, editor.__file__, str(path), kind, str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(count)]
        process.kill()
        told += process.stdout.read().splitlines(keepends=True)  # finished before the signal came
    assert process.returncode == -signal.SIGKILL
    return int([line for line in told if line.endswith("\n")][-1])


def killed_before(statement: int, path: Path, kind: str, seed: int) -> int:
    """Let the editor kill itself before a statement of SQL, return how many edits it told of."""
    command = [sys.executable, editor.__file__, str(path), kind, str(seed), str(statement)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    return len(done.stdout.splitlines())


def state(file: ProjectFile) -> tuple[object, ...]:
    """Document and undo history, with the pixels of every mask."""
    project = file.project
    ids = range(1, project.highest_object_id + 1)
    prompts = [(i, f, project.prompts(i, f)) for i in ids for f in project.prompted_frames(i)]
    masks = [(i, f, project.track(i).get(f), file.mask_of(i, f)) for i in ids for f in project.track(i)]
    steps = [(step.id, step.command) for step in file.history.steps]
    return project.clip, project.objects, prompts, masks, steps, file.history.done


def check_undo(file: ProjectFile) -> None:
    """Down to nothing, and up again to where it was."""
    done, before = file.history.done, state(file)
    while file.history.undo():
        pass
    assert state(file)[1:4] == ((), [], [])
    while file.history.redo():
        pass
    while file.history.done > done:
        file.history.undo()
    assert state(file) == before


def check_killed(path: Path, kind: str, count: int, seed: int = 0) -> None:
    """Kill the editor of `path` after so many edits; see `check_found`."""
    twin = twin_of(path)
    finished = killed_after(count, path, kind, seed)
    assert finished >= count
    check_found(path, twin, kind, finished, seed)


def check_killed_before(path: Path, kind: str, statement: int, seed: int = 0) -> None:
    """Let the editor of `path` kill itself inside an edit; see `check_found`."""
    twin = twin_of(path)
    check_found(path, twin, kind, killed_before(statement, path, kind, seed), seed)


def twin_of(path: Path) -> Path:
    twin = path.with_name(f"twin of {path.name}")
    shutil.copy(path, twin) if path.exists() else ProjectFile.create(twin).close()
    return twin


def check_found(path: Path, twin: Path, kind: str, finished: int, seed: int) -> None:
    """What is found must be what the same edits make on the twin, to the last told or one more."""
    unbroken = ProjectFile.open(twin)
    edits = editor.edits(unbroken, kind, seed)
    for _ in range(finished):
        next(edits)
    allowed = [state(unbroken)]
    next(edits)
    allowed.append(state(unbroken))
    unbroken.close()
    file = ProjectFile.open(path)
    assert state(file) in allowed
    check_undo(file)
    file.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("count", [1, 2, 3, 8, 30])
def test_killed_while_clicking(count: int, tmp_path: Path) -> None:
    check_killed(tmp_path / "killed.cutout", "clicks", count, seed=count)


@pytest.mark.parametrize("count", [12, 40])
def test_killed_among_edits_of_every_kind(count: int, tmp_path: Path) -> None:
    check_killed(tmp_path / "killed.cutout", "mixed", count, seed=count)


@pytest.mark.parametrize("statement", [11, 48, 133])
def test_killed_inside_an_edit_of_any_kind(statement: int, tmp_path: Path) -> None:
    check_killed_before(tmp_path / "killed.cutout", "mixed", statement, seed=statement)


@pytest.mark.parametrize("count", [3, 9])
def test_killed_while_tracking_and_going_on(count: int, tmp_path: Path) -> None:
    for _ in range(2):
        check_killed(tmp_path / "killed.cutout", "tracks", count)
    file = ProjectFile.open(tmp_path / "killed.cutout")
    frames = tuple(file.project.track(1))
    assert frames == tuple(range(len(frames)))
    assert all(file.mask_of(1, f) == editor.mask_of(f) for f in frames)
    file.close()


def test_killed_again_and_again(tmp_path: Path) -> None:
    for seed in range(4):
        check_killed(tmp_path / "killed.cutout", "clicks", 5, seed)


@pytest.mark.parametrize("statement", [1, 9, 20, 37, 64, 90, 121, 150])
def test_killed_inside_an_edit(statement: int, tmp_path: Path) -> None:
    check_killed_before(tmp_path / "killed.cutout", "clicks", statement, seed=statement)


@pytest.mark.parametrize("statement", [25, 60])
def test_killed_inside_a_batch_of_a_run(statement: int, tmp_path: Path) -> None:
    check_killed_before(tmp_path / "killed.cutout", "tracks", statement)


@pytest.mark.fault
@pytest.mark.timeout(3600)
def test_killed_before_every_statement_of_40_edits(tmp_path: Path) -> None:
    for statement in range(1, 400):
        check_killed_before(tmp_path / f"{statement}.cutout", "clicks", statement)
    for statement in range(1, 160):
        check_killed_before(tmp_path / f"track {statement}.cutout", "tracks", statement)
    for statement in range(1, 300):
        check_killed_before(tmp_path / f"mixed {statement}.cutout", "mixed", statement, seed=statement)


@pytest.mark.fault
@pytest.mark.timeout(3600)
def test_killed_at_every_edit(tmp_path: Path) -> None:
    for count in range(1, 61):
        check_killed(tmp_path / f"{count}.cutout", "clicks", count, seed=count)
    for count in np.random.default_rng(0).integers(2, 300, 20).tolist():
        check_killed(tmp_path / f"track {count}.cutout", "tracks", count)
