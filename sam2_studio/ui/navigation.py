"""Jumps of the playhead to places that the document knows: ends, keyframes, doubtful frames."""

from collections.abc import Iterable

from PySide6.QtCore import QObject

from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection


class Navigation(QObject):
    """Moves the playhead; a jump without a target leaves it where it is."""

    def __init__(self, bridge: ProjectBridge, selection: Selection, playhead: Playhead) -> None:
        super().__init__(bridge)
        self._bridge, self._selection, self._playhead = bridge, selection, playhead

    def go_to_first(self) -> None:
        self._jump(0)

    def go_to_last(self) -> None:
        if (clip := self._bridge.project.clip) is not None:
            self._jump(clip.info.frames - 1)

    def go_to_next_keyframe(self) -> None:
        self._jump(following(self._keyframes(), self._playhead.frame))

    def go_to_previous_keyframe(self) -> None:
        self._jump(preceding(self._keyframes(), self._playhead.frame))

    def go_to_next_doubtful(self) -> None:
        self._jump_to_doubtful(following(self._doubtful(), self._playhead.frame))

    def go_to_previous_doubtful(self) -> None:
        self._jump_to_doubtful(preceding(self._doubtful(), self._playhead.frame))

    def go_to_next_marker(self) -> None:
        self._jump(following(self._marked(), self._playhead.frame))

    def go_to_previous_marker(self) -> None:
        self._jump(preceding(self._marked(), self._playhead.frame))

    def keyframe_after(self, object_id: int) -> None:
        """Go to the object's next keyframe, from the last one back to the first."""
        keys = self._bridge.project.track(object_id).keyframes
        self._jump(following(keys, self._playhead.frame) or (keys[0] if keys else None))

    def _marked(self) -> tuple[int, ...]:
        return tuple(marker.frame for marker in self._bridge.project.markers)

    def _keyframes(self) -> tuple[int, ...]:
        return self._bridge.project.track(self._selection.object_id).keyframes

    def _doubtful(self) -> dict[int, int]:
        """The worst frame of each doubtful place of all objects, with the first object that asks for it."""
        project = self._bridge.project
        frames: dict[int, int] = {}
        for each in project.objects:
            for frame in project.track(each.id).doubtful_places():
                frames.setdefault(frame, each.id)
        return frames

    def _jump_to_doubtful(self, frame: int | None) -> None:
        if frame is not None:
            self._selection.choose(self._doubtful()[frame])
            self._jump(frame)

    def _jump(self, frame: int | None) -> None:
        self._playhead.stop()
        if frame is not None:
            self._playhead.go_to(frame)


def following(frames: Iterable[int], frame: int) -> int | None:
    """The first of `frames` after `frame`, or None."""
    return min((f for f in frames if f > frame), default=None)


def preceding(frames: Iterable[int], frame: int) -> int | None:
    """The last of `frames` before `frame`, or None."""
    return max((f for f in frames if f < frame), default=None)
