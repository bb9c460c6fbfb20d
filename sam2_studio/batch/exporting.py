"""Exports of whole projects: opens project and clip anew, read-only, for any thread beside the window."""

from collections.abc import Generator, Sequence
from pathlib import Path

from sam2_studio.batch.footage import footage
from sam2_studio.core.project import Project
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine.matting import foreground, make_matte
from sam2_studio.errors import ExportError
from sam2_studio.export.runner import ExportProgress, ExportReport, run_export
from sam2_studio.export.spec import ExportSpec

ExportRun = Generator[ExportProgress | ExportReport, None, None]


def export_project(path: Path, spec: ExportSpec) -> ExportRun:
    """Export the project at `path` as it stands on disk; the last item is the report.

    Closing the generator cancels: what was written is removed, an old file is as it was.

    Raises:
        ProjectError: the project can't be read.
        MediaError: its clip is gone, has changed or can't be read.
        ExportError: the export can't start, be written or be read back.
        PromptError: the range doesn't fit the clip.
    """
    file = ProjectFile.open(path, read_only=True)
    try:
        with footage(file) as (clip, source):
            yield from run_export(
                spec,
                source=source,
                clip=clip,
                objects=file.project.objects,
                masks=file.mask_of,
                matte=make_matte,
                foreground=foreground,
                made_with=file.project.model,
            )
    finally:
        file.close()


def object_ids(project: Project, names: Sequence[str]) -> tuple[int, ...]:
    """The ids of objects given by name. Raises ExportError for a name that the project doesn't have."""
    known = {thing.name: thing.id for thing in project.objects}
    for name in names:
        if name not in known:
            there = ", ".join(f"“{other}”" for other in known) or "none"
            raise ExportError(f"There is no object “{name}” in the project.", f"Its objects are: {there}.")
    return tuple(known[name] for name in names)
