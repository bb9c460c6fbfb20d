"""Every edit a user can make, one pure function each: it reads the project, changes nothing, returns a Command."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sam2_studio.core.changes import (
    AnyChange,
    ClipChanged,
    MaskChanged,
    ModelChanged,
    ObjectChanged,
    PromptsChanged,
)
from sam2_studio.core.clip import Clip, Reading
from sam2_studio.core.frames import FrameRange, checked_frame
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.health import UNMATTED_HEALTH, Reason, Symptom, coded, decoded
from sam2_studio.core.objects import LONGEST_NAME, CutObject, palette_color
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.errors import ProjectError, PromptError


@dataclass(frozen=True, kw_only=True)
class Command:
    """One step of the undo history.

    Attributes:
        label: What the user did, for menus: "Add point".
        changes: In the order in which they are made.
        frame: Where undo and redo jump to, or None.
        merge_key: Commands of one key that follow one another become one step (a dragged slider); "" for never.
    """

    label: str
    changes: tuple[AnyChange, ...]
    frame: int | None = None
    merge_key: str = ""


def prompt_digest(prompts: PromptSet) -> str:
    """Twelve hexadecimal digits that tell one set of prompts from another; part of a mask's recipe."""
    return hashlib.sha256(json.dumps(prompts.to_json()).encode()).hexdigest()[:12]


def set_source_range(project: Project, source_range: FrameRange) -> Command:
    """Set in and out. Raises ProjectError without a clip, PromptError for a range outside it."""
    clip = _clip(project)
    after = replace(clip, source_range=source_range.checked(clip.info.frames))
    return Command(label="Set in and out", changes=(ClipChanged(before=clip, after=after),), merge_key="range")


def set_reading(project: Project, reading: Reading) -> Command:
    """Have the footage read otherwise; masks stay. Raises ProjectError without a clip."""
    clip = _clip(project)
    return Command(label="Read the footage", changes=(ClipChanged(before=clip, after=replace(clip, reading=reading)),))


def set_model(project: Project, pinned: str) -> Command:
    """Pin `name@sha256`; masks that another model made become stale, but for those that the user locked."""
    changes: list[AnyChange] = [ModelChanged(before=project.model or None, after=pinned or None)]
    for each in project.objects:
        changes += [] if each.locked else _stale_by_model(project, each.id, pinned)
    return Command(label="Change model", changes=tuple(changes))


def first_model(project: Project, records: Iterable[MaskRecord]) -> tuple[ModelChanged, ...]:
    """The change that pins the model of a project's first masks; none where one is pinned."""
    models = [record.model for record in records if record.model]
    return (ModelChanged(before=None, after=models[0]),) if models and not project.model else ()


def add_object(project: Project, name: str = "") -> Command:
    """Add an object below the others; its id is `changes[0].object_id`."""
    new = project.highest_object_id + 1
    name = _valid_name(name) if name else f"object {new}"
    order = max((o.order for o in project.objects), default=0) + 1
    added = CutObject(id=new, name=free_name(project, name), color=palette_color(new), order=order)
    return Command(label=f"Add {added.name}", changes=(ObjectChanged(object_id=new, before=None, after=added),))


def remove_object(project: Project, object_id: int) -> Command:
    """Remove an object with its prompts and masks; undo brings all of it back."""
    gone = unlocked_object(project, object_id)
    track = project.track(object_id)
    masks = [MaskChanged(object_id=object_id, frame=f, before=track.get(f), after=None) for f in track]
    prompts = [
        PromptsChanged(object_id=object_id, frame=f, before=project.prompts(object_id, f), after=None)
        for f in project.prompted_frames(object_id)
    ]
    changes: tuple[AnyChange, ...] = (*masks, *prompts, ObjectChanged(object_id=object_id, before=gone, after=None))
    return Command(label=f"Delete {gone.name}", changes=changes)


