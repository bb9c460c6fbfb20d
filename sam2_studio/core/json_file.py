"""Small files of the program's own that hold JSON: read whole, written beside the file and renamed."""

import json
import os
from pathlib import Path
from typing import Any


def read_json(path: Path) -> Any:
    """What a file holds.

    Raises:
        OSError: it isn't there or can't be read.
        ValueError: it holds no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def write_json(path: Path, values: Any) -> None:
    """Write a file; another program that writes it at the same time can't mix its bytes in. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(values, indent=1), encoding="utf-8")
    part.replace(path)


def set_aside(path: Path) -> str:
    """Keep a file that can't be used under another name; where it is now, in words for the end of a sentence."""
    kept = path.with_name(path.name + ".kept")
    try:
        path.replace(kept)
    except OSError:
        return ""
    return f"; what was there is in {kept}"
