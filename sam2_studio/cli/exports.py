"""`export`: projects to files."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sam2_studio.cli.clips import by_index
from sam2_studio.cli.console import Console
from sam2_studio.cli.edges import Edges, parse_edges
from sam2_studio.cli.options import (
    AsJson,
    Background,
    Compression,
    Outside,
    Overwrite,
    Premultiplied,
    Provenance,
    Quiet,
    Range,
    Strength,
    parse_range,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from sam2_studio.core.frames import FrameRange
    from sam2_studio.core.project import Project
    from sam2_studio.export.runner import ExportProgress, ExportReport


def export(
    project: Annotated[Path, typer.Argument(help="The project.")],
    preset: Annotated[str, typer.Option(help="What to write; see the guide, or give a wrong one for the list.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File or folder.")],
    objects: Annotated[list[str] | None, typer.Option("--object", metavar="NAME", help="Only this object.")] = None,
    frames: Range = None,
    bit_depth: Annotated[int | None, typer.Option(help="Bits of one channel: 8 or 16.")] = None,
    edges: Edges = None,
    background: Background = "#FFFFFF",
    strength: Strength = None,
    outside: Outside = False,
    premultiplied: Premultiplied = False,
    compression: Compression = "",
    provenance: Provenance = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write what is cut out in a project to files, read them back and say whether they are right."""
    from sam2_studio.batch.exporting import doubt_unmatted, export_project
    from sam2_studio.export.spec import ExportSpec
    from sam2_studio.export.treatment import Hiding, parse_background

    console = Console(quiet=quiet, as_json=as_json)
    ids, within = _chosen(project, objects or [], parse_range(frames) if frames is not None else None)
    spec = ExportSpec(
        preset=preset,
        target=output,
        object_ids=ids,
        range=within,
        bit_depth=bit_depth,
        background=parse_background(background),
        hiding=Hiding(strength=strength, outside=outside),
        premultiplied=premultiplied,
        compression=compression,
        provenance=provenance,
        overwrite=overwrite,
    )
    report = follow_export(export_project(project, spec, parse_edges(edges)), console)
    doubt_unmatted(project, report)
    finish_export(report, console)


def follow_export(events: "Generator[ExportProgress | ExportReport, None, None]", console: Console) -> "ExportReport":
    """Show the progress of an export and return its report."""
    from sam2_studio.export.runner import ExportReport

    with closing(events):
        for event in events:
            if isinstance(event, ExportReport):
                return event
            console.progress(event.what, event.done, event.total, event.seconds_left)
    raise RuntimeError("an export ended without a report")


def finish_export(report: "ExportReport", console: Console) -> None:
    """Say what was written; ends with status 1 where reading back found a fault."""
    console.warn(report.warnings)
    console.result(
        {
            "files": [str(path) for path in report.files],
            "frames": report.frames,
            "verified": report.verified,
            "seconds": round(report.seconds, 3),
            "warnings": [*report.warnings, *report.faults],
        },
        [str(path) for path in report.files],
    )
    if not report.verified:
        for fault in report.faults:
            console.complain(fault)
        console.complain("The files are written, but reading them back found the faults above.")
        raise typer.Exit(1)
    console.say(f"Verified: {report.frames} frame{'' if report.frames == 1 else 's'} in {report.seconds:.1f} s.")


def _chosen(path: Path, names: list[str], wanted: "FrameRange | None") -> "tuple[tuple[int, ...], FrameRange | None]":
    """Objects and frames as the project counts them."""
    from sam2_studio.batch.exporting import object_ids
    from sam2_studio.core.store import ProjectFile

    file = ProjectFile.open(path, read_only=True)
    try:
        return object_ids(file.project, names), _range_of(file.project, wanted)
    finally:
        file.close()


def _range_of(project: "Project", wanted: "FrameRange | None") -> "FrameRange | None":
    return by_index(wanted, project.clip.info) if wanted is not None and project.clip is not None else None
