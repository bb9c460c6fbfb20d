"""Where two runs into one gap, from its two sides, are joined, so that the outline doesn't jump. Knows no network.

The run forwards comes first and its masks are shown as they come. The run backwards then goes through the same frames:
on each the two masks are compared, and the frame where they agree best, weighted by their scores, is where the final
masks go over from one run to the other. What the backward run does better is handed out at once, so that a run that is
stopped leaves masks that meet well. Held masks are packed: some kilobytes a frame, for the frames that both runs track.
"""

from dataclasses import replace
from math import sqrt

from sam2_studio.core.frames import FrameRange
from sam2_studio.core.health import Health, Reason, Symptom
from sam2_studio.engine.packed import PackedResult
from sam2_studio.engine.requests import Arrival, FrameResult

AT_THE_END = 0.85  # weight of an agreement at an end of the overlap, to that in its middle
AGREE, DISAGREE = 0.8, 0.2  # overlap of the two masks at the join: of no concern, and as bad as can be


class Join:
    """The join of one gap of one object.

    Args:
        overlap: The frames that both runs track.
    """

    def __init__(self, overlap: FrameRange) -> None:
        self.overlap = overlap
        self._forward: dict[int, PackedResult] = {}
        self._backward: dict[int, PackedResult] = {}
        self._best = -1.0
        self._seam: tuple[FrameResult, float] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of all masks held."""
        return sum(len(held.bits) for held in (*self._forward.values(), *self._backward.values()))

    def hold(self, result: FrameResult) -> FrameResult:
        """Keep what the run forwards made of a frame; the same, as something that may still be replaced."""
        self._forward[result.frame] = PackedResult.of(result)
        return replace(result, arrival=Arrival.EARLY)

    def meet(self, result: FrameResult) -> list[FrameResult]:
        """Take what the run backwards, from the last frame of the overlap on, made of a frame.

        Returns:
            What holds on that frame now, and what takes the place of the forward run's results on frames after it.
        """
        forward = self._forward.pop(result.frame).result
        overlap = forward.mask.iou(result.mask)
        agreement = self._weight(result.frame) * overlap * sqrt(forward.score * result.score)
        came = [replace(forward, arrival=Arrival.SAME)]
        if agreement >= self._best:
            self._best, self._seam = agreement, (forward, overlap)
            came += [replace(held.result, arrival=Arrival.BETTER) for _, held in sorted(self._backward.items())[::-1]]
            self._backward.clear()
        self._backward[result.frame] = PackedResult.of(result)
        return came + self._warning() if result.frame == self.overlap.start else came

    def _warning(self) -> list[FrameResult]:
        """The last frame of the forward run once more, with a worse health, where the two runs don't agree on it."""
        if self._seam is None:
            return []
        result, overlap = self._seam
        value = min(1.0, max(0.0, (overlap - DISAGREE) / (AGREE - DISAGREE)))
        health = Health(value, (Reason(Symptom.SIDES, round(100 * overlap)),))
        if not health.is_doubtful or health.value >= result.health.value:
            return []
        return [replace(result, health=health, arrival=Arrival.BETTER)]

    def _weight(self, frame: int) -> float:
        """Less at the ends of the overlap: each run is at its best where it has come from."""
        middle = (self.overlap.start + self.overlap.last) / 2
        half = max(1.0, (self.overlap.last - self.overlap.start) / 2)
        return 1 - (1 - AT_THE_END) * (abs(frame - middle) / half) ** 2
