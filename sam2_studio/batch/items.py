"""What a batch is made of: an item with all that a worker needs to know, and what became of it. Values only.

They travel to other processes and other machines, so they hold nothing but plain data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from sam2_studio.batch.written import WrittenSubject
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.objects import WINDOWS
from sam2_studio.engine.requests import Direction
from sam2_studio.export.spec import ExportSpec


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of a manifest, checked as far as that goes without reading footage.

    Attributes:
        line: Its number in the manifest.
        said: The media as the manifest writes it.
        media: Footage, or a project where `is_project`.
        output: Where to, below `folder`; no two items have the same.
        folder: Of the whole batch.
        export: How to write; its target is `output` in `folder`.
        subjects: What to cut out; none for `auto` and for projects.
        auto: Whether the main subject is to be found.
        model, device, dtype: As `load_model` takes them.
        model_sha256: Of the weights that are meant; "" where any will do.
        edge: Fields of `EdgeSettings`.
        range: Frames as the user counts; None for all.
        window: When tracking looks in a window that follows the subject, one of `WINDOWS`.
        stop_at_cuts: Whether tracking stops at cuts.
        known_as: The footage's path as its project is to say it; None where that is `media`.
        size: Bytes of the footage: large items go first.
    """

    line: int
    said: str
    media: Path
    output: str
    folder: Path
    export: ExportSpec
    subjects: tuple[WrittenSubject, ...] = ()
    auto: bool = False
    model: str
    device: str = "auto"
    dtype: str = "auto"
    model_sha256: str = ""
    edge: Mapping[str, Any] = field(default_factory=dict)
    range: FrameRange | None = None
    direction: Direction = Direction.BOTH
    stop_at_cuts: bool = False
    window: str = WINDOWS[0]
    known_as: Path | None = None
    size: int = 0

    @property
    def is_project(self) -> bool:
        return self.media.suffix.lower() == ".cutout"


@dataclass(frozen=True)
class BadLine:
    """A line that can't be done, and why."""

    line: int
    said: str
    reason: str


class Fate(StrEnum):
    """What became of an item."""

    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one item.

    Attributes:
        error: One or two sentences; "" where it is done.
        written: The first file below the batch's folder, and the last one's name; not all, for there may be millions.
        frames: Of the export.
        doubtful: Frames that should be looked at.
        seconds: That it took.
        warnings: What the user should know, one sentence each.
    """

    output: str
    line: int
    said: str
    fate: Fate
    error: str = ""
    written: str = ""
    frames: int = 0
    doubtful: int = 0
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """An item goes on: what is being done to it, and how many of how many frames are done."""

    output: str
    what: str
    done: int
    total: int
