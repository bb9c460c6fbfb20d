"""Prompts as people write them, on the command line or in a prompts file: values, not yet checked."""

from dataclasses import dataclass
from pathlib import Path

from sam2_studio.core.geometry import Box
from sam2_studio.core.prompts import PointPrompt


@dataclass(frozen=True, kw_only=True)
class WrittenPrompt:
    """One prompt, not yet checked: a box, a point or a mask picture.

    Attributes:
        frame: As the user counts.
        mask: A picture of the clip's size, white (or opaque) inside.
    """

    frame: int
    box: Box | None = None
    point: PointPrompt | None = None
    mask: Path | None = None


@dataclass(frozen=True)
class WrittenSubject:
    """An object to cut out, and what was said of it; an empty name leaves the name to the program."""

    name: str
    prompts: tuple[WrittenPrompt, ...]
