"""What commands say and where: results to stdout, all else to stderr, one JSON document where it is asked for."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from sam2_studio.core.durations import clock

_BAR = 28
_LINES = 10  # lines of progress where stderr is no terminal


class Console:
    """The mouth of one command.

    Attributes:
        quiet: Nothing but errors on stderr.
        as_json: The result is one JSON document.
    """

    def __init__(self, *, quiet: bool = False, as_json: bool = False) -> None:
        self.quiet, self.as_json = quiet, as_json
        self._terminal = sys.stderr.isatty()
        self._bar_shown = False
        self._last = ("", -1)

    def say(self, text: str) -> None:
        """A message for the person."""
        if not self.quiet:
            self._write(f"{text}\n")

    def warn(self, texts: Sequence[str]) -> None:
        """What the person should know of a result."""
        for text in texts:
            self.say(f"Note: {text}")

    def complain(self, text: str) -> None:
        """An error that doesn't end the command; shown in any case."""
        self._write(f"{text}\n")

    def progress(self, what: str, done: int, total: int, seconds_left: float | None = None, rate: str = "") -> None:
        """How far the work is: a bar on a terminal, else a line each tenth of the way; `rate` in words."""
        if self.quiet or total <= 0:
            return
        left = f", {rate}" if rate else ""
        left += "" if seconds_left is None or done >= total else f", {clock(seconds_left)} left"
        if self._terminal:
            filled = _BAR * done // total
            self._write(f"\r\x1b[K{what} [{'#' * filled}{'.' * (_BAR - filled)}] {done} of {total}{left}", bar=True)
        elif self._last != (what, tenth := _LINES * done // total):
            self._last = (what, tenth)
            self._write(f"{what}: {done} of {total}{left}\n")

    def result(self, document: Any, lines: Sequence[str]) -> None:
        """The answer: `document` with `--json`, else `lines`."""
        self._end_bar()
        text = json.dumps(document, ensure_ascii=False, indent=2) if self.as_json else "\n".join(lines)
        if text:
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()

    def _write(self, text: str, *, bar: bool = False) -> None:
        if not bar:
            self._end_bar()
        self._bar_shown = bar
        sys.stderr.write(text)
        sys.stderr.flush()

    def _end_bar(self) -> None:
        if self._bar_shown:
            self._bar_shown = False
            sys.stderr.write("\n")


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows in columns, left-aligned, two blanks apart."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
