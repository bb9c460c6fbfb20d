"""When each frame of a clip is shown, in seconds: for playing. Exact times stay with the reader."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


class ClipTimes:
    """Seconds by frame, counted from the first frame's start.

    Args:
        edges: (frames + 1,) rising: the start of each frame, then the end of the last one.
    """

    def __init__(self, edges: NDArray[np.float64]) -> None:
        self._edges = edges - edges[0]

    @classmethod
    def even(cls, frames: int, rate: Fraction) -> "ClipTimes":
        """Frames of one length."""
        return cls(np.arange(frames + 1) / float(rate))

    @property
    def frames(self) -> int:
        return len(self._edges) - 1

    def start_of(self, frame: int) -> float:
        """When a frame begins; for `frames` the end of the clip."""
        return float(self._edges[frame])

    def frame_at(self, seconds: float, *, backwards: bool = False) -> int:
        """The frame shown then, or the nearest; going backwards a frame is entered at its end."""
        place = int(np.searchsorted(self._edges, seconds, side="left" if backwards else "right")) - 1
        return min(max(place, 0), self.frames - 1)
