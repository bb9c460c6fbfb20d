"""The `.part` file that a download grows in: locked, hashed as it grows, renamed when it is whole. Knows no network."""

import contextlib
import hashlib
import os
import stat
import sys
from io import FileIO
from pathlib import Path
from typing import Self

if sys.platform != "win32":
    import fcntl

SLICE = 4 << 20  # bytes read and hashed at a time


def part_path(target: Path) -> Path:
    """Where the bytes of an unfinished download of `target` lie."""
    return target.with_name(f"{target.name}.part")


def part_bytes(target: Path) -> int:
    """How many bytes of an unfinished download lie there from before."""
    try:
        found = part_path(target).stat()
    except OSError:  # none there, or published this moment
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


class PartFile:
    """An open `.part` file; every method may raise OSError.

    Attributes:
        hashed: Bytes from the start that the digest covers. All of the file, once `read_on` has come to its end.
    """

    def __init__(self, target: Path) -> None:
        """Open or make the file and its folder, and lock it.

        Raises:
            BlockingIOError: another run has it.
            OSError: it can't be made or written.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            raise IsADirectoryError(None, "a folder has the file's name", str(target))
        self._target = target
        self._path = part_path(target)
        self._file = _opened_alone(self._path)
        self._file.seek(0)
        self._digest = hashlib.sha256()
        self.hashed = 0
        self._unsynced = 0

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return os.fstat(self._file.fileno()).st_size

    @property
    def unsynced(self) -> int:
        """Bytes written since the last sync."""
        return self._unsynced

    @property
    def digest(self) -> str:
        """The sha256 of the hashed bytes, in hex."""
        return self._digest.hexdigest()

    def read_on(self) -> bool:
        """Hash the next slice of what lay there from before; whether there was one."""
        data = self._file.read(SLICE)
        self._digest.update(data or b"")
        self.hashed += len(data or b"")
        return bool(data)

    def write(self, data: bytes) -> None:
        """Append, past the system's own cut of a write in two."""
        rest = memoryview(data)
        while rest:
            written = self._file.write(rest) or 0
            self._digest.update(rest[:written])
            self.hashed += written
            self._unsynced += written
            rest = rest[written:]

    def restart(self) -> None:
        """Drop all bytes."""
        self._file.truncate(0)
        self._file.seek(0)
        self._digest = hashlib.sha256()
        self.hashed = 0

    def sync(self) -> None:
        """Have the bytes on the disk itself."""
        self._unsynced = 0
        os.fsync(self._file.fileno())

    def publish(self) -> None:
        """Sync, then give the file its name; what had the name before is replaced."""
        self.sync()
        if sys.platform == "win32":
            self._file.close()  # an open file can't be renamed there
        self._path.replace(self._target)
        with contextlib.suppress(OSError):  # not every system can sync a folder
            folder = os.open(self._target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def close(self) -> None:
        """Unlock; the bytes stay for the next run, an empty file doesn't."""
        if not self._file.closed:
            with contextlib.suppress(OSError), self._file:
                if self.size == 0 and _is_at(self._file, self._path):
                    self._path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _opened_alone(path: Path) -> FileIO:
    """The file, locked. What another run renamed or removed between opening and locking is opened anew."""
    while True:
        file = FileIO(path, "a+")
        try:
            _lock(file)
            if _is_at(file, path):
                return file
        except BaseException:
            file.close()
            raise
        file.close()


def _lock(file: FileIO) -> None:
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return  # a file system without locks: two runs would be found out by the digest


def _is_at(file: FileIO, path: Path) -> bool:
    """Whether the open file is the one that has this name now."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False
