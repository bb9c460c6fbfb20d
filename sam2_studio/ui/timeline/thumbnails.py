"""Which frames the row of thumbnails shows, and the few pictures that are kept for it."""

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

from PySide6.QtGui import QImage

from sam2_studio.ui.timeline.scale import Scale

_MOST_KEPT = 600  # about 10 MB at 48 pixels high


@dataclass(frozen=True)
class Slot:
    """A place for a thumbnail: its frame, and left and right in pixels."""

    frame: int
    left: float
    right: float


def slots(scale: Scale, picture_width: float) -> list[Slot]:
    """Places side by side over the view, each at least `picture_width` wide; scrolling doesn't change their frames."""
    step = max(1, ceil(picture_width / scale.per_frame - 1e-9))
    start, stop = scale.visible()
    frames = range(start - start % step, stop, step)
    return [Slot(min(f + step // 2, scale.frames - 1), scale.x_of(f), scale.x_of(f + step)) for f in frames]


class Thumbnails:
    """Pictures by frame; those not used for longest are dropped."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[int, QImage] = OrderedDict()

    def clear(self) -> None:
        self._pictures.clear()

    def put(self, frame: int, picture: QImage) -> None:
        self._pictures[frame] = picture
        self._pictures.move_to_end(frame)
        while len(self._pictures) > _MOST_KEPT:
            self._pictures.popitem(last=False)

    def missing(self, frames: list[int]) -> list[int]:
        return [frame for frame in frames if frame not in self._pictures]

    def nearest(self, frame: int, tolerance: int) -> QImage | None:
        """The picture of the frame, or, while it is awaited, of one at most `tolerance` away."""
        if frame in self._pictures:
            self._pictures.move_to_end(frame)
            return self._pictures[frame]
        near = min(self._pictures, key=lambda kept: abs(kept - frame), default=None)
        return self._pictures[near] if near is not None and abs(near - frame) <= tolerance else None
