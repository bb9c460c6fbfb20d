"""The command line for what the window would do. The reverse of `cli/exports.py`; a test holds the two together."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from sam2_studio.core.project import Project
from sam2_studio.export.scaling import Scale
from sam2_studio.export.spec import ExportSpec
from sam2_studio.export.treatment import Background

_PROGRAM = "sam2-studio"


def export_command(project_path: Path, project: Project, spec: ExportSpec) -> str:
    """The command for an export of a project, quoted for a shell."""
    words = [_PROGRAM, "export", str(project_path), "--preset", spec.preset, "-o", str(spec.target)]
    return shlex.join([*words, *_choices(project, spec), *_manner(spec)])


def _choices(project: Project, spec: ExportSpec) -> Iterator[str]:
    """What is exported: objects, frames, and how large."""
    names = {thing.id: thing.name for thing in project.objects}
    for object_id in spec.object_ids:
        yield from ("--object", names[object_id])
    if spec.separate:
        yield "--separate"
    if spec.range is not None and project.clip is not None:
        first = project.clip.info.first_number
        yield from ("--range", f"{spec.range.start + first}:{spec.range.stop + first}")
    if spec.step != 1:
        yield from ("--step", str(spec.step))
    if spec.scale != Scale():
        yield from ("--size", str(spec.scale))


def _manner(spec: ExportSpec) -> Iterator[str]:
    """How it is written."""
    if spec.bit_depth is not None:
        yield from ("--bit-depth", str(spec.bit_depth))
    if spec.background != Background():
        yield from ("--background", _background(spec.background))
    if spec.hiding.strength is not None:
        yield from ("--strength", f"{spec.hiding.strength:g}")
    if spec.compression:
        yield from ("--compression", spec.compression)
    switches = {
        "--constant-rate": spec.constant_rate,
        "--outside": spec.hiding.outside,
        "--premultiplied": spec.premultiplied,
        "--provenance": spec.provenance,
        "--overwrite": spec.overwrite,
    }
    yield from (word for word, wanted in switches.items() if wanted)


def _background(background: Background) -> str:
    if background.picture is not None:
        return str(background.picture)
    return background.color if background.blur is None else f"blur:{background.blur:g}"
