"""The way up from older project files: their rows, put into an empty file of today. The old file is only read.

Whoever raises `schema.VERSION` keeps the older tables in `schema`, writes here what each older version's rows become,
and puts a file of that version among the tests' data.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

_SAME = ("facts", "objects", "prompts", "masks", "steps")


def upgrade(old: sqlite3.Connection, new: sqlite3.Connection, version: int) -> None:
    """Fill `new`, an empty project, with what `old`, a project of an older version, holds.

    Raises:
        sqlite3.Error: a file can't be read or written.
        KeyError, TypeError, ValueError, AttributeError: rows that make no sense.
    """
    extra = _EXTRA[version]
    new.execute("BEGIN")
    for table in _SAME:
        _copy(old, new, table, lambda row: row)
    _copy(old, new, "records", lambda row: (*row, *extra(row[2:])))
    _copy(old, new, "step_changes", lambda row: (*row[:2], _change(row[2], extra)))
    new.execute("DELETE FROM sqlite_sequence")
    for row in old.execute("SELECT name, seq FROM sqlite_sequence"):
        new.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", row)
    new.execute("COMMIT")


def keep(path: Path, version: int) -> Path:
    """Give the file, which is about to be replaced, a second name beside it, and return that. Raises OSError."""
    for number in count(1):
        name = f"{path.stem}.v{version}{f' {number}' if number > 1 else ''}{path.suffix}"
        kept = path.with_name(name)
        try:
            os.link(path, kept)
        except FileExistsError:
            if not kept.samefile(path):
                continue
        except OSError:  # a file system without links
            half = kept.with_name(f".{name}.part")
            shutil.copyfile(path, half)
            half.replace(kept)
        return kept
    raise AssertionError("there is always a next number")


def _copy(
    old: sqlite3.Connection, new: sqlite3.Connection, table: str, row_of: Callable[[Sequence[Any]], Sequence[Any]]
) -> None:
    rows = old.execute(f"SELECT * FROM {table}")
    marks = ",".join("?" * len(new.execute(f"SELECT * FROM {table} LIMIT 0").description))
    new.executemany(f"INSERT INTO {table} VALUES ({marks})", map(row_of, rows))


def _change(value: str, extra: Callable[[Sequence[Any]], tuple[float, str, bool]]) -> str:
    """A change of the undo history; only those of masks are others now."""
    change = json.loads(value)
    if change["kind"] == "mask":
        for side in ("before", "after"):
            if change[side] is not None:
                change[side] += extra(change[side])
    return json.dumps(change)


def _extra_of_1(record: Sequence[Any]) -> tuple[float, str, bool]:
    """Version 1 knew no health: it becomes what the score alone says. (health, reasons, accepted)."""
    _, origin, score, absent = record[:4]
    if origin != "tracked" or absent:
        return 1.0, "", False
    health = min(1.0, max(0.0, (float(score) - 0.1) / 0.4))
    return health, f"score:{round(100 * score)}" if health < 0.5 else "", False


_EXTRA = {1: _extra_of_1}
