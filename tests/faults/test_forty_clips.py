"""A manifest of forty lines as a studio has it: three are wrong, one clip kills its decoder, somebody presses Ctrl+C.

On this machine and on a cluster: the second run does what the first one left, and both give the same files.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster
from tests.e2e.command import REPOSITORY
from tests.media_factory import write_video
from tests.synthetic import moving_scene

pytestmark = [pytest.mark.fault, pytest.mark.filterwarnings("default"), pytest.mark.timeout(900)]
GOOD, FRAMES = 36, 4
WRONG = ('gone.mp4,"1,2,3,4",', 'c000.mp4,"1,2,3",', 'c001.mp4,"20,20,110,85",no-such-preset')


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """36 good clips, one that kills its decoder in the middle, and three wrong lines among them."""
    names = [f"c{number:03d}.mp4" for number in range(GOOD)]
    names.insert(GOOD // 2, "killer.mp4")
    for seed, name in enumerate(names):
        write_video(tmp_path / name, moving_scene(seed, FRAMES, size=(128, 96), radius=20).frames)
    lines = [f'{name},"20,20,110,85",' for name in names]
    for place, wrong in zip((1, 7, 30), WRONG, strict=True):
        lines.insert(place, wrong)
    (tmp_path / "m.csv").write_text("\n".join(["media,box,preset", *lines]))
    return tmp_path / "m.csv"


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every Python that is started from here know the deadly clip."""
    paths = (Path(__file__).parent / "deadly", REPOSITORY)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, paths)))


@pytest.fixture(params=["here", "cluster"])
def where(request: pytest.FixtureRequest, deadly: None) -> Iterator[tuple[str, ...]]:
    """The words that say who does the work."""
    if request.param == "here":
        yield ("--workers", "2")
        return
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        yield ("--scheduler", made.scheduler_address)


def started(manifest: Path, out: Path, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "sam2_studio", "batch", str(manifest), "-o", str(out), "--keep-going", "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*command, *words], **pipes, text=True, start_new_session=True)  # type: ignore[call-overload]


def test_interrupted_and_gone_on_with(manifest: Path, tmp_path: Path, where: tuple[str, ...]) -> None:
    out = tmp_path / "out"
    with started(manifest, out, *where) as process:
        assert any("Batch: 8 of 37" in line for line in process.stderr)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 1
    assert "Stopped." in said
    assert "Traceback" not in said
    page = (out / "report.html").read_text()
    assert "<h2>Wrong lines in the manifest: 3</h2>" in page
    assert "not reached. The same command goes on" in page

    with started(manifest, out, *where) as process:
        document, said = process.communicate()
    assert process.returncode == 1
    result = json.loads(document)
    assert result["done"] + result["skipped"] == GOOD
    assert result["skipped"] >= 7  # of eight that were finished one may have failed
    assert [(one["line"], one["item"]) for one in result["failed"]] == [
        (3, "gone.mp4"),
        (9, "c000.mp4"),
        (22, "killer.mp4"),
        (32, "c001.mp4"),
    ]
    assert "makes its decoder crash at frame 2" in result["failed"][2]["error"]
    assert len(list(out.rglob("*.png"))) == GOOD * FRAMES
    assert not list(out.rglob(".*.part"))
