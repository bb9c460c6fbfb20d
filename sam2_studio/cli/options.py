"""Options that several commands share, and how prompts are written on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from sam2_studio.batch.written import WrittenPrompt
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.prompts import PointPrompt

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
StopAtCuts = Annotated[bool, typer.Option("--stop-at-cuts", help="Don't track from one shot into the next.")]
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
    return Box(*_numbers(text, 4, "a box is x0,y0,x1,y1, such as 10,20,200,180"))


def parse_point(text: str) -> Point:
    """`x,y`. Raises BadParameter."""
    return Point(*_numbers(text, 2, "a point is x,y, such as 120,80"))


def parse_range(text: str) -> FrameRange:
    """`A:B`, as the user counts. Raises BadParameter."""
    start, _, stop = text.partition(":")
    try:
        return FrameRange(int(start), int(stop))
    except ValueError:
        raise typer.BadParameter(f"“{text}” is no range: write first:last+1, such as 0:50.") from None


def parse_prompts(
    boxes: list[str], points: list[str], negatives: list[str], masks: list[str]
) -> tuple[WrittenPrompt, ...]:
    """Prompts written as `N:...`, N being the frame. Raises BadParameter."""
    found = [WrittenPrompt(frame=n, box=parse_box(rest)) for n, rest in map(_framed, boxes)]
    found += [WrittenPrompt(frame=n, point=PointPrompt(parse_point(rest))) for n, rest in map(_framed, points)]
    found += [
        WrittenPrompt(frame=n, point=PointPrompt(parse_point(rest), False)) for n, rest in map(_framed, negatives)
    ]
    found += [WrittenPrompt(frame=n, mask=Path(rest)) for n, rest in map(_framed, masks)]
    return tuple(found)


def _framed(text: str) -> tuple[int, str]:
    number, colon, rest = text.partition(":")
    try:
        frame = int(number)
    except ValueError:
        colon = ""
    if not colon or not rest:
        raise typer.BadParameter(f"“{text}” doesn't start with a frame: write the frame, a colon, then the rest.")
    return frame, rest


def _numbers(text: str, count: int, meant: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise typer.BadParameter(f"“{text}”: {meant}.")
    return numbers
