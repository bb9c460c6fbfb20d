"""Puts the masks of the shown frame on the canvas, as edge settings leave them, with what views need of neighbours."""

import numpy as np
from PySide6.QtCore import QObject, Qt

from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.core.objects import CutObject
from sam2_studio.engine.foreground import foreground
from sam2_studio.engine.steady import REACH
from sam2_studio.engine.strokes import Pixels
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.differences import Difference
from sam2_studio.ui.canvas.hand_canvas import HAIR_COLOR, HAIR_ID
from sam2_studio.ui.canvas.onion import Skin
from sam2_studio.ui.canvas.overlay import ShownMask, SoftPart, ViewKind, union_alpha
from sam2_studio.ui.canvas.tools import ToolKind
from sam2_studio.ui.edged_masks import EdgedMasks
from sam2_studio.ui.look_thread import LookThread
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection
from sam2_studio.ui.steady_questions import SteadyQuestions

_COLORS = "colors"

_Seen = tuple[tuple[ShownMask, EdgeSettings], ...]


class MaskLooks(QObject):
    """Reads the document for the canvas.

    Attributes:
        skins: How many frames to each side show as onion outlines; 0 for none.
        solo: Whether the selected object is shown alone, visible or not.
    """

    def __init__(
        self, bridge: ProjectBridge, selection: Selection, canvas: Canvas, thread: LookThread, steady: SteadyQuestions
    ) -> None:
        super().__init__(bridge)
        self._bridge, self._selection, self._canvas, self._thread = bridge, selection, canvas, thread
        self._edged, self._steady = EdgedMasks(thread, self), steady
        self.skins = 0
        self.solo = False
        self._wanted: tuple[int, _Seen] | None = None
        self._colors: Pixels | None = None
        bridge.replaced.connect(self._edged.forget)
        bridge.clip_changed.connect(self._edged.forget)
        bridge.clip_changed.connect(self.show)
        canvas.view_changed.connect(self.show)
        self._edged.came.connect(self.show)
        steady.changed.connect(self.show)
        thread.found.connect(self._colors_found, Qt.ConnectionType.QueuedConnection)

    def concerns(self, frame: int) -> bool:
        """Whether a mask of that frame has a part in what is shown."""
        shown = self._canvas.frame
        if shown is None:
            return False
        round_it = max(self.skins, REACH if any(map(self._may_be_steady, self._bridge.project.objects)) else 0)
        back = 1 if self._canvas.kind is ViewKind.DIFFERENCE else 0
        return shown.number - max(round_it, back) <= frame <= shown.number + round_it

    def set_skins(self, count: int) -> None:
        self.skins = count
        self.show()

    def set_solo(self, solo: bool) -> None:
        self.solo = solo
        self.show()

    def show(self) -> None:
        """Show the masks of the canvas's frame as they are now."""
        frame = self._canvas.frame
        if frame is None:
            return
        shown = [self._shown(each) for each in self._bridge.project.objects]
        masks = tuple(each for each in shown if each is not None)
        self._canvas.set_masks((*masks, *self._strokes(frame.number)))
        self._show_colors(masks)
        self._canvas.set_differences(self._differences(frame.number, masks))
        self._canvas.set_skins(self._skins(frame.number))

    def _shown(self, each: CutObject) -> ShownMask | None:
        frame = self._canvas.frame
        mask = None if frame is None else self._bridge.mask(each.id, frame.number)
        if frame is None or mask is None or mask.is_empty:
            return None
        selected, stale = each.id == self._selection.object_id, self._is_stale(each, frame.number)
        if selected and self._canvas.tool.kind.draws_mask:
            # what is painted is the mask itself: its edge settings show again with the other tools
            return ShownMask(each.id, mask, each.color, self._is_visible(each), selected, stale=stale)
        hard = self._edged.hard(f"{each.id}", mask, each.edge)
        soft = self._edged.soft(f"{each.id}", frame, mask, each.edge, self._bridge.hair(each, frame.number))
        soft = self._steadied(each, frame, mask) or soft
        return ShownMask(each.id, hard, each.color, self._is_visible(each), selected, soft, stale)

    def _steadied(self, each: CutObject, frame: Frame, mask: Mask) -> SoftPart | None:
        """The steady matte where there is one, and the user rests on it; None else, and until it is known."""
        slot = f"steady {each.id}"
        asked = self._steady.ask(each, frame, mask) if self._may_be_steady(each) else None
        if asked is None:
            self._edged.drop(slot)
            return None
        return self._edged.steady(slot, asked.key, asked.steps)

    def _may_be_steady(self, each: CutObject) -> bool:
        """Whether how steady an object's matte is can be seen now."""
        is_seen = self._is_visible(each) and self._canvas.kind in (ViewKind.MATTE, ViewKind.CUTOUT)
        return bool(is_seen and each.edge.matte and each.edge.steady)

    def _strokes(self, frame: int) -> list[ShownMask]:
        """What the hair brush covers of the selected object, hatched, while that brush is in hand."""
        chosen = self._selection.object
        if chosen is None or self._canvas.tool.kind is not ToolKind.HAIR or self._canvas.kind is not ViewKind.OVERLAY:
            return []
        strokes = self._bridge.hair(chosen, frame)
        return [] if strokes is None else [ShownMask(HAIR_ID, strokes, HAIR_COLOR, stale=True)]

    def _is_stale(self, each: CutObject, frame: int) -> bool:
        record = self._bridge.project.track(each.id).get(frame)
        return record is not None and record.stale

    def _is_visible(self, each: CutObject) -> bool:
        return each.id == self._selection.object_id if self.solo else each.visible

    # The subjects' own colours, for cutouts

    def _show_colors(self, masks: tuple[ShownMask, ...]) -> None:
        frame = self._canvas.frame
        edges = {each.id: each.edge for each in self._bridge.project.objects}
        seen = tuple((each, edges[each.object_id]) for each in masks if each.visible)
        others = any(each.soft is not None or edge.despill for each, edge in seen)
        if frame is None or frame.stand_in or not others or self._canvas.kind is not ViewKind.CUTOUT:
            self._wanted = None
            self._canvas.set_colors(None)
            return
        wanted = (frame.number, seen)
        if wanted == self._wanted:
            self._canvas.set_colors(self._colors)
            return
        self._wanted, self._colors = wanted, None
        self._canvas.set_colors(None)
        self._thread.ask(_COLORS, lambda: (wanted, _own_colors(frame.rgb8(), seen)))

    def _colors_found(self, slot: str, answer: object) -> None:
        if slot == _COLORS and isinstance(answer, tuple) and answer[0] == self._wanted:
            self._colors = answer[1]
            self._canvas.set_colors(self._colors)

    # Neighbouring frames

    def _differences(self, frame: int, masks: tuple[ShownMask, ...]) -> list[Difference]:
        """What came and went of the visible objects since the frame before; nothing on the first frame."""
        if self._canvas.kind is not ViewKind.DIFFERENCE or frame == 0:
            return []
        now = {each.object_id: each.mask for each in masks}
        visible = [each for each in self._bridge.project.objects if self._is_visible(each)]
        return [Difference.between(self._neighbour(each, frame, -1), now.get(each.id)) for each in visible]

    def _skins(self, frame: int) -> list[Skin]:
        chosen = self._selection.object
        if chosen is None or not self.skins:
            return []
        offsets = [offset for offset in range(-self.skins, self.skins + 1) if offset and frame + offset >= 0]
        found = [(offset, self._neighbour(chosen, frame, offset)) for offset in offsets]
        return [Skin(offset, mask) for offset, mask in found if mask is not None and not mask.is_empty]

    def _neighbour(self, each: CutObject, frame: int, offset: int) -> Mask | None:
        mask = self._bridge.mask(each.id, frame + offset)
        return None if mask is None else self._edged.hard(f"{each.id} {offset}", mask, each.edge)


def _own_colors(rgb: Pixels, seen: _Seen) -> Pixels:
    """The picture with the ground, and a screen's light, taken out, as exports write it."""
    size = Size(rgb.shape[1], rgb.shape[0])
    parts = [(_matte_of((each,), size), edge) for each, edge in seen]
    whole = _matte_of(tuple(each for each, _ in seen), size)
    return foreground(rgb, whole, parts)  # type: ignore[return-value] # of the picture's type


def _matte_of(masks: tuple[ShownMask, ...], size: Size) -> Matte:
    return Matte(union_alpha(masks, size).astype(np.float32) / np.float32(255))
