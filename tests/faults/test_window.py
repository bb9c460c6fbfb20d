"""The whole program ended at any moment: closed, killed, aborted, errors inside (faults K2, K5, W5, W10).

Each run is a process of its own with a home of its own; a watchdog ends one that hangs.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sam2_studio.core.masks import Mask
from sam2_studio.core.store import ProjectFile

from . import window_program
from .window_program import FIRST, LAST

WATCHDOG = 240  # seconds
ALL = LAST - FIRST


class Ran:
    """What a run left: exit status, what it told, what it wrote to stderr."""

    def __init__(self, home: Path, action: str, *arguments: object) -> None:
        command = [sys.executable, window_program.__file__, action, *map(str, arguments)]
        variables = os.environ | {"SAM2_STUDIO_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=WATCHDOG, env=variables, check=False, cwd=home.parent
        )
        self.status, self.stderr = done.returncode, done.stderr
        self.told: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        return self.told[-1]

    def check_clean(self) -> None:
        assert (self.status, self.stderr) == (0, "")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def masks_of(project: str | Path) -> dict[int, Mask | None]:
    file = ProjectFile.open(Path(project), read_only=True)
    try:
        return {frame: file.mask_of(1, frame) for frame in file.project.track(1)}
    finally:
        file.close()


def check_track_close(home: Path, clip: Path, at: int) -> None:
    ran = Ran(home, "track-close", clip, "--at", at)
    ran.check_clean()
    assert len(masks_of(ran.last["project"])) >= ran.last["masks"] >= min(at, ALL)
    assert not list((home / "settings" / "sessions").iterdir())


def check_export_close(home: Path, clip: Path, at: int, target: Path) -> None:
    target.write_bytes(b"from before")
    ran = Ran(home, "export-close", clip, "--at", at, "--target", target)
    ran.check_clean()
    assert ran.last["running"] or at > ALL // 2, "nothing was exported any more"
    assert target.read_bytes() == b"from before" or target.stat().st_size > 1000
    assert [path.name for path in target.parent.iterdir() if ".part" in path.name] == []


@pytest.mark.parametrize("at", [2, pytest.param(12, marks=pytest.mark.fault)])
def test_closed_while_it_tracks(home: Path, sample_clip: Path, at: int) -> None:
    check_track_close(home, sample_clip, at)


@pytest.mark.parametrize("at", [pytest.param(0, marks=pytest.mark.fault), 9])
def test_closed_while_it_exports(home: Path, sample_clip: Path, at: int, tmp_path: Path) -> None:
    check_export_close(home, sample_clip, at, tmp_path / "matte.mkv")


@pytest.mark.parametrize(
    "at", [pytest.param(0, marks=pytest.mark.fault), 40, pytest.param(700, marks=pytest.mark.fault)]
)
def test_closed_while_it_starts_and_opens(home: Path, sample_clip: Path, at: int) -> None:
    Ran(home, "start-close", sample_clip, "--at", at).check_clean()


@pytest.mark.fault
@pytest.mark.timeout(3600)
def test_closed_at_many_points(home: Path, sample_clip: Path, tmp_path: Path) -> None:
    for at in (1, 3, 5, 8, 16, 24, 31, 32):
        check_track_close(home, sample_clip, at)
    for at in (1, 4, 16, 24, 31, 32):
        check_export_close(home, sample_clip, at, tmp_path / "matte.mkv")
    for at in (1, 10, 100, 200, 400, 1000, 1500, 2500):
        Ran(home, "start-close", sample_clip, "--at", at).check_clean()


def check_killed(home: Path, clip: Path, at: int, unbroken: dict[int, Mask | None]) -> None:
    """Kill at so many masks; they are kept, the next start says so, and tracking again ends in the same masks."""
    killed = Ran(home, "track-kill", clip, "--at", at)
    assert killed.status == -signal.SIGKILL
    project = killed.last["project"]
    kept = masks_of(project)
    assert len(kept) >= killed.last["masks"] >= at
    assert kept == {frame: unbroken[frame] for frame in kept}
    shown = Ran(home, "show")
    shown.check_clean()
    assert "restored to the last edit" in shown.last["message"]
    assert shown.last["project"] == project
    assert shown.last["masks"] == len(kept)
    resumed = Ran(home, "track-all", project)
    resumed.check_clean()
    assert masks_of(project) == unbroken


@pytest.fixture
def unbroken(tmp_path: Path, sample_clip: Path) -> dict[int, Mask | None]:
    ran = Ran(tmp_path / "twin", "track-all", sample_clip)
    ran.check_clean()
    found = masks_of(ran.last["project"])
    assert sorted(found) == list(range(FIRST, LAST))
    return found


@pytest.mark.fault
def test_killed_while_it_tracks(home: Path, sample_clip: Path, unbroken: dict[int, Mask | None]) -> None:
    check_killed(home, sample_clip, 12, unbroken)


@pytest.mark.fault
@pytest.mark.timeout(3600)
def test_killed_at_the_first_and_the_last_frame(
    tmp_path: Path, sample_clip: Path, unbroken: dict[int, Mask | None]
) -> None:
    for at in (2, 5, 20, ALL - 1):
        check_killed(tmp_path / f"home {at}", sample_clip, at, unbroken)


@pytest.mark.parametrize("place", ["paint", pytest.param("worker", marks=pytest.mark.fault)])
def test_a_native_crash_is_survived_by_the_work(home: Path, sample_clip: Path, place: str) -> None:
    crashed = Ran(home, f"abort-in-{place}", sample_clip)
    assert crashed.status == -signal.SIGABRT
    shown = Ran(home, "show")
    shown.check_clean()
    assert shown.last["project"] == crashed.last["project"]
    assert shown.last["masks"] == 1
    assert "crash-1.log" in shown.last["message"]
    trace = (home / "logs" / "crash-1.log").read_text()
    assert "Aborted" in trace
    assert "window_program.py" in trace, "it doesn't say where"


def test_what_crashes_twice_is_not_opened_by_itself(home: Path, sample_clip: Path) -> None:
    first = Ran(home, "abort-in-worker", sample_clip)
    second = Ran(home, "abort-in-worker")
    assert (first.status, second.status) == (-signal.SIGABRT,) * 2
    assert second.last["project"] == first.last["project"]
    shown = Ran(home, "show")
    shown.check_clean()
    assert shown.last["project"] == ""
    assert "twice" in shown.last["message"]


def test_errors_in_slots_paints_and_workers_are_told_once_and_the_work_goes_on(home: Path, sample_clip: Path) -> None:
    ran = Ran(home, "raise-everywhere", sample_clip)
    assert ran.status == 0
    # what PySide itself says of an error in an event handler
    assert ran.stderr.replace("Error calling Python override of QWidget::event(): ", "") == ""
    said, failed, end = ran.told
    assert "a fault of the test" in said["message"]
    assert said["paints"] > 5
    assert failed["failed"] == "fault"
    assert end["masks"] >= 20
    log = (home / "logs" / "sam2-studio.log").read_text()
    assert log.count("Traceback") == 3, "one trace for the slot, one for all paints, one for the worker"
