"""The project file: one SQLite database in which every command is a transaction; masks are rows added, never changed.

A killed program loses at most the edit under way. While it is open for writing the file has a `-wal` beside it where
the file system can (a plain rollback journal elsewhere); closing folds that in: a project at rest is one file.
"""

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Self

from sam2_studio.core import migrations, rows, schema
from sam2_studio.core.changes import AnyChange, MaskChanged, PromptsChanged
from sam2_studio.core.clip import Clip
from sam2_studio.core.commands import Command
from sam2_studio.core.history import History
from sam2_studio.core.lock import WriterLock, may_be_held
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject
from sam2_studio.core.project import Project
from sam2_studio.errors import ProjectError, StudioError

_MASK_CACHE_BYTES = 64 << 20


class ProjectFile:
    """An open project. Belongs to one thread at a time; others open the same path with `read_only`.

    Attributes:
        path: Where it is.
        read_only: Whether every edit is refused.
        project: The document.
        history: Its undo stack, through which every edit goes.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: WriterLock | None) -> None:
        self.path = path
        self._db = connection
        self._lock = lock
        self._closed = False
        self._depth = 0
        self._on_roll_back: list[Callable[[], None]] = []
        self._masks: OrderedDict[int, Mask] = OrderedDict()
        self._masks_bytes = 0
        self._next_mask_id = rows.next_mask_id(connection)
        self.project, self.history = self._load()

    @property
    def other_host(self) -> str:
        """Another computer that had the project open and didn't close it; "" for none."""
        return "" if self._lock is None else self._lock.other_host

    @property
    def read_only(self) -> bool:
        return self._lock is None

    @classmethod
    def create(cls, path: Path, *, overwrite: bool = False) -> Self:
        """Make an empty project. Raises ProjectError where the file exists or can't be written."""
        if not overwrite and _is_there(path):
            raise ProjectError(f"“{path}” exists.", "Choose another name, or give --overwrite.")
        with _published(path) as part:
            schema.create(part)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open a project.

        Raises:
            ProjectError: missing, not ours, newer, damaged, or (unless `read_only`) open for editing elsewhere; the
                file is as it was.
        """
        if not may_be_held(path):
            # with a writer in this process no look at the bytes: closing a file takes away the locks that SQLite holds
            schema.check_is_ours(path)
        if read_only:
            return cls._open(path, None)
        lock = WriterLock.take(path)
        try:
            return cls._open(path, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _open(cls, path: Path, lock: WriterLock | None) -> Self:
        connection = None
        try:
            connection = schema.connect(path, read_only=lock is None)
            if (version := schema.check(connection, path)) < schema.VERSION:
                connection = cls._upgraded(path, connection, version, lock)
            file = cls(path, connection, lock)
            if lock is not None:
                schema.prepare_writing(connection)
            return file
        except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError, RecursionError, StudioError) as error:
            if connection is not None:
                connection.close()
            raise _opening_error(path, error) from error

    @classmethod
    def _upgraded(
        cls, path: Path, old: sqlite3.Connection, version: int, lock: WriterLock | None
    ) -> sqlite3.Connection:
        """A connection to the project as today's version: in the file's place, or, for a reader, in a passing copy.

        Raises:
            As `_open`: what can't be upgraded, or read afterwards, stays as it is.
        """
        with closing(old):
            if lock is None:
                copy = sqlite3.connect("", isolation_level=None)  # on disk, gone when it is closed
                schema.fill(copy)
                migrations.upgrade(old, copy, version)
                return copy
            if old.execute("PRAGMA journal_mode = DELETE").fetchone() != ("delete",):
                raise ProjectError(f"The project “{path}” is in use by another program.", "Close it there first.")
            with _replaced(path) as part:
                schema.create(part)
                with closing(schema.connect(part, read_only=False)) as copy:
                    migrations.upgrade(old, copy, version)
                    cls(path, copy, None)
                old.close()
                migrations.keep(path, version)
        return schema.connect(path, read_only=False)

    def _load(self) -> tuple[Project, History]:
        self._db.execute("BEGIN")  # one moment's state, whatever a writer does meanwhile
        project = rows.read_project(self._db)
        steps, done = rows.read_steps(self._db)
        self._db.execute("COMMIT")
        return project, History(project, self, steps, done)

    # Journal, for History

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are made together or not at all; nests. Raises ProjectError where the disk refuses."""
        if self.read_only:
            raise ProjectError(f"“{self.path}” is open read-only.", "Save it under another name to edit it.")
        self._depth += 1
        try:
            if self._depth == 1:
                self._db.execute("BEGIN IMMEDIATE")
            elif not self._db.in_transaction:
                raise sqlite3.OperationalError("an earlier part of the edit failed")
            yield
            if self._depth == 1:
                self._db.execute("COMMIT")
                self._on_roll_back.clear()
        except sqlite3.Error as error:
            self._roll_back()
            raise _cannot_write(self.path, error) from error
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._depth -= 1

    def on_roll_back(self, action: Callable[[], None]) -> None:
        if self._depth:
            self._on_roll_back.append(action)

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):  # SQLite has rolled back by itself where this fails
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        self._masks.clear()  # masks added inside the transaction are gone
        self._masks_bytes = 0
        actions, self._on_roll_back = self._on_roll_back, []
        with ExitStack() as newest_first:
            for action in actions:
                newest_first.callback(action)

    def write_changes(self, changes: Sequence[AnyChange]) -> None:
        rows.write_changes(self._db, changes)

    def write_step(self, step_id: int, command: Command) -> int:
        return rows.write_step(self._db, step_id, command)

    def extend_step(self, step_id: int, first: int, changes: Sequence[AnyChange]) -> int:
        return rows.extend_step(self._db, step_id, first, changes)

    def drop_steps(self, step_ids: Iterable[int]) -> None:
        rows.drop_steps(self._db, step_ids)

    def write_done(self, done: int) -> None:
        rows.put_fact(self._db, "done", str(done))

    def set_footage(self, clip: Clip) -> None:
        """Give the project its clip, or the clip its new place. Not an undo step: there is nothing to go back to.

        Raises:
            ProjectError: the file couldn't be written; nothing changed.
        """
        self.history.set_footage(clip)

    # Masks

    def add_mask(self, mask: Mask) -> int:
        """Store the pixels and return their id. Put it in one transaction with the edit that uses it."""
        mask_id = self._next_mask_id
        with self.transaction():
            rows.write_mask(self._db, mask_id, mask)
        self._next_mask_id += 1  # also where a wider transaction fails later: whoever saw the id keeps no wrong pixels
        self._remember(mask_id, mask)
        return mask_id

    def mask(self, mask_id: int) -> Mask:
        """The stored pixels. Raises ProjectError where they are missing or damaged."""
        if mask_id in self._masks:
            self._masks.move_to_end(mask_id)
            return self._masks[mask_id]
        try:
            mask = rows.read_mask(self._db, mask_id)
        except (sqlite3.Error, TypeError, ValueError) as error:
            raise schema.damaged(self.path) from error
        if mask is None:
            raise ProjectError(f"Mask {mask_id} is missing from “{self.path}”.", "Track that frame again.")
        self._remember(mask_id, mask)
        return mask

    def mask_of(self, object_id: int, frame: int) -> Mask | None:
        """The mask of an object on a frame, or None where it has none."""
        record = self.project.track(object_id).get(frame)
        return None if record is None else self.mask(record.mask_id)

    def _remember(self, mask_id: int, mask: Mask) -> None:
        self._masks[mask_id] = mask
        self._masks_bytes += mask.nbytes
        while self._masks_bytes > _MASK_CACHE_BYTES and len(self._masks) > 1:
            self._masks_bytes -= self._masks.popitem(last=False)[1].nbytes

    def save_copy(self, target: Path, *, overwrite: bool = False) -> None:
        """Copy the whole project, undo history included, to `target`. Raises ProjectError as `create`."""
        if _is_there(target) and (not overwrite or _same(target, self.path)):
            raise ProjectError(f"“{target}” exists.", "Choose another name, or allow to replace it.")
        with _published(target) as part, closing(sqlite3.connect(part)) as copy:
            self._db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")

    def close(self) -> None:
        """Drop masks that nothing refers to, fold the `-wal` in and let go of the file; a second call does nothing."""
        if self._lock is not None and not self._closed:
            try:
                with self.transaction():
                    self._drop_unused_masks()
                self._db.execute("PRAGMA journal_mode = DELETE")
            except (ProjectError, sqlite3.Error):
                pass  # no room to tidy up, or somebody reads: the next close does it, nothing is lost
        self._db.close()
        if self._lock is not None:
            self._lock.release()
        self._closed = True

    def _drop_unused_masks(self) -> None:
        used = set(self._referenced_masks())
        unused = [(i,) for (i,) in self._db.execute("SELECT id FROM masks") if i not in used]
        self._db.executemany("DELETE FROM masks WHERE id = ?", unused)

    def _referenced_masks(self) -> Iterator[int]:
        yield from (i for (i,) in self._db.execute("SELECT mask FROM records"))
        for (value,) in self._db.execute("SELECT value FROM prompts"):
            yield json.loads(value)["mask"]
        for each in self.project.objects:
            yield from (mask_id for _, mask_id in each.hair)
        for step in self.history.steps:
            for change in step.command.changes:
                for value in (change.before, change.after):
                    if value is not None and isinstance(change, MaskChanged | PromptsChanged):
                        yield value.mask_id  # type: ignore[union-attr, misc] # both kinds of value have one
                    if isinstance(value, CutObject):
                        yield from (mask_id for _, mask_id in value.hair)


