"""`info`: what media files are."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sam2_studio.cli.console import Console
from sam2_studio.cli.options import AsJson, Quiet

if TYPE_CHECKING:
    from sam2_studio.core.clip import ClipInfo

_KEYS = (
    *("path", "kind", "frames", "width", "height", "rate", "duration", "variable_rate", "rotation", "pixel_format"),
    *("bit_depth", "color", "alpha", "audio", "timecode", "warnings"),
)


def info(
    media: Annotated[list[Path], typer.Argument(help="Clips, pictures, or folders of numbered pictures.")],
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Say what media files are: frames, size, rate, colour, alpha, sound."""
    from sam2_studio.errors import StudioError
    from sam2_studio.media.probe import probe

    console = Console(quiet=quiet, as_json=as_json)
    found, failed = [], False
    for path in media:
        try:
            found.append(probe(path))
        except StudioError as error:
            console.complain(str(error))
            failed = True
    for clip in found:
        console.warn([f"{clip.path}: {text}" for text in clip.warnings])
    documents = [clip.to_json() for clip in found]
    console.result([{key: doc[key] for key in _KEYS} for doc in documents], [_line(clip) for clip in found])
    if failed:
        raise typer.Exit(1)


def _line(clip: "ClipInfo") -> str:
    parts = [f"{clip.path}: {clip.kind.value}, {clip.size}"]
    if clip.frames > 1:
        varies = " (varies)" if clip.variable_rate else ""
        parts.append(f"{clip.frames} frames at {clip.rate}{varies} a second, {clip.duration:.2f} s")
    parts.append(f"{clip.pixel_format}, {clip.bit_depth} bit, {clip.color.matrix}/{clip.color.range}")
    parts += [text for text, there in (("alpha", clip.alpha), (f"sound {clip.audio}", clip.audio)) if there]
    if clip.timecode:
        parts.append(f"timecode {clip.timecode}")
    return ", ".join(parts)
