"""Notes at frames, into the document: what the timeline and the keys ask for becomes commands."""

from PySide6.QtCore import QObject, Signal

from sam2_studio.core import marker_commands
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge


class Markers(QObject):
    """Edits of markers.

    Signals:
        note_wanted: The frame of the marker whose text the user wants to write.
    """

    note_wanted = Signal(int)

    def __init__(self, bridge: ProjectBridge, playhead: Playhead) -> None:
        super().__init__(bridge)
        self._bridge, self._playhead = bridge, playhead

    def add_here(self) -> None:
        """Put a marker on the current frame, also while it plays; where there is one, let its text be written."""
        frame = self._playhead.frame
        if marker_commands.marker_at(self._bridge.project, frame) is None:
            self._bridge.run(lambda project: marker_commands.add_marker(project, frame))
        else:
            self._playhead.stop()
            self.note_wanted.emit(frame)

    def delete_here(self) -> None:
        self.delete(self._playhead.frame)

    def edit(self, frame: int, text: str) -> None:
        self._bridge.run(lambda project: marker_commands.edit_marker(project, frame, text))

    def move(self, frame: int, to: int) -> None:
        self._bridge.run(lambda project: marker_commands.move_marker(project, frame, to))

    def delete(self, frame: int) -> None:
        self._bridge.run(lambda project: marker_commands.remove_marker(project, frame))
