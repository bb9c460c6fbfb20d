"""`cutout`: subjects out of pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sam2_studio.cli.console import Console
from sam2_studio.cli.edges import Edges, parse_edges
from sam2_studio.cli.exports import finish_export, follow_export
from sam2_studio.cli.options import AsJson, Device, Dtype, ModelName, Overwrite, Quiet, parse_box, parse_point
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Box
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.requests import SegmentSettings
from sam2_studio.errors import ExportError, PromptError

if TYPE_CHECKING:
    from sam2_studio.core.clip import ClipInfo
    from sam2_studio.export.runner import ExportReport
    from sam2_studio.export.spec import ExportSpec


def cutout(
    images: Annotated[list[Path], typer.Argument(help="Pictures.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A PNG file; for several pictures a folder.")],
    box: Annotated[list[str] | None, typer.Option(metavar="X0,Y0,X1,Y1", help="A box round the subject.")] = None,
    point: Annotated[list[str] | None, typer.Option(metavar="X,Y", help="A point of the subject.")] = None,
    negative: Annotated[list[str] | None, typer.Option("--not", metavar="X,Y", help="A point that isn't.")] = None,
    auto: Annotated[bool, typer.Option("--auto", help="Find the main subject without a prompt.")] = False,
    matte: Annotated[bool, typer.Option("--matte", help="A soft edge; short for --edge matte=fast.")] = False,
    edges: Edges = None,
    hair: Annotated[Path | None, typer.Option(metavar="FILE", help="A picture, white where hair is.")] = None,
    second_look: Annotated[bool, typer.Option(help="Look again at a crop round the subject.")] = True,
    snap: Annotated[bool, typer.Option(help="Fit the edge to the picture's colours.")] = True,
    model: ModelName = "nano",
    device: Device = "auto",
    dtype: Dtype = "auto",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Cut a subject out of pictures: PNG with straight alpha, the picture's own size and colour profile."""
    console = Console(quiet=quiet, as_json=as_json)
    prompts = _prompts([parse_box(text) for text in box or []], point or [], negative or [], auto=auto)
    spec = _checked(images, output, prompts, overwrite=overwrite)
    edge = EdgeSettings(**{"matte": matte} | parse_edges(edges))
    settings = SegmentSettings(second_look=second_look, snap=snap)
    reports = _run(images, spec, prompts, (model, device, dtype), console, edge=edge, hair=hair, settings=settings)
    finish_export(_joined(reports), console)


def _prompts(boxes: list[Box], points: list[str], negatives: list[str], *, auto: bool) -> PromptSet | None:
    """What was said of every picture; None for `--auto`."""
    clicks = [PointPrompt(parse_point(text)) for text in points]
    clicks += [PointPrompt(parse_point(text), False) for text in negatives]
    if auto and (boxes or clicks):
        raise typer.BadParameter("--auto finds the subject by itself: give it alone, or prompts without it.")
    if len(boxes) > 1:
        raise typer.BadParameter("--box can be given once; add points to it.")
    return None if auto else PromptSet(tuple(clicks), boxes[0] if boxes else None)


def _checked(images: list[Path], output: Path, prompts: PromptSet | None, *, overwrite: bool) -> "ExportSpec":
    """What to write, sure that each picture is one, that the prompts fit it and that nothing stands in its way.

    Raises:
        StudioError: the first thing that doesn't fit.
    """
    from sam2_studio.core.clip import Clip
    from sam2_studio.core.objects import the_subject
    from sam2_studio.export.checks import check
    from sam2_studio.export.spec import ExportSpec
    from sam2_studio.media.isolated import open_picture

    spec = ExportSpec(preset="png", target=output, overwrite=overwrite)
    takers: dict[Path, Path] = {}
    for image in images:
        with open_picture(image) as source:
            _check_prompts(prompts, source.info)
            [file] = check(spec, Clip.whole(source.info), [the_subject()])
        if file in takers:
            raise ExportError(f"{takers[file]} and {image} would both become {file}.", "Give a folder, or two runs.")
        takers[file] = image
    return spec


def _check_prompts(prompts: PromptSet | None, info: "ClipInfo") -> None:
    """Raise PromptError where there is none, or one doesn't fit the picture."""
    if prompts is None:
        return
    if not prompts:
        raise PromptError(
            "There is no prompt, so there is nothing to cut out.",
            "Give --box, --point, or --auto for the main subject.",
        )
    for point in prompts.points:
        point.at.checked(info.size)
    if prompts.box is not None:
        prompts.box.checked(info.size)


def _run(
    images: list[Path],
    spec: "ExportSpec",
    prompts: PromptSet | None,
    model: tuple[str, str, str],
    console: Console,
    *,
    edge: EdgeSettings,
    hair: Path | None,
    settings: SegmentSettings,
) -> "list[ExportReport]":
    """Cut out every picture; `model` is its name, device and number type."""
    from sam2_studio.batch.stills import cut_out_still
    from sam2_studio.engine.device import use_threads
    from sam2_studio.engine.models import load_model
    from sam2_studio.engine.segmenter import Segmenter
    from sam2_studio.media.isolated import open_picture

    use_threads()
    loaded = load_model(*model)
    console.warn([loaded.notice] if loaded.notice else [])
    segmenter = Segmenter(loaded, on_notice=lambda text: console.warn([text]))
    reports = []
    for image in images:
        with open_picture(image) as source:
            events = cut_out_still(source, spec, segmenter, prompts, edge=edge, hair=hair, settings=settings)
            reports.append(follow_export(events, Console(quiet=True)))
        console.progress("Cutting out", len(reports), len(images))
    return reports


def _joined(reports: "list[ExportReport]") -> "ExportReport":
    """One report of all pictures."""
    from sam2_studio.export.runner import ExportReport

    return ExportReport(
        files=tuple(path for report in reports for path in report.files),
        frames=sum(report.frames for report in reports),
        verified=all(report.verified for report in reports),
        faults=tuple(fault for report in reports for fault in report.faults),
        seconds=sum(report.seconds for report in reports),
        warnings=tuple(warning for report in reports for warning in report.warnings),
    )
