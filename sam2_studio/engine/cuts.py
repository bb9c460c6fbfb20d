"""Finds the cuts of a clip: frames with which another shot begins. Looks at tiny copies of the frames, without network.

Two neighbours are compared by structure, after the shift that fits them best, so that a pan is no cut, and by colour. A
cut stands out against the frames round it; one after which the old picture comes back within a few frames is a flash.
Dissolves and shots of fewer than `LONGEST_FLASH` + 1 frames aren't found.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.frame_source import FrameSource

WIDTH, HEIGHT = 64, 36
LONGEST_FLASH = 4  # frames
_LEAST = 0.45  # of a cut's score
_STANDS_OUT = 0.3  # above twice the median of its neighbours
SURE_AFTER = 6  # frames that are seen after one before it is known whether that begins a shot
_ROUND = SURE_AFTER  # neighbours on each side
_FLAT = 9.0  # variance, in grey levels squared, below which structure is noise
_COLOR_WEIGHT = 3.0
_BINS = 32

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Looked:
    """How far a search is.

    Attributes:
        frames: That were looked at, from the first one.
        cuts: Found so far, in rising order.
    """

    frames: int
    cuts: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class _Look:
    """What is compared of a frame: (HEIGHT, WIDTH) luma, and (3, bins) cumulated histograms of its channels."""

    luma: Pixels
    colors: Pixels


class CutFinder:
    """Takes the frames of a clip one after the other; a cut is known a few frames after it was seen."""

    def __init__(self) -> None:
        self._next = 0
        self._looks: deque[_Look] = deque(maxlen=_ROUND + LONGEST_FLASH + 2)
        self._scores: deque[float] = deque([0.0], maxlen=2 * _ROUND + 1)

    def add(self, rgb: NDArray[np.uint8]) -> int | None:
        """Take the next frame, (H, W, 3); a cut that is sure now, or None."""
        look = _look(rgb)
        if self._looks:
            self._scores.append(_difference(self._looks[-1], look))
        self._looks.append(look)
        self._next += 1
        return self._judged(_ROUND)

    def rest(self) -> list[int]:
        """The cuts among the last frames, after which nothing more comes."""
        found = (self._judged(after) for after in range(_ROUND - 1, -1, -1))
        return [cut for cut in found if cut is not None]

    def _judged(self, after: int) -> int | None:
        """The frame with `after` more behind it, where it begins a shot."""
        place = len(self._scores) - 1 - after
        if place < 1:
            return None
        score = self._scores[place]
        around = [s for n, s in enumerate(self._scores) if n != place and abs(n - place) <= _ROUND]
        usual = float(np.median(around)) if around else 0.0
        if score < max(_LEAST, 2 * usual + _STANDS_OUT) or self._comes_back(after):
            return None
        return self._next - 1 - after

    def _comes_back(self, after: int) -> bool:
        """Whether some picture before is seen again soon after: then the light changed, not the shot."""
        looks = list(self._looks)
        first = len(looks) - 1 - after
        befores = looks[max(0, first - LONGEST_FLASH - 1) : first]
        afters = looks[first : first + LONGEST_FLASH + 1]
        return any(_difference(a, b) < _LEAST for a in befores for b in afters)


def find_cuts(source: FrameSource) -> Iterator[Looked]:
    """Read a source from start to end; the last item has all cuts.

    Args:
        source: Nobody else may use it between two steps.

    Raises:
        MediaError: a frame can't be read.
    """
    finder, cuts = CutFinder(), tuple[int, ...]()
    for number in range(source.info.frames):
        cut = finder.add(source.read(number).rgb8())
        cuts += () if cut is None else (cut,)
        if number + 1 < source.info.frames:
            yield Looked(number + 1, cuts)
    yield Looked(source.info.frames, (*cuts, *finder.rest()))


def _look(rgb: NDArray[np.uint8]) -> _Look:
    small = cv2.resize(rgb, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    channels = cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb)
    counts = np.stack([cv2.calcHist([channels], [c], None, [_BINS], [0, 256]).ravel() for c in range(3)])
    colors: Pixels = np.cumsum(counts / np.float32(WIDTH * HEIGHT), axis=1)
    return _Look(channels[..., 0].astype(np.float32), colors)


def _difference(a: _Look, b: _Look) -> float:
    """0 for the same picture, also moved; about 1 and more for two shots."""
    color = float(np.abs(a.colors - b.colors).mean())
    structure = 1.0 - max(_alike(a.luma, b.luma), _alike(*_overlap(a.luma, b.luma)))
    return min(1.0, structure) + _COLOR_WEIGHT * color


def _overlap(a: Pixels, b: Pixels) -> tuple[Pixels, Pixels]:
    """The parts of both that show the same, after the shift that fits them best."""
    (across, down), _ = cv2.phaseCorrelate(a.copy(), b.copy(), _WINDOW)  # it writes into what it is given
    dx, dy = round(across), round(down)
    if abs(dx) > WIDTH // 4 or abs(dy) > HEIGHT // 4:  # the little that is left is alike by chance
        return a, b
    return (
        a[max(0, -dy) : HEIGHT - max(0, dy), max(0, -dx) : WIDTH - max(0, dx)],
        b[max(0, dy) : HEIGHT - max(0, -dy), max(0, dx) : WIDTH - max(0, -dx)],
    )


def _alike(a: Pixels, b: Pixels) -> float:
    """Correlation, -1 to 1, that two flat pictures have in full."""
    a, b = a - a.mean(), b - b.mean()
    covariance = float((a * b).mean())
    spread = float(np.sqrt((a * a).mean() * (b * b).mean()))
    return (covariance + _FLAT) / (spread + _FLAT)


_WINDOW = cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F)
