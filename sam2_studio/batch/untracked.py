"""Which objects of a project still have to be tracked. Knows no network."""

from sam2_studio.core.frames import FrameRange
from sam2_studio.core.project import Project


def untracked(project: Project) -> tuple[int, ...]:
    """Objects of a project that have to be tracked: frames between in and out have no mask, or a stale one."""
    if project.clip is None:
        return ()
    span = project.clip.source_range
    return tuple(
        thing.id
        for thing in project.objects
        if thing.visible and not thing.locked and _has_prompt(project, thing.id) and _lacks(project, thing.id, span)
    )


def _has_prompt(project: Project, object_id: int) -> bool:
    return bool(project.prompted_frames(object_id) or project.track(object_id).keyframes)


def _lacks(project: Project, object_id: int, span: FrameRange) -> bool:
    track = project.track(object_id)
    return any((record := track.get(number)) is None or record.stale for number in range(span.start, span.stop))
