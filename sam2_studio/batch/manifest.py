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
_TOO_MANY = None  # under which `csv` puts cells beyond the columns


@dataclass(frozen=True)
class Row:
    """One line.

    Attributes:
        number: In a CSV file the line's own number, from 1; else the item's place, from 1.
        values: By field, as written; fields left empty are not in it.
        extra: Whether there were more cells than columns.
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
    except (ValueError, RecursionError, csv.Error) as error:
        raise BatchError(
            f"The manifest {path} can't be read: {error}.", "Write it as UTF-8, as the guide shows."
        ) from error
    if not rows:
        raise BatchError(f"The manifest {path} names nothing to do.", "Give it a line for each clip.")
    return rows


def _csv(path: Path, text: str) -> tuple[Row, ...]:
    heading = text.partition("\n")[0]
    parting = max(",;\t", key=heading.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=parting, restkey=_TOO_MANY, strict=True)
    rows = []
    for cells in reader:
        extra = bool(cells.pop(_TOO_MANY, None))
        values = {name.strip().lower(): cell.strip() for name, cell in cells.items() if name and cell and cell.strip()}
        if values or extra:
            rows.append(Row(reader.line_num, values, extra))
    return tuple(rows)


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
