"""Reads a manifest, CSV, JSON or TOML, into rows of plain values. Knows no footage and not what the fields mean."""

import csv
import io
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sam2_studio.errors import BatchError

_SHAPE = 'It looks like {"items": [{"media": "a.mp4", "box": "0:10,20,200,180"}]}.'


@dataclass(frozen=True)
class Row:
    """One line.

    Attributes:
        number: In a CSV file the line's own number, from 1; else the item's place, from 1.
        values: By field, as written; fields left empty are not in it.
        extra: Whether there were cells without a column.
    """

    number: int
    values: Mapping[str, Any]
    extra: bool = False


def read_manifest(path: Path) -> tuple[Row, ...]:
    """All rows of a manifest; values of its table `defaults` stand in every item that doesn't say otherwise.

    Raises:
        BatchError: it can't be read, is of another kind, or holds nothing.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise BatchError(f"“{path}” is no manifest.", f"Give one that ends in {', '.join(_READERS)}.")
    try:
        rows = reader(path, path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BatchError(f"The manifest {path} can't be read: {error.strerror}.", "Check its name.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BatchError(
            f"The manifest {path} isn't UTF-8: line {line} has bytes that are no text.",
            "Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”).",
        ) from error
    except (ValueError, RecursionError) as error:
        raise BatchError(f"The manifest {path} can't be read: {error}.", "Correct it there.") from error
    if not rows:
        raise BatchError(f"The manifest {path} names nothing to do.", "Give it a line for each clip.")
    return rows


def _csv(path: Path, text: str) -> tuple[Row, ...]:
    heading = text.lstrip().partition("\n")[0]
    parting = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=parting, strict=True, skipinitialspace=True)
    names: list[str] = []
    rows = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if names:
                rows.append(_csv_row(reader.line_num, names, cells))
            else:
                names = _columns(path, cells)
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from error
    return tuple(rows)


def _columns(path: Path, cells: list[str]) -> list[str]:
    """The names in the first line. Raises BatchError where they can't be those of columns."""
    names = [cell.strip().lower() for cell in cells]
    if "media" not in names and "project" not in names:
        raise BatchError(
            f"The first line of the manifest {path} names no column media and none project.",
            "Begin it with the names of its columns, such as: media,box,preset,output",
        )
    if twice := [name for name in names if name and names.count(name) > 1]:
        raise BatchError(
            f"The manifest {path} has two columns {twice[0]}.", "Join them; prompts are parted by ; in one."
        )
    return names


def _csv_row(number: int, names: list[str], cells: list[str]) -> Row:
    values = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name and cell.strip()}
    nameless = [*(cell for name, cell in zip(names, cells, strict=False) if not name), *cells[len(names) :]]
    return Row(number, values, any(cell.strip() for cell in nameless))


def _json(path: Path, text: str) -> tuple[Row, ...]:
    return _rows(path, json.loads(text))


def _toml(path: Path, text: str) -> tuple[Row, ...]:
    return _rows(path, tomllib.loads(text))


def _rows(path: Path, document: Any) -> tuple[Row, ...]:
    items = document.get("items") if isinstance(document, dict) else document
    defaults = document.get("defaults", {}) if isinstance(document, dict) else {}
    if not isinstance(items, list) or not isinstance(defaults, dict) or not all(isinstance(i, dict) for i in items):
        raise BatchError(f'The manifest {path} has no list "items".', _SHAPE)
    merged = (defaults | item for item in items)
    return tuple(Row(i, {k: v for k, v in one.items() if v not in ("", None)}) for i, one in enumerate(merged, 1))


_READERS = {".csv": _csv, ".json": _json, ".toml": _toml}
