"""Where a frame lies on the timeline: frames to pixels and back, zoom, ticks. Pure; knows no Qt."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

WIDEST_FRAME = 48.0  # pixels: closer than this nothing more is seen
_STEPS = (1, 2, 5)
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


@dataclass(frozen=True)
class Tick:
    """A line of the ruler.

    Attributes:
        x: Pixels, the middle of the frame's cell.
        frame: Which frame it is.
        labelled: Whether there is room to say so.
    """

    x: float
    frame: int
    labelled: bool


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A view of `frames` frames, `width` pixels wide. Frame n covers [x_of(n), x_of(n + 1)).

    Attributes:
        frames: Of the clip, at least 1.
        width: Pixels to draw in, at least 1.
        zoom: 1 shows the whole clip; n shows an n-th of it.
        first: Frame at the left border, with fractions.
    """

    frames: int
    width: float
    zoom: float = 1.0
    first: float = 0.0

    @property
    def per_frame(self) -> float:
        """Pixels of one frame."""
        return self.zoom * self.width / self.frames

    @property
    def shown(self) -> float:
        """Number of frames in view."""
        return self.frames / self.zoom

    @property
    def most_zoom(self) -> float:
        return max(1.0, WIDEST_FRAME * self.frames / self.width)

    def x_of(self, frame: float) -> float:
        """Left border of the frame's cell."""
        return (frame - self.first) * self.per_frame

    def centre_of(self, frame: float) -> float:
        return self.x_of(frame + 0.5)

    def frame_at(self, x: float) -> int:
        """The frame under `x`, or the nearest of the clip."""
        return min(max(int(np.floor(self.first + x / self.per_frame)), 0), self.frames - 1)

    def zoomed(self, factor: float, x: float) -> "Scale":
        """Zoom by `factor`; what is under `x` stays there as far as the clip's ends allow."""
        zoom = min(max(self.zoom * factor, 1.0), self.most_zoom)
        under = self.first + x / self.per_frame
        return replace(self, zoom=zoom, first=under - x * self.frames / (zoom * self.width)).inside()

    def scrolled_to(self, first: float) -> "Scale":
        return replace(self, first=first).inside()

    def showing(self, frame: int) -> "Scale":
        """The same zoom, moved just far enough, with some room ahead, that the frame is in view."""
        if self.first <= frame and frame + 1 <= self.first + self.shown:
            return self
        room = self.shown * 0.1
        first = frame - room if frame < self.first else frame + 1 + room - self.shown
        return self.scrolled_to(first)

    def spanning(self, start: int, stop: int) -> "Scale":
        """The view of the frames from `start` up to, not including, `stop`."""
        return replace(self, zoom=self.frames / max(1, stop - start), first=float(start)).inside()

    def resized(self, width: float) -> "Scale":
        return replace(self, width=max(1.0, width)).inside()

    def inside(self) -> "Scale":
        """The nearest view that shows nothing beyond the clip's ends."""
        zoom = min(max(self.zoom, 1.0), self.most_zoom)
        most = self.frames - self.frames / zoom
        return replace(self, zoom=zoom, first=min(max(self.first, 0.0), max(0.0, most)))

    def visible(self) -> tuple[int, int]:
        """First frame in view, and the one after the last."""
        stop = int(np.ceil(self.first + self.shown - 1e-9))
        return max(0, int(np.floor(self.first))), min(self.frames, max(stop, 1))

    def column_starts(self) -> NDArray[np.intp]:
        """The first frame of each pixel column, (width,), rising; for views with more frames than pixels."""
        columns = np.arange(int(self.width), dtype=np.float64)
        starts = np.floor(self.first + columns / self.per_frame).astype(np.intp)
        return np.minimum(starts, self.frames - 1)

    def ticks(self, first: int, label_width: float, step_of: Callable[[float], int]) -> Iterator[Tick]:
        """Lines of the ruler from left to right: labelled ones at least `label_width` apart, and lines between.

        The clip's first frame always has its label, also where its count isn't round.

        Args:
            first: What frame 0 counts as.
            label_width: Pixels.
            step_of: The round count that isn't below a number of frames.
        """
        major = step_of(label_width / self.per_frame)
        minor = major // 5 if major % 5 == 0 and major // 5 * self.per_frame >= 6 else major
        start, stop = self.visible()
        if start == 0:
            yield Tick(self.centre_of(0), 0, True)
        round_start = -(-(start + first) // minor) * minor
        for count in range(round_start, stop + first, minor):
            frame = count - first
            if frame > 0:
                labelled = count % major == 0 and (start > 0 or frame * self.per_frame >= label_width)
                yield Tick(self.centre_of(frame), frame, labelled)


def round_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, 100... that isn't below `least`."""
    decade = 1
    while True:
        for step in _STEPS:
            if step * decade >= least:
                return step * decade
        decade *= 10


def time_step(least: float, base: int) -> int:
    """The same for timecode of `base` frames a second: parts of a second, then round seconds, minutes and hours."""
    if least <= base:
        return next(step for step in range(max(1, ceil(least)), base + 1) if base % step == 0)
    seconds = next((step for step in _SECONDS if step * base >= least), None)
    return base * (seconds or 3600 * round_step(least / base / 3600))
