"""Where a native crash leaves its traces: Python can't catch one, but the interpreter can write where every thread was.

Nothing is sent anywhere.
"""

import faulthandler
import os
from contextlib import suppress
from pathlib import Path

from sam2_studio import home

_KEPT = 5
_ENDING = ".log"
_open_file: list[int] = []  # the descriptor that the interpreter writes to, for as long as the program lives


def start() -> Path | None:
    """Begin a new crash log; what the session before left, or None where it left nothing.

    A folder that can't be written to costs the log, not the start.
    """
    folder = home.log_folder()
    current = folder / f"crash{_ENDING}"
    before = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if current.exists() and current.stat().st_size:
            before = _set_aside(current)
        descriptor = os.open(current, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError:
        return before
    _open_file.append(descriptor)
    faulthandler.enable(descriptor, all_threads=True)
    return before


def _set_aside(current: Path) -> Path:
    """Number it; of the older ones some are kept."""
    numbers = sorted(_numbers(current.parent))
    for number in numbers[: max(0, len(numbers) - _KEPT + 1)]:
        with suppress(OSError):
            _numbered(current, number).unlink()
    kept = _numbered(current, (numbers[-1] if numbers else 0) + 1)
    current.replace(kept)
    return kept


def _numbered(current: Path, number: int) -> Path:
    return current.with_name(f"crash-{number}{_ENDING}")


def _numbers(folder: Path) -> list[int]:
    words = [path.stem.removeprefix("crash-") for path in folder.glob(f"crash-*{_ENDING}")]
    return [int(word) for word in words if word.isdecimal()]
