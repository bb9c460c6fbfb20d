"""A native crash leaves its traces; the next start sets them aside and knows of them."""

import signal
import subprocess
import sys
from pathlib import Path

from sam2_studio import crash_log, home

ABORTED = """
import os, threading
from sam2_studio import crash_log
crash_log.start()
def in_a_worker(): os.abort()
thread = threading.Thread(target=in_a_worker); thread.start(); thread.join()
"""


def started() -> str:
    """What a start in a process of its own knows of the session before."""
    code = "from sam2_studio import crash_log; print(crash_log.start())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_an_abort_in_a_worker_is_noted_and_told_once(studio_home: Path) -> None:
    assert started() == "None"
    done = subprocess.run([sys.executable, "-c", ABORTED], capture_output=True, check=False)
    assert done.returncode == -signal.SIGABRT
    told = Path(started())
    assert told.parent == home.log_folder()
    assert "in_a_worker" in told.read_text()
    assert started() == "None"


def test_old_logs_are_bounded(studio_home: Path) -> None:
    folder = home.log_folder()
    folder.mkdir(parents=True)
    for number in range(12):
        (folder / "crash.log").write_text(f"crash {number}")
        assert started().endswith(f"crash-{number + 1}.log")
    kept = sorted(path.read_text() for path in folder.glob("crash-*.log"))
    assert kept == [f"crash {number}" for number in (10, 11, 7, 8, 9)]


def test_a_folder_that_can_not_be_written_costs_nothing(studio_home: Path) -> None:
    studio_home.parent.mkdir(exist_ok=True)
    studio_home.write_text("no folder")
    assert started() == "None"
    assert crash_log._open_file == []
