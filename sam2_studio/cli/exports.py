"""`export`: projects to files."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sam2_studio.cli.console import Console
from sam2_studio.cli.edges import Edges, parse_edges
from sam2_studio.cli.options import (
    AsJson,
    Background,
    BitDepth,
    Compression,
    ConstantRate,
    Objects,
    Outside,
    Overwrite,
    Premultiplied,
    Provenance,
    Quiet,
    Range,
    SavePreset,
    Separate,
    Size,
    SquarePixels,
    Step,
    Strength,
    parse_range,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from sam2_studio.core.frames import FrameRange
    from sam2_studio.core.project import Project
    from sam2_studio.export.runner import ExportProgress, ExportReport
    from sam2_studio.export.spec import ExportSpec


def export(
    project: Annotated[Path, typer.Argument(help="The project.")],
    preset: Annotated[str, typer.Option(help="What to write; see the guide, or give a wrong one for the list.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File or folder.")],
    objects: Objects = None,
    separate: Separate = None,
    frames: Range = None,
    step: Step = None,
    size: Size = None,
    bit_depth: BitDepth = None,
    square_pixels: SquarePixels = None,
    constant_rate: ConstantRate = None,
    edges: Edges = None,
    background: Background = None,
    strength: Strength = None,
    outside: Outside = None,
    premultiplied: Premultiplied = None,
    compression: Compression = None,
    provenance: Provenance = None,
    save_preset: SavePreset = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write what is cut out in a project to files, read them back and say whether they are right.

    What an option doesn't say is as in the preset, which may be one of your own.
    """
    from sam2_studio.batch.exporting import doubt_unmatted, export_project

    console = Console(quiet=quiet, as_json=as_json)
    plain: dict[str, Any] = {"separate": separate, "step": step, "bit_depth": bit_depth, "constant_rate": constant_rate}
    plain |= {"premultiplied": premultiplied, "compression": compression, "provenance": provenance}
    plain["square_pixels"] = square_pixels
    wanted = parse_range(frames) if frames is not None else None
    given = _given(plain, size, background, strength, outside)
    given |= {"overwrite": overwrite} | _chosen(project, objects or [], wanted)
    spec = _spec(preset, output, given, save_preset)
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


def _given(
    plain: dict[str, Any], size: str | None, background: str | None, strength: float | None, outside: bool | None
) -> dict[str, Any]:
    """Fields of an export that the options say; the others are the preset's. Raises ExportError."""
    from sam2_studio.export.scaling import parse_scale
    from sam2_studio.export.treatment import Hiding, parse_background

    given = {name: value for name, value in plain.items() if value is not None}
    if size is not None:
        given["scale"] = parse_scale(size)
    if background is not None:
        given["background"] = parse_background(background)
    if strength is not None or outside is not None:
        given["hiding"] = Hiding(strength=strength, outside=bool(outside))
    return given


def _spec(preset: str, output: Path, given: dict[str, Any], save_as: str | None) -> "ExportSpec":
    """The export that a preset, the program's or a saved one, and the options mean; kept under a name if wanted."""
    from sam2_studio.export.saved import FILE, SavedPresets, spec_of
    from sam2_studio.home import settings_folder

    saved = SavedPresets(settings_folder() / FILE)
    spec = spec_of(saved.find(preset), output, **given)
    if save_as is not None:
        saved.save(save_as, spec)
    return spec


def _chosen(path: Path, names: list[str], wanted: "FrameRange | None") -> dict[str, Any]:
    """Objects and frames as the project counts them."""
    from sam2_studio.batch.exporting import object_ids
    from sam2_studio.core.store import ProjectFile

    file = ProjectFile.open(path, read_only=True)
    try:
        return {"object_ids": object_ids(file.project, names), "range": _range_of(file.project, wanted)}
    finally:
        file.close()


def _range_of(project: "Project", wanted: "FrameRange | None") -> "FrameRange | None":
    return project.clip.info.indices(wanted) if wanted is not None and project.clip is not None else None
