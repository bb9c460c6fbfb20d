"""The library: what `import sam2_studio` offers to scripts, notebooks and pipelines. Stable; docs/library.md shows it.

It does what the window and the command line do, by the same code: projects are the same files. Frames are counted as
the user counts them, from 0 for a video, by their own numbers for a sequence. No Qt, nothing global; torch is loaded
when a model is needed. Every error is a `StudioError`.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from sam2_studio.batch.exporting import export_project
from sam2_studio.batch.footage import footage
from sam2_studio.batch.projects import check_project_path, new_project
from sam2_studio.core import commands
from sam2_studio.core.clip import Clip, ClipInfo
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame, FrameRange, checked_frame
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.project import Project as Document
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.records import lacks_mask
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine.requests import Direction
from sam2_studio.errors import ProjectError, PromptError, StudioError
from sam2_studio.export.runner import ExportProgress, ExportReport
from sam2_studio.export.saved import FILE, SavedPresets, spec_of
from sam2_studio.home import settings_folder
from sam2_studio.media.open import open_media
from sam2_studio.media.probe import probe

if TYPE_CHECKING:
    from sam2_studio.batch.pipeline import TrackProgress, TrackReport
    from sam2_studio.engine.models import Model
    from sam2_studio.engine.segmenter import Segmenter

__all__ = [
    "ClipInfo",
    "ExportProgress",
    "ExportReport",
    "Frame",
    "Project",
    "ProjectObject",
    "StudioError",
    "create_project",
    "load_model",
    "open_media",
    "open_project",
]


def load_model(name: str = "nano", device: str = "auto", dtype: str = "auto") -> "Model":
    """Load a model, to be shared by projects; see `sam2-studio models list` for the names.

    Raises:
        ModelError: there is no such model, or its file is missing or damaged.
    """
    from sam2_studio.engine.models import load_model as load

    return load(name, device, dtype)


def create_project(
    path: str | Path, media: str | Path, *, model: "str | Model" = "nano", overwrite: bool = False
) -> "Project":
    """Make a project of a clip, a picture or a numbered sequence, and open it.

    Args:
        path: Ends in `.cutout`.
        media: As `open_media` takes it.
        model: Its name, or one that is loaded.
        overwrite: Whether a project that is there may be replaced.

    Raises:
        ProjectError: there can be no project there.
        MediaError: the media can't be read.
    """
    check_project_path(Path(path), overwrite=overwrite)
    return Project(new_project(Path(path), probe(media), overwrite=overwrite), model)


def open_project(path: str | Path, *, model: "str | Model" = "nano", read_only: bool = False) -> "Project":
    """Open a project, of the window's or of one's own.

    Raises:
        ProjectError: it is missing, damaged, newer, or (unless `read_only`) open elsewhere.
    """
    return Project(ProjectFile.open(Path(path), read_only=read_only), model)


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
    def objects(self) -> tuple["ProjectObject", ...]:
        """Everything that is cut out, in order."""
        return tuple(ProjectObject(self, thing.id) for thing in self._file.project.objects)

    def object_named(self, name: str) -> "ProjectObject":
        """The subject of that name. Raises PromptError where there is none."""
        for each in self.objects:
            if each.name == name:
                return each
        there = ", ".join(f"“{one.name}”" for one in self.objects) or "none"
        raise PromptError(f"There is no object “{name}” in the project.", f"Its objects are: {there}.")

    def add_object(self, name: str = "") -> "ProjectObject":
        """Add something to be cut out; without a name it gets a free one."""
        self._file.history.do(commands.add_object(self._file.project, name))
        return ProjectObject(self, self._file.project.highest_object_id)

    def track(
        self,
        objects: "Iterable[ProjectObject] | None" = None,
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
        objects: "Iterable[ProjectObject] | None" = None,
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
            from sam2_studio.engine.segmenter import Segmenter

            self._segmenter = Segmenter(load_model(self._named) if isinstance(self._named, str) else self._named)
        return self._segmenter

    def _within(self, wanted: tuple[int, int] | None) -> FrameRange | None:
        return None if wanted is None else self.info.indices(FrameRange(*wanted))

    @property
    def _footage(self) -> FrameSource:
        """Opened at its first use. Raises MediaError where it is gone or has changed."""
        if self._source is None:
            _, self._source = self._held.enter_context(footage(self._file))
        return self._source


class ProjectObject:
    """One object of an open project: what was said of it, and its masks.

    Attributes:
        id: Never used again in the project.
    """

    def __init__(self, project: Project, object_id: int) -> None:
        self._project, self.id = project, object_id

    def __repr__(self) -> str:
        return f"<{self.name!r} of {self._project.path.name}>"

    @property
    def name(self) -> str:
        return commands.existing_object(self._document, self.id).name

    @property
    def frames(self) -> tuple[int, ...]:
        """Frames that have a mask, or on which the object is known not to be."""
        return self._numbers(sorted(self._document.track(self.id)))

    @property
    def absent(self) -> tuple[int, ...]:
        """Frames on which the object isn't."""
        return self._numbers(self._document.track(self.id).frames_where(absent=True))

    @property
    def doubtful(self) -> tuple[int, ...]:
        """Frames that should be looked at."""
        return self._numbers(self._document.track(self.id).frames_where(doubtful=True))

    def add_box(self, box: tuple[float, float, float, float], frame: int | None = None) -> None:
        """Say that the object is in this box: left, top, right, bottom. Replaces the box that was on the frame.

        Args:
            frame: The first by default.

        Raises:
            PromptError: it doesn't fit the picture, or there is no such frame.
        """
        index = self._index(frame)
        checked = Box(*map(float, box)).checked(self._project.info.size)
        self._do(commands.set_box(self._document, self.id, index, checked))

    def add_point(self, point: tuple[float, float], frame: int | None = None, *, positive: bool = True) -> None:
        """Say that the object is at this point, or that it isn't. Raises PromptError, as `add_box`."""
        index = self._index(frame)
        at = Point(*map(float, point)).checked(self._project.info.size)
        self._do(commands.add_point(self._document, self.id, index, PointPrompt(at, positive)))

    def add_mask(self, mask: NDArray[np.bool_] | NDArray[np.uint8], frame: int | None = None) -> None:
        """Say what the object is: (H, W) of the picture's size, every value but 0 is inside.

        Raises:
            PromptError: it has another size, or there is no such frame.
        """
        index, size = self._index(frame), self._project.info.size
        if mask.shape != (size.height, size.width):
            raise PromptError(f"The mask is {mask.shape}, the picture {(size.height, size.width)}.", "Scale the mask.")
        file = self._project._file
        with file.transaction():
            self._do(commands.set_mask_prompt(self._document, self.id, index, file.add_mask(Mask.from_array(mask))))

    def segment(self, frame: int | None = None) -> NDArray[np.bool_]:
        """Answer the prompts of a frame, keep the mask and return it: (H, W).

        Raises:
            PromptError: there is no prompt on the frame.
            ModelError: the model isn't here, or its answer isn't made of numbers.
        """
        index = self._index(frame)
        if not self._document.prompts(self.id, index):
            number = self._numbers([index])[0]
            raise PromptError(f"“{self.name}” has no prompt on frame {number}.", "Add a box, a point or a mask.")
        self._answer(index)
        answered = self._project._file.mask_of(self.id, index)
        if answered is None:
            raise RuntimeError("a mask that was just made isn't there")
        return answered.to_array()

    def segment_all(self) -> None:
        """Answer the prompts of every frame that has some and no mask yet. Raises ModelError, as `segment`."""
        for index in sorted(self._document.prompted_frames(self.id)):
            if lacks_mask(self._document.track(self.id).get(index), self._document.prompts(self.id, index)):
                self._answer(index)

    def mask(self, frame: int | None = None) -> NDArray[np.bool_] | None:
        """The mask on a frame, (H, W); None where there is none. Raises PromptError where there is no such frame."""
        found = self._project._file.mask_of(self.id, self._index(frame))
        return None if found is None else found.to_array()

    def refine(self, **edge: Any) -> None:
        """Change the edge, as views and exports show it: fields of `EdgeSettings`, such as `grow=-1, matte=True`.

        Raises:
            PromptError: there is no such setting, or its value is out of range.
        """
        known = EdgeSettings.__dataclass_fields__
        if unknown := sorted(edge.keys() - known.keys()):
            raise PromptError(f"There is no setting “{unknown[0]}”.", f"There are: {', '.join(known)}.")
        settings = replace(commands.existing_object(self._document, self.id).edge, **edge)
        if not settings.is_in_range:
            raise PromptError(f"An edge can't have {edge}.", "Lengths are -64 to 64 to grow, else 0 to 64.")
        self._do(commands.alter_object(self._document, self.id, "Change edge", edge=settings))

    def remove(self) -> None:
        """Take the object out of the project."""
        self._do(commands.remove_object(self._document, self.id))

    @property
    def _document(self) -> Document:
        return self._project._file.project

    def _do(self, command: commands.Command) -> None:
        self._project._file.history.do(command)

    def _answer(self, index: int) -> None:
        from sam2_studio.batch.pipeline import answer_prompts

        project = self._project
        answer_prompts(project._file, project._footage, project._answering, self.id, index)

    def _index(self, frame: int | None) -> int:
        info = self._project.info
        return 0 if frame is None else checked_frame(frame - info.first_number, info.frames, info.first_number)

    def _numbers(self, indices: Iterable[int]) -> tuple[int, ...]:
        return tuple(self._project._clip.source_number(index) for index in indices)


def _direction(word: str) -> Direction:
    try:
        return Direction(word)
    except ValueError:
        raise PromptError(f"“{word}” is no direction.", f"Use one of {', '.join(Direction)}.") from None
