"""Where the playhead is: stepping, playing at the clip's own times, staying inside the clip. Knows no widget."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from sam2_studio.core.clip import Clip
from sam2_studio.core.clip_times import ClipTimes

FASTEST = 8
_TICK = 8  # ms; which frame is due says the clock, not the count of ticks


class Playhead(QObject):
    """The current frame. Playing drops frames rather than running late.

    Signals:
        moved: The new frame number, and +1 or -1 for the direction it moved in.
        speed_changed: How many times as fast as the clip it plays now: negative backwards, 0 where it stands.
    """

    moved = Signal(int, int)
    speed_changed = Signal(int)

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(parent)
        self._clip: Clip | None = None
        self._times: ClipTimes | None = None
        self._frame = 0
        self._speed = 0
        self._loops = False
        self._clock = clock
        self._started_at = 0.0  # on the clock
        self._started_from = 0.0  # in the clip, seconds
        self._timer = QTimer(self, interval=_TICK, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def frame(self) -> int:
        return self._frame

    @property
    def speed(self) -> int:
        """As `speed_changed` tells it."""
        return self._speed

    @property
    def is_playing(self) -> bool:
        return self._speed != 0

    def set_clip(self, clip: Clip | None) -> None:
        """Another clip, or other in and out; the playhead stays where it can."""
        same = clip is not None and self._clip is not None and clip.info == self._clip.info
        self._clip = clip
        if not same:
            self.stop()
            self._times = None if clip is None else ClipTimes.even(clip.info.frames, clip.info.rate)
        self._frame = 0 if clip is None else min(self._frame, clip.info.frames - 1)

    def set_times(self, times: ClipTimes) -> None:
        """The clip's own times, where its rate varies."""
        if self._clip is not None and times.frames == self._clip.info.frames:
            self._times = times
            if self._speed:
                self._start(self._speed, self._edge_of(self._frame, self._speed))

    def set_loop(self, loops: bool) -> None:
        """Whether playing goes on from in when it comes to out, and the reverse."""
        self._loops = loops

    def go_to(self, frame: int) -> None:
        """Move to a frame, or the nearest there is; playing goes on from there, inside in and out."""
        if self._clip is None:
            return
        self._move(min(max(frame, 0), self._clip.info.frames - 1))
        within = self._clip.source_range
        beyond = self._frame > within.last if self._speed > 0 else self._frame < within.start
        if beyond:
            self.stop()
        elif self._speed:
            self._start(self._speed, self._edge_of(self._frame, self._speed))

    def step(self, frames: int) -> None:
        self.stop()
        self.go_to(self._frame + frames)

    def toggle(self) -> None:
        """Play forwards, or stop playing."""
        if self._speed:
            self.stop()
        else:
            self.play_forwards()

    def play_forwards(self) -> None:
        """Play; twice as fast each time it is asked for again, up to `FASTEST`. From the out point it begins at in."""
        self._play(1)

    def play_backwards(self) -> None:
        """Play backwards, as `play_forwards` does forwards."""
        self._play(-1)

    def stop(self) -> None:
        if self._speed:
            self._timer.stop()
            self._speed = 0
            self.speed_changed.emit(0)

    def _play(self, way: int) -> None:
        if self._clip is None or self._times is None or self._clip.info.frames < 2:
            return
        if self._speed * way > 0:
            self._start(way * min(2 * abs(self._speed), FASTEST), self._position())
            return
        within = self._clip.source_range
        if way > 0 and self._frame >= within.last:
            self._move(within.start)
        elif way < 0 and self._frame <= within.start:
            self._move(within.last)
        self._start(way, self._edge_of(self._frame, way))

    def _start(self, speed: int, seconds: float) -> None:
        """Go on at this speed from this time of the clip."""
        self._started_at, self._started_from = self._clock(), seconds
        if speed != self._speed:
            self._speed = speed
            self._timer.start()
            self.speed_changed.emit(speed)

    def _position(self) -> float:
        """Seconds of the clip that the clock has come to."""
        return self._started_from + self._speed * (self._clock() - self._started_at)

    def _edge_of(self, frame: int, way: int) -> float:
        """Where a frame is entered: its start, or going backwards its end."""
        assert self._times is not None
        return self._times.start_of(frame if way > 0 else frame + 1)

    def _tick(self) -> None:
        if self._clip is None or self._times is None:
            return
        within, way = self._clip.source_range, 1 if self._speed > 0 else -1
        start, end = self._times.start_of(within.start), self._times.start_of(within.stop)
        position = self._position()
        is_over = position >= end if way > 0 else position <= start
        if is_over and self._loops:
            round_trip = (position - start) % (end - start)
            position = start + round_trip if way > 0 or round_trip else end
            self._start(self._speed, position)
            is_over = False
        if not is_over:
            self._move(self._times.frame_at(position, backwards=way < 0))
        else:
            self._move(within.last if way > 0 else within.start)
            self.stop()

    def _move(self, target: int) -> None:
        if target != self._frame:
            direction = 1 if target > self._frame else -1
            self._frame = target
            self.moved.emit(target, direction)
