"""Which frames of a range are tracked, in which order, from which side. Pure numbers; knows no network.

FORWARD tracks from the first conditioning frame, or from the start of the range if that comes later, to the end of the
range. BACKWARD is its mirror image. BOTH tracks every frame from the side of the nearest conditioning frame (the one
before it, if two are as near): first all that go forwards, then all that go backwards. So a corrected frame is tracked
into from both sides, and no frame is further from a correction than half the gap. Where all conditioning frames lie
beyond the end to which a direction goes, it starts at its other end.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sam2_studio.core.frames import FrameRange
from sam2_studio.engine.requests import Direction


@dataclass(frozen=True)
class Pass:
    """One sweep over the range: `step` is 1 forwards, -1 backwards."""

    span: FrameRange
    step: int
    both: bool

    def __iter__(self) -> Iterator[int]:
        numbers = range(self.span.start, self.span.stop)
        return iter(numbers if self.step > 0 else reversed(numbers))

    def takes(self, frame: int, conditioning: Sequence[int]) -> bool:
        """Whether an object with these conditioning frames (rising, at least one) is tracked here in this pass."""
        if self.both:
            return (self.step > 0) == _is_forward(frame, conditioning)
        if self.step > 0:
            return frame >= conditioning[0] or conditioning[0] >= self.span.stop
        return frame <= conditioning[-1] or conditioning[-1] < self.span.start


def passes(span: FrameRange, direction: Direction) -> tuple[Pass, ...]:
    """The sweeps of a run, in order."""
    steps = {Direction.FORWARD: (1,), Direction.BACKWARD: (-1,), Direction.BOTH: (1, -1)}[direction]
    return tuple(Pass(span, step, direction is Direction.BOTH) for step in steps)


def _is_forward(frame: int, conditioning: Sequence[int]) -> bool:
    """Whether the nearest conditioning frame is at or before `frame`."""
    before, after = bisect_right(conditioning, frame), bisect_left(conditioning, frame)
    if not before:
        return False
    return after == len(conditioning) or frame - conditioning[before - 1] <= conditioning[after] - frame
