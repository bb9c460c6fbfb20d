"""Prompts as people write them, on the command line, in a prompts file or a manifest: values, not yet checked."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.objects import WINDOWS
from sam2_studio.core.prompts import PointPrompt


@dataclass(frozen=True, kw_only=True)
class WrittenPrompt:
    """One thing said of a subject on a frame, not yet checked: a box, a point, a mask picture, or where its hair is.

    Attributes:
        frame: As the user counts; None for the clip's first.
        mask: A picture of the clip's size, white (or opaque) inside.
        hair: Such a picture, white where the matte is to look for loose hair; shows no subject by itself.
    """

    frame: int | None
    box: Box | None = None
    point: PointPrompt | None = None
    mask: Path | None = None
    hair: Path | None = None


@dataclass(frozen=True)
class WrittenSubject:
    """An object to cut out, and what was said of it; an empty name leaves the name to the program."""

    name: str
    prompts: tuple[WrittenPrompt, ...]


def box_of(text: str) -> Box:
    """`x0,y0,x1,y1`. Raises ValueError."""
    return Box(*_numbers(text, 4, "a box is x0,y0,x1,y1, such as 10,20,200,180"))


def point_of(text: str) -> Point:
    """`x,y`. Raises ValueError."""
    return Point(*_numbers(text, 2, "a point is x,y, such as 120,80"))


def range_of(text: str) -> FrameRange:
    """`A:B`, as the user counts. Raises ValueError."""
    start, _, stop = text.partition(":")
    try:
        return FrameRange(int(start), int(stop))
    except ValueError:
        raise ValueError(f"“{text}” is no range: write first:last+1, such as 0:50.") from None


def window_of(text: str) -> str:
    """One of `WINDOWS`. Raises ValueError."""
    if text.lower() not in WINDOWS:
        raise ValueError(f"“{text}”: a window is one of {', '.join(WINDOWS)}.")
    return text.lower()


def prompts_of(
    boxes: Iterable[str],
    points: Iterable[str],
    negatives: Iterable[str],
    masks: Iterable[str],
    hairs: Iterable[str],
    *,
    frame_needed: bool = True,
) -> tuple[WrittenPrompt, ...]:
    """Prompts written as `N:...`, N being the frame; it may be left out unless it is needed. Raises ValueError."""

    def parted(texts: Iterable[str]) -> list[tuple[int | None, str]]:
        return [_framed(text, needed=frame_needed) for text in texts]

    found = [WrittenPrompt(frame=n, box=box_of(rest)) for n, rest in parted(boxes)]
    found += [WrittenPrompt(frame=n, point=PointPrompt(point_of(rest))) for n, rest in parted(points)]
    found += [WrittenPrompt(frame=n, point=PointPrompt(point_of(rest), False)) for n, rest in parted(negatives)]
    found += [WrittenPrompt(frame=n, mask=Path(rest)) for n, rest in parted(masks)]
    found += [WrittenPrompt(frame=n, hair=Path(rest)) for n, rest in parted(hairs)]
    return tuple(found)


def _framed(text: str, *, needed: bool) -> tuple[int | None, str]:
    number, colon, rest = text.partition(":")
    try:
        frame = int(number)
    except ValueError:
        colon = ""
    if colon and rest:
        return frame, rest
    if needed:
        raise ValueError(f"“{text}” doesn't start with a frame: write the frame, a colon, then the rest.")
    return None, text


def _numbers(text: str, count: int, meant: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise ValueError(f"“{text}”: {meant}.")
    return numbers
