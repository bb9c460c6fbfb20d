"""The file of the queue of clips. Windows share it: every change reads it anew, under a lock, and renames the new one.

A damaged file is set aside and costs the queue only; damaged lines in it cost themselves.
"""

import contextlib
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sam2_studio.batch.clip_queue import Lines, QueueLine, line_of
from sam2_studio.core.json_file import read_json, set_aside, write_json
from sam2_studio.errors import BatchError

FILE = "queue.json"
VERSION = 1

_log = logging.getLogger(__name__)


class QueueFile:
    """The file; from any thread.

    Args:
        path: Need not be there.
        on_fault: Told in a sentence when what is there can't be used.
    """

    def __init__(self, path: Path, on_fault: Callable[[str], object] = _log.warning) -> None:
        self.path = path
        self._on_fault = on_fault

    def read(self) -> Lines:
        """The lines; none where there is no file."""
        try:
            return self._lines()
        except (OSError, ValueError):
            return self._mended()

    def changed_at(self) -> int:
        """Grows when somebody changes the file; 0 where there is none."""
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return 0

    def change(self, edit: Callable[[Lines], Lines]) -> Lines:
        """Change the lines; what they are now.

        Raises:
            BatchError: they can't be written, and stay as they were.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with _alone(self.path.with_name(f".{self.path.name}.change")):
                before = self._usable_lines()
                after = edit(before)
                if after != before:
                    write_json(self.path, {"version": VERSION, "lines": [line.to_json() for line in after]})
                return after
        except OSError as error:
            raise BatchError(
                f"The queue of clips can't be kept in {self.path}: {error.strerror}.", "Make room there."
            ) from error

    def _mended(self) -> Lines:
        """The lines after a second look, alone: another window may have put a good file there."""
        try:
            return self.change(lambda lines: lines)
        except BatchError as error:
            self._on_fault(str(error))
            return ()

    def _usable_lines(self) -> Lines:
        """The lines; a file that can't be used is set aside."""
        try:
            return self._lines()
        except (OSError, ValueError) as error:
            _log.warning("the queue of clips can't be read: %s", error)
            self._on_fault(f"The queue of clips can't be used, so it is empty{set_aside(self.path)}.")
            return ()

    def _lines(self) -> Lines:
        """Raises OSError, or ValueError where the file isn't one of ours."""
        try:
            values: Any = read_json(self.path)
        except FileNotFoundError:
            return ()
        if (
            not isinstance(values, dict)
            or values.get("version") != VERSION
            or not isinstance(values.get("lines"), list)
        ):
            raise ValueError("it holds something else")
        found: dict[str, QueueLine] = {}
        for each in values["lines"]:
            try:
                line = line_of(each)
            except (KeyError, TypeError, ValueError) as error:
                _log.warning("a line of the queue of clips is left: %r", error)
                continue
            found.setdefault(line.id, line)
        return tuple(found.values())


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one change at a time through; where the file system can't lock, all."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
