"""Stand-ins that several tests share: they hold no logic of the package."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from sam2_studio.core.clip import ClipInfo
from sam2_studio.core.frames import Frame, Timestamp, checked_frame


class ArraySource:
    """A FrameSource over arrays: (H, W, 3), uint8 or uint16, shown at `pts` ticks of `time_base`."""

    def __init__(
        self,
        frames: Sequence[NDArray[np.uint8] | NDArray[np.uint16]],
        info: ClipInfo,
        *,
        pts: Sequence[int] | None = None,
        time_base: Fraction | None = None,
        alpha: NDArray[np.uint8] | NDArray[np.uint16] | None = None,
    ) -> None:
        self.info = info
        self._frames, self._alpha = frames, alpha
        self._pts = range(len(frames)) if pts is None else pts
        self._base = time_base or 1 / info.rate

    def timestamp(self, number: int) -> Timestamp:
        return Timestamp(self._pts[checked_frame(number, len(self._frames))], self._base)

    def read(self, number: int) -> Frame:
        stamp = self.timestamp(number)
        return Frame(number, self._frames[number], stamp, self._alpha)

    def close(self) -> None:
        """Holds nothing."""
