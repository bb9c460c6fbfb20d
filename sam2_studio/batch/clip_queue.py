"""The queue of clips: projects that were prompted and are to be tracked and exported, one after the other. Values only.

A line that is being worked on is a waiting one in here: a program that was killed leaves nothing to put right.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from pathlib import Path, PurePath
from typing import Any
from uuid import uuid4


class LineState(StrEnum):
    """How far a line is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


def _new_id() -> str:
    return uuid4().hex


@dataclass(frozen=True, kw_only=True)
class QueueLine:
    """One line.

    Attributes:
        id: Never used twice.
        project: Of the clip.
        clip: Name of the footage, for the user.
        stem: What outputs are named after.
        still: Whether the footage is one picture.
        objects: Their names.
        model: Tracks what isn't tracked yet.
        preset: One of the program's own or of the user's.
        folder: Where to.
        output: Name in there; no two lines of a folder have the same. "" where it isn't chosen yet.
        said: Why it failed, or what the user should know of what is done.
        frames: That were written.
        doubtful: Frames that should be looked at.
    """

    id: str = field(default_factory=_new_id)
    project: Path
    clip: str
    stem: str
    still: bool = False
    objects: tuple[str, ...]
    model: str
    preset: str
    folder: Path
    output: str = ""
    state: LineState = LineState.WAITING
    said: str = ""
    frames: int = 0
    doubtful: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain values; the reverse of `line_of`."""
        return {name: _plain(value) for name, value in vars(self).items()}


Lines = tuple[QueueLine, ...]

_TEXTS = ("id", "clip", "stem", "model", "preset", "output", "said")
_COUNTS = ("frames", "doubtful")


def line_of(values: dict[str, Any]) -> QueueLine:
    """The line that `to_json` gave. Raises KeyError, TypeError or ValueError where it makes no sense."""
    texts: Any = {name: _text(values[name]) for name in _TEXTS}
    counts: Any = {name: int(values[name]) for name in _COUNTS}
    return QueueLine(
        project=Path(_text(values["project"])),
        folder=Path(_text(values["folder"])),
        still=values["still"] is True,
        objects=tuple(_text(name) for name in values["objects"]),
        state=LineState(values["state"]),
        **texts,
        **counts,
    )


def waiting_again(line: QueueLine) -> QueueLine:
    """The line as if it hadn't been done."""
    return replace(line, state=LineState.WAITING, said="", frames=0, doubtful=0)


def with_line(lines: Lines, line: QueueLine) -> Lines:
    """Add a line at the end; one of the same project stays where it is, goes where it did, and is done again."""

    def renewed(old: QueueLine) -> QueueLine:
        return replace(line, id=old.id, preset=old.preset, folder=old.folder, output=old.output)

    if all(other.project != line.project for other in lines):
        return (*lines, line)
    return tuple(renewed(other) if other.project == line.project else other for other in lines)


def altered(lines: Lines, ids: Collection[str], *, preset: str = "", folder: Path | None = None) -> Lines:
    """Give these another preset or folder; where that changes them they wait again, without an output."""

    def made(line: QueueLine) -> QueueLine:
        other = replace(line, preset=preset or line.preset, folder=folder or line.folder)
        return line if other == line else replace(waiting_again(other), output="")

    return tuple(made(line) if line.id in ids else line for line in lines)


def renamed(lines: Lines, before: Path, after: Path) -> Lines:
    """The project at `before` is at `after` now."""
    return tuple(replace(line, project=after) if line.project == before else line for line in lines)


def without(lines: Lines, ids: Collection[str]) -> Lines:
    """All lines but these."""
    return tuple(line for line in lines if line.id not in ids)


def retried(lines: Lines, ids: Collection[str]) -> Lines:
    """Let these wait again."""
    return tuple(waiting_again(line) if line.id in ids else line for line in lines)


def in_order(lines: Lines, ids: Sequence[str]) -> Lines:
    """In the order of these ids; lines that aren't named follow."""
    places = {each: place for place, each in enumerate(ids)}
    return tuple(sorted(lines, key=lambda line: places.get(line.id, len(places))))


def moved(lines: Lines, ids: Collection[str], by: int) -> Lines:
    """Move these up (-1) or down (1) by one, as far as there is room."""
    made = list(lines)
    places = [place for place, line in enumerate(made) if line.id in ids]
    for place in places if by < 0 else reversed(places):
        other = place + by
        if 0 <= other < len(made) and made[other].id not in ids:
            made[place], made[other] = made[other], made[place]
    return tuple(made)


def unused(output: str, is_taken: Callable[[str], bool]) -> str:
    """The name, or with the first number behind it that makes it another: `dog-2.png`."""
    path = PurePath(output)
    names = (output if number == 1 else f"{path.stem}-{number}{path.suffix}" for number in count(1))
    return next(name for name in names if not is_taken(name))


def outputs_in(lines: Iterable[QueueLine], folder: Path) -> frozenset[str]:
    """The names in a folder that lines have, for comparing."""
    return frozenset(line.output.casefold() for line in lines if line.folder == folder)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else list(value) if isinstance(value, tuple) else value
