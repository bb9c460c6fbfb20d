"""Masks made by hand, into the document: strokes that the canvas hands over, copies to neighbours, what they reach."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction

from sam2_studio.core import hand_commands
from sam2_studio.core.commands import Command, existing_object
from sam2_studio.core.masks import Mask
from sam2_studio.core.project import Project
from sam2_studio.core.records import painted_record
from sam2_studio.errors import PromptError
from sam2_studio.ui.canvas.brush import Brush
from sam2_studio.ui.canvas.hand_canvas import HandCanvas
from sam2_studio.ui.canvas.hand_strip import HandStrip
from sam2_studio.ui.editing import Editing
from sam2_studio.ui.language import tr
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection
from sam2_studio.ui.settings import Settings

_REMEMBER = 500  # ms: a brush that is being dragged isn't written at each step


class HandWork(QObject):
    """Edits of painted masks.

    Attributes:
        alone: What is painted next is for its frame only: tracking doesn't start from it.

    Signals:
        alone_changed: Whether that holds.
    """

    alone_changed = Signal(bool)

    def __init__(
        self,
        bridge: ProjectBridge,
        selection: Selection,
        playhead: Playhead,
        editing: Editing,
        settings: Settings,
    ) -> None:
        super().__init__(bridge)
        self._settings, self._brush = (
            settings,
            Brush(size=settings.now.brush_size, in_picture=settings.now.brush_in_picture),
        )
        self._remember = QTimer(self, singleShot=True, interval=_REMEMBER)
        self._remember.timeout.connect(self._remember_brush)
        self._bridge, self._selection, self._playhead, self._editing = bridge, selection, playhead, editing
        self.alone = False

    def listen_to(self, canvas: HandCanvas, strip: HandStrip, alone: QAction) -> None:
        """Take what is painted there, with the options chosen beside it and by the action."""
        canvas.set_brush(self._brush)
        canvas.brush_changed.connect(self._brush_changed)
        canvas.mask_painted.connect(self.paint)
        canvas.hair_painted.connect(self.paint_hair)
        canvas.paint_refused.connect(self.refuse)
        canvas.nothing_to_fill.connect(self.refuse_fill)
        canvas.hand_started.connect(self._playhead.stop)
        strip.alone_chosen.connect(self.set_alone)
        self.alone_changed.connect(strip.set_alone)
        self.alone_changed.connect(alone.setChecked)

    def set_alone(self, alone: bool) -> None:
        self.alone = alone
        self.alone_changed.emit(alone)

    def paint(self, object_id: int, frame: int, mask: Mask, label: str) -> None:
        """Take over a painted mask as one undo step; without an object the first stroke makes it."""
        made = not object_id
        if made:
            self._editing.new_object()
            object_id = self._selection.object_id
        step = self._bridge.run_with_masks(
            [mask],
            lambda project, ids: hand_commands.paint_masks(
                project, label, object_id, {frame: painted_record(ids[0], mask, alone=self.alone)}
            ),
        )
        if made and not step:
            self._bridge.undo()  # the object was made for a stroke that was refused

    def paint_hair(self, object_id: int, frame: int, strokes: Mask, label: str) -> None:
        """Take over where the matte's band is wider as one undo step; the first stroke turns the matte on."""

        def build(project: Project, ids: Sequence[int]) -> Command:
            others = [place for place in existing_object(project, object_id).hair if place[0] != frame]
            kept = None if strokes.is_empty and not others else ids[0]
            return hand_commands.paint_hair(project, label, object_id, frame, kept)

        self._bridge.run_with_masks([strokes], build)

    def refuse(self) -> None:
        """Say why nothing can be painted here."""
        chosen = self._selection.object
        if chosen is None:
            error = PromptError(tr("There is no object whose hair could be painted."), tr("Click the subject first."))
        elif chosen is not None and chosen.locked:
            error = PromptError(tr("{name} is locked.", name=chosen.name), tr("Unlock it in the object list first."))
        else:
            error = PromptError(tr("This frame is locked."), tr("Unlock it first, with Ctrl+L."))
        self._bridge.refused.emit(error)

    def refuse_fill(self) -> None:
        """Say why a flood did nothing."""
        error = PromptError(
            tr("There is no closed outline round that place to fill."), tr("Close it with the brush first.")
        )
        self._bridge.refused.emit(error)

    def copy_to_next(self) -> None:
        self._copy(1)

    def copy_to_previous(self) -> None:
        self._copy(-1)

    def use_for_tracking(self, tracked: bool) -> None:
        """Let tracking start from the painted mask of this frame, or pass it by."""
        object_id, frame = self._selection.object_id, self._playhead.frame
        self._bridge.run(lambda p: hand_commands.use_painted(p, object_id, frame, tracked=tracked))

    def _brush_changed(self, brush: Brush) -> None:
        """Keep the brush for the next start, when it has come to rest."""
        self._brush = brush
        self._remember.start()

    def _remember_brush(self) -> None:
        self._settings.change(brush_size=self._brush.size, brush_in_picture=self._brush.in_picture)

    def _copy(self, step: int) -> None:
        """Copy the mask of this frame to a neighbour and go there."""
        object_id, frame = self._selection.object_id, self._playhead.frame
        self._playhead.stop()
        made = self._bridge.run(lambda p: hand_commands.copy_mask(p, object_id, frame, frame + step, alone=self.alone))
        if made:
            self._playhead.go_to(frame + step)
