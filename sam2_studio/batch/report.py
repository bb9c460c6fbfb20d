"""The report of a batch, for people: one page of HTML without anything from elsewhere, and the same as JSON."""

import html
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from sam2_studio import __version__
from sam2_studio.batch.items import BadLine, Fate, Outcome
from sam2_studio.core.durations import clock
from sam2_studio.errors import BatchError

PAGE, DATA = "report.html", "report.json"
_STYLE = """
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .3rem}footer{margin-top:2rem;opacity:.65}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem 1.2rem .3rem 0;vertical-align:top}
th{border-bottom:1px solid;font-weight:600}td{border-bottom:1px solid #8884;overflow-wrap:anywhere}
th.n,td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;width:3rem}td.i{min-width:11rem}a{color:inherit}
"""
_NUMBERS, _ITEM = ("Line", "Frames", "To review", "Time"), "Item"


@dataclass(frozen=True, kw_only=True)
class BatchReport:
    """What a run did.

    Attributes:
        outcomes: Of items that were worked on, in the order of their lines.
        skipped: (line, item, output) that were done before and haven't changed.
        bad: Lines that couldn't be read.
        left: Items that were not reached, because the run was stopped.
        seconds: That it took.
    """

    outcomes: tuple[Outcome, ...]
    skipped: tuple[tuple[int, str, str], ...]
    bad: tuple[BadLine, ...] = ()
    left: int = 0
    seconds: float = 0.0

    @property
    def done(self) -> tuple[Outcome, ...]:
        return tuple(one for one in self.outcomes if one.fate is Fate.DONE)

    @property
    def failures(self) -> tuple[tuple[int, str, str], ...]:
        """(line, item, error), in the order of the lines."""
        found = [(one.line, one.said, one.error) for one in self.outcomes if one.fate is Fate.FAILED]
        return tuple(sorted(found + [(one.line, one.said, one.reason) for one in self.bad]))

    def to_json(self) -> dict[str, Any]:
        """Plain values for JSON: `done` and `skipped` are counts."""
        failures = [{"item": said, "error": error, "line": line} for line, said, error in self.failures]
        return {"done": len(self.done), "skipped": len(self.skipped), "failed": failures}

    @property
    def sentence(self) -> str:
        """`397 done, 0 skipped, 3 failed (2 wrong lines) in 12:05.`"""
        counts = f"{len(self.done)} done, {len(self.skipped)} skipped, {len(self.failures)} failed"
        wrong = "" if not self.bad else " (1 wrong line)" if len(self.bad) == 1 else f" ({len(self.bad)} wrong lines)"
        return f"{counts}{wrong}{f', {self.left} not reached' if self.left else ''} in {clock(self.seconds)}."


def write_report(report: BatchReport, folder: Path) -> Path:
    """Write both files and return the page. Raises BatchError where the folder can't be written."""
    details = [asdict(one) for one in report.outcomes]
    try:
        _put(folder / DATA, json.dumps(report.to_json() | {"items": details}, ensure_ascii=False, indent=1))
        _put(folder / PAGE, _page(report, folder.absolute().name))
    except OSError as error:
        raise BatchError(f"The report can't be written to {folder}: {error.strerror}.", "Make room there.") from error
    return folder / PAGE


def _put(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", errors="backslashreplace")
    part.replace(path)


def _page(report: BatchReport, name: str) -> str:
    title = html.escape(f"Batch “{name}”")
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>",
        f"<h1>{title}</h1><p>{html.escape(report.sentence)}</p>",
        *(f"<p>{said}</p>" for said in (_left(report.left), _to_review(report.done)) if said),
    ]
    wrong = [(str(one.line), one.said, one.reason) for one in report.bad]
    failed = [(str(one.line), one.said, one.error) for one in report.outcomes if one.fate is Fate.FAILED]
    before = [(str(line), said, output) for line, said, output in report.skipped]
    parts += _section("Wrong lines in the manifest", ("Line", "Item", "What is wrong"), wrong)
    parts += _section("Failed", ("Line", "Item", "Why"), failed)
    parts += _section("Done", *_done(report.done))
    parts += _section("Done before, nothing changed", ("Line", "Item", "Output"), before)
    return "\n".join([*parts, f"<footer>sam2_studio {html.escape(__version__)}</footer></html>\n"])


def _left(count: int) -> str:
    if not count:
        return ""
    told = "1 item was" if count == 1 else f"{count} items were"
    return f"The run was stopped: {told} not reached. The same command goes on with what is missing."


def _to_review(done: Sequence[Outcome]) -> str:
    counts = [one.doubtful for one in done if one.doubtful]
    if not counts:
        return ""
    frames = "1 frame" if sum(counts) == 1 else f"{sum(counts)} frames"
    items = "1 item" if len(counts) == 1 else f"{len(counts)} items"
    return f"{frames} of {items} should be looked at: open the project beside the output."


@dataclass(frozen=True)
class _Markup:
    """Text that is HTML already."""

    text: str


_Cell = str | _Markup


def _written(said: str) -> _Markup:
    """What was written, as a link to the folder that holds it."""
    folder = quote(str(PurePosixPath(said).parent), errors="surrogateescape")
    return _Markup(f'<a href="./{folder}">{html.escape(said)}</a>')


def _done(done: Sequence[Outcome]) -> tuple[tuple[str, ...], list[tuple[_Cell, ...]]]:
    """Heading and rows; without the column of notes where there are none."""
    heading = ("Line", "Item", "Written", "Frames", "To review", "Time", "Notes")
    rows: list[tuple[_Cell, ...]] = [
        (
            str(one.line),
            one.said,
            _written(one.written),
            str(one.frames),
            str(one.doubtful or ""),
            f"{one.seconds:.1f} s",
            " ".join(one.warnings),
        )
        for one in done
    ]
    last = None if any(one.warnings for one in done) else -1
    return heading[:last], [row[:last] for row in rows]


def _section(title: str, heading: Sequence[str], rows: Sequence[Sequence[_Cell]]) -> list[str]:
    """A table under its title and the number of its rows; nothing where there are none."""
    if not rows:
        return []
    kinds = [" class=n" if cell in _NUMBERS else " class=i" if cell == _ITEM else "" for cell in heading]

    def line(tag: str, row: Sequence[_Cell]) -> str:
        cells = [cell.text if isinstance(cell, _Markup) else html.escape(cell) for cell in row]
        return "<tr>" + "".join(f"<{tag}{kind}>{cell}" for kind, cell in zip(kinds, cells, strict=True))

    body = "".join(line("td", row) for row in rows)
    return [f"<h2>{title}: {len(rows)}</h2>", f"<table>{line('th', heading)}{body}</table>"]
