"""What the tracker needs of a project, taken once: later edits don't reach into a run that goes on."""

from collections.abc import Iterable

from sam2_studio.core.commands import span_between_anchors
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.project import Project
from sam2_studio.core.records import chosen_candidate
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskTrack, Origin
from sam2_studio.engine.requests import Conditioning, Direction, SegmentSettings, TrackObject, TrackRequest
from sam2_studio.errors import PromptError

_DEFAULTS = SegmentSettings()


def track_request(
    file: ProjectFile,
    object_ids: Iterable[int],
    direction: Direction,
    within: FrameRange,
    settings: SegmentSettings = _DEFAULTS,
    *,
    only: frozenset[tuple[int, int]] | None = None,
    cuts: Iterable[int] = (),
) -> TrackRequest:
    """Gather the keyframes of the objects; locked objects and objects without a keyframe are left out.

    Args:
        file: The open project.
        object_ids: Of the objects to be tracked.
        direction: Which way.
        within: Frames to be tracked.
        settings: How prompts are answered.
        only: (object id, frame) that are wanted; None for all.
        cuts: Frames over whose beginnings tracking doesn't go.

    Raises:
        PromptError: nothing is left to track, or the range doesn't fit the clip.
        ProjectError: a stored mask can't be read.
    """
    project = file.project
    if project.clip is None:
        raise PromptError("There is no footage to track through.", "Open a clip first.")
    chosen = [o for o in project.objects if o.id in set(object_ids) and not o.locked]
    found = [TrackObject(o.id, conditioning_of(file, o.id), o.window) for o in chosen]
    objects = tuple(each for each in found if each.conditioning)
    if not objects:
        raise PromptError("There is no prompt to track from.", "Click the subject or draw a box round it first.")
    keep = frozenset((o.object_id, f) for o in objects for f in project.track(o.object_id).keyframes)
    return TrackRequest(
        objects=objects,
        range=within.checked(project.clip.info.frames),
        direction=direction,
        keep=keep,
        only=only,
        cuts=tuple(sorted(cuts)),
        settings=settings,
    )


def frames_to_retrack(project: Project, object_id: int) -> tuple[int, ...]:
    """The tracked frames of all stretches between keyframes in which something is stale, in rising order.

    Those of one stretch hang together: where two sides meet in it is found for all of it. Accepted ones stay. None of
    a locked object.
    """
    chosen, track = project.object(object_id), project.track(object_id)
    stale = () if chosen is None or chosen.locked else track.frames_where(stale=True)
    frames: list[int] = []
    stop: int | None = -1  # the keyframe after the stretch done last; None at the end
    for frame in stale:
        record = track.get(frame)
        if record is None or record.is_key or stop is None or frame < stop:
            continue
        start, stop = span_between_anchors(project, object_id, frame)
        frames += [number for number in track.frames_between(start, stop) if _is_open(track, number)]
    return tuple(frames)


def _is_open(track: MaskTrack, frame: int) -> bool:
    """Whether the mask may be tracked again: it isn't the user's, nor holds with their word."""
    record = track.get(frame)
    return record is not None and not record.is_key and (record.stale or not record.accepted)


def conditioning_of(file: ProjectFile, object_id: int) -> dict[int, Conditioning]:
    """What the user said of an object, by frame. Raises ProjectError where a stored mask can't be read."""
    project = file.project
    track = project.track(object_id)
    frames = sorted({*project.prompted_frames(object_id), *track.keyframes})
    said = {frame: _conditioning(file, object_id, frame) for frame in frames}
    return {frame: conditioning for frame, conditioning in said.items() if conditioning}


def _conditioning(file: ProjectFile, object_id: int, frame: int) -> Conditioning:
    """Prompts are answered anew by the tracker, but for a mask that the user made, chose or confirmed.

    A mask painted for its frame only says nothing to the tracker; prompts under it do.
    """
    prompts = file.project.prompts(object_id, frame)
    record = file.project.track(object_id).get(frame)
    if record is not None and record.is_anchor:
        corrected = prompts.mask_id is not None or chosen_candidate(record) is not None
        confirmed = record.locked or record.origin is Origin.PAINTED or corrected
        if confirmed or not prompts:
            return Conditioning(prompts, file.mask(record.mask_id))
    return Conditioning(prompts, None if prompts.mask_id is None else file.mask(prompts.mask_id))
