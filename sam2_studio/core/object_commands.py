"""Edits that make objects out of objects: duplicate, merge, subtract. Pure, as `commands.py`; knows ids, no pixels.

Merge and subtract need new pixels where two masks overlap. `pairs_of` says which masks these are; whoever calls
combines them by `combined`, wherever there is time for it, stores them, and hands the ids to `combine`, which makes the
edit of the document as it is by then. What the user made (a keyframe of either object) becomes a painted mask, which
tracking starts from; what was tracked stays tracked, and stale where one of both was. Locked frames stay as they are.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sam2_studio.core.changes import AnyChange, MaskChanged, ObjectChanged, PromptsChanged
from sam2_studio.core.commands import Command, existing_object, free_name, remove_object, unlocked_object
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import LONGEST_NAME, CutObject, palette_color
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.errors import ProjectError, PromptError

_COPY = re.compile(r" copy( \d+)?$")

Pair = tuple[int, int]  # ids of two masks: the one that changes, the one that is added to it or taken away


class Operation(StrEnum):
    """What is done to an object with another one."""

    MERGE = "merge"
    SUBTRACT = "subtract"


@dataclass(frozen=True)
class StoredMask:
    """A mask in the project file: its id and how many pixels are inside."""

    mask_id: int
    area: int


def duplicate_object(project: Project, object_id: int) -> Command:
    """Add a copy behind the object, with its prompts and the same stored masks; its id is `changes[0].object_id`."""
    original = existing_object(project, object_id)
    new = project.highest_object_id + 1
    name = free_name(project, f"{_COPY.sub('', original.name)[: LONGEST_NAME - 10].rstrip()} copy")
    order = original.order + 1
    copy = replace(original, id=new, name=name, color=palette_color(new), order=order, visible=True, locked=False)
    changes: list[AnyChange] = [ObjectChanged(object_id=new, before=None, after=copy)]
    changes += _moved_behind(project, original, order)
    for frame in project.prompted_frames(object_id):
        prompts = project.prompts(object_id, frame)
        changes.append(PromptsChanged(object_id=new, frame=frame, before=None, after=prompts))
    track = project.track(object_id)
    changes += [MaskChanged(object_id=new, frame=f, before=None, after=track.get(f)) for f in track]
    return Command(label=f"Duplicate {original.name}", changes=tuple(changes))


def pairs_of(project: Project, operation: Operation, object_id: int, other_id: int) -> frozenset[Pair]:
    """The masks that must be combined before `combine` can be called.

    Raises:
        PromptError: an object that would change is locked, or a frame waits for the answer to its prompts.
        ProjectError: there is no such object, or both are the same.
    """
    _check(project, operation, object_id, other_id)
    both = (_both(project, object_id, other_id, frame) for frame in _frames(project, object_id, other_id))
    return frozenset((a.mask_id, b.mask_id) for a, b in both if a and b and _meet(a, b) and not a.locked)


def combined(operation: Operation, mask: Mask, other: Mask) -> Mask:
    """The pixels of two masks made into one; `mask` or `other` itself where it comes to the same."""
    result = mask.union(other) if operation is Operation.MERGE else mask.minus(other)
    return next((same for same in (mask, other) if same == result), result)


def combine(
    project: Project, operation: Operation, object_id: int, other_id: int, made: Mapping[Pair, StoredMask]
) -> Command:
    """Merge another object into one, which takes the other away; or subtract it, which leaves the other as it is.

    Args:
        project: The document as it is now.
        operation: Which of both.
        object_id: The object that changes.
        other_id: The other one.
        made: The combined masks of (at least) `pairs_of` the same document.

    Raises:
        PromptError, ProjectError: as `pairs_of`.
        KeyError: a combined mask is missing.
    """
    changed, other = _check(project, operation, object_id, other_id)
    frame_changes = _merged if operation is Operation.MERGE else _subtracted
    changes: list[AnyChange] = []
    for frame in _frames(project, object_id, other_id):
        changes += frame_changes(project, object_id, other_id, frame, made)
    if operation is Operation.SUBTRACT:
        return Command(label=f"Subtract {other.name} from {changed.name}", changes=tuple(changes))
    changes += remove_object(project, other_id).changes
    return Command(label=f"Merge {other.name} into {changed.name}", changes=tuple(changes))


def left_alone(project: Project, object_id: int, other_id: int) -> tuple[int, ...]:
    """Locked frames of the object on which the other has a mask, too: merge and subtract don't change them."""
    both = {frame: _both(project, object_id, other_id, frame) for frame in project.track(object_id)}
    return tuple(frame for frame, (a, b) in both.items() if a is not None and a.locked and b is not None and b.area)


