"""Use without a mouse and without seeing: the keyboard's pointer, ways between areas, focus rings, what is spoken."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from sam2_studio.ui.announce import announce
from sam2_studio.ui.areas import Areas
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.keyboard_pointer import KeyboardPointer
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection
from sam2_studio.ui.spoken import SpokenPicture
from sam2_studio.ui.tracking import Tracking
from sam2_studio.ui.widgets.focus_ring import FocusRing


class Access(QObject):
    """Makes and holds these parts.

    Attributes:
        pointer: The pointer over the picture that keys move.
        areas: The areas that F6 goes through.
    """

    def __init__(
        self,
        window: QWidget,
        *,
        canvas: Canvas,
        timeline: QWidget,
        bridge: ProjectBridge,
        selection: Selection,
        playhead: Playhead,
        tracking: Tracking,
    ) -> None:
        super().__init__(window)
        self._window = window
        self.pointer = KeyboardPointer(canvas)
        self.areas = Areas(window)
        self._spoken = SpokenPicture(canvas, bridge, selection, playhead)
        self._rings = [FocusRing(painted) for painted in (canvas, timeline)]
        tracking.ended.connect(self._say)

    def targets(self) -> dict[str, object]:
        """Who has the slots of the actions table."""
        return {"areas": self.areas, "pointer": self.pointer}

    def _say(self, sentence: str) -> None:
        announce(self._window, sentence)
