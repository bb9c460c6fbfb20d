"""Which project every running window has open, in a folder of small files, so that a killed one's is found again.

Each session holds a lock on its file; the kernel lets go of it when the program dies, whatever becomes of process
numbers and clocks. A session that ended as it should has removed its file.
"""

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ENDING = ".session"


@dataclass(frozen=True)
class Left:
    """What a session that didn't end as it should had open.

    Attributes:
        project: Its path.
        again: Whether that session had restored it after another such end: opening it may be what ends the program.
    """

    project: Path
    again: bool


class Session:
    """This window's entry. A folder that can't be written to costs the recovery, not the work."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path: Path | None = None
        self._descriptor: int | None = None

    def left_behind(self) -> list[Left]:
        """Take over what dead sessions had open, the newest first; nobody is told of it again."""
        found = []
        for path in _entries(self._folder):
            if (left := _taken_over(path)) is not None:
                found.append((_number(path), left))
        return [left for _, left in sorted(found, key=lambda item: -item[0])]

    def note(self, project: Path | None, *, restored: bool = False) -> None:
        """Keep which project is open now, through a power cut too."""
        if project is None:
            self.end()
            return
        try:
            if self._descriptor is None:
                self._start()
            assert self._descriptor is not None
            text = json.dumps({"project": os.fsencode(project.absolute()).hex(), "restored": restored}).encode()
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, text, 0)
            os.fsync(self._descriptor)
        except OSError:
            self.end()

    def end(self) -> None:
        """No project is open, or the program ends as it should."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._path = self._descriptor = None

    def _start(self) -> None:
        """Numbers rise: which session was the newest doesn't hang on a clock."""
        self._folder.mkdir(parents=True, exist_ok=True)
        number = max((_number(path) for path in _entries(self._folder)), default=0)
        while self._descriptor is None:
            number += 1
            path = self._folder / f"{number}{_ENDING}"
            with suppress(FileExistsError):
                self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                self._path = path
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _entries(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix == _ENDING and path.stem.isdecimal()]
    except OSError:
        return []


def _number(path: Path) -> int:
    return int(path.stem)


def _taken_over(path: Path) -> Left | None:
    """Read and remove the entry of a dead session; None for one that lives or makes no sense."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        text = os.pread(descriptor, 1 << 16, 0)
        path.unlink(missing_ok=True)
        values = json.loads(text)
        return Left(Path(os.fsdecode(bytes.fromhex(values["project"]))), values["restored"] is True)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    finally:
        os.close(descriptor)
