"""The edit by which a proposed subject becomes an object, as one step."""

from sam2_studio.core.changes import AnyChange, MaskChanged, PromptsChanged
from sam2_studio.core.commands import Command, add_object, first_model, stale_span, unlocked_object
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.errors import PromptError


def take_subject(
    project: Project, object_id: int | None, frame: int, prompts: PromptSet, record: MaskRecord, name: str = ""
) -> Command:
    """Give an object the prompts and the mask of a proposed subject; those that follow one another are one step.

    Args:
        project: The document.
        object_id: What gets them; None for a new object.
        frame: On which.
        prompts: Instead of those that the frame has.
        record: Of the mask that they give.
        name: Of a new object.

    Raises:
        PromptError: the object, or its mask on that frame, is locked.
    """
    added = None if object_id is not None else add_object(project, name)
    target = project.highest_object_id + 1 if object_id is None else unlocked_object(project, object_id).id
    before = project.track(target).get(frame)
    if before is not None and before.locked:
        raise PromptError(f"The mask on frame {frame} is locked.", "Unlock it first, or go to another frame.")
    old = project.prompts(target, frame)
    changes: list[AnyChange] = [*(added.changes if added else ()), *first_model(project, [record])]
    changes.append(PromptsChanged(object_id=target, frame=frame, before=old or None, after=prompts))
    changes += stale_span(project, target, frame)
    changes.append(MaskChanged(object_id=target, frame=frame, before=before, after=record))
    return Command(label="Select subject", changes=tuple(changes), frame=frame, merge_key=f"subject {target} {frame}")
