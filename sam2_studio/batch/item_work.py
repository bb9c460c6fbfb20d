"""Does one item of a batch, from footage and prompts to files that were read back. Loads torch when it starts to work.

The same code runs in a worker of this machine and on a cluster.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sam2_studio.batch.exporting import ExportRun, doubt_unmatted, export_project
from sam2_studio.batch.items import Fate, Item, Outcome, Step
from sam2_studio.batch.projects import add_subjects, new_project
from sam2_studio.batch.prompts import Subject, check_subjects
from sam2_studio.batch.records import CLAIMED, DONE, FAILED, Record, Records, key_of, project_key
from sam2_studio.batch.untracked import untracked
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.objects import the_subject
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.schema import SUFFIX
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import BatchError, ModelError, ProjectError, PromptError, StudioError
from sam2_studio.export.products import planned_files
from sam2_studio.export.runner import ExportReport
from sam2_studio.export.spec import ExportSpec
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.probe import probe

if TYPE_CHECKING:
    from sam2_studio.core.objects import CutObject
    from sam2_studio.engine.models import Model

_AUTO = "subject"  # name of the object that the program found


def do_item(item: Item) -> Iterator[Step | Outcome]:
    """Do one item; the last value says what became of it. What the user can't help comes out as it is."""
    started = time.monotonic()
    work = _Work(item, Records(item.folder))
    try:
        outcome = yield from work.run()
    except StudioError as error:
        with suppress(BatchError):
            work.give_up(str(error))
        outcome = failed(item, str(error))
    yield replace(outcome, seconds=time.monotonic() - started)


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
class _Work:
    """One item on its way."""

    item: Item
    records: Records
    key: str = ""
    notices: list[str] = field(default_factory=list)
    record: Record = field(init=False)

    def __post_init__(self) -> None:
        self.record = self.records.read(self.item.output) or Record(fate=CLAIMED, files={})

    def run(self) -> Generator[Step, None, Outcome]:
        """Raises StudioError."""
        item = self.item
        (item.folder / item.output).parent.mkdir(parents=True, exist_ok=True)
        if item.is_project:
            report = yield from self._project()
        else:
            info = probe(item.media)
            self.key = key_of(item)
            report = yield from (self._still(info) if self._is_simple(info) else self._clip(info))
        return self._finished(report)

    def give_up(self, error: str) -> None:
        """Write down why the item failed. Raises BatchError."""
        self._write(replace(self.record, fate=FAILED, error=error))

    def _is_simple(self, info: ClipInfo) -> bool:
        """A picture of one subject without a mask or hair: it needs no project."""
        subjects = self.item.subjects
        said = [prompt for subject in subjects for prompt in subject.prompts]
        pictures = any(prompt.mask is not None or prompt.hair is not None for prompt in said)
        return info.kind is ClipKind.STILL and len(subjects) <= 1 and not pictures

    def _loaded(self) -> "Model":
        item = self.item
        return _model(item.model, item.device, item.dtype, item.model_sha256)

    def _still(self, info: ClipInfo) -> Generator[Step, None, ExportReport]:
        from sam2_studio.batch.stills import cut_out_still
        from sam2_studio.engine.segmenter import Segmenter

        item, edge = self.item, EdgeSettings(**self.item.edge)
        [subject] = check_subjects(item.subjects, info) if item.subjects else (None,)
        prompts = None if subject is None else subject.prompts[0]
        spec = self._claimed(item.export, Clip.whole(info), [the_subject(edge)])
        segmenter = Segmenter(self._loaded(), on_notice=self.notices.append)
        with IsolatedSource(item.media) as source:
            return (yield from self._followed(cut_out_still(source, spec, segmenter, prompts, edge=edge)))

    def _clip(self, info: ClipInfo) -> Generator[Step, None, ExportReport]:
        item, path = self.item, project_path(self.item)
        subjects = check_subjects(item.subjects, info) if item.subjects else ()
        model = self._loaded()
        if not subjects:
            yield Step(item.output, "Looking for the subject", 0, info.frames)
            subjects = (self._found(info, model),)
        within = self._by_index(info)
        with closing(new_project(path, info, overwrite=self._may_replace(path))) as file:
            self._claim([path])
            ids = add_subjects(file, subjects, EdgeSettings(**item.edge), item.window)
            yield from self._tracked(file, model, ids, within)
            clip, objects = file.project.clip, file.project.objects
        if clip is None:
            raise ProjectError(f"There is no footage in “{path}”.")
        spec = self._claimed(replace(item.export, range=within), clip, objects)
        report = yield from self._followed(export_project(path, spec))
        doubt_unmatted(path, report)
        if item.known_as is not None:
            _relink(path, item.known_as)
        return report

    def _project(self) -> Generator[Step, None, ExportReport]:
        item = self.item
        with closing(ProjectFile.open(item.media, read_only=True)) as file:
            clip, objects, wanting = file.project.clip, file.project.objects, untracked(file.project)
        if clip is None:
            raise ProjectError(f"There is no footage in “{item.media}”.", "Open it in the window and add a clip.")
        within = self._by_index(clip.info)
        if wanting:
            with closing(ProjectFile.open(item.media)) as file:
                yield from self._tracked(file, self._loaded(), wanting, within)
        spec = self._claimed(replace(item.export, range=within), clip, objects)
        report = yield from self._followed(export_project(item.media, spec, item.edge))
        doubt_unmatted(item.media, report)
        self.key = key_of(item)  # tracking has changed the project
        return report

    def _found(self, info: ClipInfo, model: "Model") -> Subject:
        """The main subject, by the first frame or the middle one."""
        from sam2_studio.engine.segmenter import Segmenter
        from sam2_studio.engine.subject import propose_subjects

        segmenter = Segmenter(model, on_notice=self.notices.append)
        within = self._by_index(info) or FrameRange(0, info.frames)
        with IsolatedSource(self.item.media) as source:
            for number in dict.fromkeys((within.start, (within.start + within.stop) // 2)):
                found = propose_subjects(segmenter, source.read(number), 1, still=False)
                if found:
                    return Subject(_AUTO, {number: PromptSet()}, {number: found[0].prediction.mask})
        raise PromptError("No subject stands out.", "Show it by a box or a point.")

    def _tracked(
        self, file: ProjectFile, model: "Model", ids: Sequence[int], within: FrameRange | None
    ) -> Iterator[Step]:
        from sam2_studio.batch.pipeline import TrackProgress, track_project

        item = self.item
        events = track_project(
            file,
            model,
            ids,
            direction=item.direction,
            within=within,
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

    def _by_index(self, info: ClipInfo) -> FrameRange | None:
        return None if self.item.range is None else info.indices(self.item.range)

    def _may_replace(self, project: Path) -> bool:
        """Whether a project that is there may be made anew: it is the batch's, and nobody worked on it since."""
        if self.item.export.overwrite or not project.exists():
            return True
        if not (self.record.project or self._below(project) in self.record.files):
            return False
        with closing(ProjectFile.open(project, read_only=True)) as file:
            if self.record.project and self.record.project != project_key(file):
                raise ProjectError(
                    f"The project “{project}” was worked on since the batch made it.",
                    "Export that project, or rename it, or give --overwrite to make it anew.",
                )
        return True

    def _claimed(self, spec: ExportSpec, clip: Clip, objects: "Sequence[CutObject]") -> ExportSpec:
        """The export, allowed to replace what the batch itself wrote; its files are written down as the batch's."""
        files = planned_files(spec, clip, objects)
        foreign = [path for path in files if path.exists() and self._below(path) not in self.record.files]
        if not foreign:
            spec = replace(spec, overwrite=True)
            self._claim(files)
        return spec

    def _claim(self, files: Sequence[Path]) -> None:
        """Write down that these files are the batch's, before they are written."""
        names = dict.fromkeys([*self.record.files, *map(self._below, files)], 0)
        self._write(Record(fate=CLAIMED, key=self.key, files=names))

    def _write(self, record: Record) -> None:
        self.record = record
        self.records.write(self.item.output, record)

    def _finished(self, report: ExportReport) -> Outcome:
        item, path = self.item, project_path(self.item)
        files, project, doubtful = list(report.files), "", 0
        if path.exists():
            with closing(ProjectFile.open(path, read_only=True)) as file:
                doubtful = sum(len(file.project.track(o.id).frames_where(doubtful=True)) for o in file.project.objects)
                project = "" if item.is_project else project_key(file)
        error = " ".join(report.faults)
        fate = DONE if report.verified else FAILED
        sizes = self.records.sizes(files)
        self._write(Record(fate=fate, key=self.key, files=sizes, project=project, error=error))
        return Outcome(
            output=item.output,
            line=item.line,
            said=item.said,
            fate=Fate(fate),
            error=error,
            written=_told(tuple(sizes)),
            frames=report.frames,
            doubtful=doubtful,
            warnings=(*dict.fromkeys(self.notices), *report.warnings),
        )

    def _below(self, path: Path) -> str:
        return path.relative_to(self.item.folder).as_posix()
