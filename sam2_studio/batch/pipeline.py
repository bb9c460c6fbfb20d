"""Tracks the objects of a project, without a window: what the command line and whole batches call. Loads torch.

Long work is a generator of events; the caller shows progress, and closes it to stop. Every mask is in the project file
before the next one is asked for, so a killed run keeps what came.
"""

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sam2_studio.batch.cuts import look_for_cuts
from sam2_studio.batch.footage import footage
from sam2_studio.batch.snapshot import track_request
from sam2_studio.batch.stored_run import StoredRun
from sam2_studio.core.clip import Clip, ClipKind
from sam2_studio.core.commands import put_masks, set_model
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.records import lacks_mask, prompted_record
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine.cuts import Looked
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model
from sam2_studio.engine.passes import ends_at
from sam2_studio.engine.relief import say_nothing
from sam2_studio.engine.requests import Direction, TrackRequest
from sam2_studio.engine.run_progress import RunProgress
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.engine.tracker import CACHED_BYTES, Tracker


@dataclass(frozen=True, kw_only=True)
class TrackProgress:
    """How far a track run is.

    Attributes:
        done, total: Frames.
        seconds: Since the start.
        what: Is done to them.
    """

    done: int
    total: int
    seconds: float
    what: str = "Tracking"


@dataclass(frozen=True, kw_only=True)
class TrackedObject:
    """What a run made of one object.

    Attributes:
        frames: How many frames have a mask or are known to be without the object.
        absent, doubtful: Frame numbers as the user counts.
    """

    id: int
    name: str
    frames: int
    absent: tuple[int, ...]
    doubtful: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TrackReport:
    """The last event of a run.

    Attributes:
        model: Name of the model.
        frames: Frames that the run went through.
        seconds: That it took.
        cuts: At which tracking stopped, as the user counts; None where it was to go over cuts.
    """

    project: Path
    model: str
    frames: int
    seconds: float
    objects: tuple[TrackedObject, ...]
    cuts: tuple[int, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values for JSON; `cuts` only where it was to stop at them."""
        values = asdict(self) | {"project": str(self.project), "seconds": round(self.seconds, 3)}
        return {name: value for name, value in values.items() if value is not None}


def track_project(
    file: ProjectFile,
    model: Model,
    object_ids: Sequence[int],
    *,
    direction: Direction = Direction.BOTH,
    within: FrameRange | None = None,
    stop_at_cuts: bool = False,
    on_notice: Callable[[str], None] = say_nothing,
) -> Generator[TrackProgress | TrackReport, None, None]:
    """Make the masks of the prompted frames, then track; the last item is the report.

    Args:
        file: Open for writing.
        model: Answers the prompts and tracks.
        object_ids: What to track; locked objects and objects without prompts are left out.
        direction: Which way.
        within: Frames to track, by index; the clip's in to out by default.
        stop_at_cuts: Look for cuts first, and don't track from one shot into the next.
        on_notice: Told in a sentence what had to give way where memory ran short.

    Raises:
        PromptError: nothing can be tracked, or the range doesn't fit the clip.
        MediaError: the clip is gone, has changed or can't be read.
        ModelError: the network's answer isn't made of numbers, or memory ran out; frames before that are kept.
        ProjectError: the project can't be written.
    """
    started = time.monotonic()
    with footage(file) as (clip, source):
        span = clip.source_range if within is None else within
        segmenter = Segmenter(model, FeatureCache(CACHED_BYTES), on_notice)
        request = yield from prepare_run(
            file, (clip, source), segmenter, object_ids, direction=direction, within=span, stop_at_cuts=stop_at_cuts
        )
        run, progress = StoredRun(file), RunProgress(request)
        yield _progress(progress, started)
        for result in Tracker(model, source, segmenter).run(request):
            run.put(result, segmenter.looks.model.recipe)
            progress.take(result)
            yield _progress(progress, started)
    yield TrackReport(
        project=file.path,
        model=model.name,
        frames=len(span),
        seconds=time.monotonic() - started,
        objects=tuple(_tracked(file, clip, item.object_id) for item in request.objects),
        cuts=tuple(clip.source_number(cut) for cut in ends_at(request)) if stop_at_cuts else None,
    )


def prepare_run(
    file: ProjectFile,
    opened: tuple[Clip, FrameSource],
    segmenter: Segmenter,
    object_ids: Sequence[int],
    *,
    direction: Direction,
    within: FrameRange,
    stop_at_cuts: bool,
) -> Generator[TrackProgress, None, TrackRequest]:
    """All that comes before tracking: the project names the model, open prompts get their masks, cuts are found.

    Args:
        opened: The project's clip as found, and a reader of it.

    Returns:
        The run. Raises as `track_project`.
    """
    (clip, source), started = opened, time.monotonic()
    within.checked(clip.info.frames)
    request = track_request(file, object_ids, direction, within)
    file.history.do(set_model(file.project, segmenter.looks.model.pin))
    yield TrackProgress(done=0, total=RunProgress(request).frames, seconds=0.0)
    _answer_open_prompts(file, source, segmenter, [item.object_id for item in request.objects])
    cuts = (yield from _cuts(clip, source, started)) if stop_at_cuts else ()
    return track_request(file, object_ids, direction, within, cuts=cuts)


def _progress(progress: RunProgress, started: float) -> TrackProgress:
    done, total = progress.kept + progress.done, progress.kept + progress.frames
    return TrackProgress(done=done, total=total, seconds=time.monotonic() - started)


def _cuts(clip: Clip, source: FrameSource, started: float) -> Generator[TrackProgress, None, tuple[int, ...]]:
    looked = Looked(0)
    for looked in look_for_cuts(source, clip.fingerprint):
        seconds = time.monotonic() - started
        yield TrackProgress(done=looked.frames, total=clip.info.frames, seconds=seconds, what="Looking for cuts")
    return looked.cuts


def _answer_open_prompts(
    file: ProjectFile, source: FrameSource, segmenter: Segmenter, object_ids: Sequence[int]
) -> None:
    """Make the masks of prompted frames that have none yet."""
    for object_id in object_ids:
        for frame in file.project.prompted_frames(object_id):
            if lacks_mask(file.project.track(object_id).get(frame), file.project.prompts(object_id, frame)):
                answer_prompts(file, source, segmenter, object_id, frame)


def answer_prompts(file: ProjectFile, source: FrameSource, segmenter: Segmenter, object_id: int, frame: int) -> None:
    """Make the mask of one prompted frame and put it into the project. Raises MediaError, ModelError, ProjectError."""
    prompts = file.project.prompts(object_id, frame)
    given = None if prompts.mask_id is None else file.mask(prompts.mask_id)
    still = source.info.kind is ClipKind.STILL
    answer = segmenter.segment(source.read(frame), prompts, given_mask=given, still=still)
    recipe = segmenter.looks.model.recipe
    with file.transaction():
        mask_id = file.add_mask(answer.mask)
        record = prompted_record(mask_id, answer.mask, score=answer.score, recipe=recipe, prompts=prompts)
        file.history.do(put_masks(file.project, "Mask", [(object_id, frame, record)]))


def _tracked(file: ProjectFile, clip: Clip, object_id: int) -> TrackedObject:
    track, named = file.project.track(object_id), file.project.object(object_id)
    return TrackedObject(
        id=object_id,
        name="" if named is None else named.name,
        frames=len(track),
        absent=tuple(clip.source_number(n) for n in track.frames_where(absent=True)),
        doubtful=tuple(clip.source_number(n) for n in track.frames_where(doubtful=True)),
    )
