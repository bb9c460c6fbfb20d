"""Does one item of a batch, from footage and prompts to files that were read back. Loads torch when it starts to work.

The same code runs in a worker of this machine and on a cluster.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sam2_studio.batch.claims import Claims
from sam2_studio.batch.exporting import ExportRun, doubt_unmatted, export_project
from sam2_studio.batch.items import Fate, Item, Outcome, Step
from sam2_studio.batch.projects import add_subjects, new_project
from sam2_studio.batch.prompts import Subject, check_subjects
from sam2_studio.batch.records import DONE, FAILED, key_of, project_key
from sam2_studio.batch.untracked import untracked
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.objects import the_subject
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.schema import SUFFIX
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import BatchError, ModelError, ProjectError, PromptError, StudioError
from sam2_studio.export.runner import ExportReport
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.probe import probe

if TYPE_CHECKING:
    from sam2_studio.engine.models import Model

_AUTO = "subject"  # name of the object that the program found
Ended = TypeVar("Ended")


def do_item(item: Item) -> Iterator[Step | Outcome]:
    """Do one item; the last value says what became of it. What the user can't help comes out as it is."""
    yield from followed(item, _whole)


def followed(
    item: Item, work: "Callable[[ItemWork], Generator[Step, None, Outcome | Ended]]"
) -> "Iterator[Step | Outcome | Ended]":
    """Work on an item; the last value is what the work ends with, or an outcome that says what went wrong."""
    started = time.monotonic()
    begun = ItemWork(item, Claims(item))
    try:
        ended = yield from work(begun)
    except StudioError as error:
        ended = begun.give_up(str(error))
    yield replace(ended, seconds=time.monotonic() - started) if isinstance(ended, Outcome) else ended


def _whole(work: "ItemWork") -> Generator[Step, None, Outcome]:
    ready = yield from work.made_ready()
    return ready if isinstance(ready, Outcome) else (yield from work.tracked_and_written(ready))


def failed(item: Item, error: str) -> Outcome:
    """The outcome of an item that couldn't be done."""
    return Outcome(output=item.output, line=item.line, said=item.said, fate=Fate.FAILED, error=error)


def project_path(item: Item) -> Path:
    """The project that an item makes, or is."""
    if item.is_project:
        return item.media
    path = item.folder / item.output
    return path.with_name(f"{path.name}{SUFFIX}")


def _relink(project: Path, media: Path) -> None:
    """Let a project say its footage's path as the machine of the user knows it."""
    with closing(ProjectFile.open(project)) as file:
        if file.project.clip is not None:
            file.set_footage(file.project.clip.relinked(str(media)))


