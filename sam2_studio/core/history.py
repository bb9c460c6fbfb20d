"""Undo and redo: one stack for every edit, written with the edit in one transaction, bounded by count and bytes.

The file is written before the document changes, so an edit that the disk refuses changes nothing. Late results (the
mask of a click, the masks of a track run) join the step that asked for them; they are dropped where a later step
touched the same values, so that undo and redo always meet the state they were made on.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from sam2_studio.core.changes import AnyChange, change_to_json
from sam2_studio.core.commands import Command
from sam2_studio.core.project import Project

MOST_STEPS = 1000
MOST_BYTES = 64 << 20


class Journal(Protocol):
    """Where edits are made durable: the project file. Every method may raise ProjectError and then did nothing."""

    def transaction(self) -> AbstractContextManager[None]: ...

    def write_changes(self, changes: Sequence[AnyChange]) -> None: ...

    def write_step(self, step_id: int, command: Command) -> None:
        """Add the step, or replace it whole."""

    def extend_step(self, step_id: int, first: int, changes: Sequence[AnyChange]) -> None:
        """Add changes to a step that holds `first` already."""

    def drop_steps(self, step_ids: Iterable[int]) -> None: ...

    def write_done(self, done: int) -> None:
        """Keep the number of steps that aren't undone."""


@dataclass(frozen=True)
class Step:
    """One undo step.

    Attributes:
        id: Rises, never used again.
        command: Label, frame and changes, with all that joined since.
        nbytes: Size of the changes as stored.
    """

    id: int
    command: Command
    nbytes: int


class History:
    """Runs edits and takes them back. Lives on the thread that owns the project."""

    def __init__(
        self,
        project: Project,
        journal: Journal,
        steps: Sequence[Step] = (),
        done: int = 0,
        *,
        most_steps: int = MOST_STEPS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._project = project
        self._journal = journal
        self._steps = list(steps)
        self._done = done
        self._next_id = max((step.id for step in steps), default=0) + 1
        self._most_steps, self._most_bytes = most_steps, most_bytes
        self._observers: list[Callable[[], None]] = []

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, oldest first, undone ones at the end."""
        return tuple(self._steps)

    @property
    def done(self) -> int:
        """How many of `steps` are not undone."""
        return self._done

    @property
    def undo_label(self) -> str:
        """What undo would take back; "" where nothing."""
        return self._steps[self._done - 1].command.label if self._done else ""

    @property
    def redo_label(self) -> str:
        """What redo would do again; "" where nothing."""
        return self._steps[self._done].command.label if self._done < len(self._steps) else ""

    def observe(self, observer: Callable[[], None]) -> None:
        """Call `observer` after each change of the stack."""
        self._observers.append(observer)

    def do(self, command: Command) -> int:
        """Make an edit and return its step's id (0 for one without changes). Drops what was undone before.

        Raises:
            ProjectError: the file couldn't be written; nothing changed.
        """
        if not command.changes:
            return 0
        merged = self._merged(command)
        step = self._step(self._steps[self._done - 1].id if merged else self._next_id, merged or command)
        undone = self._steps[self._done :]
        kept = self._steps[: self._done - 1] if merged else self._steps[: self._done]
        over = self._over_limit([*kept, step])
        with self._journal.transaction():
            self._journal.write_changes(command.changes)
            self._journal.drop_steps([s.id for s in (*undone, *kept[:over])])
            self._journal.write_step(step.id, step.command)
            self._journal.write_done(len(kept) + 1 - over)
        self._steps = [*kept[over:], step]
        self._next_id = max(self._next_id, step.id + 1)
        self._made(command.changes, len(self._steps))
        return step.id

    def join(self, step_id: int, changes: Sequence[AnyChange]) -> bool:
        """Make changes as a part of a step done earlier and return True.

        Where that step is gone or undone, or a later step (also an undone one) touched one of the same values, nothing
        is done and False returned.

        Raises:
            ProjectError: the file couldn't be written; nothing changed.
        """
        place = next((i for i, s in enumerate(self._steps[: self._done]) if s.id == step_id), None)
        if place is None or not changes:
            return False
        keys = {change.key for change in changes}
        if any(change.key in keys for later in self._steps[place + 1 :] for change in later.command.changes):
            return False
        step = self._steps[place]
        with self._journal.transaction():
            self._journal.write_changes(changes)
            self._journal.extend_step(step_id, len(step.command.changes), changes)
        grown = replace(step.command, changes=(*step.command.changes, *changes))
        self._steps[place] = Step(step_id, grown, step.nbytes + _nbytes(changes))
        self._made(changes, self._done)
        return True

    def undo(self) -> Command | None:
        """Take back the newest step and return it; None where there is none. Raises ProjectError as `do`."""
        if not self._done:
            return None
        command = self._steps[self._done - 1].command
        self._replay([change.inverse() for change in reversed(command.changes)], self._done - 1)
        return command

    def redo(self) -> Command | None:
        """Make the step undone last again and return it; None where there is none. Raises ProjectError as `do`."""
        if self._done == len(self._steps):
            return None
        command = self._steps[self._done].command
        self._replay(command.changes, self._done + 1)
        return command

    def _replay(self, changes: Sequence[AnyChange], done: int) -> None:
        with self._journal.transaction():
            self._journal.write_changes(changes)
            self._journal.write_done(done)
        self._made(changes, done)

    def _made(self, changes: Sequence[AnyChange], done: int) -> None:
        self._done = done
        self._project.apply(changes)
        for observer in tuple(self._observers):
            observer()

    def _step(self, step_id: int, command: Command) -> Step:
        return Step(step_id, command, _nbytes(command.changes))

    def _merged(self, command: Command) -> Command | None:
        """The newest step and `command` as one, where they belong together."""
        if not command.merge_key or not self._done or self._done < len(self._steps):
            return None
        newest = self._steps[-1].command
        if newest.merge_key != command.merge_key:
            return None
        return replace(command, changes=_collapsed((*newest.changes, *command.changes)))

    def _over_limit(self, steps: Sequence[Step]) -> int:
        """How many of the oldest steps must go; the newest always stays."""
        over, total = max(0, len(steps) - self._most_steps), sum(step.nbytes for step in steps)
        total -= sum(step.nbytes for step in steps[:over])
        while total > self._most_bytes and over < len(steps) - 1:
            total -= steps[over].nbytes
            over += 1
        return over


def _nbytes(changes: Sequence[AnyChange]) -> int:
    return sum(len(json.dumps(change_to_json(change))) for change in changes)


def _collapsed(changes: Sequence[AnyChange]) -> tuple[AnyChange, ...]:
    """One change a value: the first one's before, the last one's after."""
    by_key: dict[tuple[object, ...], AnyChange] = {}
    for change in changes:
        first = by_key.get(change.key)
        by_key[change.key] = change if first is None else replace(change, before=first.before)  # type: ignore[arg-type]
    return tuple(by_key.values())
