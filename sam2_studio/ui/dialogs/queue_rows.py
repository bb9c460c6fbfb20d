"""What the queue of clips shows of each line, in words. Knows values only."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sam2_studio.batch.clip_queue import LineState, QueueLine
from sam2_studio.batch.items import Step
from sam2_studio.core.durations import clock
from sam2_studio.export.formats import PRESETS
from sam2_studio.ui.language import later, tr, tr_count
from sam2_studio.ui.model_names import model_title
from sam2_studio.ui.words_below import shown

_STATES = {
    LineState.WAITING: (later("Waiting"), "", "quiet"),
    LineState.DONE: (later("Done"), "check", "good"),
    LineState.FAILED: (later("Failed"), "error", "bad"),
}


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One row.

    Attributes:
        state: In a word or two.
        icon: Of the state; "" for a ring.
        tone: Of the state, a name of `theme.Tokens`.
        detail: Objects, model and what is written where.
        said: A fault, a warning, what is being done; "" for nothing.
        part: How much of the step is done, 0 to 1; None where nothing is being done.
    """

    id: str
    title: str
    state: str
    icon: str
    tone: str
    detail: str
    said: str
    part: float | None = None

    @property
    def spoken(self) -> str:
        """All of it, for a screen reader."""
        return ". ".join(text.rstrip(".") for text in (self.title, self.state, self.said, self.detail) if text)


@dataclass(frozen=True)
class Doing:
    """The line under way, and seconds that its step will take; None where that isn't known."""

    line_id: str
    step: Step | None
    seconds_left: float | None = None


def row_of(line: QueueLine, doing: Doing | None, held: Collection[Path]) -> QueueRow:
    """The row of a line.

    Args:
        doing: What is under way, on this line or another.
        held: Projects that can't be done while they are open in the window.
    """
    word, icon, tone = _STATES[line.state]
    state, said, part = tr(word), _said(line), None
    if doing is not None and doing.line_id == line.id:
        state, icon, tone = tr("Running"), "play", "accent"
        said, part = _step(doing)
    elif line.state is LineState.WAITING and line.project in held:
        state, icon, tone = tr("Open in the window"), "warning", "doubtful"
        said = tr("Its turn comes when you open another project, or close this one.")
    elif line.state is LineState.DONE and line.said:
        icon, tone = "warning", "doubtful"
    return QueueRow(
        id=line.id, title=line.clip, state=state, icon=icon, tone=tone, detail=_detail(line), said=said, part=part
    )


def summary(lines: Collection[QueueLine], running: str = "") -> str:
    """How the queue stands; `running` is the id of the line under way."""
    if not lines:
        return tr("Nothing waits here. Prompt a clip, then choose File, Add to queue.")
    counts = {state: sum(line.state is state and line.id != running for line in lines) for state in LineState}
    parts = [
        tr_count("{count} clip", "{count} clips", len(lines)),
        tr("{count} running", count=1) if any(line.id == running for line in lines) else "",
        tr("{count} waiting", count=counts[LineState.WAITING]) if counts[LineState.WAITING] else "",
        tr("{count} done", count=counts[LineState.DONE]) if counts[LineState.DONE] else "",
        tr("{count} failed", count=counts[LineState.FAILED]) if counts[LineState.FAILED] else "",
    ]
    return ", ".join(part for part in parts if part)


def preset_title(name: str) -> str:
    """What a preset is called; one of the user's own goes by its name."""
    return shown(PRESETS[name].label) if name in PRESETS else name


def _step(doing: Doing) -> tuple[str, float]:
    step = doing.step
    if step is None or not step.total:
        return tr("Starting"), 0.0
    what = shown(f"{step.what[:1].upper()}{step.what[1:]}")
    parts = [tr("{what}: frame {done} of {total}", what=what, done=step.done, total=step.total)]
    if doing.seconds_left is not None:
        parts.append(tr("{time} left", time=clock(doing.seconds_left)))
    return " · ".join(parts), step.done / step.total


def _said(line: QueueLine) -> str:
    if line.state is not LineState.DONE:
        return line.said
    frames = tr_count("{count} frame in {name}", "{count} frames in {name}", line.frames, name=line.output)
    look = tr_count("{count} frame to look at", "{count} frames to look at", line.doubtful) if line.doubtful else ""
    return " · ".join(part for part in (frames, look, line.said) if part)


def _detail(line: QueueLine) -> str:
    objects = ", ".join(line.objects)
    where = tr("{preset} to {folder}", preset=preset_title(line.preset), folder=line.folder)
    return " · ".join((objects, model_title(line.model), where))
