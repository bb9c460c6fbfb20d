"""Asks about an object that was lost and is back, where the playhead stands on its first mask after that."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage

from sam2_studio.core.geometry import Box
from sam2_studio.core.health import lost_at
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.found_card import FoundCard, Sighting
from sam2_studio.ui.frame_loader import FrameLoader
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection


class Finding(QObject):
    """Shows the card for the selected object and the frame under the playhead.

    Attributes:
        card: That asks.
    """

    def __init__(
        self,
        bridge: ProjectBridge,
        selection: Selection,
        playhead: Playhead,
        *,
        loader: FrameLoader,
        canvas: Canvas,
    ) -> None:
        super().__init__(bridge)
        self._bridge, self._selection, self._playhead, self._loader = bridge, selection, playhead, loader
        self._canvas = canvas
        self.card = FoundCard(canvas)
        self.card.frame_wanted.connect(playhead.go_to)
        for signal in (bridge.replaced, bridge.objects_changed, bridge.masks_changed, selection.changed):
            signal.connect(self._show)
        canvas.shape_changed.connect(self._show)
        playhead.moved.connect(self._show)
        playhead.speed_changed.connect(self._show)
        loader.closeup_ready.connect(self._closeup_came, Qt.ConnectionType.QueuedConnection)

    def _show(self) -> None:
        chosen, before = self._selection.object, self.card.sightings
        asked = None if self._playhead.is_playing else self._sightings()
        self.card.show_sightings(asked, "" if chosen is None else chosen.color)
        if asked is not None and asked != before:
            self._loader.want_closeups([(each.frame, each.part) for each in asked])

    def _sightings(self) -> tuple[Sighting, Sighting] | None:
        """Where the object was last seen and where it is back; None where nothing is to be asked."""
        frame = self._playhead.frame
        record = self._bridge.project.track(self._selection.object_id).get(frame)
        lost = None if record is None or not record.doubtful else lost_at(record.reasons)
        if lost is None or lost == frame:
            return None
        last = self._sighting(lost - 1 if lost < frame else lost + 1)  # it was tracked forwards, or backwards
        first = self._sighting(frame)
        return None if last is None or first is None else (last, first)

    def _sighting(self, frame: int) -> Sighting | None:
        clip, mask = self._bridge.project.clip, self._bridge.mask(self._selection.object_id, frame)
        if clip is None or mask is None or mask.is_empty:
            return None
        return Sighting(frame, clip.source_number(frame), mask, self._canvas.view.aspect)

    def _closeup_came(self, generation: int, frame: int, part: Box, image: QImage) -> None:
        shown = self.card.sightings or ()
        if generation == self._loader.generation and any((s.frame, s.part) == (frame, part) for s in shown):
            self.card.set_closeup(frame, image)