@contextmanager
def _published(target: Path) -> Iterator[Path]:
    """Give the path of a new file that takes `target`'s place at the end; on failure `target` is as it was.

    Raises:
        ProjectError: the new file can't be written, or the project at `target` is open for editing.
    """
    lock = WriterLock.take(target)
    try:
        with _replaced(target) as part:
            yield part
    finally:
        lock.release()


@contextmanager
def _replaced(target: Path) -> Iterator[Path]:
    """As `_published`, for one who holds the lock."""
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        yield part
        for ending in ("-wal", "-shm", "-journal"):  # a killed program's; the new file must not be mended with them
            target.with_name(target.name + ending).unlink(missing_ok=True)
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise _cannot_write(target, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, a folder that may not be read: writing it will say so
        return False


def _same(a: Path, b: Path) -> bool:
    try:
        return a.samefile(b)
    except OSError:
        return False


def _cannot_write(path: Path, error: Exception) -> ProjectError:
    return ProjectError(
        f"The project “{path}” can't be written: {error}.",
        "Free some space or choose another folder; what was saved before is whole.",
    )


def _opening_error(path: Path, error: Exception) -> ProjectError:
    name = getattr(error, "sqlite_errorname", "")
    if isinstance(error, ProjectError):
        return error
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return ProjectError(f"The project “{path}” is in use by another program.", "Close it there first.")
    if name.startswith("SQLITE_NOTADB"):
        return schema.not_ours(path)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_FULL", "SQLITE_IOERR")):
        return ProjectError(f"The project “{path}” can't be opened: {error}.", "Check its permissions and free space.")
    return schema.damaged(path)
