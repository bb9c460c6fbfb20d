"""`demo`: the sample clip from prompts to finished files, to see and to check what the program does."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sam2_studio.cli.clips import follow_track
from sam2_studio.cli.console import Console
from sam2_studio.cli.exports import follow_export
from sam2_studio.cli.options import AsJson, Quiet
from sam2_studio.core.durations import Pace
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.prompts import PointPrompt, PromptSet

if TYPE_CHECKING:
    from sam2_studio.export.runner import ExportReport

# The rabbit stands free on this frame: a box, then clicks on fists, ear and face that the box alone misses, and clicks
# that take away the cave, the grass and the rock beside it.
_FRAME = 60
_ON = ((464, 428), (220, 125), (534, 82), (431, 89), (350, 96))
_BESIDE = ((293, 443), (308, 490), (377, 124), (575, 202), (555, 604), (200, 500))
_PROMPTS = PromptSet(
    points=(*(PointPrompt(Point(*at)) for at in _ON), *(PointPrompt(Point(*at), False) for at in _BESIDE)),
    box=Box(178, 52, 612, 622),
)
_EDGE = EdgeSettings(matte=True, specks=3000, holes=400)


@dataclass(frozen=True)
class _Export:
    preset: str
    target: str


_EXPORTS = (
    _Export("png", "cutout"),
    _Export("after-effects", "rabbit.mov"),
    _Export("matte-video", "rabbit-matte.mkv"),
)
# In a process of its own: if the window lacks a library, only its picture is missing.
_PICTURE = """
import sys
from pathlib import Path
from sam2_studio.ui.screenshot import save_window_picture
save_window_picture(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
"""


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go; older ones are replaced.")] = Path(
        "demo-out"
    ),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Cut out and track the rabbit of the sample clip, export it, and take a picture of the window with the result."""
    console, pace = Console(quiet=quiet, as_json=as_json), Pace()
    out.mkdir(parents=True, exist_ok=True)
    project = out / "rabbit.cutout"
    _track(project, console)
    reports = [_export(project, out / each.target, each.preset, console) for each in _EXPORTS]
    picture = out / "window.png"
    fault = _picture_window(project, picture)
    files = [project, *(file for report in reports for file in report.files), *([] if fault else [picture])]
    verified = all(report.verified for report in reports)
    document = {"files": [str(file) for file in files], "verified": verified, "seconds": round(pace.seconds, 3)}
    shown = [project, *(out / each.target for each in _EXPORTS), *([] if fault else [picture])]
    console.result(document, [str(path) for path in shown])
    console.say(f"Done in {pace.seconds:.0f} s. Open it: sam2-studio {project}")
    for text in (*(fault for report in reports for fault in report.faults), *([fault] if fault else [])):
        console.complain(text)
    if fault or not verified:
        raise typer.Exit(1)


def _track(path: Path, console: Console) -> None:
    from sam2_studio.batch.pipeline import track_project
    from sam2_studio.batch.projects import add_subjects, new_project
    from sam2_studio.batch.prompts import Subject
    from sam2_studio.core.commands import alter_object
    from sam2_studio.engine.device import use_threads
    from sam2_studio.engine.models import load_model
    from sam2_studio.media.probe import probe
    from sam2_studio.resources import resource

    use_threads()
    model = load_model("nano")
    file = new_project(path, probe(resource("sample", "bigbuckbunny.mp4")), overwrite=True)
    try:
        [rabbit] = add_subjects(file, [Subject("rabbit", {_FRAME: _PROMPTS})])
        file.history.do(alter_object(file.project, rabbit, "Edge", edge=_EDGE))
        follow_track(track_project(file, model, [rabbit]), console)
    finally:
        file.close()


def _export(project: Path, target: Path, preset: str, console: Console) -> "ExportReport":
    from sam2_studio.batch.exporting import export_project
    from sam2_studio.export.spec import ExportSpec

    console.say(f"Exporting {target.name}")
    spec = ExportSpec(preset=preset, target=target, overwrite=True)
    report = follow_export(export_project(project, spec), console)
    console.warn(report.warnings)
    return report


def _picture_window(project: Path, target: Path) -> str:
    """Why the picture of the window couldn't be made, "" where it was."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", _PICTURE, str(project), str(target), str(_FRAME)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode == 0:
        return ""
    reason = (done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"])[-1]
    return f"No picture of the window could be made: {reason}. See what is missing: sam2-studio doctor"