def alter_object(project: Project, object_id: int, label: str, **fields: object) -> Command:
    """Change fields of an object: name, color, visible, locked, order, edge. Drags of one field become one step."""
    before = existing_object(project, object_id)
    if "name" in fields:
        fields["name"] = _checked_name(project, object_id, str(fields["name"]))
    after = replace(before, **fields)  # type: ignore[arg-type] # the names are checked by replace itself
    key = f"object {object_id} {' '.join(sorted(fields))}" if fields and set(fields) <= {"edge", "color"} else ""
    return Command(
        label=label, changes=(ObjectChanged(object_id=object_id, before=before, after=after),), merge_key=key
    )


def reorder_objects(project: Project, object_ids: Sequence[int]) -> Command:
    """Put the objects into this order; ids left out keep their place behind the others."""
    wanted = {object_id: place for place, object_id in enumerate(object_ids)}
    new = [(o, replace(o, order=wanted.get(o.id, len(wanted) + o.order))) for o in project.objects]
    changes = tuple(ObjectChanged(object_id=o.id, before=o, after=after) for o, after in new if o != after)
    return Command(label="Reorder objects", changes=changes)


def add_point(project: Project, object_id: int, frame: int, point: PointPrompt) -> Command:
    """Add a click. The first one on a tracked or painted frame corrects the mask there, which becomes a prompt."""
    point.at.checked(_clip(project).info.size)
    label = "Add point" if point.positive else "Add point to remove"
    record = project.track(object_id).get(frame)

    def add(prompts: PromptSet) -> PromptSet:
        corrects = record is not None and record.origin is Origin.TRACKED and not record.absent and not prompts
        based = prompts.with_mask(record.mask_id, given=False) if record is not None and corrects else prompts
        return _on_painted(record, based).with_point(point)

    return _edit_prompts(project, object_id, frame, label, add)


def move_point(project: Project, object_id: int, frame: int, index: int, at: Point) -> Command:
    _checked_point(project, object_id, frame, index)
    at.checked(_clip(project).info.size)
    return _edit_prompts(project, object_id, frame, "Move point", lambda p: p.with_moved_point(index, at))


def remove_point(project: Project, object_id: int, frame: int, index: int) -> Command:
    """Delete a click; with the last one goes the tracked mask that it corrected, but not the user's own."""
    _checked_point(project, object_id, frame, index)

    def remove(prompts: PromptSet) -> PromptSet:
        left = prompts.without_point(index)
        return left if left.points or left.box or left.given else PromptSet()

    return _edit_prompts(project, object_id, frame, "Delete point", remove)


def set_box(project: Project, object_id: int, frame: int, box: Box | None) -> Command:
    """Set or, with None, remove the box."""
    checked = None if box is None else box.checked(_clip(project).info.size)
    label = "Draw box" if box else "Delete box"
    record = project.track(object_id).get(frame) if checked else None
    return _edit_prompts(project, object_id, frame, label, lambda p: _on_painted(record, p).with_box(checked))


def set_mask_prompt(project: Project, object_id: int, frame: int, mask_id: int | None) -> Command:
    return _edit_prompts(project, object_id, frame, "Give mask", lambda p: p.with_mask(mask_id, given=True))


def clear_prompts(project: Project, object_id: int, frame: int) -> Command:
    return _edit_prompts(project, object_id, frame, "Clear prompts", lambda _: PromptSet())


def clear_track(project: Project, object_id: int) -> Command:
    """Remove all tracked masks of an object that aren't keyframes."""
    name = unlocked_object(project, object_id).name
    track = project.track(object_id)
    changes = tuple(
        MaskChanged(object_id=object_id, frame=f, before=record, after=None)
        for f in track
        if (record := track.get(f)) and not record.is_key
    )
    return Command(label=f"Clear track of {name}", changes=changes)


def lock_frame(project: Project, object_id: int, frame: int, *, locked: bool) -> Command:
    """Lock or unlock the mask of a frame. Raises PromptError where it has none."""
    before = project.track(object_id).get(frame)
    if before is None:
        raise PromptError(f"There is no mask on frame {frame} to lock.", "Click the subject or track first.")
    after = replace(before, locked=locked, stale=before.stale and not locked)
    changes = (MaskChanged(object_id=object_id, frame=frame, before=before, after=after),)
    return Command(label="Lock frame" if locked else "Unlock frame", changes=changes, frame=frame)


