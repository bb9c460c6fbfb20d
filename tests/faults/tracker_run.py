"""Tracks a project in a process of its own, telling of each step; to be killed. `python tracker_run.py PROJECT`."""

import sys
from pathlib import Path

from sam2_studio.batch.pipeline import track_project
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine.models import load_model


def main(path: Path) -> None:
    file = ProjectFile.open(path)
    for _ in track_project(file, load_model("nano", "cpu"), [each.id for each in file.project.objects]):
        print("step", flush=True)
    sys.stdin.read()  # the run may be over before the signal comes


if __name__ == "__main__":
    main(Path(sys.argv[1]))
