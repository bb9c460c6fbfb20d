"""`batch`: many clips by a manifest."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sam2_studio.cli.console import Console
from sam2_studio.cli.edges import Edges, parse_edges
from sam2_studio.cli.options import AsJson, Device, Dtype, ModelName, Overwrite, Quiet, as_usage
from sam2_studio.core.durations import Pace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sam2_studio.batch.batch_run import BatchRun, Executor
    from sam2_studio.batch.items import BadLine
    from sam2_studio.batch.lines import Checked, Defaults
    from sam2_studio.batch.report import BatchReport

_MOST_WORKERS = 4  # by default: each holds a model of its own


Workers = Annotated[
    int | None, typer.Option(metavar="N", min=1, max=256, help="Processes.", show_default="one a core, up to 4")
]
Scheduler = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Work on a Dask cluster; see docs/cluster.md.")]
Mounts = Annotated[
    list[str] | None, typer.Option("--mount", metavar="HERE=THERE", help="A folder with another name on the cluster.")
]
Template = Annotated[
    str, typer.Option(metavar="NAME", help="Output where a line doesn't say; {clip}, {folder}, {line}, {preset}.")
]


def batch(
    manifest: Annotated[Path, typer.Argument(help="A CSV, JSON or TOML file with a line for each clip.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder for all outputs.")],
    workers: Workers = None,
    scheduler: Scheduler = None,
    mounts: Mounts = None,
    preset: Annotated[str, typer.Option(help="What to write where a line doesn't say.")] = "png",
    template: Template = "{clip}",
    auto: Annotated[bool, typer.Option("--auto", help="Find the subject where a line has no prompt.")] = False,
    edges: Edges = None,
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Do the good lines though others are bad.")] = False,
    model: ModelName = "nano",
    device: Device = "auto",
    dtype: Dtype = "auto",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Cut out and export all that a manifest names; a second run does only what is missing, changed or failed.

    Each line names media, and box, point, not, mask, prompts or auto; or it names a project. It may say model, edge,
    preset, output, range, direction and stop_at_cuts. Paths count from the manifest's folder.
    """
    from sam2_studio.batch.batch_run import run_batch
    from sam2_studio.batch.lines import Defaults

    executor, console = _executor(workers, scheduler, mounts or []), Console(quiet=quiet, as_json=as_json)
    edge, place = parse_edges(edges), {"model": model, "device": device, "dtype": dtype}
    defaults = Defaults(preset=preset, template=template, auto=auto, edge=edge, overwrite=overwrite, **place)
    checked = _checked(manifest, output, defaults, console)
    if checked.bad and not keep_going:
        console.complain("Nothing was started. Correct these lines, or give --keep-going to do the others.")
        report = _nothing_done(checked.bad)
    else:
        report = _follow(run_batch(checked.items, output, executor, bad=checked.bad), console)
    _finish(report, console)


def _checked(manifest: Path, output: Path, defaults: "Defaults", console: Console) -> "Checked":
    """The manifest's items; every bad line is told."""
    from sam2_studio.batch.lines import check_rows
    from sam2_studio.batch.manifest import read_manifest

    checked = check_rows(read_manifest(manifest), manifest.parent, output, defaults)
    for line in checked.bad:
        console.complain(f"{manifest}:{line.line}: {line.reason}")
    return checked


def _executor(workers: int | None, scheduler: str | None, mounts: list[str]) -> "Executor":
    """Whoever does the work: processes of this machine, or a cluster. Raises BadParameter."""
    from sam2_studio.batch.item_work import do_item
    from sam2_studio.batch.pool import WorkerPool
    from sam2_studio.engine.device import cores

    if scheduler is not None:
        from sam2_studio.batch.cluster import DaskCluster, Mount

        if workers is not None:
            raise typer.BadParameter("The cluster knows how many workers it has: leave --workers out.")
        return DaskCluster(scheduler, mounts=as_usage(lambda: [Mount.parse(text) for text in mounts]))
    if mounts:
        raise typer.BadParameter("--mount is for --scheduler only.")
    count = min(_MOST_WORKERS, cores()) if workers is None else workers
    return WorkerPool(count, max(1, cores() // count), do_item)


def _follow(events: "BatchRun", console: Console) -> "BatchReport":
    """Show how far the batch is, with its rate, and name each failure when it happens."""
    from sam2_studio.batch.items import Fate, Outcome
    from sam2_studio.batch.report import BatchReport

    pace = Pace()
    with closing(events):
        for event in events:
            if isinstance(event, BatchReport):
                return event
            if isinstance(event.step, Outcome) and event.step.fate is Fate.FAILED:
                console.complain(f"Line {event.step.line}, {event.step.said}: {event.step.error}")
            rate = f"{event.done / pace.seconds * 60:.1f} a minute" if event.done else ""
            console.progress("Batch", event.done, event.total, pace.left(event.done, event.total), rate)
    raise RuntimeError("a batch ended without a report")


def _nothing_done(bad: "Sequence[BadLine]") -> "BatchReport":
    from sam2_studio.batch.report import BatchReport

    return BatchReport(outcomes=(), skipped=(), bad=tuple(bad))


def _finish(report: "BatchReport", console: Console) -> None:
    """Print the result; ends with status 1 where something failed."""
    console.result(report.to_json(), [report.sentence])
    if report.failures:
        raise typer.Exit(1)
