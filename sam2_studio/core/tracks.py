"""One object's masks over the clip (the paper's masklet): where each came from, whether it still holds. No pixels."""

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from sam2_studio.core.health import CHATTERING, DOUBTFUL_HEALTH, chatter_of, worst_of_places


class Origin(StrEnum):
    """What made a mask."""

    PROMPTED = "prompted"
    TRACKED = "tracked"
    PAINTED = "painted"
    RETOUCHED = "retouched"  # painted for its frame alone: tracking doesn't start from it


@dataclass(frozen=True, kw_only=True)
class MaskRecord:
    """What the document keeps of one mask.

    Attributes:
        mask_id: The stored pixels.
        origin: What made it.
        score: The network's expected IoU, 0 to 1; 1 for painted masks.
        absent: The object isn't in this frame; the mask is empty.
        stale: A prompt that it depends on has changed since.
        locked: Never rewritten by anything but the user.
        recipe: Model, hash, settings and prompts that it was made from: the same recipe gives the same mask.
        area: Pixels inside.
        health: How trustworthy a tracked mask is, 0 to 1 (docs/health.md); 1 for what the user made.
        reasons: What took a doubtful health down, and the outline's chatter, as codes of `health.coded`.
        accepted: The user looked at it and finds it right.
    """

    mask_id: int
    origin: Origin
    score: float = 1.0
    absent: bool = False
    stale: bool = False
    locked: bool = False
    recipe: str = ""
    area: int = 0
    health: float = 1.0
    reasons: str = ""
    accepted: bool = False

    @property
    def is_key(self) -> bool:
        """Whether the user made or confirmed it: nothing else rewrites it."""
        return self.locked or self.origin is not Origin.TRACKED

    @property
    def is_painted(self) -> bool:
        return self.origin in (Origin.PAINTED, Origin.RETOUCHED)

    @property
    def is_settled(self) -> bool:
        """Whether its edge is as the user wants it: nothing smooths it in time."""
        return self.locked or self.is_painted

    @property
    def chatters(self) -> bool:
        """Whether its outline moves against the picture more than it should."""
        return chatter_of(self.reasons) >= CHATTERING

    @property
    def is_anchor(self) -> bool:
        """Whether tracking starts from it and a correction stops at it."""
        return self.locked or self.origin in (Origin.PROMPTED, Origin.PAINTED)

    @property
    def doubtful(self) -> bool:
        """Whether a person should look: a tracked mask of poor health that nobody has accepted."""
        return self.shown_health < DOUBTFUL_HEALTH

    @property
    def shown_health(self) -> float:
        """The health, or 1 where the user had the last word."""
        return 1.0 if self.is_key or self.accepted else self.health

    @property
    def model(self) -> str:
        """`name@sha256` of the model that made it; "" where none did."""
        return self.recipe.partition(" ")[0].partition("/")[0]

    def made_stale(self) -> "MaskRecord":
        return replace(self, stale=True)


class MaskTrack:
    """The records of one object by frame number, kept in order."""

    def __init__(self) -> None:
        self._records: dict[int, MaskRecord] = {}
        self._keys: list[int] = []
        self._order: list[int] | None = []  # frames in rising order; None where frames came or went since

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, frame: object) -> bool:
        return frame in self._records

    def __iter__(self) -> Iterator[int]:
        """Frame numbers in rising order."""
        return iter(tuple(self._sorted()))

    def get(self, frame: int) -> MaskRecord | None:
        return self._records.get(frame)

    def put(self, frame: int, record: MaskRecord | None) -> None:
        """Set the record of a frame, or remove it with None. For `Project` alone."""
        self._forget_key(frame)
        if (record is not None) != (frame in self._records):
            self._order = None
        if record is None:
            self._records.pop(frame, None)
            return
        self._records[frame] = record
        if record.is_key:
            bisect.insort(self._keys, frame)

    @property
    def keyframes(self) -> tuple[int, ...]:
        """Frames that the user prompted, painted or locked, in rising order."""
        return tuple(self._keys)

    def span_between_keys(self, frame: int) -> tuple[int | None, int | None]:
        """The nearest keyframes before and after `frame`, not `frame` itself; None where there is none."""
        left = bisect.bisect_left(self._keys, frame)
        right = bisect.bisect_right(self._keys, frame)
        return (
            self._keys[left - 1] if left else None,
            self._keys[right] if right < len(self._keys) else None,
        )

    def frames_between(self, first: int | None, last: int | None) -> tuple[int, ...]:
        """Frames with a mask that lie after `first` and before `last` (None: no bound), in rising order."""
        order = self._sorted()
        start = 0 if first is None else bisect.bisect_right(order, first)
        stop = len(order) if last is None else bisect.bisect_left(order, last)
        return tuple(order[start:stop])

    def frames_where(self, *, stale: bool = False, absent: bool = False, doubtful: bool = False) -> tuple[int, ...]:
        """Frames of which any of the asked holds, in rising order."""
        return tuple(
            sorted(
                frame
                for frame, record in self._records.items()
                if (stale and record.stale) or (absent and record.absent) or (doubtful and record.doubtful)
            )
        )

    def doubtful_places(self) -> tuple[int, ...]:
        """The worst frame of each place that needs a look, rising."""
        frames = self.frames_where(doubtful=True)
        healths = [self._records[frame].health for frame in frames]
        return tuple(worst_of_places(np.asarray(frames, np.intp), np.asarray(healths, np.float32)).tolist())

    def doubtful_place_at(self, frame: int) -> tuple[int, ...]:
        """The run of neighbouring doubtful frames in which `frame` lies; empty where it isn't doubtful."""
        first = last = frame
        while self._is_doubtful(first - 1):
            first -= 1
        while self._is_doubtful(last + 1):
            last += 1
        return tuple(range(first, last + 1)) if self._is_doubtful(frame) else ()

    def _is_doubtful(self, frame: int) -> bool:
        record = self._records.get(frame)
        return record is not None and record.doubtful

    def _sorted(self) -> list[int]:
        if self._order is None:
            self._order = sorted(self._records)
        return self._order

    def _forget_key(self, frame: int) -> None:
        place = bisect.bisect_left(self._keys, frame)
        if place < len(self._keys) and self._keys[place] == frame:
            del self._keys[place]
