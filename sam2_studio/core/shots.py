"""The shots of a clip, by the cuts between them. Pure numbers."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from sam2_studio.core.frames import FrameRange


class Shots:
    """Which frames belong together.

    Args:
        cuts: Frames with which a shot begins, in any order; without any the whole clip is one shot.
    """

    def __init__(self, cuts: Iterable[int] = ()) -> None:
        self.cuts = tuple(sorted(set(cuts)))

    def parted(self, a: int, b: int) -> bool:
        """Whether a cut lies between two frames."""
        return bisect_right(self.cuts, a) != bisect_right(self.cuts, b)

    def of(self, frame: int, within: FrameRange) -> FrameRange:
        """The part of the frame's shot that lies in `within`; it may be empty."""
        place = bisect_right(self.cuts, frame)
        start = self.cuts[place - 1] if place else within.start
        stop = self.cuts[place] if place < len(self.cuts) else within.stop
        return FrameRange(max(start, within.start), min(stop, within.stop))

    def split(self, frames: Sequence[int]) -> list[Sequence[int]]:
        """Rising frames, those of one shot together; shots without any are left out."""
        edges = [0, *(bisect_left(frames, cut) for cut in self.cuts), len(frames)]
        parts = (frames[a:b] for a, b in pairwise(edges))
        return [part for part in parts if len(part)]
