"""The document as the window sees it: one open project file, its edits, and Qt signals for what changed.

The only place in `ui` that writes to a project. Errors come out as a signal; nothing is raised into an event handler.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from sam2_studio.core.changes import (
    AnyChange,
    ClipChanged,
    MarkersChanged,
    MaskChanged,
    ModelChanged,
    ObjectChanged,
    PromptsChanged,
)
from sam2_studio.core.commands import Command, first_model, mask_changes, settled_changes
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject
from sam2_studio.core.project import Project
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.engine.hair import hair_on
from sam2_studio.errors import StudioError

_log = logging.getLogger(__name__)

NewMask = tuple[int, int, Mask, Callable[[int], MaskRecord]]


class ProjectBridge(QObject):
    """Holds the open project.

    Signals:
        replaced: Another project is open, or none.
        clip_changed: Footage, or in and out.
        markers_changed: Notes at frames.
        model_changed: The pinned model.
        objects_changed: Added, removed or altered objects.
        prompts_changed: Set of (object id, frame).
        masks_changed: Set of (object id, frame).
        history_changed: The undo stack.
        jump_wanted: Frame that an undo or redo changed.
        refused: StudioError: an edit that couldn't be made.
    """

    replaced = Signal()
    clip_changed = Signal()
    markers_changed = Signal()
    model_changed = Signal()
    objects_changed = Signal()
    prompts_changed = Signal(object)
    masks_changed = Signal(object)
    history_changed = Signal()
    jump_wanted = Signal(int)
    refused = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file: ProjectFile | None = None
        self._empty = Project()

    @property
    def is_open(self) -> bool:
        return self._file is not None

    @property
    def file(self) -> ProjectFile:
        """The open project file. Raises RuntimeError where none is open: ask `is_open` first."""
        if self._file is None:
            raise RuntimeError("no project is open")
        return self._file

    @property
    def project(self) -> Project:
        """The document; an empty one where no project is open."""
        return self._file.project if self._file is not None else self._empty

    def replace(self, file: ProjectFile | None) -> None:
        """Close the open project, if any, and show another."""
        if self._file is not None:
            self._file.close()
        self._file = file
        if file is not None:
            file.project.observe(self._tell)
            file.history.observe(self.history_changed.emit)
        self.replaced.emit()
        self.history_changed.emit()

    def run(self, build: Callable[[Project], Command]) -> int:
        """Make the edit that `build` describes; the id of its undo step, 0 where it was refused or changes nothing."""
        if self._file is None:
            return 0
        try:
            return self._file.history.do(build(self._file.project))
        except StudioError as error:
            self.refused.emit(error)
            return 0

    def run_with_masks(self, masks: Sequence[Mask], build: Callable[[Project, Sequence[int]], Command]) -> int:
        """Store masks and make the edit that `build` describes with their ids, in one step; returns as `run`."""
        if self._file is None:
            return 0
        try:
            with self._file.transaction():
                return self._file.history.do(build(self._file.project, [self._file.add_mask(m) for m in masks]))
        except StudioError as error:
            self.refused.emit(error)
            return 0

    def store_masks(self, masks: Sequence[Mask]) -> list[int]:
        """Store pixels for an edit to come; their ids, none where the file refuses. Unused ones go when it closes."""
        if self._file is None:
            return []
        try:
            with self._file.transaction():
                return [self._file.add_mask(mask) for mask in masks]
        except StudioError as error:
            self.refused.emit(error)
            return []

    def put_masks(
        self, step_id: int, label: str, masks: Sequence[NewMask], settled: Iterable[tuple[int, int]] = ()
    ) -> int:
        """Store masks as part of step `step_id` (0: as a step of their own); the id of the step, 0 where refused.

        Args:
            step_id: The step.
            label: Of a step of their own.
            masks: Each is (object id, frame, pixels, what makes its record from the stored id).
            settled: (object id, frame) of other masks, which are stale no longer.
        """
        if self._file is None:
            return 0
        try:
            with self._file.transaction():
                records = [(o, f, record(self._file.add_mask(mask))) for o, f, mask, record in masks]
                pinned = first_model(self._file.project, [record for _, _, record in records])
                changes: tuple[AnyChange, ...] = (*pinned, *mask_changes(self._file.project, records))
                changes += tuple(settled_changes(self._file.project, settled))
                if not step_id:
                    frame = masks[0][1] if masks else None
                    return self._file.history.do(Command(label=label, changes=changes, frame=frame))
                # a frame that the user edited since is left out, the others come in
                return step_id if self._file.history.join_what_fits(step_id, changes) else 0
        except StudioError as error:
            self.refused.emit(error)
            return 0

    def mask(self, object_id: int, frame: int) -> Mask | None:
        """The mask to show; None where there is none or its pixels are damaged (which is logged)."""
        if self._file is None:
            return None
        try:
            return self._file.mask_of(object_id, frame)
        except StudioError:
            _log.warning("mask of object %d on frame %d can't be read", object_id, frame)
            return None

    def hair(self, thing: CutObject, frame: int) -> Mask | None:
        """What the hair brush covers of an object on a frame; None where it wasn't used, or can't be read."""
        if self._file is None or not thing.hair:
            return None
        try:
            return hair_on(thing, frame, self._file.mask_of, self._file.mask)
        except StudioError:
            _log.warning("strokes of object %d on frame %d can't be read", thing.id, frame)
            return None

    def undo(self) -> None:
        self._step(lambda file: file.history.undo())

    def redo(self) -> None:
        self._step(lambda file: file.history.redo())

    def go_to_step(self, done: int) -> None:
        """Undo or redo until so many steps are made."""
        self._step(lambda file: file.history.go_to(done))

    def save_as(self, target: Path, *, overwrite: bool) -> bool:
        """Copy the project to `target` and go on there; False where that was refused."""
        if self._file is None:
            return False
        try:
            self._file.save_copy(target, overwrite=overwrite)
            self.replace(ProjectFile.open(target))
        except StudioError as error:
            self.refused.emit(error)
            return False
        return True

    def save_copy(self, target: Path, *, overwrite: bool) -> bool:
        """Copy the project to `target` and go on where it is; False where that was refused."""
        if self._file is None:
            return False
        try:
            self._file.save_copy(target, overwrite=overwrite)
        except StudioError as error:
            self.refused.emit(error)
            return False
        return True

    def _step(self, step: Callable[[ProjectFile], Command | None]) -> None:
        if self._file is None:
            return
        try:
            command = step(self._file)
        except StudioError as error:
            self.refused.emit(error)
            return
        if command is not None and command.frame is not None:
            self.jump_wanted.emit(command.frame)

    def _tell(self, changes: tuple[AnyChange, ...]) -> None:
        """One signal a kind, however many changes: a track run undone is one repaint."""
        prompts = {(c.object_id, c.frame) for c in changes if isinstance(c, PromptsChanged)}
        masks = {(c.object_id, c.frame) for c in changes if isinstance(c, MaskChanged)}
        if any(isinstance(c, ClipChanged) for c in changes):
            self.clip_changed.emit()
        if any(isinstance(c, MarkersChanged) for c in changes):
            self.markers_changed.emit()
        if any(isinstance(c, ModelChanged) for c in changes):
            self.model_changed.emit()
        if any(isinstance(c, ObjectChanged) for c in changes):
            self.objects_changed.emit()
        if prompts:
            self.prompts_changed.emit(prompts)
        if masks:
            self.masks_changed.emit(masks)
