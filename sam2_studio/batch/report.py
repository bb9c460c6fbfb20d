"""The report of a batch, for people: one page of HTML without anything from elsewhere, and the same as JSON."""

import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sam2_studio import __version__
from sam2_studio.batch.items import BadLine, Fate, Outcome
from sam2_studio.core.durations import clock
from sam2_studio.errors import BatchError

PAGE, DATA = "report.html", "report.json"
_STYLE = """
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .8rem .35rem 0;vertical-align:top}
th{border-bottom:2px solid}td{border-bottom:1px solid #8886;overflow-wrap:anywhere}td.n{text-align:right}
.failed td:first-child{font-weight:bold}
"""


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
        """`397 done, 0 skipped, 3 failed in 12:05.`"""
        counts = f"{len(self.done)} done, {len(self.skipped)} skipped, {len(self.failures)} failed"
        return f"{counts}{f', {self.left} not reached' if self.left else ''} in {clock(self.seconds)}."


def write_report(report: BatchReport, folder: Path) -> Path:
    """Write both files and return the page. Raises BatchError where the folder can't be written."""
    details = [asdict(one) for one in report.outcomes]
    try:
        _put(folder / DATA, json.dumps(report.to_json() | {"items": details}, ensure_ascii=False, indent=1))
        _put(folder / PAGE, _page(report))
    except OSError as error:
        raise BatchError(f"The report can't be written to {folder}: {error.strerror}.", "Make room there.") from error
    return folder / PAGE


def _put(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", errors="backslashreplace")
    part.replace(path)


def _page(report: BatchReport) -> str:
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Batch report</title><style>{_STYLE}</style>",
        f"<h1>Batch</h1><p>{html.escape(report.sentence)}</p>",
    ]
    if report.failures:
        rows = [(str(line), said, error) for line, said, error in report.failures]
        parts += ["<h2>Failed</h2>", _table(("Line", "Item", "Why"), rows, "failed")]
    if report.done:
        parts += [
            "<h2>Done</h2>",
            _table(("Line", "Item", "Written", "Frames", "To review", "Time", "Notes"), _done(report)),
        ]
    if report.skipped:
        rows = [(str(line), said, output) for line, said, output in report.skipped]
        parts += ["<h2>Skipped: done before, nothing changed</h2>", _table(("Line", "Item", "Output"), rows)]
    return "\n".join([*parts, f"<p>sam2_studio {html.escape(__version__)}</p></html>\n"])


def _done(report: BatchReport) -> list[tuple[str, ...]]:
    return [
        (
            str(one.line),
            one.said,
            one.written,
            str(one.frames),
            str(one.doubtful or ""),
            f"{one.seconds:.1f} s",
            " ".join(one.warnings),
        )
        for one in report.done
    ]


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    head = "".join(f"<th>{html.escape(cell)}" for cell in heading)
    body = "".join(f"<tr class='{kind}'>" + "".join(f"<td>{html.escape(c)}" for c in row) for row in rows)
    return f"<table><tr>{head}{body}</table>"