def accept_frames(project: Project, object_id: int, frames: Iterable[int]) -> Command:
    """Mark doubtful masks as right, until they are tracked again. Raises PromptError where none is doubtful."""
    name = unlocked_object(project, object_id).name
    track, changes = project.track(object_id), []
    for frame in sorted(frames):
        before = track.get(frame)
        if before is not None and before.doubtful:
            after = replace(before, accepted=True)
            changes.append(MaskChanged(object_id=object_id, frame=frame, before=before, after=after))
    if not changes:
        raise PromptError(f"No mask of {name} is in doubt here.", "Press N to go to one that is.")
    label = "Accept frame" if len(changes) == 1 else f"Accept {len(changes)} frames"
    return Command(label=label, changes=tuple(changes), frame=changes[0].frame)


def doubt_mattes(project: Project, places: Iterable[tuple[int, int]]) -> Command:
    """Mark tracked masks on (object id, frame), of which no soft edge could be made, as doubtful."""
    changes = []
    for object_id, frame in sorted(places):
        before = project.track(object_id).get(frame)
        if before is None or before.is_key or any(r.symptom is Symptom.MATTE for r in decoded(before.reasons)):
            continue
        reasons = coded((Reason(Symptom.MATTE), *decoded(before.reasons)))
        after = replace(before, health=min(before.health, UNMATTED_HEALTH), reasons=reasons, accepted=False)
        changes.append(MaskChanged(object_id=object_id, frame=frame, before=before, after=after))
    return Command(label="Doubt soft edges", changes=tuple(changes))


def put_masks(project: Project, label: str, masks: Sequence[tuple[int, int, MaskRecord]]) -> Command:
    """Set masks given as (object id, frame, record); locked frames and locked objects stay as they are."""
    changes = tuple(mask_changes(project, masks))
    return Command(label=label, changes=changes, frame=masks[0][1] if masks else None)


def mask_changes(project: Project, masks: Sequence[tuple[int, int, MaskRecord]]) -> list[MaskChanged]:
    """The changes that set these masks: removed or locked objects and locked frames are passed over."""
    changes: list[MaskChanged] = []
    latest: dict[tuple[int, int], MaskRecord] = {}
    for object_id, frame, record in masks:
        target = project.object(object_id)
        before = latest.get((object_id, frame)) or project.track(object_id).get(frame)
        if target is None or target.locked or (before is not None and before.locked):
            continue
        latest[object_id, frame] = record
        changes.append(MaskChanged(object_id=object_id, frame=frame, before=before, after=record))
    return changes


def settled_changes(project: Project, places: Iterable[tuple[int, int]]) -> list[MaskChanged]:
    """The changes by which tracked masks on (object id, frame) hold after all: they are stale no longer."""
    changes = []
    for object_id, frame in places:
        before = project.track(object_id).get(frame)
        if before is not None and before.stale and not before.is_key:
            after = replace(before, stale=False)
            changes.append(MaskChanged(object_id=object_id, frame=frame, before=before, after=after))
    return changes


def _on_painted(record: MaskRecord | None, prompts: PromptSet) -> PromptSet:
    """The prompts that a click on a frame adds to: on a painted one the painted mask alone, whatever was before it."""
    if record is None or not record.is_painted or prompts.mask_id == record.mask_id:
        return prompts
    return PromptSet(mask_id=record.mask_id, given=True)


def _edit_prompts(
    project: Project, object_id: int, frame: int, label: str, edit: Callable[[PromptSet], PromptSet]
) -> Command:
    unlocked_object(project, object_id)
    before = project.prompts(object_id, frame)
    after = edit(before)
    changes: list[AnyChange] = []
    if after and project.clip is not None:
        checked_frame(frame, project.clip.info.frames, project.clip.info.first_number)
    if after != before:
        changes.append(PromptsChanged(object_id=object_id, frame=frame, before=before or None, after=after or None))
        changes += stale_span(project, object_id, frame)
    record = project.track(object_id).get(frame)
    if not after and record is not None and not record.locked and _comes_from(record, before):
        changes.append(MaskChanged(object_id=object_id, frame=frame, before=record, after=None))
    return Command(label=label, changes=tuple(changes), frame=frame)


