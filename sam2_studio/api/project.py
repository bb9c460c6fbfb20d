"""A project as the library offers it: footage, objects, tracking, exports. No Qt; torch when a model is needed."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sam2_studio.api.project_object import ProjectObject
from sam2_studio.batch.exporting import export_project
from sam2_studio.batch.footage import footage
from sam2_studio.core import commands
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import FrameRange, checked_frame
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine.requests import Direction
from sam2_studio.errors import ProjectError, PromptError
from sam2_studio.export.runner import ExportProgress, ExportReport
from sam2_studio.export.saved import FILE, SavedPresets, spec_of
from sam2_studio.home import settings_folder

if TYPE_CHECKING:
    from sam2_studio.batch.pipeline import TrackProgress, TrackReport
    from sam2_studio.engine.models import Model
    from sam2_studio.engine.segmenter import Segmenter


class Project:
    """An open project: footage, objects, their prompts and masks. Every edit is on disk when the call returns.

    Use it in a `with` block, or call `close`. One thread at a time.
    """

    def __init__(self, file: ProjectFile, model: "str | Model") -> None:
        self._file, self._named = file, model
        self._segmenter: Segmenter | None = None
        self._source: FrameSource | None = None
        self._held = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of file and footage; a second call does nothing."""
        self._held.close()
        self._source = None
        self._file.close()

    @property
    def path(self) -> Path:
        return self._file.path

    @property
    def info(self) -> ClipInfo:
        """The footage: size, frames, rate, colour. Raises ProjectError where there is none."""
        return self._clip.info

    @property
    def objects(self) -> tuple[ProjectObject, ...]:
        """Everything that is cut out, in order."""
        return tuple(ProjectObject(self, thing.id) for thing in self._file.project.objects)

    def object_named(self, name: str) -> ProjectObject:
        """The subject of that name. Raises PromptError where there is none."""
        for each in self.objects:
            if each.name == name:
                return each
        there = ", ".join(f"“{one.name}”" for one in self.objects) or "none"
        raise PromptError(f"There is no object “{name}” in the project.", f"Its objects are: {there}.")

    def add_object(self, name: str = "") -> ProjectObject:
        """Add something to be cut out; without a name it gets a free one."""
        self._file.history.do(commands.add_object(self._file.project, name))
        return ProjectObject(self, self._file.project.highest_object_id)

    def find_subject(self, frame: int | None = None, name: str = "") -> ProjectObject:
        """Add the main subject of a frame, as the program finds it by itself, with its mask as the prompt.

        Raises:
            PromptError: none stands out, or there is no such frame.
        """
        from sam2_studio.engine.subject import propose_subjects

        still = self.info.kind is ClipKind.STILL
        found = propose_subjects(self._answering, self._footage.read(self._index(frame)), 1, still=still)
        if not found:
            raise PromptError("No subject stands out.", "Show it by a box or a point.")
        with self._file.transaction():
            added = self.add_object(name)
            added.add_mask(found[0].prediction.mask.to_array(), frame)
        return added

    def track(
        self,
        objects: Iterable[ProjectObject] | None = None,
        *,
        range: tuple[int, int] | None = None,  # noqa: A002 - the word of the command line
        direction: str = "both",
        stop_at_cuts: bool = False,
    ) -> "Iterator[TrackProgress | TrackReport]":
        """Track through the clip, event by event: the last one is the report. Closing the iterator keeps what came.

        Args:
            objects: Those to track; all by default.
            range: First frame and the one behind the last; from in to out by default.
            direction: both, forward or backward.
            stop_at_cuts: Whether each shot is tracked from its own prompts only.

        Raises:
            PromptError: there is no prompt, or the range doesn't fit.
            ModelError: the model isn't here, or its answer isn't made of numbers.
        """
        from sam2_studio.batch.pipeline import track_project

        chosen = self.objects if objects is None else tuple(objects)
        return track_project(
            self._file,
            self._answering.looks.model,
            [each.id for each in chosen],
            direction=_direction(direction),
            within=self._within(range),
            stop_at_cuts=stop_at_cuts,
        )

    def export(self, target: str | Path, preset: str = "png", **settings: Any) -> ExportReport:
        """Write files and read them back; prompted frames without a mask get theirs first.

        Args:
            target: File, folder, or `NAME.####.png`.
            preset: As the command line names it, or one of your own.
            settings: As `exporting` takes them.

        Raises:
            ExportError: it can't start, be written or be read back.
        """
        for event in self.exporting(target, preset, **settings):
            if isinstance(event, ExportReport):
                return event
        raise RuntimeError("an export ended without a report")

    def exporting(
        self,
        target: str | Path,
        preset: str = "png",
        *,
        objects: Iterable[ProjectObject] | None = None,
        range: tuple[int, int] | None = None,  # noqa: A002 - the word of the command line
        **settings: Any,
    ) -> Iterator[ExportProgress | ExportReport]:
        """`export`, event by event: the last one is the report. Closing the iterator takes everything back.

        Args:
            target, preset: As `export` takes them.
            objects: Those to export; all visible ones by default.
            range: First frame and the one behind the last.
            settings: Fields of `sam2_studio.export.spec.ExportSpec`, such as `overwrite`, `bit_depth`, `separate`.
        """
        for each in self.objects:
            each.segment_all()
        ids = () if objects is None else tuple(each.id for each in objects)
        saved = SavedPresets(settings_folder() / FILE).find(preset)
        spec = spec_of(saved, Path(target), object_ids=ids, range=self._within(range), **settings)
        with closing(export_project(self.path, spec)) as events:
            for event in events:
                if isinstance(event, ExportReport) and event.unmatted:
                    self._file.history.do(commands.doubt_mattes(self._file.project, event.unmatted))
                yield event

    def undo(self) -> None:
        """Take the last edit back."""
        self._file.history.undo()

    def redo(self) -> None:
        """Do it again."""
        self._file.history.redo()

    @property
    def _clip(self) -> Clip:
        clip = self._file.project.clip
        if clip is None:
            raise ProjectError(f"There is no footage in “{self.path}”.", "Open it in the window and add a clip.")
        return clip

    @property
    def _answering(self) -> "Segmenter":
        """Loads the model at its first use."""
        if self._segmenter is None:
            from sam2_studio.engine.models import load_model
            from sam2_studio.engine.segmenter import Segmenter

            self._segmenter = Segmenter(load_model(self._named) if isinstance(self._named, str) else self._named)
        return self._segmenter

    def _within(self, wanted: tuple[int, int] | None) -> FrameRange | None:
        return None if wanted is None else self.info.indices(FrameRange(*wanted))

    def _index(self, frame: int | None) -> int:
        """Of the clip's own number; 0 for None. Raises PromptError."""
        info = self.info
        return 0 if frame is None else checked_frame(frame - info.first_number, info.frames, info.first_number)

    @property
    def _footage(self) -> FrameSource:
        """Opened at its first use. Raises MediaError where it is gone or has changed."""
        if self._source is None:
            _, self._source = self._held.enter_context(footage(self._file))
        return self._source


def _direction(word: str) -> Direction:
    try:
        return Direction(word)
    except ValueError:
        raise PromptError(f"“{word}” is no direction.", f"Use one of {', '.join(Direction)}.") from None
