"""Options that several commands share, and how prompts are written on the command line."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from sam2_studio.batch import written
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point

T = TypeVar("T")

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
Deinterlace = Annotated[bool, typer.Option("--deinterlace", help="Make whole frames of interlaced ones.")]
AlphaPremultiplied = Annotated[
    bool, typer.Option("--alpha-premultiplied", help="The footage's colours are multiplied by its alpha.")
]
StopAtCuts = Annotated[bool, typer.Option("--stop-at-cuts", help="Don't track from one shot into the next.")]
FollowWindow = Annotated[
    str, typer.Option("--window", metavar="auto|on|off", help="Look for a small subject in a window that follows it.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there already.")]
ModelName = Annotated[str, typer.Option("--model", help="Which model; see: sam2-studio models list.")]
Device = Annotated[str, typer.Option("--device", help="Where to compute: auto, cpu, cuda or mps.")]
Dtype = Annotated[str, typer.Option("--dtype", help="Number type: auto, float32, bfloat16 or float16.")]
Background = Annotated[
    str | None,
    typer.Option(metavar="#RRGGBB|FILE|blur:N", help="For replace: colour, picture, or the blurred clip."),
]
Strength = Annotated[
    float | None, typer.Option(metavar="PX", help="For pixelate and blur: side of the squares or blur, in pixels.")
]
Outside = Annotated[bool | None, typer.Option("--outside", help="Pixelate or blur all but the subject.")]
Premultiplied = Annotated[bool | None, typer.Option("--premultiplied", help="For resolve: multiply colour by alpha.")]
Compression = Annotated[
    str | None, typer.Option(metavar="zip|dwaa", help="For nuke: zip loses nothing, dwaa is much smaller.")
]
BitDepth = Annotated[int | None, typer.Option(help="Bits of one channel: 8 or 16.")]
Objects = Annotated[list[str] | None, typer.Option("--object", metavar="NAME", help="Only this object.")]
Separate = Annotated[bool | None, typer.Option("--separate", help="Each object in files of its own.")]
Step = Annotated[int | None, typer.Option(metavar="N", help="Write one frame in N; speed and sound stay.")]
Size = Annotated[
    str | None, typer.Option(metavar="P%|Wx|xH|WxH", help="How large: a share, a width, a height, or to fit into.")
]
ConstantRate = Annotated[
    bool | None, typer.Option("--constant-rate", help="Make a varying rate constant; frames repeat or are left out.")
]
SquarePixels = Annotated[
    bool | None, typer.Option("--square-pixels", help="Make pixels square, by the width; else their shape is kept.")
]
SavePreset = Annotated[
    str | None, typer.Option(metavar="NAME", help="Keep these settings as a preset, for --preset NAME.")
]
Provenance = Annotated[bool | None, typer.Option("--provenance", help="Note program and model in the files.")]
Range = Annotated[
    str | None,
    typer.Option("--range", metavar="A:B", help="Frames from A up to, not including, B.", show_default=False),
]


def parse_box(text: str) -> Box:
    """`x0,y0,x1,y1`. Raises BadParameter."""
    return as_usage(lambda: written.box_of(text))


def parse_point(text: str) -> Point:
    """`x,y`. Raises BadParameter."""
    return as_usage(lambda: written.point_of(text))


def parse_range(text: str) -> FrameRange:
    """`A:B`, as the user counts. Raises BadParameter."""
    return as_usage(lambda: written.range_of(text))


def parse_prompts(
    boxes: list[str] | None,
    points: list[str] | None,
    negatives: list[str] | None,
    masks: list[str] | None,
    hairs: list[str] | None,
) -> tuple[written.WrittenPrompt, ...]:
    """Prompts written as `N:...`, N being the frame. Raises BadParameter."""
    kinds = (texts or [] for texts in (boxes, points, negatives, masks, hairs))
    return as_usage(lambda: written.prompts_of(*kinds))


def as_usage(parse: Callable[[], T]) -> T:
    """What `parse` returns; its ValueError becomes wrong usage."""
    try:
        return parse()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
