"""`track`: clips to projects."""

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sam2_studio.batch.written import window_of
from sam2_studio.cli.console import Console
from sam2_studio.cli.edges import Edges, parse_edges
from sam2_studio.cli.options import (
    AlphaPremultiplied,
    AsJson,
    Deinterlace,
    Device,
    Dtype,
    FollowWindow,
    ModelName,
    Overwrite,
    Quiet,
    Range,
    StopAtCuts,
    as_usage,
    parse_prompts,
    parse_range,
)
from sam2_studio.core.clip import Reading
from sam2_studio.core.durations import Pace
from sam2_studio.core.edges import EdgeSettings

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from sam2_studio.batch.pipeline import TrackProgress, TrackReport
    from sam2_studio.batch.prompts import Subject
    from sam2_studio.batch.written import WrittenPrompt, WrittenSubject
    from sam2_studio.core.clip import ClipInfo
    from sam2_studio.core.frames import FrameRange
    from sam2_studio.core.store import ProjectFile
    from sam2_studio.engine.models import Model


class Way(StrEnum):
    """Which way to track."""

    BOTH = "both"
    FORWARD = "forward"
    BACKWARD = "backward"


def track(
    media: Annotated[Path, typer.Argument(help="A clip, or a folder of numbered pictures.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="NAME.cutout", help="The project to make.")],
    box: Annotated[list[str] | None, typer.Option(metavar="N:X0,Y0,X1,Y1", help="A box on frame N.")] = None,
    point: Annotated[list[str] | None, typer.Option(metavar="N:X,Y", help="A point of the subject.")] = None,
    negative: Annotated[list[str] | None, typer.Option("--not", metavar="N:X,Y", help="A point that isn't.")] = None,
    mask: Annotated[list[str] | None, typer.Option(metavar="N:FILE", help="A picture, white inside.")] = None,
    hair: Annotated[list[str] | None, typer.Option(metavar="N:FILE", help="A picture, white where hair is.")] = None,
    prompts: Annotated[Path | None, typer.Option(metavar="FILE", help="Prompts of several objects, as JSON.")] = None,
    frames: Range = None,
    direction: Annotated[Way, typer.Option(help="Which way to track.")] = Way.BOTH,
    stop_at_cuts: StopAtCuts = False,
    deinterlace: Deinterlace = False,
    alpha_premultiplied: AlphaPremultiplied = False,
    edges: Edges = None,
    window: FollowWindow = "auto",
    model: ModelName = "nano",
    device: Device = "auto",
    dtype: Dtype = "auto",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Track what the prompts show through a clip, into a project.

    Coordinates are pixels of the picture as it is shown, from its top left corner. Frames are counted from 0 for a
    video, by their own numbers for a sequence. A prompts file is {"objects": [{"name": "dog", "prompts": [{"frame": 0,
    "box": [10, 20, 200, 180]}]}]}; each has a "box", a "point" ("positive": false takes away), a "mask" or "hair".
    """
    from sam2_studio.batch.projects import check_project_path
    from sam2_studio.batch.prompts import check_subjects
    from sam2_studio.media.probe import probe

    console = Console(quiet=quiet, as_json=as_json)
    own, edge = parse_prompts(box, point, negative, mask, hair), EdgeSettings(**parse_edges(edges))
    wanted, wish = None if frames is None else parse_range(frames), as_usage(lambda: window_of(window))
    check_project_path(output, overwrite=overwrite)
    info, reading = probe(media), Reading(deinterlace=deinterlace, premultiplied=alpha_premultiplied)
    subjects = check_subjects(_written(own, prompts), info)
    within = None if wanted is None else info.indices(wanted)
    file, loaded = _prepared(output, info, subjects, (edge, wish), (model, device, dtype), reading, overwrite=overwrite)
    console.warn([*info.warnings, *filter(None, [loaded.notice])])
    with closing(file):
        report = follow_track(_events(file, loaded, direction, within, console, stop_at_cuts=stop_at_cuts), console)
    _finish_track(report, console)


def _written(own: "tuple[WrittenPrompt, ...]", prompts: Path | None) -> "list[WrittenSubject]":
    """The subjects of the options and of the prompts file."""
    from sam2_studio.batch.prompts import read_prompts_file
    from sam2_studio.batch.written import WrittenSubject

    return ([WrittenSubject("", own)] if own else []) + list(read_prompts_file(prompts) if prompts else ())


def follow_track(events: "Generator[TrackProgress | TrackReport, None, None]", console: Console) -> "TrackReport":
    """Show the progress of a track run and return its report."""
    from sam2_studio.batch.pipeline import TrackReport

    pace, what = Pace(), ""
    with closing(events):
        for event in events:
            if isinstance(event, TrackReport):
                return event
            if event.what != what:
                pace, what = Pace(), event.what
            console.progress(event.what, event.done, event.total, pace.left(event.done, event.total))
    raise RuntimeError("a track run ended without a report")


def _prepared(
    output: Path,
    info: "ClipInfo",
    subjects: "Sequence[Subject]",
    manner: tuple[EdgeSettings, str],
    model: tuple[str, str, str],
    reading: Reading,
    *,
    overwrite: bool,
) -> "tuple[ProjectFile, Model]":
    """A project with the subjects in it, and the model, loaded first, for it may not be here.

    `manner` is the subjects' edge and window, `model` its name, device and number type.
    """
    from sam2_studio.batch.projects import add_subjects, new_project
    from sam2_studio.engine.device import use_threads
    from sam2_studio.engine.models import load_model

    use_threads()
    loaded = load_model(*model)
    file = new_project(output, info, overwrite=overwrite, reading=reading)
    add_subjects(file, subjects, *manner)
    return file, loaded


def _events(
    file: "ProjectFile",
    model: "Model",
    way: Way,
    within: "FrameRange | None",
    console: Console,
    *,
    stop_at_cuts: bool,
) -> "Generator[TrackProgress | TrackReport, None, None]":
    from sam2_studio.batch.pipeline import track_project
    from sam2_studio.engine.requests import Direction

    ids = [thing.id for thing in file.project.objects]
    return track_project(
        file,
        model,
        ids,
        direction=Direction(way.value),
        within=within,
        stop_at_cuts=stop_at_cuts,
        on_notice=lambda text: console.warn([text]),
    )


def _finish_track(report: "TrackReport", console: Console) -> None:
    console.say(f"{report.frames} frames tracked in {report.seconds:.1f} s: {report.project}")
    console.result(report.to_json(), _track_lines(report))


def _track_lines(report: "TrackReport") -> list[str]:
    cuts = report.cuts or ()
    stops = [f"stopped at the cut{'s' if len(cuts) > 1 else ''} at {', '.join(map(str, cuts))}"] if cuts else []
    return stops + [
        f"{thing.name}: {thing.frames} frames, {len(thing.absent)} without it, {len(thing.doubtful)} to review"
        for thing in report.objects
    ]
