"""Undo and redo: one stack for every edit, written with the edit in one transaction, bounded by count and bytes.

The file is written before the document changes, so an edit that the disk refuses changes nothing. Late results (the
mask of a click, the masks of a track run) join the step that asked for them; they are dropped where a later step
touched the same values, so that undo and redo always meet the state they were made on. An edit inside a wider
transaction that fails later is taken back in memory too: document, stack and file never disagree.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from sam2_studio.core.changes import AnyChange, ClipChanged, ObjectChanged
from sam2_studio.core.clip import Clip
from sam2_studio.core.commands import Command
from sam2_studio.core.project import Project

MOST_STEPS = 1000
MOST_BYTES = 64 << 20


class Journal(Protocol):
    """Where edits are made durable: the project file. Every method may raise ProjectError and then did nothing."""

    def transaction(self) -> AbstractContextManager[None]: ...

    def on_roll_back(self, action: Callable[[], None]) -> None:
        """Call `action` if the transaction under way is rolled back; outside of one it is forgotten."""

    def write_changes(self, changes: Sequence[AnyChange]) -> None: ...

    def write_step(self, step_id: int, command: Command) -> int:
        """Add the step, or replace it whole; how many bytes its changes take."""

    def extend_step(self, step_id: int, first: int, changes: Sequence[AnyChange]) -> int:
        """Add changes to a step that holds `first` already; how many bytes they take."""

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

    @cached_property
    def _keys(self) -> frozenset[tuple[object, ...]]:
        return frozenset(change.key for change in self.command.changes)

    @cached_property
    def _removed(self) -> frozenset[int]:
        changes = self.command.changes
        return frozenset(c.object_id for c in changes if isinstance(c, ObjectChanged) and c.after is None)

    def touches(self, change: AnyChange) -> bool:
        """Whether it alters what `change` alters, or removes its object."""
        return change.key in self._keys or getattr(change, "object_id", 0) in self._removed


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
    def nbytes(self) -> int:
        """What the changes of all steps take."""
        return sum(step.nbytes for step in self._steps)

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
        command = replace(command, changes=tuple(c for c in command.changes if c.before != c.after))
        if not command.changes:
            return 0
        merged = self._merged(command)
        kept = self._steps[: self._done - 1] if merged else self._steps[: self._done]
        step_id = self._steps[self._done - 1].id if merged else self._next_id
        with self._journal.transaction():
            self._journal.write_changes(command.changes)
            nbytes = self._journal.write_step(step_id, merged or command)
            steps = [*kept, Step(step_id, merged or command, nbytes)]
            steps = steps[self._over_limit(steps) :]
            left = {step.id for step in steps}
            self._journal.drop_steps([step.id for step in self._steps if step.id not in left])
            self._journal.write_done(len(steps))
        self._next_id = max(self._next_id, step_id + 1)
        self._made(command.changes, steps, len(steps))
        return step_id

    def join(self, step_id: int, changes: Sequence[AnyChange]) -> bool:
        """Make changes as a part of a step done earlier and return True.

        Where that step is gone or undone, or a later step (also an undone one) touched one of the same values or
        removed their object, nothing is done and False returned.

        Raises:
            ProjectError: the file couldn't be written; nothing changed.
        """
        place = self._place_of(step_id)
        if place is None or not changes or len(self._fitting(place, changes)) < len(changes):
            return False
        self._grow(place, changes)
        return True

    def join_what_fits(self, step_id: int, changes: Sequence[AnyChange]) -> int:
        """Join, as `join` does, those of the changes that no later step is in the way of; how many that were.

        Raises:
            ProjectError: the file couldn't be written; nothing changed.
        """
        place = self._place_of(step_id)
        fitting = [] if place is None else self._fitting(place, changes)
        if place is not None and fitting:
            self._grow(place, fitting)
        return len(fitting)

    def set_footage(self, clip: Clip) -> None:
        """Set the clip, which is no step, and rewrite steps that hold the old one: undo must not bring its path back.

        Raises:
            ProjectError: the file couldn't be written; nothing changed.
        """
        change = ClipChanged(before=self._project.clip, after=clip)
        steps = list(self._steps)
        with self._journal.transaction():
            self._journal.write_changes((change,))
            for place, step in enumerate(steps):
                if change.key in {c.key for c in step.command.changes}:
                    command = _with_footage(step.command, clip)
                    steps[place] = Step(step.id, command, self._journal.write_step(step.id, command))
        self._made((change,), steps, self._done)

    def undo(self) -> Command | None:
        """Take back the newest step and return it; None where there is none. Raises ProjectError as `do`."""
        return self.go_to(self._done - 1)

    def redo(self) -> Command | None:
        """Make the step undone last again and return it; None where there is none. Raises ProjectError as `do`."""
        return self.go_to(self._done + 1)

    def go_to(self, done: int) -> Command | None:
        """Undo or redo until `done` steps are made, all at once; the step that was walked over last.

        None, and nothing is done, where just these are made or there aren't so many. Raises ProjectError as `do`.
        """
        if done == self._done or not 0 <= done <= len(self._steps):
            return None
        if done < self._done:
            walked = [step.command for step in reversed(self._steps[done : self._done])]
            changes = [change.inverse() for command in walked for change in reversed(command.changes)]
        else:
            walked = [step.command for step in self._steps[self._done : done]]
            changes = [change for command in walked for change in command.changes]
        self._replay(changes, done)
        return walked[-1]

    def _place_of(self, step_id: int) -> int | None:
        return next((i for i, step in enumerate(self._steps[: self._done]) if step.id == step_id), None)

    def _fitting(self, place: int, changes: Sequence[AnyChange]) -> list[AnyChange]:
        """The changes that no step after the one at `place` is in the way of."""
        later = self._steps[place + 1 :]
        return [change for change in changes if not any(step.touches(change) for step in later)]

    def _grow(self, place: int, changes: Sequence[AnyChange]) -> None:
        step = self._steps[place]
        grown = replace(step.command, changes=(*step.command.changes, *changes))
        with self._journal.transaction():
            self._journal.write_changes(changes)
            nbytes = step.nbytes + self._journal.extend_step(step.id, len(step.command.changes), changes)
            steps = [*self._steps[:place], Step(step.id, grown, nbytes), *self._steps[place + 1 :]]
            over = min(self._over_limit(steps), place)
            if over:
                self._journal.drop_steps([old.id for old in steps[:over]])
                self._journal.write_done(self._done - over)
        self._made(changes, steps[over:], self._done - over)

    def _replay(self, changes: Sequence[AnyChange], done: int) -> None:
        with self._journal.transaction():
            self._journal.write_changes(changes)
            self._journal.write_done(done)
        self._made(changes, self._steps, done)

    def _made(self, changes: Sequence[AnyChange], steps: list[Step], done: int) -> None:
        before = (self._steps, self._done)
        self._journal.on_roll_back(lambda: self._tell([c.inverse() for c in reversed(changes)], *before))
        self._tell(changes, steps, done)

    def _tell(self, changes: Sequence[AnyChange], steps: list[Step], done: int) -> None:
        self._steps, self._done = steps, done
        with ExitStack() as calls:
            for observer in reversed(self._observers):
                calls.callback(observer)
            self._project.apply(changes)

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


def _collapsed(changes: Sequence[AnyChange]) -> tuple[AnyChange, ...]:
    """One change a value: the first one's before, the last one's after."""
    by_key: dict[tuple[object, ...], AnyChange] = {}
    for change in changes:
        first = by_key.get(change.key)
        by_key[change.key] = change if first is None else replace(change, before=first.before)  # type: ignore[arg-type]
    return tuple(by_key.values())


def _with_footage(command: Command, clip: Clip) -> Command:
    """The command as if `clip` had been there when it was made; in and out stay as far as they fit."""

    def moved(old: Clip | None) -> Clip | None:
        if old is None:
            return None
        fits = old.source_range.stop <= clip.info.frames
        return replace(clip, source_range=old.source_range if fits else clip.source_range)

    changes = tuple(
        replace(c, before=moved(c.before), after=moved(c.after)) if isinstance(c, ClipChanged) else c
        for c in command.changes
    )
    return replace(command, changes=changes)
