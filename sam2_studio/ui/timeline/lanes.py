"""What a lane shows: one object's masks as arrays by frame, reduced to pixels. Pure numpy; knows no Qt.

A clip may have 100,000 frames and a project ten objects: changed masks are written into the arrays, and a repaint costs
one pass over the bytes of the frames in view.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.health import CHATTERING, chatter_of, in_words, worst_of_places
from sam2_studio.core.tracks import MaskRecord, MaskTrack, Origin
from sam2_studio.ui.language import tr
from sam2_studio.ui.timeline.scale import Scale
from sam2_studio.ui.words_below import shown_reasons

# Bits of a frame's state
FILLED = 1  # there is a mask, and the object is in the frame
STALE = 2
LOCKED = 4
DOUBTFUL = 8
PROMPTED = 16
PAINTED = 32
ABSENT = 64  # tracked, and the object isn't in the frame
ACCEPTED = 128  # it was doubtful, and the user finds it right

Pixels = NDArray[np.floating[Any]]

_GOOD = np.float32(1.0)
_SIGN_GAP = 14.0  # pixels


@dataclass(frozen=True, eq=False)
class LaneView:
    """All that a lane paints.

    Attributes:
        bits: (width,) uint8 by device pixel, every bit that holds for any frame under it.
        signs: Where signs stand, in pixels from left to right, by kind: PROMPTED, PAINTED, DOUBTFUL.
    """

    bits: NDArray[np.uint8]
    signs: dict[int, list[float]]


@dataclass(frozen=True, eq=False)
class Columns:
    """A lane reduced to what is drawn side by side.

    Attributes:
        edges: (n + 1,) pixels.
        bits: (n,) uint8, every bit that holds for any frame of the column.
        healths: (n,) float32, the lowest of the column.
        chatters: (n,) float32, the highest of the column.
    """

    edges: Pixels
    bits: NDArray[np.uint8]
    healths: NDArray[np.float32]
    chatters: NDArray[np.float32]

    @property
    def middles(self) -> Pixels:
        return (self.edges[:-1] + self.edges[1:]) / 2


class LaneStates:
    """One object's state by frame.

    Attributes:
        bits: (frames,) uint8, the bits above.
        healths: (frames,) float32, 1 where there is no mask or the user had the last word.
        chatters: (frames,) float32, pixels that the outline moves against the picture, by `core.health.chatter_of`.
        reasons: Of doubtful frames, as codes of `core.health`.
        revision: Rises with every change: a view made at another revision is old.
    """

    def __init__(self, frames: int) -> None:
        self.bits: NDArray[np.uint8] = np.zeros(frames, np.uint8)
        self.healths: NDArray[np.float32] = np.full(frames, _GOOD)
        self.chatters: NDArray[np.float32] = np.zeros(frames, np.float32)
        self.reasons: dict[int, str] = {}
        self.revision = 0

    @classmethod
    def of_track(cls, track: MaskTrack, frames: int) -> "LaneStates":
        states = cls(frames)
        states.update(track, track)
        return states

    def __len__(self) -> int:
        return len(self.bits)

    def update(self, track: MaskTrack, frames: Iterable[int]) -> None:
        """Take over the records of these frames; frames beyond the clip are passed over."""
        inside = [frame for frame in frames if 0 <= frame < len(self.bits)]
        records = [track.get(frame) for frame in inside]
        self.bits[inside] = [0 if record is None else _bits(record) for record in records]
        self.healths[inside] = [_GOOD if record is None else record.shown_health for record in records]
        self.chatters[inside] = [0 if record is None else chatter_of(record.reasons) for record in records]
        self.revision += 1
        for frame, record in zip(inside, records, strict=True):
            self.reasons.pop(frame, None)
            if record is not None and record.reasons and record.doubtful:
                self.reasons[frame] = record.reasons
        self.__dict__.pop("_doubts", None)

    @property
    def has_masks(self) -> bool:
        return bool(self.bits.any())

    @property
    def stale_count(self) -> int:
        return int(np.count_nonzero(self.bits & STALE))

    def missing_count(self, start: int, stop: int) -> int:
        """Frames of [start, stop) that were never masked or tracked."""
        return int(np.count_nonzero(self.bits[start:stop] == 0))

    def keyframes(self) -> NDArray[np.intp]:
        """Frames that the user prompted, painted or locked, in rising order."""
        return np.flatnonzero(self.bits & (PROMPTED | PAINTED | LOCKED))

    def doubtful_places(self) -> tuple[int, ...]:
        """The worst frame of each run of doubtful frames: what a person has to look at."""
        return tuple(self._doubts.tolist())

    @cached_property
    def _doubts(self) -> NDArray[np.intp]:
        frames = np.flatnonzero(self.bits & DOUBTFUL)
        return worst_of_places(frames, self.healths[frames])

    def columns(self, scale: Scale) -> "Columns":
        """The frames in view, or, where they are narrower than a pixel, one column a pixel: any bit, lowest health."""
        start, stop = scale.visible()
        if scale.per_frame >= 1:
            edges = (np.arange(start, stop + 1, dtype=np.float64) - scale.first) * scale.per_frame
            return Columns(edges, self.bits[start:stop], self.healths[start:stop], self.chatters[start:stop])
        # reduceat reduces from each start to the next one, and from the last one to the end: the view's, not the clip's
        starts = np.minimum(scale.column_starts(), stop - 1)
        edges = np.arange(len(starts) + 1, dtype=np.float64)
        bits = np.bitwise_or.reduceat(self.bits[:stop], starts)
        healths = np.minimum.reduceat(self.healths[:stop], starts)
        return Columns(edges, bits, healths, np.maximum.reduceat(self.chatters[:stop], starts))

    def view(self, scale: Scale, ratio: float = 1.0) -> LaneView:
        """What to paint on a screen of `ratio` device pixels a pixel: no more than it can show."""
        columns = self.columns(scale)
        bits, middles = columns.bits, columns.middles
        start, stop = scale.visible()
        doubts = self._doubts[np.searchsorted(self._doubts, start) : np.searchsorted(self._doubts, stop)]
        places = {
            PROMPTED: middles[(bits & PROMPTED) != 0],
            PAINTED: middles[(bits & PAINTED) != 0],
            DOUBTFUL: (doubts + 0.5 - scale.first) * scale.per_frame,
        }
        signs = {kind: _thinned(positions, scale.width) for kind, positions in places.items()}
        return LaneView(self._pixels(replace(scale, width=scale.width * ratio)), signs)

    def _pixels(self, scale: Scale) -> NDArray[np.uint8]:
        """The bits of each pixel of the view."""
        if scale.per_frame < 1:
            return self.columns(scale).bits
        middles = np.arange(int(scale.width)) + 0.5
        return self.bits[np.minimum((scale.first + middles / scale.per_frame).astype(np.intp), len(self.bits) - 1)]


def describe(states: LaneStates, frame: int, number_of: Callable[[int], int]) -> str:
    """What is known of a frame, and why it is doubtful, in a sentence or two; `number_of` gives a frame's number."""
    bits, number = int(states.bits[frame]), number_of(frame)
    reasons = shown_reasons(in_words(states.reasons.get(frame, ""), frame, number_of))
    if not bits:
        return tr("Frame {number}: no mask yet.", number=number)
    known = (
        tr("the object was not found here")
        if bits & ABSENT
        else tr("health {number}", number=f"{float(states.healths[frame]):.2f}")
    )
    parts = [tr("Frame {number}: {known}.", number=number, known=", ".join(filter(None, (known, reasons))))]
    if bits & DOUBTFUL:
        parts.append(tr("Correct it by a click, or accept it if it is right."))
    chatter = float(states.chatters[frame])
    if chatter >= CHATTERING and not bits & DOUBTFUL:
        parts.append(tr("The outline moves {number} px against the picture.", number=f"{chatter:.1f}"))
    if bits & STALE:
        parts.append(tr("Prompts changed since it was tracked."))
    if bits & LOCKED:
        parts.append(tr("Locked."))
    if bits & ACCEPTED:
        parts.append(tr("Accepted by you."))
    return " ".join(parts)


def _bits(record: MaskRecord) -> int:
    bits = ABSENT if record.absent else FILLED
    bits |= STALE if record.stale else 0
    bits |= LOCKED if record.locked else 0
    bits |= DOUBTFUL if record.doubtful else 0
    bits |= ACCEPTED if record.accepted and not record.is_key else 0
    bits |= PAINTED if record.is_painted else 0
    return bits | (PROMPTED if record.origin is Origin.PROMPTED else 0)


def _thinned(positions: Pixels, width: float) -> list[float]:
    """The rising positions in view, without those whose sign would run into the one before."""
    inside = positions[(positions >= 0) & (positions <= width)]
    first_of_cell = np.unique(np.floor(inside / _SIGN_GAP), return_index=True)[1]
    last, kept = -np.inf, []
    for x in inside[first_of_cell].tolist():
        if x - last >= _SIGN_GAP:
            kept.append(x)
            last = x
    return kept
