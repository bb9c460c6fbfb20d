"""A batch with bad clips, killed in the middle and run again (fault W12), and stopped by Ctrl+C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tests.e2e.command import REPOSITORY, Ended, studio
from tests.media_factory import write_video
from tests.synthetic import moving_scene

from . import batch_program

CLIPS, FRAMES = 10, 3
BAD = ("text.mp4", "cut.mp4", "killer.mp4")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Ten clips: one is text, one is cut off, one kills whoever decodes it."""
    names = [f"c{number}.mp4" for number in range(CLIPS - len(BAD))] + list(BAD)
    for seed, name in enumerate(names):
        write_video(tmp_path / name, moving_scene(seed, FRAMES, size=(128, 96), radius=20).frames)
    (tmp_path / "text.mp4").write_text("no clip at all " * 50)
    whole = (tmp_path / "cut.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[:200])
    lines = ["media,box", *(f'{name},"20,20,110,85"' for name in names)]
    (tmp_path / "m.csv").write_text("\n".join(lines))
    return tmp_path / "m.csv"


def program(manifest: Path, folder: Path) -> "subprocess.Popen[str]":
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    words = [sys.executable, batch_program.__file__, str(manifest), str(folder)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)


def whole(folder: Path) -> dict[str, int]:
    """Pictures with the time of their last change."""
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*.png")}


def run_to_end(manifest: Path, folder: Path) -> list[str]:
    with program(manifest, folder) as process:
        assert process.stdout is not None
        return process.stdout.read().splitlines()


@pytest.mark.fault
def test_killed_after_four_and_run_again_does_only_the_rest(manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with program(manifest, out) as process:
        assert process.stdout is not None
        first = [process.stdout.readline().strip() for _ in range(4)]
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    assert psutil.wait_procs(workers, timeout=60)[1] == [], "workers outlive their parent"
    before = whole(out)
    done = {line.split()[1] for line in first if line.startswith("done")}

    second = run_to_end(manifest, out)
    assert done.isdisjoint(line.split()[1] for line in second)
    assert sorted(line.split()[1] for line in second if line.startswith("failed")) == sorted(BAD)
    after = whole(out)
    for name in done:
        mine = {file: when for file, when in after.items() if file.startswith(f"{Path(name).stem}/")}
        assert len(mine) == FRAMES
        assert mine.items() <= before.items()
    assert len(after) == FRAMES * (CLIPS - len(BAD))
    assert not list(out.rglob(".*.part"))

    (tmp_path / "killer.mp4").write_text("no clip either " * 50)  # the command's own workers don't know its name
    last = command(manifest, out)
    assert last.status == 1
    assert (last.document["done"], last.document["skipped"]) == (0, CLIPS - len(BAD))
    assert [one["item"] for one in last.document["failed"]] == list(BAD)
    assert whole(out) == after


def command(manifest: Path, folder: Path, *words: str) -> Ended:
    home = Path(os.environ["SAM2_STUDIO_HOME"])
    return studio("batch", manifest, "-o", folder, "--workers", "2", "--json", *words, home=home)


@pytest.mark.fault
@pytest.mark.parametrize("done", [0, 1])
def test_ctrl_c_ends_tidily(manifest: Path, tmp_path: Path, done: int) -> None:
    """While a worker works, and while it still loads what it needs."""
    out = tmp_path / "out"
    words = [sys.executable, "-m", "sam2_studio", "batch", str(manifest), "-o", str(out), "--workers", "1"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        assert any(f"Batch: {done} of" in line for line in process.stderr)
        os.killpg(process.pid, signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 1
    assert "Stopped." in said
    assert "Traceback" not in said
    assert "not reached" in (out / "report.html").read_text()
    assert not list(out.rglob(".*.part"))


def test_bad_lines_stop_a_batch_unless_it_is_to_keep_going(manifest: Path, tmp_path: Path) -> None:
    manifest.write_text('media,box\nc0.mp4,"20,20,110,85"\ngone.mp4,"1,2,3,4"\nc1.mp4,"1,2,3"\n')
    refused = command(manifest, tmp_path / "out")
    assert refused.status == 1
    assert "m.csv:3: There is no file" in refused.err
    assert "m.csv:4:" in refused.err
    assert "--keep-going" in refused.err
    assert not (tmp_path / "out").exists()
    went = command(manifest, tmp_path / "out", "--keep-going")
    assert (went.status, went.document["done"]) == (1, 1)
    assert [one["line"] for one in went.document["failed"]] == [3, 4]