def _merged(
    project: Project, object_id: int, other_id: int, frame: int, made: Mapping[Pair, StoredMask]
) -> Iterator[AnyChange]:
    a, b = _both(project, object_id, other_id, frame)
    if a is None:
        yield from _taken_over(project, object_id, other_id, frame)
    elif b is None or a.locked:
        return
    elif not b.area:
        stale = a.stale or (b.stale and not a.is_key)
        yield MaskChanged(object_id=object_id, frame=frame, before=a, after=replace(a, stale=stale))
    else:
        stored = made[a.mask_id, b.mask_id] if a.area else StoredMask(b.mask_id, b.area)
        anchored = _is_anchor(project, object_id, frame, a) or _is_anchor(project, other_id, frame, b)
        origin = Origin.PAINTED if anchored else Origin.RETOUCHED if a.is_key or b.is_key else Origin.TRACKED
        yield from _put(project, object_id, frame, a, _union_record(a, b, origin, stored))


def _subtracted(
    project: Project, object_id: int, other_id: int, frame: int, made: Mapping[Pair, StoredMask]
) -> Iterator[AnyChange]:
    a, b = _both(project, object_id, other_id, frame)
    if a is None or b is None or a.locked or not _meet(a, b):
        return
    stored = made[a.mask_id, b.mask_id]
    if stored.mask_id == a.mask_id:
        return
    if a.is_key:
        origin = Origin.RETOUCHED if a.origin is Origin.RETOUCHED else Origin.PAINTED
        yield from _put(project, object_id, frame, a, _made_by_user(origin, stored))
        return
    left = replace(
        a,
        mask_id=stored.mask_id,
        area=stored.area,
        absent=not stored.area,
        stale=a.stale or b.stale,
        recipe=f"{a.model} {Operation.SUBTRACT}",
    )
    yield from _put(project, object_id, frame, a, left)


def _taken_over(project: Project, object_id: int, other_id: int, frame: int) -> Iterator[AnyChange]:
    """On frames where only the other object says something, it is said of this one."""
    said = project.prompts(other_id, frame)
    if said:
        yield PromptsChanged(object_id=object_id, frame=frame, before=None, after=said)
    record = project.track(other_id).get(frame)
    yield MaskChanged(object_id=object_id, frame=frame, before=None, after=record)


def _union_record(a: MaskRecord, b: MaskRecord, origin: Origin, stored: StoredMask) -> MaskRecord:
    if origin is not Origin.TRACKED:
        return _made_by_user(origin, stored)
    worse = min(a, b, key=lambda record: record.shown_health)
    return replace(
        worse,
        mask_id=stored.mask_id,
        area=stored.area,
        score=min(a.score, b.score),
        absent=False,
        stale=a.stale or b.stale,
        recipe=f"{a.model or b.model} {Operation.MERGE}",
    )


def _made_by_user(origin: Origin, stored: StoredMask) -> MaskRecord:
    return MaskRecord(mask_id=stored.mask_id, origin=origin, absent=not stored.area, area=stored.area)


def _put(project: Project, object_id: int, frame: int, before: MaskRecord, after: MaskRecord) -> Iterator[AnyChange]:
    yield MaskChanged(object_id=object_id, frame=frame, before=before, after=after)
    if after.origin is Origin.PAINTED:
        said = project.prompts(object_id, frame) or None
        prompts = PromptSet(mask_id=after.mask_id, given=True)
        yield PromptsChanged(object_id=object_id, frame=frame, before=said, after=prompts)


def _check(project: Project, operation: Operation, object_id: int, other_id: int) -> tuple[CutObject, CutObject]:
    """Both objects, which can be combined; raises as `pairs_of`."""
    if object_id == other_id:
        raise ProjectError(f"An object can't {operation} itself.", "Choose another one.")
    changed = unlocked_object(project, object_id)
    merging = operation is Operation.MERGE
    other = unlocked_object(project, other_id) if merging else existing_object(project, other_id)
    for each in (changed, other):
        for frame in project.prompted_frames(each.id):
            record = project.track(each.id).get(frame)
            if record is None or not record.is_key:
                raise PromptError(
                    f"{each.name} has clicks on a frame whose mask isn't there yet.", "Try again when it has come."
                )
    return changed, other


def _both(project: Project, object_id: int, other_id: int, frame: int) -> tuple[MaskRecord | None, MaskRecord | None]:
    return project.track(object_id).get(frame), project.track(other_id).get(frame)


def _frames(project: Project, object_id: int, other_id: int) -> list[int]:
    return sorted({*project.track(object_id), *project.track(other_id)})


def _meet(a: MaskRecord, b: MaskRecord) -> bool:
    """Whether both have pixels, so that combining them may make others."""
    return bool(a.area and b.area)


def _is_anchor(project: Project, object_id: int, frame: int, record: MaskRecord) -> bool:
    """Whether tracking starts from the frame: by its mask, or by prompts under a mask for this frame only."""
    return record.is_anchor or bool(project.prompts(object_id, frame))


def _moved_behind(project: Project, original: CutObject, taken: int) -> Iterator[ObjectChanged]:
    """Those behind the object make room, as far as need be, for one in place `taken`."""
    objects = project.objects
    for each in objects[objects.index(original) + 1 :]:
        if each.order > taken:
            return
        taken += 1
        yield ObjectChanged(object_id=each.id, before=each, after=replace(each, order=taken))
