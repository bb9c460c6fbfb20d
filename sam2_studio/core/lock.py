"""One writer a project: a lock file beside it, held for as long as the project is open for writing.

SQLite alone lets several writers in turn; each would keep a document of its own in memory and undo the other's edits.
The kernel lets go of the lock when a program dies, so a lock file that was left behind keeps nobody out.
"""

import fcntl
import os
import re
import socket
from pathlib import Path
from typing import Self

from sam2_studio.errors import LockedError

_LONGEST_OWNER = 300  # bytes: "PROCESS HOST"


class WriterLock:
    """The right to write a project.

    Attributes:
        other_host: Name of another computer on which a program held the lock and left it behind; "" for none. Where
            the file system doesn't carry locks from one computer to the other, that program may still be at work.
    """

    def __init__(self, path: Path, descriptor: int | None, other_host: str = "") -> None:
        self._path = path
        self._descriptor = descriptor
        self.other_host = other_host

    @classmethod
    def take(cls, project: Path) -> Self:
        """Take the lock of `project`. Where the file system can't lock, the lock is taken to be free.

        Raises:
            LockedError: somebody else holds it; names whom.
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
                _, left_on = _owner(descriptor)
                _sign(descriptor)
                return cls(path, descriptor, "" if left_on == socket.gethostname() else left_on)
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
        whose = _named(*_owner(descriptor))
        os.close(descriptor)
        raise LockedError(
            f"The project “{project}” is already open for editing{whose}.", "Close it there first."
        ) from None
    except OSError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _sign(descriptor: int) -> None:
    """Write who holds the lock; a disk that is full costs the name, not the lock."""
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {socket.gethostname()}".encode()[:_LONGEST_OWNER], 0)
    except OSError:
        return


def _owner(descriptor: int) -> tuple[int, str]:
    """Process and host that wrote the lock file last; 0 and "" where it says nothing."""
    try:
        words = os.pread(descriptor, _LONGEST_OWNER, 0).decode(errors="replace")
    except OSError:
        return 0, ""
    said = re.fullmatch(r"(\d{1,10}) ([\w.-]+)", words, re.ASCII)
    return (int(said[1]), said[2]) if said else (0, "")


def _named(process: int, host: str) -> str:
    if not process:
        return " by another program"
    if host != socket.gethostname():
        return f" on the computer {host} (process {process})"
    return " in this window" if process == os.getpid() else f" by another program (process {process})"
