"""The words of the Models dialog: sizes, progress, facts, tooltips. No Qt."""

from sam2_studio.core.durations import clock
from sam2_studio.ui.dialogs.model_rows import Fetching, ModelRow, Step, why_kept
from sam2_studio.ui.language import later, tr

ADVICE = (
    (later("Stills"), later("tiny or base-plus are plenty.")),
    (later("Long clips, small or similar-looking objects"), later("2.1, base-plus or large.")),
    (later("A first try, a weak machine"), "nano."),
    (later("Hair and fur"), later("any of them, with a matte in the Edge section.")),
)
LABELS = {
    Step.GET: later("Get"),
    Step.GET_AGAIN: later("Get again"),
    Step.PAUSE: later("Pause"),
    Step.RESUME: later("Resume"),
    Step.CANCEL: later("Cancel"),
    Step.USE: later("Use"),
    Step.VERIFY: later("Verify"),
    Step.REMOVE: later("Remove"),
}
_STATES = {
    "bundled": later("Built in"),
    "present": later("On disk"),
    "absent": later("Not fetched"),
    "damaged": later("⚠ Damaged"),
}
_TIPS = {
    Step.GET: later("Fetch the file and check it. It goes on when this window is closed."),
    Step.GET_AGAIN: later("Fetch the whole file anew: what lies there isn't the model."),
    Step.PAUSE: later("Stop for now; what is here is kept."),
    Step.RESUME: later("Go on where it stopped."),
    Step.CANCEL: later("Stop, and delete what is here of it."),
    Step.USE: later("Load it for the next click. Masks that are there stay."),
    Step.VERIFY: later("Read the whole file and compare its sha256 with the known one."),
    Step.REMOVE: later("Asks before anything is deleted."),
}
_FORGET = later("Takes it off the list; the file stays where it lies.")
_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"), (1, later("bytes")))


def size_text(nbytes: int) -> str:
    """`156 MB`, `8.6 MB`, `1.2 GB`: powers of ten, as file managers and web pages count."""
    scale, unit = _unit(nbytes)
    return f"{_figure(nbytes, scale)} {tr(unit)}"


def part_text(done: int, total: int | None) -> str:
    """`87 of 156 MB`, both in the unit of the whole; `87 MB` where the whole is unknown."""
    if not total:
        return size_text(done)
    scale, unit = _unit(total)
    return tr("{done} of {total}", done=_figure(done, scale), total=f"{_figure(total, scale)} {tr(unit)}")


def fetching_text(fetching: Fetching) -> str:
    """How far a download is: `56 % · 87 of 156 MB · 4.2 MB a second · 0:16 left`."""
    if fetching.stage == "verifying":
        return tr("Verifying…")
    part = part_text(fetching.done, fetching.total)
    if fetching.paused:
        return tr("Paused · {part} fetched", part=part)
    if fetching.stage == "retrying":
        return tr("Trying again… · {part}", part=part)
    parts = [f"{100 * fraction(fetching.done, fetching.total):.0f} %"] if fetching.total else []
    parts.append(part)
    if fetching.rate > 0:
        parts.append(tr("{amount} a second", amount=size_text(round(fetching.rate))))
    if fetching.left is not None:
        parts.append(tr("{time} left", time=clock(fetching.left)))
    return " · ".join(parts)


def fraction(done: int, total: int | None) -> float:
    """How much of the whole, 0 to 1 in hundredths; never 1 before the last byte, 0 where the whole is unknown."""
    return min(1.0, 100 * done // total / 100) if total else 0.0


def progress_of(row: ModelRow) -> tuple[str, float | None] | None:
    """The progress line's text and fraction, None for a fraction that is unknown; None if nothing is on the way."""
    fetching = row.fetching
    if fetching is not None:
        return fetching_text(fetching), fraction(fetching.done, fetching.total) if fetching.total else None
    if row.part_bytes and not row.is_here:
        return tr("{part} fetched", part=part_text(row.part_bytes, row.bytes)), fraction(row.part_bytes, row.bytes)
    return None


def state_text(row: ModelRow) -> str:
    """What is the case with its file; "" where the progress line says it. A file of the user's own isn't fetched."""
    if not row.is_here and progress_of(row) is not None:
        return ""
    return tr("File is gone") if row.custom and row.state == "absent" else tr(_STATES[row.state])


def facts_text(row: ModelRow) -> str:
    """Size, licence, speed, origin: what is known of it."""
    size = tr("size unknown") if row.bytes is None else size_text(row.bytes)
    return " · ".join(part for part in (size, row.licence, row.speed, row.origin) if part)


def mark_text(row: ModelRow) -> str:
    """What stands in the place of the main button while the model is in use or on the way to it."""
    return tr("Loading…") if row.loading else tr("✓ In use") if row.in_use else ""


def removal_text(row: ModelRow) -> str:
    """What the second click of Remove does: a file that isn't the program's own is forgotten, not deleted."""
    if row.origin or row.state == "absent":
        return tr("Forget the file")
    return tr("Remove {size}", size=size_text(row.bytes)) if row.bytes is not None else tr("Remove")


def step_tip(step: Step, row: ModelRow) -> str:
    """What a button is for, or why it can't be pressed."""
    tip = tr(_TIPS[step])
    if step is Step.REMOVE:
        tip = why_kept(row) or tr(_FORGET if row.origin else tip)
    return f"<b>{tr(LABELS[step])}</b><br>{tip}"


def row_tip(row: ModelRow) -> str:
    """Name, place and hash, a line each; plain text."""
    digest = f"sha256 {row.sha256}" if row.sha256 else ""
    return "\n".join(part for part in (row.name, row.summary, row.place, digest) if part)


def spoken_text(row: ModelRow) -> str:
    """The row for those who hear it; progress is left to the bar, or it would be read out ten times a second."""
    mark = mark_text(row).removeprefix("✓ ").removesuffix("…")
    parts = (
        row.title,
        tr("version {version}", version=row.version),
        mark,
        state_text(row).removeprefix("⚠ "),
        facts_text(row),
    )
    return ", ".join(part for part in (*parts, row.summary, row.problem) if part)


def _unit(nbytes: int) -> tuple[int, str]:
    """The largest unit of which there is one, counting what would be rounded up to it."""
    return next(((scale, unit) for scale, unit in _UNITS if nbytes >= 0.9995 * scale), _UNITS[-1])


def _figure(nbytes: int, scale: int) -> str:
    value = nbytes / scale
    return f"{value:.1f}" if scale > 1 and value < 9.95 and nbytes else f"{value:.0f}"
