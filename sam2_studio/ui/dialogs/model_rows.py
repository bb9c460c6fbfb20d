"""What the Models dialog shows of each model, what can be done with it, and which step comes next. No Qt, no engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sam2_studio.ui.language import later, tr

BUILT_IN, OWN = later("Built in"), later("Own files")
FIRST_CHOICE = "sam2.1-tiny"  # the smallest of the newer ones: bearable on a plain processor, fetched soonest


@dataclass(frozen=True, kw_only=True)
class Fetching:
    """A download under way.

    Attributes:
        done: Bytes that are here.
        total: Bytes of the whole file; None for unknown.
        rate: Bytes a second; 0 for unknown.
        left: Seconds; None for unknown.
        stage: `fetching`, `verifying` or `retrying`.
        paused: Whether the user stopped it for now.
    """

    done: int
    total: int | None
    rate: float = 0.0
    left: float | None = None
    stage: str = "fetching"
    paused: bool = False


@dataclass(frozen=True, kw_only=True)
class ModelRow:
    """One model as the dialog shows it.

    Attributes:
        name: As on the command line: `sam2.1-tiny`.
        title: As people say it: `SAM 2.1 tiny`.
        version: `2.0`, `2.1`, or nano's own.
        state: `bundled`, `present`, `absent` or `damaged`.
        bytes: Size of its file; None for unknown.
        licence: SPDX identifier.
        summary: What it is good for, one line.
        place: Where its file lies; "" where there is none.
        origin: Where a file that isn't the program's own is from: "found in the Hugging Face cache".
        kept: Why it can't be removed here: "It lies in the Hugging Face cache. Remove it there."; "" where it can.
        custom: Whether the user brought the file.
        sha256: Of the file, where known.
        speed: "0.4 s a frame, measured here"; "" where it wasn't measured.
        in_use: Whether it is the model that answers clicks now.
        loading: Whether it is on the way to that.
        part_bytes: What an interrupted download left.
        fetching: The download under way, or None.
        problem: What went wrong with the last try, and the way out; "" for nothing.
    """

    name: str
    title: str
    version: str
    state: str
    bytes: int | None
    licence: str
    summary: str
    place: str = ""
    origin: str = ""
    kept: str = ""
    custom: bool = False
    sha256: str = ""
    speed: str = ""
    in_use: bool = False
    loading: bool = False
    part_bytes: int = 0
    fetching: Fetching | None = None
    problem: str = ""

    @property
    def group(self) -> str:
        """The heading it stands under."""
        if self.custom:
            return OWN
        return f"SAM {self.version}" if self.version.startswith("2.") else BUILT_IN

    @property
    def is_here(self) -> bool:
        """Whether it can be used as it is."""
        return self.state in ("bundled", "present")

    @property
    def is_busy(self) -> bool:
        """Whether something is under way that ends by itself."""
        return self.loading or (self.fetching is not None and not self.fetching.paused)


class Step(StrEnum):
    """What a user can do with a model."""

    GET = "get"
    GET_AGAIN = "get again"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    USE = "use"
    VERIFY = "verify"
    REMOVE = "remove"


# Steps that bring a model nearer to use: one of them may wear the accent.
_ONWARD = (Step.GET, Step.GET_AGAIN, Step.RESUME, Step.USE)
_MAIN = (*_ONWARD, Step.PAUSE)


def steps(row: ModelRow) -> tuple[Step, ...]:
    """What can be done with it now, in the order of the buttons: the main step comes last."""
    if row.fetching is not None:
        return _fetching_steps(row.fetching)
    if row.is_here:
        kept = (Step.VERIFY, Step.REMOVE)
        return kept if row.in_use or row.loading else (*kept, Step.USE)
    if row.part_bytes:
        return Step.CANCEL, Step.RESUME
    if row.custom:
        return (Step.REMOVE,)
    if row.group == BUILT_IN:
        return ()
    return (Step.GET,) if row.state == "absent" else (Step.REMOVE, Step.GET_AGAIN)


def _fetching_steps(fetching: Fetching) -> tuple[Step, ...]:
    """A check of what came can't be paused."""
    if fetching.paused:
        return Step.CANCEL, Step.RESUME
    return (Step.CANCEL,) if fetching.stage == "verifying" else (Step.CANCEL, Step.PAUSE)


def main_step(row: ModelRow) -> Step | None:
    """What Enter does on the row; None where there is nothing to do."""
    return next((step for step in steps(row) if step in _MAIN), None)


def why_kept(row: ModelRow) -> str:
    """Why it can't be removed; "" if it can."""
    if row.in_use or row.loading:
        return tr("In use. Use another model first.")
    return tr("Comes with the program.") if row.state == "bundled" else row.kept


def grouped(rows: Sequence[ModelRow]) -> dict[str, list[ModelRow]]:
    """The rows by heading: built in first, then the newer versions, own files last; their order is kept otherwise."""
    between = sorted({row.group for row in rows} - {BUILT_IN, OWN}, reverse=True)
    groups = {title: [row for row in rows if row.group == title] for title in (BUILT_IN, *between, OWN)}
    return {title: inside for title, inside in groups.items() if inside}


def next_step(rows: Sequence[ModelRow], current: str) -> str:
    """The name of the model whose main step wears the accent; "" for none.

    The row that the user is on comes first: there the accent shows what Enter does. Where that row has nothing to
    offer, it is what was begun and not ended, then a way from the built-in model to a SAM 2. While something runs,
    the next step is to wait.
    """
    onward = [row for row in rows if main_step(row) in _ONWARD]
    if any(row.name == current for row in onward):
        return current
    if any(row.is_busy for row in rows):
        return ""
    begun = [row.name for row in onward if main_step(row) in (Step.RESUME, Step.GET_AGAIN)]
    if begun or any(row.in_use and row.group != BUILT_IN for row in rows):
        return next(iter(begun), "")
    present = [row.name for row in onward if row.is_here and row.group != BUILT_IN]
    first = [row.name for row in onward if row.name == FIRST_CHOICE]
    return next(iter((*present, *first)), "")
