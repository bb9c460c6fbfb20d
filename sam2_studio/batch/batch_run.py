"""A whole batch: what is due is done, the rest is skipped, and a report is left. Knows not who does the work."""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sam2_studio.batch.items import BadLine, Item, Outcome, Step
from sam2_studio.batch.records import CLAIMED, FAILED, Record, Records
from sam2_studio.batch.report import BatchReport, write_report
from sam2_studio.errors import BatchError


class Executor(Protocol):
    """Does items, somewhere; yields steps and one outcome for each. Closing the generator stops the work."""

    def run(self, items: Sequence[Item]) -> Generator[Step | Outcome, None, None]: ...


@dataclass(frozen=True)
class Progress:
    """How many of the items that are due are finished; `step` is what was heard last."""

    done: int
    total: int
    step: Step | Outcome | None = None


BatchRun = Generator[Progress | BatchReport, None, None]


def run_batch(items: Sequence[Item], folder: Path, executor: Executor, *, bad: Sequence[BadLine] = ()) -> BatchRun:
    """Do the items that are due, the largest first; the last value is the report, which is in the folder as well.

    Closing it stops the workers; what is done is kept, and the report says what was not reached.

    Args:
        bad: Lines that couldn't be read, for the report.

    Raises:
        BatchError: the folder can't be written, or no worker starts.
    """
    started = time.monotonic()
    make_folder(folder)
    records = Records(folder.absolute())
    due = sorted((item for item in items if not records.is_done(item)), key=lambda item: -item.size)
    names = {item.output for item in due}
    skipped = tuple((item.line, item.said, item.output) for item in items if item.output not in names)
    outcomes: list[Outcome] = []

    def report() -> BatchReport:
        return BatchReport(
            outcomes=tuple(sorted(outcomes, key=lambda one: one.line)),
            skipped=skipped,
            bad=tuple(bad),
            left=len(due) - len(outcomes),
            seconds=time.monotonic() - started,
        )

    try:
        yield from _follow(due, executor, outcomes, records)
    finally:
        write_report(report(), folder)
    yield report()


def _follow(
    due: Sequence[Item], executor: Executor, outcomes: list[Outcome], records: Records
) -> Generator[Progress, None, None]:
    yield Progress(0, len(due))
    if not due:
        return
    run = executor.run(due)
    try:
        for said in run:
            if isinstance(said, Outcome):
                outcomes.append(said)
                _settle(said, records)
            yield Progress(len(outcomes), len(due), said)
    finally:
        run.close()


def _settle(outcome: Outcome, records: Records) -> None:
    """Write down that an item failed whose worker couldn't do it any more."""
    record = records.read(outcome.output)
    if outcome.error and (record is None or record.fate == CLAIMED):
        files = {} if record is None else record.files
        records.write(outcome.output, Record(fate=FAILED, files=files, error=outcome.error))


def make_folder(folder: Path) -> None:
    """Make the folder of all outputs. Raises BatchError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BatchError(f"The folder {folder} can't be made: {error.strerror}.", "Choose another one.") from error
