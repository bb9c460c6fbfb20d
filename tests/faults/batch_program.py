"""Runs a batch in a process of its own, telling of each outcome; to be killed. `batch_program.py MANIFEST DIR`."""

import sys
from pathlib import Path

from sam2_studio.batch.batch_run import Progress, run_batch
from sam2_studio.batch.items import Outcome
from sam2_studio.batch.lines import Defaults, check_rows
from sam2_studio.batch.manifest import read_manifest
from sam2_studio.batch.pool import WorkerPool
from tests.batch_work import real_or_deadly


def main(manifest: Path, folder: Path) -> None:
    checked = check_rows(read_manifest(manifest), manifest.parent, folder, Defaults())
    for event in run_batch(checked.items, folder, WorkerPool(2, 1, real_or_deadly)):
        if isinstance(event, Progress) and isinstance(event.step, Outcome):
            print(event.step.fate.value, event.step.said, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
