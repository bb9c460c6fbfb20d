"""Files written under another name beside their target, synced, and renamed when all are whole. Knows no format."""

import contextlib
import errno
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from sam2_studio.errors import ExportError

PART = ".part"
_LONGEST_NAME = 255
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Staging:
    """The parts of one export.

    A part is `.NAME.part` in the target's own folder: hidden, known by its ending, and on the same file system.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        """Make the folder of the files where it isn't there; `discard` takes it away again."""
        self._files = tuple(files)
        self._parts = tuple(part_path(path) for path in files)
        folder = files[0].parent
        self._made = None if folder.exists() else folder
        with reported(folder):
            folder.mkdir(exist_ok=True)

    @property
    def parts(self) -> tuple[Path, ...]:
        """Where to write, in the order of the files."""
        return self._parts

    def publish(self) -> None:
        """Give every part its name. An old file of that name is replaced only now, in one step each."""
        for part, path in zip(self._parts, self._files, strict=True):
            with reported(path):
                part.replace(path)
        self._made = None
        sync_folder(self._files[0].parent)

    def discard(self) -> None:
        """Remove what is left of the parts, and the folder if it was made for them. Never raises."""
        for part in self._parts:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        if self._made is not None:
            with contextlib.suppress(OSError):
                self._made.rmdir()


class PartFile:
    """A part while it is written: remembers the first failure, which encoders below would swallow, and syncs at close.

    Attributes:
        failure: The first error that writing met.
        written: Bytes of the file so far.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.failure: OSError | None = None
        self.written = 0
        self._file = path.open("wb")

    def __enter__(self) -> "PartFile":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def write(self, data: bytes) -> int:
        try:
            count = self._file.write(data)
        except OSError as error:
            self.failure = self.failure or error
            raise
        self.written = max(self.written, self._file.tell())
        return count

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        if self._file.closed:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            self.failure = self.failure or error
        finally:
            with contextlib.suppress(OSError):
                self._file.close()

    def check(self) -> None:
        """Raise the first failure, if there was one."""
        if self.failure is not None:
            raise self.failure


def part_path(path: Path) -> Path:
    """The name that `path` is written under; a name too long for that is cut and told apart by its hash."""
    name = os.fsencode(path.name)
    room = _LONGEST_NAME - len(PART) - 1
    if len(name) > room:
        mark = hashlib.sha256(name).hexdigest()[:12].encode()
        name = name[: room - len(mark)] + mark
    return path.with_name("." + os.fsdecode(name) + PART)


def write_part(path: Path, data: bytes) -> None:
    """Write a whole part and sync it."""
    with PartFile(path) as file:
        file.write(data)
    file.check()


def sync_folder(folder: Path) -> None:
    """Make the renames last, where the system can sync a folder."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class reported:  # noqa: N801 - read as a verb: with reported(path): ...
    """Turns an OSError into an ExportError that names its cause and the path, and how much room is missing."""

    def __init__(self, path: Path, missing: int = 0) -> None:
        self._path = path
        self.missing = missing

    def __enter__(self) -> "reported":
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise explained(error, self._path, self.missing) from error


def explained(error: OSError, path: Path, missing: int = 0) -> ExportError:
    """The message for an error that writing `path` met; `missing` bytes are still needed, 0 where nobody knows."""
    if error.errno in _FULL:
        need = f"about {max(1, -(-missing // 1_000_000))} MB more are needed" if missing else "more room is needed"
        return ExportError(f"The disk is full at {path}: {need}.", "Free some space, or choose another folder.")
    return ExportError(f"{path} can't be written: {error.strerror or error}.", "Choose another place or name.")
