"""Does one long item by several workers: it is made ready, tracked in parts, put together. Knows not who they are.

Each step runs in a process of its own, anywhere: they share the folders, and what one returns is plain data for the
next. What comes of it equals what `item_work` makes of the item alone. Loads torch when it starts to work.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from sam2_studio.batch.footage import footage, source_of
from sam2_studio.batch.item_work import ItemWork, followed, loaded_model, project_path
from sam2_studio.batch.items import Item, Outcome, Step
from sam2_studio.batch.records import project_key
from sam2_studio.batch.stored_run import StoredRun
from sam2_studio.core.clip import Clip
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine.packed import PackedResult
from sam2_studio.engine.requests import Arrival, FrameResult, TrackRequest
from sam2_studio.engine.spans import divided
from sam2_studio.errors import ProjectError, StudioError

Returned = TypeVar("Returned")


@dataclass(frozen=True)
class Share:
    """How an item may be divided: parts at most, and frames that a part has at least, all objects counted."""

    most: int
    least: int


@dataclass(frozen=True, kw_only=True)
class Divided:
    """An item that is ready to be tracked, by several.

    Attributes:
        clip: Where workers find it.
        parts: The runs.
        key: Of what goes into the item.
        project: Key of its project, on which nobody may work until it is put together.
        notices: What had to give way so far.
    """

    clip: Clip
    parts: tuple[TrackRequest, ...]
    key: str
    project: str
    notices: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """What became of a part.

    Attributes:
        results: What holds on each frame, with its recipe; where the part failed, what came before.
        error: Why it failed; "" where it didn't.
        notices: What had to give way.
    """

    results: tuple[tuple[PackedResult, str], ...] = ()
    error: str = ""
    notices: tuple[str, ...] = ()


def begin_item(item: Item, share: Share) -> Iterator[Step | Outcome | Divided]:
    """Do an item, or where it is worth dividing make it ready for that; the last value says which."""
    yield from followed(item, partial(_begun, share=share))


def track_part(item: Item, clip: Clip, part: TrackRequest) -> Tracked:
    """Track one part of an item."""
    from sam2_studio.engine.embeddings import FeatureCache
    from sam2_studio.engine.segmenter import Segmenter
    from sam2_studio.engine.tracker import CACHED_BYTES, Tracker

    held, notices, error = _Held(), list[str](), ""
    try:
        segmenter = Segmenter(model := loaded_model(item), FeatureCache(CACHED_BYTES), notices.append)
        with source_of(clip) as source:
            for result in Tracker(model, source, segmenter).run(part):
                held.take(result, segmenter.looks.model.recipe)
    except StudioError as failure:
        error = str(failure)
    return Tracked(results=held.results, error=error, notices=tuple(notices))


def finish_item(item: Item, plan: Divided, parts: Sequence[Tracked]) -> Iterator[Step | Outcome]:
    """Put the parts into the item's project and write it out; the last value is what became of the item."""
    yield from followed(item, partial(_put_together, plan=plan, parts=parts))


def _begun(work: ItemWork, share: Share) -> Generator[Step, None, Outcome | Divided]:
    ready = yield from work.made_ready()
    if isinstance(ready, Outcome):
        return ready
    if ready and share.most > 1:
        yield Step(work.item.output, "Making ready", 0, 0)
        plan = _plan(work, ready, share)
        if len(plan.parts) > 1:
            return plan
    return (yield from work.tracked_and_written(ready))


def _plan(work: ItemWork, ids: Sequence[int], share: Share) -> Divided:
    from sam2_studio.batch.pipeline import prepare_run
    from sam2_studio.engine.segmenter import Segmenter

    item, segmenter = work.item, Segmenter(work.loaded(), on_notice=work.notices.append)
    with closing(ProjectFile.open(project_path(item))) as file, footage(file) as (clip, source):
        preparing = prepare_run(
            file,
            (clip, source),
            segmenter,
            ids,
            direction=item.direction,
            within=work.by_index(clip.info) or clip.source_range,
            stop_at_cuts=item.stop_at_cuts,
        )
        request = _returned(preparing)
        parts, project = divided(request, share.most, share.least), project_key(file)
    return Divided(clip=clip, parts=parts, key=work.claims.key, project=project, notices=tuple(work.notices))


def _returned(steps: Generator[object, None, Returned]) -> Returned:
    """What a generator returns when all its steps are done."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            returned: Returned = end.value
            return returned


def _put_together(work: ItemWork, plan: Divided, parts: Sequence[Tracked]) -> Generator[Step, None, Outcome]:
    path, work.claims.key = project_path(work.item), plan.key
    work.notices += [*plan.notices, *(notice for part in parts for notice in part.notices)]
    results = [(packed.result, recipe) for part in parts for packed, recipe in part.results]
    with closing(ProjectFile.open(path)) as file:
        if project_key(file) == plan.project:
            _put(file, sorted(results, key=lambda each: each[0].frame))
        elif not all(_has(file, result, recipe) for result, recipe in results):
            raise ProjectError(f"The project “{path}” was changed while it was tracked.", "Run the batch again.")
        if not work.item.is_project:
            file.set_footage(plan.clip)  # as workers call it, also where one that was lost had come to the end
    if error := next((part.error for part in parts if part.error), ""):
        return work.give_up(error)
    return (yield from work.written())


def _put(file: ProjectFile, results: Sequence[tuple[FrameResult, str]]) -> None:
    run = StoredRun(file)
    with file.transaction():
        for result, recipe in results:
            run.put(result, recipe)


def _has(file: ProjectFile, result: FrameResult, recipe: str) -> bool:
    """Whether a result is in the project: a worker that was lost later had put it there."""
    record = file.project.track(result.object_id).get(result.frame)
    if record is None or (record.recipe, record.score) != (recipe, result.score):
        return False
    return file.mask(record.mask_id) == result.mask


class _Held:
    """What holds of each object and frame of a run."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, int], tuple[PackedResult, str]] = {}

    @property
    def results(self) -> tuple[tuple[PackedResult, str], ...]:
        return tuple(self._held.values())

    def take(self, result: FrameResult, recipe: str) -> None:
        place = result.object_id, result.frame
        if result.arrival is Arrival.SAME:
            packed, recipe = self._held[place]
            self._held[place] = replace(packed, bare=replace(packed.bare, arrival=Arrival.ONLY)), recipe
        else:
            self._held[place] = PackedResult.of(result), recipe
