"""One writer a project: a lock file beside it, held for as long as the project is open for writing.

SQLite alone lets several writers in turn; each would keep a document of its own in memory and undo the other's edits.
The kernel lets go of the lock when a program dies, so a lock file that was left behind keeps nobody out.
"""

import fcntl
import os
from pathlib import Path
from typing import Self

from sam2_studio.errors import ProjectError


class WriterLock:
    """The right to write a project."""

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def take(cls, project: Path) -> Self:
        """Take the lock of `project`. Where the file system can't lock, the lock is taken to be free.

        Raises:
            ProjectError: somebody else holds it.
        """
        path = _beside(project)
        while True:
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            except OSError:
                return cls(path, None)
            if not _locked(descriptor, project):
                os.close(descriptor)
                return cls(path, None)
            if _is_at(descriptor, path):
                return cls(path, descriptor)
            os.close(descriptor)  # its holder took it away while we waited to lock it

    def release(self) -> None:
        """Let others write; a second call does nothing."""
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None


def may_be_held(project: Path) -> bool:
    """Whether somebody has the project open for editing, or was killed while they had."""
    try:
        return _beside(project).exists()
    except OSError:  # a name too long, a folder that may not be read: opening it will say so
        return False


def _beside(project: Path) -> Path:
    real = project.resolve()
    return real.with_name(f".{real.name}.lock")


def _locked(descriptor: int, project: Path) -> bool:
    """Lock the open file; False where the file system can't."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise ProjectError(
            f"The project “{project}” is already open for editing, here or in another program.", "Close it there first."
        ) from None
    except OSError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