def _told(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {Path(names[-1]).name}"


def loaded_model(item: Item) -> "Model":
    """The model that an item wants. Raises ModelError."""
    return _model(item.model, item.device, item.dtype, item.model_sha256)


@lru_cache(maxsize=2)
def _model(name: str, device: str, dtype: str, sha256: str) -> "Model":
    """Loaded once a worker. Raises ModelError where this machine has other weights of that name."""
    from sam2_studio.engine.models import load_model

    model = load_model(name, device, dtype)
    if sha256 and model.sha256 != sha256:
        raise ModelError(
            f"The model {name} is another file here: its sha256 is {model.sha256}, not {sha256}.",
            "Install the same file on every machine.",
        )
    return model


@dataclass
class ItemWork:
    """One item on its way."""

    item: Item
    claims: Claims
    notices: list[str] = field(default_factory=list)

    def made_ready(self) -> Generator[Step, None, Outcome | tuple[int, ...]]:
        """Do all that comes before tracking.

        Returns:
            The ids of the objects that the item's project has to have tracked; or the outcome of what needs no project.
            Raises StudioError.
        """
        item = self.item
        (item.folder / item.output).parent.mkdir(parents=True, exist_ok=True)
        if item.is_project:
            with closing(ProjectFile.open(item.media, read_only=True)) as file:
                return untracked(file.project)
        info = probe(item.media)
        self.claims.key = key_of(item)
        if self._is_simple(info):
            return self._finished((yield from self._still(info)))
        return (yield from self._project_made(info))

    def tracked_and_written(self, ids: Sequence[int]) -> Generator[Step, None, Outcome]:
        """Track these objects of the item's project, then write it out. Raises StudioError."""
        if ids:
            with closing(ProjectFile.open(project_path(self.item))) as file:
                yield from self._tracked(file, ids)
        return (yield from self.written())

    def written(self) -> Generator[Step, None, Outcome]:
        """Export the item's project, which is tracked. Raises StudioError."""
        item, path = self.item, project_path(self.item)
        with closing(ProjectFile.open(path, read_only=True)) as file:
            clip, objects = file.project.clip, file.project.objects
        if clip is None:
            raise ProjectError(f"There is no footage in “{path}”.", "Open it in the window and add a clip.")
        spec = self.claims.export(replace(item.export, range=self.by_index(clip.info)), clip, objects)
        report = yield from self._followed(export_project(path, spec, item.edge if item.is_project else {}))
        doubt_unmatted(path, report)
        if item.is_project:
            self.claims.key = key_of(item)  # tracking has changed the project
        elif item.known_as is not None:
            _relink(path, item.known_as)
        return self._finished(report)

    def give_up(self, error: str) -> Outcome:
        """Write down why the item failed, where that can be written."""
        with suppress(BatchError):
            self.claims.give_up(error)
        return failed(self.item, error)

    def loaded(self) -> "Model":
        """The item's model. Raises ModelError."""
        return loaded_model(self.item)

    def by_index(self, info: ClipInfo) -> FrameRange | None:
        """The item's range by index; None for all."""
        return None if self.item.range is None else info.indices(self.item.range)

    def _is_simple(self, info: ClipInfo) -> bool:
        """A picture of one subject without a mask or hair: it needs no project."""
        subjects = self.item.subjects
        said = [prompt for subject in subjects for prompt in subject.prompts]
        pictures = any(prompt.mask is not None or prompt.hair is not None for prompt in said)
        return info.kind is ClipKind.STILL and len(subjects) <= 1 and not pictures

    def _still(self, info: ClipInfo) -> Generator[Step, None, ExportReport]:
        from sam2_studio.batch.stills import cut_out_still
        from sam2_studio.engine.segmenter import Segmenter

        item, edge = self.item, EdgeSettings(**self.item.edge)
        [subject] = check_subjects(item.subjects, info) if item.subjects else (None,)
        prompts = None if subject is None else subject.prompts[0]
        spec = self.claims.export(item.export, Clip.whole(info), [the_subject(edge)])
        segmenter = Segmenter(self.loaded(), on_notice=self.notices.append)
        with IsolatedSource(item.media) as source:
            return (yield from self._followed(cut_out_still(source, spec, segmenter, prompts, edge=edge)))

    def _project_made(self, info: ClipInfo) -> Generator[Step, None, tuple[int, ...]]:
        """Make the item's project with its subjects; their ids."""
        item, path = self.item, project_path(self.item)
        subjects = check_subjects(item.subjects, info) if item.subjects else ()
        model = self.loaded()
        if not subjects:
            yield Step(item.output, "Looking for the subject", 0, info.frames)
            subjects = (self._found(info, model),)
        with closing(new_project(path, info, overwrite=self.claims.may_replace(path))) as file:
            self.claims.take([path])
            return add_subjects(file, subjects, EdgeSettings(**item.edge), item.window)

    def _found(self, info: ClipInfo, model: "Model") -> Subject:
        """The main subject, by the first frame or the middle one."""
        from sam2_studio.engine.segmenter import Segmenter
        from sam2_studio.engine.subject import propose_subjects

        segmenter = Segmenter(model, on_notice=self.notices.append)
        within = self.by_index(info) or FrameRange(0, info.frames)
        with IsolatedSource(self.item.media) as source:
            for number in dict.fromkeys((within.start, (within.start + within.stop) // 2)):
                found = propose_subjects(segmenter, source.read(number), 1, still=False)
                if found:
                    return Subject(_AUTO, {number: PromptSet()}, {number: found[0].prediction.mask})
        raise PromptError("No subject stands out.", "Show it by a box or a point.")

    def _tracked(self, file: ProjectFile, ids: Sequence[int]) -> Iterator[Step]:
        from sam2_studio.batch.pipeline import TrackProgress, track_project

        item, clip = self.item, file.project.clip
        events = track_project(
            file,
            self.loaded(),
            ids,
            direction=item.direction,
            within=None if clip is None else self.by_index(clip.info),
            stop_at_cuts=item.stop_at_cuts,
            on_notice=self.notices.append,
        )
        with closing(events):
            for event in events:
                if isinstance(event, TrackProgress):
                    yield Step(item.output, event.what, event.done, event.total)

    def _followed(self, events: ExportRun) -> Generator[Step, None, ExportReport]:
        with closing(events):
            for event in events:
                if isinstance(event, ExportReport):
                    return event
                yield Step(self.item.output, event.what, event.done, event.total)
        raise RuntimeError("an export ended without a report")

    def _finished(self, report: ExportReport) -> Outcome:
        item, path = self.item, project_path(self.item)
        project, doubtful = "", 0
        if path.exists():
            with closing(ProjectFile.open(path, read_only=True)) as file:
                doubtful = sum(len(file.project.track(o.id).frames_where(doubtful=True)) for o in file.project.objects)
                project = "" if item.is_project else project_key(file)
        error = " ".join(report.faults)
        fate = DONE if report.verified else FAILED
        names = self.claims.settle(fate, report.files, project=project, error=error)
        return Outcome(
            output=item.output,
            line=item.line,
            said=item.said,
            fate=Fate(fate),
            error=error,
            written=_told(names),
            frames=report.frames,
            doubtful=doubtful,
            warnings=(*dict.fromkeys(self.notices), *report.warnings),
        )
