"""Turns changes into rows of the project file and rows into a document; opens no file itself."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sam2_studio.core.changes import (
    AnyChange,
    ClipChanged,
    Marker,
    MarkersChanged,
    MaskChanged,
    ModelChanged,
    ObjectChanged,
    PromptsChanged,
    change_from_json,
    change_to_json,
)
from sam2_studio.core.clip import Clip
from sam2_studio.core.commands import Command
from sam2_studio.core.history import Step
from sam2_studio.core.objects import CutObject
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.tracks import MaskRecord, Origin

_PUT_RECORD = "INSERT OR REPLACE INTO records VALUES (?,?,?,?,?,?,?,?,?,?)"


def write_changes(db: sqlite3.Connection, changes: Sequence[AnyChange]) -> None:
    """Write the after-values. Masks, of which there are thousands in one step, go in bulk."""
    masks = [change for change in changes if isinstance(change, MaskChanged)]
    gone = [(c.object_id, c.frame) for c in masks if c.after is None]
    db.executemany("DELETE FROM records WHERE object = ? AND frame = ?", gone)
    db.executemany(_PUT_RECORD, [_record_row(c.object_id, c.frame, c.after) for c in masks if c.after is not None])
    for change in changes:
        _write_one(db, change)


def _write_one(db: sqlite3.Connection, change: AnyChange) -> None:
    match change:
        case ClipChanged():
            put_fact(db, "clip", None if change.after is None else json.dumps(change.after.to_json()))
        case MarkersChanged():
            put_fact(db, "markers", json.dumps([asdict(marker) for marker in change.after or ()]))
        case ModelChanged():
            put_fact(db, "model", change.after)
        case ObjectChanged():
            _write_object(db, change)
        case PromptsChanged():
            _write_prompts(db, change)


def put_fact(db: sqlite3.Connection, key: str, value: str | None) -> None:
    """Set, or with None remove, a single value."""
    if value is None:
        db.execute("DELETE FROM facts WHERE key = ?", (key,))
    else:
        db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, value))


def _write_object(db: sqlite3.Connection, change: ObjectChanged) -> None:
    highest = int(_fact(db, "highest_object_id") or 0)
    put_fact(db, "highest_object_id", str(max(highest, change.object_id)))
    if change.after is None:
        db.execute("DELETE FROM objects WHERE id = ?", (change.object_id,))
    else:
        db.execute(
            "INSERT OR REPLACE INTO objects VALUES (?, ?)", (change.object_id, json.dumps(change.after.to_json()))
        )


def _write_prompts(db: sqlite3.Connection, change: PromptsChanged) -> None:
    place = (change.object_id, change.frame)
    if change.after:
        db.execute("INSERT OR REPLACE INTO prompts VALUES (?, ?, ?)", (*place, json.dumps(change.after.to_json())))
    else:
        db.execute("DELETE FROM prompts WHERE object = ? AND frame = ?", place)


def write_step(db: sqlite3.Connection, step_id: int, command: Command) -> None:
    """Add or replace a step of the undo history."""
    drop_steps(db, [step_id])
    db.execute("INSERT INTO steps VALUES (?, ?, ?, ?)", (step_id, command.label, command.frame, command.merge_key))
    extend_step(db, step_id, 0, command.changes)


def extend_step(db: sqlite3.Connection, step_id: int, first: int, changes: Sequence[AnyChange]) -> None:
    values = [(step_id, first + i, json.dumps(change_to_json(c))) for i, c in enumerate(changes)]
    db.executemany("INSERT INTO step_changes VALUES (?, ?, ?)", values)


def drop_steps(db: sqlite3.Connection, step_ids: Iterable[int]) -> None:
    ids = [(step_id,) for step_id in step_ids]
    db.executemany("DELETE FROM steps WHERE id = ?", ids)
    db.executemany("DELETE FROM step_changes WHERE step = ?", ids)


def read_project(db: sqlite3.Connection) -> Project:
    """The document; KeyError, TypeError or ValueError where the rows make no sense."""
    changes: list[AnyChange] = []
    if clip := _fact(db, "clip"):
        changes.append(ClipChanged(before=None, after=Clip.from_json(json.loads(clip))))
    if markers := _fact(db, "markers"):
        after = tuple(Marker(**marker) for marker in json.loads(markers))
        changes.append(MarkersChanged(before=None, after=after))
    if model := _fact(db, "model"):
        changes.append(ModelChanged(before=None, after=model))
    changes += _read_objects(db)
    project = Project()
    project.apply(changes)
    project.highest_object_id = max(project.highest_object_id, int(_fact(db, "highest_object_id") or 0))
    return project


def _read_objects(db: sqlite3.Connection) -> list[AnyChange]:
    changes: list[AnyChange] = []
    for object_id, value in db.execute("SELECT id, value FROM objects"):
        after = CutObject.from_json(json.loads(value))
        changes.append(ObjectChanged(object_id=object_id, before=None, after=after))
    for object_id, frame, value in db.execute("SELECT object, frame, value FROM prompts"):
        prompts = PromptSet.from_json(json.loads(value))
        changes.append(PromptsChanged(object_id=object_id, frame=frame, before=None, after=prompts))
    for object_id, frame, *values in db.execute("SELECT * FROM records"):
        record = _record(values)
        changes.append(MaskChanged(object_id=object_id, frame=frame, before=None, after=record))
    return changes


def read_steps(db: sqlite3.Connection) -> tuple[list[Step], int]:
    """The undo history and how many of its steps are done; errors as `read_project`."""
    changes: dict[int, list[AnyChange]] = {}
    sizes: dict[int, int] = {}
    for step, value in db.execute("SELECT step, value FROM step_changes ORDER BY step, ordinal"):
        changes.setdefault(step, []).append(change_from_json(json.loads(value)))
        sizes[step] = sizes.get(step, 0) + len(value)
    steps = [
        Step(
            step_id,
            Command(label=label, changes=tuple(changes.get(step_id, ())), frame=frame, merge_key=merge_key),
            sizes.get(step_id, 0),
        )
        for step_id, label, frame, merge_key in db.execute("SELECT id, label, frame, merge_key FROM steps ORDER BY id")
    ]
    return steps, min(int(_fact(db, "done") or 0), len(steps))


def _fact(db: sqlite3.Connection, key: str) -> str | None:
    row = db.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def _record_row(object_id: int, frame: int, r: MaskRecord) -> tuple[object, ...]:
    flags = (int(r.absent), int(r.stale), int(r.locked))
    return (object_id, frame, r.mask_id, r.origin.value, r.score, *flags, r.recipe, r.area)


def _record(values: Sequence[object]) -> MaskRecord:
    mask_id, origin, score, absent, stale, locked, recipe, area = values
    return MaskRecord(
        mask_id=_whole(mask_id),
        origin=Origin(str(origin)),
        score=float(str(score)),
        absent=bool(absent),
        stale=bool(stale),
        locked=bool(locked),
        recipe=str(recipe),
        area=_whole(area),
    )


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value
