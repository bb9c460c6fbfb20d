"""Where the playhead is: stepping, playing at the clip's own rate, staying inside the clip. Knows no widget."""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from sam2_studio.core.clip import Clip


class Playhead(QObject):
    """The current frame. Playing drops frames rather than running late.

    Signals:
        moved: The new frame number, and +1 or -1 for the direction it moved in.
        playing_changed: Whether it plays now.
    """

    moved = Signal(int, int)
    playing_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clip: Clip | None = None
        self._frame = 0
        self._started_at = 0
        self._elapsed = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)

    @property
    def frame(self) -> int:
        return self._frame

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    def set_clip(self, clip: Clip | None) -> None:
        """Another clip, or other in and out; the playhead stays where it can."""
        self._clip = clip
        if clip is None:
            self.stop()
            self._frame = 0
        else:
            self._frame = min(self._frame, clip.info.frames - 1)

    def go_to(self, frame: int) -> None:
        """Move to a frame, or the nearest there is."""
        if self._clip is None:
            return
        target = min(max(frame, 0), self._clip.info.frames - 1)
        if target == self._frame:
            return
        direction = 1 if target > self._frame else -1
        self._frame = target
        self.moved.emit(target, direction)

    def step(self, frames: int) -> None:
        self.stop()
        self.go_to(self._frame + frames)

    def toggle(self) -> None:
        """Play, or stop playing; from the end it starts again at in."""
        if self._timer.isActive():
            self.stop()
        elif self._clip is not None and self._clip.info.frames > 1:
            if self._frame >= self._clip.source_range.last:
                self.go_to(self._clip.source_range.start)
            self._started_at = self._frame
            self._elapsed.start()
            self._timer.start(max(1, int(500 / self._clip.info.rate)))
            self.playing_changed.emit(True)

    def stop(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self.playing_changed.emit(False)

    def _tick(self) -> None:
        if self._clip is None:
            return
        played = int(self._elapsed.elapsed() * self._clip.info.rate / 1000)
        last = self._clip.source_range.last
        self.go_to(min(self._started_at + played, max(last, self._started_at)))
        if self._frame >= last:
            self.stop()