def _comes_from(record: MaskRecord, prompts: PromptSet) -> bool:
    """Whether the mask goes when these prompts of its frame go."""
    if record.origin is Origin.PAINTED:
        return record.mask_id == prompts.mask_id
    return record.origin is Origin.PROMPTED


def stale_span(project: Project, object_id: int, frame: int) -> list[MaskChanged]:
    """Tracked masks between the neighbours that tracking starts from depend on this frame: they become stale."""
    track, changes = project.track(object_id), []
    for number in track.frames_between(*span_between_anchors(project, object_id, frame)):
        record = track.get(number)
        if record is not None and not record.is_key and not record.stale and number != frame:
            after = record.made_stale()
            changes.append(MaskChanged(object_id=object_id, frame=number, before=record, after=after))
    return changes


def span_between_anchors(project: Project, object_id: int, frame: int) -> tuple[int | None, int | None]:
    """The nearest frames before and after `frame` from which tracking starts; None where there is none."""
    track = project.track(object_id)
    first, last = track.span_between_keys(frame)
    while first is not None and not _is_anchor(project, object_id, first):
        first, _ = track.span_between_keys(first)
    while last is not None and not _is_anchor(project, object_id, last):
        _, last = track.span_between_keys(last)
    return first, last


def _stale_by_model(project: Project, object_id: int, pinned: str) -> list[MaskChanged]:
    track = project.track(object_id)
    changes = []
    for frame in track:
        record = track.get(frame)
        if record and record.model not in ("", pinned) and not record.locked and not record.stale:
            changes.append(MaskChanged(object_id=object_id, frame=frame, before=record, after=record.made_stale()))
    return changes


def _is_anchor(project: Project, object_id: int, frame: int) -> bool:
    """Whether tracking starts from this keyframe: by its mask, or by prompts under a mask for this frame only."""
    record = project.track(object_id).get(frame)
    return (record is not None and record.is_anchor) or bool(project.prompts(object_id, frame))


def _clip(project: Project) -> Clip:
    if project.clip is None:
        raise ProjectError("There is no footage in the project.", "Open a clip or a picture first.")
    return project.clip


def existing_object(project: Project, object_id: int) -> CutObject:
    """The object. Raises ProjectError where there is none of that id."""
    found = project.object(object_id)
    if found is None:
        raise ProjectError(f"There is no object {object_id} in the project.", "Choose one of the list.")
    return found


def unlocked_object(project: Project, object_id: int) -> CutObject:
    """The object, which edits may change. Raises PromptError where it is locked, ProjectError where it is not there."""
    found = existing_object(project, object_id)
    if found.locked:
        raise PromptError(f"{found.name} is locked.", "Unlock it in the object list first.")
    return found


def _checked_point(project: Project, object_id: int, frame: int, index: int) -> None:
    if not 0 <= index < len(project.prompts(object_id, frame).points):
        raise PromptError(f"There is no point {index + 1} on frame {frame}.", "Choose one that is shown.")


def free_name(project: Project, wanted: str) -> str:
    """The name, with a number behind it where an object has it already."""
    taken = {o.name for o in project.objects}
    return next(n for n in (wanted, *(f"{wanted} {i}" for i in range(2, len(taken) + 3))) if n not in taken)


def _valid_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise ProjectError(f"“{name[:100]}” can't be a name.", f"Use 1 to {LONGEST_NAME} printable characters.")
    return name


def _checked_name(project: Project, object_id: int, name: str) -> str:
    name = _valid_name(name)
    if any(o.name == name and o.id != object_id for o in project.objects):
        raise ProjectError(f"There is already an object named “{name}”.", "Choose another name.")
    return name
