"""The project file: one SQLite database in which every command is a transaction; masks are rows added, never changed.

A killed program loses at most the edit under way. While it is open for writing the file has a `-wal` beside it where
the file system can (a plain rollback journal elsewhere); closing folds that in: a project at rest is one file.
"""

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sam2_studio.core import rows, schema
from sam2_studio.core.changes import AnyChange, ClipChanged, MaskChanged, PromptsChanged
from sam2_studio.core.clip import Clip
from sam2_studio.core.commands import Command
from sam2_studio.core.geometry import Size
from sam2_studio.core.history import History
from sam2_studio.core.masks import Mask
from sam2_studio.core.project import Project
from sam2_studio.errors import ProjectError

_MASK_CACHE_BYTES = 64 << 20


class ProjectFile:
    """An open project. Belongs to the thread that opened it; others open the same path with `read_only`.

    Attributes:
        path: Where it is.
        project: The document.
        history: Its undo stack, through which every edit goes.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self._db = connection
        self._depth = 0
        self._masks: OrderedDict[int, Mask] = OrderedDict()
        self._masks_bytes = 0
        self.project, self.history = self._load()

    @classmethod
    def create(cls, path: Path, *, overwrite: bool = False) -> Self:
        """Make an empty project. Raises ProjectError where the file exists or can't be written."""
        if path.exists() and not overwrite:
            raise ProjectError(f"“{path}” exists.", "Choose another name, or give --overwrite.")
        try:
            for old in (path, *_beside(path)):
                old.unlink(missing_ok=True)
            schema.create(path)
        except (sqlite3.Error, OSError) as error:
            raise _cannot_write(path, error) from error
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open a project.

        Raises:
            ProjectError: missing, not ours, newer, damaged or locked; the file is as it was.
        """
        schema.check_is_ours(path)
        connection = None
        try:
            connection = schema.connect(path, read_only=read_only)
            schema.check(connection, path)
            if not read_only:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
            return cls(path, connection, read_only=read_only)
        except (sqlite3.Error, ValueError, KeyError, TypeError, ProjectError) as error:
            if connection is not None:
                connection.close()
            raise _opening_error(path, error) from error

    def _load(self) -> tuple[Project, History]:
        project = rows.read_project(self._db)
        steps, done = rows.read_steps(self._db)
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
            yield
            if self._depth == 1:
                self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise _cannot_write(self.path, error) from error
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._depth -= 1

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._masks.clear()  # ids given out inside the transaction will be given out again
        self._masks_bytes = 0

    def write_changes(self, changes: Sequence[AnyChange]) -> None:
        rows.write_changes(self._db, changes)

    def write_step(self, step_id: int, command: Command) -> None:
        rows.write_step(self._db, step_id, command)

    def extend_step(self, step_id: int, first: int, changes: Sequence[AnyChange]) -> None:
        rows.extend_step(self._db, step_id, first, changes)

    def drop_steps(self, step_ids: Iterable[int]) -> None:
        rows.drop_steps(self._db, step_ids)

    def write_done(self, done: int) -> None:
        rows.put_fact(self._db, "done", str(done))

    def set_footage(self, clip: Clip) -> None:
        """Give the project its clip, or the clip its new place. Not an undo step: there is nothing to go back to.

        Raises:
            ProjectError: the file couldn't be written; nothing changed.
        """
        changes = (ClipChanged(before=self.project.clip, after=clip),)
        with self.transaction():
            self.write_changes(changes)
        self.project.apply(changes)

    # Masks

    def add_mask(self, mask: Mask) -> int:
        """Store the pixels and return their id. Put it in one transaction with the edit that uses it."""
        values = (mask.size.width, mask.size.height, mask.left, mask.top, mask.columns, mask.rows, mask.packed())
        with self.transaction():
            cursor = self._db.execute(
                'INSERT INTO masks (width, height, "left", top, columns, rows, bits) VALUES (?,?,?,?,?,?,?)', values
            )
        mask_id = int(cursor.lastrowid or 0)
        self._remember(mask_id, mask)
        return mask_id

    def mask(self, mask_id: int) -> Mask:
        """The stored pixels. Raises ProjectError where they are missing or damaged."""
        if mask_id in self._masks:
            self._masks.move_to_end(mask_id)
            return self._masks[mask_id]
        query = 'SELECT width, height, "left", top, columns, rows, bits FROM masks WHERE id = ?'
        try:
            row = self._db.execute(query, (mask_id,)).fetchone()
        except sqlite3.Error as error:
            raise schema.damaged(self.path) from error
        if row is None:
            raise ProjectError(f"Mask {mask_id} is missing from “{self.path}”.", "Track that frame again.")
        mask = Mask.unpacked(Size(row[0], row[1]), (row[2], row[3], row[4], row[5]), row[6])
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
        if target.exists() and (not overwrite or target.samefile(self.path)):
            raise ProjectError(f"“{target}” exists.", "Choose another name, or allow to replace it.")
        part = target.with_name(f".{target.name}.part")
        try:
            part.unlink(missing_ok=True)
            copy = sqlite3.connect(part)
            self._db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.close()
            part.replace(target)
        except (sqlite3.Error, OSError) as error:
            part.unlink(missing_ok=True)
            raise _cannot_write(target, error) from error

    def close(self) -> None:
        """Drop masks that nothing refers to, fold the `-wal` in and let go of the file."""
        if not self.read_only:
            try:
                with self.transaction():
                    self._drop_unused_masks()
                self._db.execute("PRAGMA journal_mode = DELETE")
            except (ProjectError, sqlite3.Error):
                pass  # no room to tidy up: the next close does it, nothing is lost
        self._db.close()

    def _drop_unused_masks(self) -> None:
        used = set(self._referenced_masks())
        unused = [(i,) for (i,) in self._db.execute("SELECT id FROM masks") if i not in used]
        self._db.executemany("DELETE FROM masks WHERE id = ?", unused)

    def _referenced_masks(self) -> Iterator[int]:
        yield from (i for (i,) in self._db.execute("SELECT mask FROM records"))
        for (value,) in self._db.execute("SELECT value FROM prompts"):
            yield json.loads(value)["mask"]
        for step in self.history.steps:
            for change in step.command.changes:
                for value in (change.before, change.after):
                    if value is not None and isinstance(change, MaskChanged | PromptsChanged):
                        yield value.mask_id  # type: ignore[union-attr, misc] # both kinds of value have one


def _beside(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))


def _cannot_write(path: Path, error: Exception) -> ProjectError:
    return ProjectError(
        f"The project “{path}” can't be written: {error}.",
        "Free some space or choose another folder; what was saved before is whole.",
    )


def _opening_error(path: Path, error: Exception) -> ProjectError:
    if isinstance(error, ProjectError):
        return error
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return ProjectError(f"The project “{path}” is in use by another program.", "Close it there first.")
    if isinstance(error, sqlite3.OperationalError) and "unable to open" in str(error):
        return ProjectError(f"The project “{path}” can't be opened: {error}.", "Check its permissions.")
    return schema.damaged(path)
