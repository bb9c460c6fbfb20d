"""Runs the program as a process, as a user's shell does, with a home of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """What a run left: exit status, stdout and stderr."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


def studio(*words: object, home: Path, cwd: Path | None = None) -> Ended:
    """Run `sam2-studio` with these words."""
    environment = os.environ | {"SAM2_STUDIO_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-m", "sam2_studio", *map(str, words)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=cwd or home.parent,
        timeout=280,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def refused(ended: Ended, *parts: str, status: int = 1) -> None:
    """Assert a calm refusal: the status, every part named on stderr, stdout empty, no traceback, few words."""
    assert ended.status == status, ended.err
    assert "Traceback" not in ended.err
    assert "Something went wrong" not in ended.err
    for part in parts:
        assert part in ended.err, f"{part!r} is not named in: {ended.err}"
    assert ended.out == ""
    assert len(ended.err.strip().splitlines()) <= (3 if status == 1 else 6)
