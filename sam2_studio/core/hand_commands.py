"""Edits of masks made by hand: pure functions like those of `commands`, which holds the rules that they share.

A painted frame is a mask prompt: tracking starts from it, and what was tracked around it grows stale, as after a click.
Painted for its frame alone (`Origin.RETOUCHED`) it is kept, but tracking passes it by and nothing else changes.
"""

from collections.abc import Mapping
from dataclasses import replace

from sam2_studio.core.changes import AnyChange, MaskChanged, ObjectChanged, PromptsChanged
from sam2_studio.core.commands import Command, stale_span, unlocked_object
from sam2_studio.core.frames import checked_frame
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.errors import ProjectError, PromptError


def paint_masks(project: Project, label: str, object_id: int, painted: Mapping[int, MaskRecord]) -> Command:
    """Set painted masks by frame.

    Raises:
        PromptError: the object or a frame is locked.
        ProjectError: there is no clip, no such object, or a frame lies outside the clip.
    """
    unlocked_object(project, object_id)
    for frame in painted:
        _check_free(project, object_id, frame)
    changes: list[AnyChange] = []
    stale: dict[int, MaskChanged] = {}
    for frame, record in sorted(painted.items()):
        changes.append(_mask_change(project, object_id, frame, record))
        if record.origin is Origin.PAINTED:
            prompts = PromptSet(mask_id=record.mask_id, given=True)
            changes.append(_prompts_change(project, object_id, frame, prompts))
            stale |= {change.frame: change for change in stale_span(project, object_id, frame)}
    changes += [change for frame, change in stale.items() if frame not in painted]
    return Command(label=label, changes=tuple(changes), frame=min(painted, default=None))


def copy_mask(project: Project, object_id: int, frame: int, target: int, *, alone: bool) -> Command:
    """Give the mask of `frame` to another frame as if it had been painted there.

    Raises:
        PromptError: `frame` has no mask, or as `paint_masks`.
    """
    record = project.track(object_id).get(frame)
    if record is None:
        raise PromptError("There is no mask on this frame to copy.", "Click the subject, paint it or track first.")
    origin = Origin.RETOUCHED if alone else Origin.PAINTED
    copied = MaskRecord(mask_id=record.mask_id, origin=origin, absent=record.absent, area=record.area)
    return replace(paint_masks(project, "Copy mask", object_id, {target: copied}), frame=target)


def use_painted(project: Project, object_id: int, frame: int, *, tracked: bool) -> Command:
    """Let tracking start from a painted frame, or pass it by.

    Raises:
        PromptError: the frame isn't painted, or as `paint_masks`.
    """
    record = project.track(object_id).get(frame)
    if record is None or not record.is_painted:
        raise PromptError("The mask of this frame wasn't painted.", "Paint it first.")
    if tracked:
        used = replace(record, origin=Origin.PAINTED)
        return replace(paint_masks(project, "Track from painted mask", object_id, {frame: used}), frame=frame)
    unlocked_object(project, object_id)
    _check_free(project, object_id, frame)
    changes: list[AnyChange] = [_mask_change(project, object_id, frame, replace(record, origin=Origin.RETOUCHED))]
    changes += _without_prompt(project, object_id, frame, record)
    return Command(label="Keep painted mask for this frame", changes=tuple(changes), frame=frame)


def remove_painted(project: Project, object_id: int, frame: int) -> Command:
    """Remove a painted mask and the mask prompt that it is. Raises PromptError as `paint_masks`."""
    unlocked_object(project, object_id)
    _check_free(project, object_id, frame)
    record = project.track(object_id).get(frame)
    if record is None or not record.is_painted:
        raise PromptError("The mask of this frame wasn't painted.", "There is nothing to remove.")
    changes: list[AnyChange] = [MaskChanged(object_id=object_id, frame=frame, before=record, after=None)]
    changes += _without_prompt(project, object_id, frame, record)
    return Command(label="Remove painted mask", changes=tuple(changes), frame=frame)


def paint_hair(project: Project, label: str, object_id: int, frame: int, mask_id: int | None) -> Command:
    """Set where the matte's band is wider on a frame and those after it; the first stroke turns the matte on.

    Args:
        project: The document.
        label: What was done.
        object_id: Whose matte.
        frame: Drawn on.
        mask_id: The strokes as a stored mask; None for those of the frames round it.

    Raises:
        PromptError: the object is locked.
        ProjectError: there is no clip, no such object, or the frame lies outside the clip.
    """
    before = unlocked_object(project, object_id)
    if project.clip is None:
        raise ProjectError("There is no footage in the project.", "Open a clip or a picture first.")
    checked_frame(frame, project.clip.info.frames, project.clip.info.first_number)
    after = before.with_hair(frame, mask_id)
    after = after if mask_id is None else replace(after, edge=replace(after.edge, matte=True))
    changes = (ObjectChanged(object_id=object_id, before=before, after=after),) if after != before else ()
    return Command(label=label, changes=changes, frame=frame)


def _without_prompt(project: Project, object_id: int, frame: int, record: MaskRecord) -> list[AnyChange]:
    """What takes away the mask prompt that a painted mask is; prompts from before it, under a retouch, stay."""
    if project.prompts(object_id, frame).mask_id != record.mask_id:
        return []
    gone = _prompts_change(project, object_id, frame, PromptSet())
    return [gone, *stale_span(project, object_id, frame)]


def _check_free(project: Project, object_id: int, frame: int) -> None:
    if project.clip is None:
        raise ProjectError("There is no footage in the project.", "Open a clip or a picture first.")
    info = project.clip.info
    checked_frame(frame, info.frames, info.first_number)
    record = project.track(object_id).get(frame)
    if record is not None and record.locked:
        raise PromptError(f"Frame {frame + info.first_number} is locked.", "Unlock it first, with Ctrl+L.")


def _mask_change(project: Project, object_id: int, frame: int, record: MaskRecord) -> MaskChanged:
    before = project.track(object_id).get(frame)
    return MaskChanged(object_id=object_id, frame=frame, before=before, after=record)


def _prompts_change(project: Project, object_id: int, frame: int, prompts: PromptSet) -> PromptsChanged:
    before = project.prompts(object_id, frame)
    return PromptsChanged(object_id=object_id, frame=frame, before=before or None, after=prompts or None)
