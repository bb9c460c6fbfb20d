"""What a screen reader is told of the picture: frame, object, what made its mask, its prompts."""

from PySide6.QtCore import QObject

from sam2_studio.core.tracks import MaskRecord
from sam2_studio.ui.canvas.display import CanvasDisplay
from sam2_studio.ui.language import tr
from sam2_studio.ui.panels.frame_panel import origin_text, prompts_text
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection


class SpokenPicture(QObject):
    """Keeps the canvas's description up to date."""

    def __init__(self, canvas: CanvasDisplay, bridge: ProjectBridge, selection: Selection, playhead: Playhead) -> None:
        super().__init__(canvas)
        self._canvas, self._bridge, self._selection, self._playhead = canvas, bridge, selection, playhead
        for signal in (
            bridge.replaced,
            bridge.clip_changed,
            bridge.objects_changed,
            bridge.prompts_changed,
            bridge.masks_changed,
            selection.changed,
        ):
            signal.connect(self._describe)
        playhead.moved.connect(self._describe)
        self._describe()

    def _describe(self) -> None:
        self._canvas.setAccessibleDescription(self._words())

    def _words(self) -> str:
        project, frame, chosen = self._bridge.project, self._playhead.frame, self._selection.object
        if project.clip is None:
            return tr("No footage")
        number = project.clip.source_number(frame)
        if chosen is None:
            return tr("Frame {number}. No object yet: click what belongs to it, or drag a box round it.", number=number)
        record: MaskRecord | None = project.track(chosen.id).get(frame)
        return tr(
            "Frame {number}. {name}: {mask}. Prompts: {prompts}.",
            number=number,
            name=chosen.name,
            mask=origin_text(record),
            prompts=prompts_text(project.prompts(chosen.id, frame)),
        )
