"""Turns changes into rows of the project file and rows into a document; opens no file itself."""

import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sam2_studio.core.changes import (
    AnyChange,
    ClipChanged,
    MarkersChanged,
    MaskChanged,
    ModelChanged,
    ObjectChanged,
    PromptsChanged,
    change_from_json,
    change_to_json,
    markers_from_json,
)
from sam2_studio.core.clip import Clip
from sam2_studio.core.commands import Command
from sam2_studio.core.geometry import Size
from sam2_studio.core.history import Step
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject
from sam2_studio.core.plain import checked, whole
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.tracks import MaskRecord, Origin

MOST_OBJECTS = 10_000
_PUT_RECORD = "INSERT OR REPLACE INTO records VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"


def write_changes(db: sqlite3.Connection, changes: Sequence[AnyChange]) -> None:
    """Write the after-values, of several for one value the last. Masks, of which there may be thousands, go in bulk."""
    last = {(c.object_id, c.frame): c.after for c in changes if isinstance(c, MaskChanged)}
    gone = [place for place, record in last.items() if record is None]
    db.executemany("DELETE FROM records WHERE object = ? AND frame = ?", gone)
    db.executemany(_PUT_RECORD, [_record_row(*place, r) for place, r in last.items() if r is not None])
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


def write_step(db: sqlite3.Connection, step_id: int, command: Command) -> int:
    """Add or replace a step of the undo history; how many bytes its changes take."""
    drop_steps(db, [step_id])
    db.execute("INSERT INTO steps VALUES (?, ?, ?, ?)", (step_id, command.label, command.frame, command.merge_key))
    return extend_step(db, step_id, 0, command.changes)


def extend_step(db: sqlite3.Connection, step_id: int, first: int, changes: Sequence[AnyChange]) -> int:
    """Add changes to a step that holds `first`; how many bytes they take."""
    values = [(step_id, first + i, json.dumps(change_to_json(c))) for i, c in enumerate(changes)]
    db.executemany("INSERT INTO step_changes VALUES (?, ?, ?)", values)
    return sum(len(text) for _, _, text in values)


def drop_steps(db: sqlite3.Connection, step_ids: Iterable[int]) -> None:
    ids = [(step_id,) for step_id in step_ids]
    db.executemany("DELETE FROM steps WHERE id = ?", ids)
    db.executemany("DELETE FROM step_changes WHERE step = ?", ids)


def write_mask(db: sqlite3.Connection, mask_id: int, mask: Mask) -> None:
    place = (mask.size.width, mask.size.height, mask.left, mask.top, mask.columns, mask.rows)
    db.execute("INSERT INTO masks VALUES (?,?,?,?,?,?,?,?)", (mask_id, *place, mask.packed()))


def read_mask(db: sqlite3.Connection, mask_id: int) -> Mask | None:
    """The pixels, None where there are none; ProjectError, TypeError or ValueError where the row makes no sense."""
    row = db.execute("SELECT * FROM masks WHERE id = ?", (mask_id,)).fetchone()
    if row is None:
        return None
    width, height, left, top, columns, height_of_box = (whole(number) for number in row[1:7])
    if type(row[7]) is not bytes:
        raise TypeError("the bits are no bytes")
    return Mask.unpacked(Size(width, height), (left, top, columns, height_of_box), row[7])


def next_mask_id(db: sqlite3.Connection) -> int:
    """Above every id that the file ever gave out."""
    row = db.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'masks'").fetchone()
    (highest,) = db.execute("SELECT max(id) FROM masks").fetchone()
    return max(whole(row[0] or 0), whole(highest or 0)) + 1


def read_project(db: sqlite3.Connection) -> Project:
    """The document; KeyError, TypeError or ValueError where the rows make no sense."""
    changes: list[AnyChange] = []
    if clip := _fact(db, "clip"):
        changes.append(ClipChanged(before=None, after=Clip.from_json(json.loads(clip))))
    if markers := _fact(db, "markers"):
        changes.append(MarkersChanged(before=None, after=markers_from_json(json.loads(markers))))
    if model := _fact(db, "model"):
        changes.append(ModelChanged(before=None, after=model))
    changes += _read_objects(db)
    project = Project()
    project.apply(changes)
    project.highest_object_id = max(project.highest_object_id, whole(int(_fact(db, "highest_object_id") or 0)))
    return project


def _read_objects(db: sqlite3.Connection) -> list[AnyChange]:
    changes: list[AnyChange] = []
    (count,) = db.execute("SELECT count(*) FROM objects").fetchone()
    if count > MOST_OBJECTS:
        raise ValueError(f"{count} objects")
    for object_id, value in db.execute("SELECT id, value FROM objects"):
        after = CutObject.from_json(json.loads(value))
        if after.id != object_id:
            raise ValueError(f"object {object_id} says that it is {after.id}")
        changes.append(ObjectChanged(object_id=object_id, before=None, after=after))
    for object_id, frame, value in db.execute("SELECT object, frame, value FROM prompts"):
        prompts = PromptSet.from_json(json.loads(value))
        changes.append(PromptsChanged(object_id=whole(object_id), frame=whole(frame), before=None, after=prompts))
    for object_id, frame, *values in db.execute("SELECT * FROM records"):
        record = _record(values)
        changes.append(MaskChanged(object_id=whole(object_id), frame=whole(frame), before=None, after=record))
    return changes


def read_steps(db: sqlite3.Connection) -> tuple[list[Step], int]:
    """The undo history and how many of its steps are done; errors as `read_project`."""
    changes: dict[int, list[AnyChange]] = {}
    sizes: dict[int, int] = {}
    for step, value in db.execute("SELECT step, value FROM step_changes ORDER BY step, ordinal"):
        changes.setdefault(whole(step), []).append(change_from_json(json.loads(value)))
        sizes[step] = sizes.get(step, 0) + len(value)
    steps = []
    for step_id, label, frame, merge_key in db.execute("SELECT id, label, frame, merge_key FROM steps ORDER BY id"):
        made = tuple(changes.get(step_id, ()))
        command = checked(Command(label=label, changes=made, frame=frame, merge_key=merge_key))
        steps.append(Step(step_id, command, sizes.get(step_id, 0)))
    return steps, min(whole(int(_fact(db, "done") or 0)), len(steps))


def _fact(db: sqlite3.Connection, key: str) -> str | None:
    row = db.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def _record_row(object_id: int, frame: int, r: MaskRecord) -> tuple[object, ...]:
    flags = (int(r.absent), int(r.stale), int(r.locked))
    return (
        object_id,
        frame,
        r.mask_id,
        r.origin.value,
        r.score,
        *flags,
        r.recipe,
        r.area,
        r.health,
        r.reasons,
        int(r.accepted),
    )


def _record(values: Sequence[object]) -> MaskRecord:
    mask_id, origin, score, absent, stale, locked, recipe, area, health, reasons, accepted = values
    return MaskRecord(
        mask_id=whole(mask_id),
        origin=Origin(str(origin)),
        score=_finite(score),
        absent=bool(absent),
        stale=bool(stale),
        locked=bool(locked),
        recipe=str(recipe),
        area=whole(area),
        health=_finite(health),
        reasons=str(reasons),
        accepted=bool(accepted),
    )


def _finite(value: object) -> float:
    if not isinstance(value, float) or not math.isfinite(value):
        raise TypeError(f"{value!r} is no number")
    return value
