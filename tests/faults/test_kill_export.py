"""Kill -9 while an export is written: the name holds the old file or the whole new one, never a half (fault K3)."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sam2_studio.batch.exporting import export_project
from sam2_studio.export.runner import ExportReport
from sam2_studio.export.spec import ExportSpec
from tests.exporting import names_in, read_by_av

from .conftest import FRAMES

REPOSITORY = Path(__file__).resolve().parents[2]
OLD = b"what was there before"
PROGRAM = """
import os, pathlib, signal, sys
from sam2_studio.batch.exporting import export_project
from sam2_studio.export import staging
from sam2_studio.export.spec import ExportSpec
place, left, project, preset, target = sys.argv[1:]
owner = {"open": staging.PartFile, "write": staging.PartFile, "close": staging.PartFile,
         "replace": pathlib.Path, "sync_folder": staging}[place]
name, left = {"open": "__init__"}.get(place, place), int(left)
real = getattr(owner, name)
def deadly(*given, **more):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **more)
setattr(owner, name, deadly)
spec = ExportSpec(preset=preset, target=pathlib.Path(target), overwrite=True)
for event in export_project(pathlib.Path(project), spec):
    pass
"""
IN_PRORES = [("open", 1), ("write", 1), ("write", 2), ("close", 1), ("replace", 1), ("sync_folder", 1)]
IN_PICTURES = [("open", 1), ("write", 3), ("close", FRAMES), ("replace", 1), ("replace", 4), ("sync_folder", 1)]
SAMPLE = [("write", 2, "after-effects"), ("replace", 4, "png")]
ALL = [(*point, "after-effects") for point in IN_PRORES] + [(*point, "png") for point in IN_PICTURES]


def killed(place: str, count: int, project: Path, preset: str, target: Path) -> None:
    """Export, and be killed before the `count`-th call at `place`."""
    command = [sys.executable, "-c", PROGRAM, place, str(count), str(project), preset, str(target)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize(
    ("place", "count", "preset"),
    [pytest.param(*each, marks=() if each in SAMPLE else pytest.mark.fault) for each in ALL],
)
def test_killed_while_exporting(place: str, count: int, preset: str, masked_project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    names = ["o.mov"] if preset == "after-effects" else [f"o.{number:04d}.png" for number in range(FRAMES)]
    target = out / ("o.mov" if preset == "after-effects" else "o.####.png")
    for name in names:
        (out / name).write_bytes(OLD)
    killed(place, count, masked_project, preset, target)
    published = [name for name in names if (out / name).read_bytes() != OLD]
    assert published == names[: {"replace": count - 1, "sync_folder": len(names)}.get(place, 0)]
    for name in published:
        assert len(read_by_av(out / name)) == (FRAMES if preset == "after-effects" else 1)
    again(masked_project, preset, target)
    assert names_in(out) == names, "what was left of the killed one has gone"


def again(project: Path, preset: str, target: Path) -> None:
    """The same export, left in peace."""
    *_, report = export_project(project, ExportSpec(preset=preset, target=target, overwrite=True))
    assert isinstance(report, ExportReport)
    assert report.verified
