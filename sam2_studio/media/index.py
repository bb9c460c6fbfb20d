"""Where every frame of a video lies: number, time and keyframe, from a scan of all packets; headers are never trusted.

A packet scan suffices where one packet gives one frame and every packet has a time of its own. Where that isn't sure
(packed or hidden frames, missing or doubled times, damage, a start without keyframe) the whole file is decoded once, so
that the count always agrees with a full decode.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sam2_studio.errors import MediaError
from sam2_studio.media.container import PIXEL_LIMIT
from sam2_studio.media.rate import exact_rate, plausible_rate
from sam2_studio.media.scan import Scan, decoded_times, order_holds, scan_file, tail_decodes

Ticks = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class FrameIndex:
    """Times and keyframes of a video, in the order of display.

    Attributes:
        pts: (N,) presentation times in ticks, strictly rising.
        own_pts: (N,) the times that the decoder gives the frames, unique but in any order; None where they can't tell
            the frames apart, so that only their place in a decode from the start can.
        last_duration: Ticks that the last frame is shown.
        key_numbers: (K,) the frames that decoding can start at, rising; 0 for one that is hidden before frame 0.
        key_dts: (K,) the decode times to seek to for them.
        key_sizes: (K,) bytes of their packets, by which a seek is checked.
        time_base: Seconds a tick.
        rate: Frames a second, exact; the median where it varies.
        damaged: Some packets can't be read or decoded.
        warnings: One sentence each, for the user.
    """

    pts: Ticks = field(repr=False)
    own_pts: Ticks | None = field(repr=False)
    last_duration: int
    key_numbers: Ticks = field(repr=False)
    key_dts: Ticks = field(repr=False)
    key_sizes: Ticks = field(repr=False)
    time_base: Fraction
    rate: Fraction
    variable_rate: bool
    damaged: bool = False
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pts)

    @property
    def duration(self) -> float:
        """Seconds from the first frame's start to the last one's end."""
        return float((int(self.pts[-1]) - int(self.pts[0]) + self.last_duration) * self.time_base)

    @property
    def keyframe_gap(self) -> int:
        """Most frames from one keyframe to the next, or to the end."""
        return int(np.diff(np.unique([0, *self.key_numbers, len(self)])).max())

    @property
    def in_order(self) -> bool:
        """Whether the decoder's times are those of display, so that one frame's time says what comes before it."""
        return self.own_pts is self.pts

    def key_before(self, number: int) -> int:
        """Place in `key_numbers` of a keyframe from which frame `number` can be decoded; -1 for the file's start."""
        place = int(np.searchsorted(self.key_numbers, number, side="right")) - 1
        return place if self.in_order else max(-1, place - 1)

    def number_of(self, own_pts: int | None) -> int | None:
        """The frame whose own time is `own_pts`, or None."""
        if own_pts is None:
            return None
        ordered, numbers = self._lookup
        place = int(np.searchsorted(ordered, own_pts))
        return int(numbers[place]) if place < len(ordered) and ordered[place] == own_pts else None

    def is_key_of(self, own_pts: int, size: int) -> bool:
        """Whether a packet of this time and size is one of the keyframes known; a seek that lied brings others."""
        number = self.number_of(own_pts)
        if number is None:
            return True  # hidden by an edit list: nothing is known of it, and nothing is shown of it
        place = int(np.searchsorted(self.key_numbers, number, side="right")) - 1
        return place >= 0 and int(self.key_numbers[place]) == number and int(self.key_sizes[place]) == size

    @cached_property
    def _lookup(self) -> tuple[Ticks, Ticks]:
        own = np.empty(0, np.int64) if self.own_pts is None else self.own_pts
        numbers = np.argsort(own, kind="stable")
        return own[numbers], numbers


def build_index(path: Path, pixel_limit: int = PIXEL_LIMIT) -> FrameIndex:
    """Scan a video file.

    Raises:
        MediaError: it can't be opened or no frame in it can be decoded.
    """
    scan = scan_file(path, pixel_limit)
    if scan.tells_all and order_holds(path, scan, pixel_limit) and tail_decodes(path, scan, pixel_limit):
        pts = np.sort(np.array(scan.shown, np.int64))
        return _index(scan, pts, pts, [])
    times = decoded_times(path, pixel_limit)
    if not times:
        raise MediaError(f"There is no decodable video in {path.name}: no frame in it can be read.", "Copy it again.")
    return _index(scan, *_mended(times, _frame_ticks(scan)), damaged=len(times) < len(scan.shown) or bool(scan.faults))


def _index(scan: Scan, pts: Ticks, own_pts: Ticks | None, warnings: list[str], damaged: bool = False) -> FrameIndex:
    rate, variable = exact_rate(pts, scan.time_base, scan.hints)
    last = _last_duration(scan, int(pts[-1]), rate)
    key_numbers, key_dts, key_sizes = _keyframes(scan, own_pts)
    return FrameIndex(
        pts=pts,
        own_pts=own_pts,
        last_duration=last,
        key_numbers=key_numbers,
        key_dts=key_dts,
        key_sizes=key_sizes,
        time_base=scan.time_base,
        rate=rate,
        variable_rate=variable,
        damaged=damaged,
        warnings=(*_damage(scan, len(pts), float((int(pts[-1]) + last) * scan.time_base), rate), *warnings),
    )


def _frame_ticks(scan: Scan) -> int:
    known = np.unique(np.array([p for p in scan.pts if p is not None], np.int64))
    if len(known) > 2:
        return max(1, int(np.median(np.diff(known))))
    return max(1, round(1 / (plausible_rate(scan.hints) * scan.time_base)))


def _mended(times: list[int | None], step: int) -> tuple[Ticks, Ticks | None, list[str]]:
    """Strictly rising times, the decoder's own where they tell frames apart, and what to tell the user."""
    own = [time for time in times if time is not None]
    if len(own) == len(times) and len(set(own)) == len(own):
        as_decoded = np.array(own, np.int64)
        rising = np.sort(as_decoded)
        return (rising, rising, []) if np.array_equal(rising, as_decoded) else (rising, as_decoded, [])
    mended: list[int] = []
    faults = 0
    for place, time in enumerate(times):
        if time is not None and (not mended or time > mended[-1]):
            mended.append(time)
            continue
        faults += 1
        before = mended[-1] if mended else -step
        after = next((t for t in times[place + 1 : place + 5] if t is not None and t > before + 1), None)
        mended.append(before + (step if after is None or after > before + step else (after - before) // 2))
    text = (
        "The file holds no frame times; its frames are spaced evenly."
        if faults == len(times)
        else f"{faults} of {len(times)} frames had a missing, repeated or falling time, which was mended."
    )
    return np.array(mended, np.int64), None, [text]


def _keyframes(scan: Scan, own_pts: Ticks | None) -> tuple[Ticks, Ticks, Ticks]:
    found = sorted(
        (pts, min(pts, dts) if dts is not None else pts, size)
        for pts, dts, size, key in zip(scan.pts, scan.dts, scan.sizes, scan.keys, strict=True)
        if key and pts is not None and own_pts is not None
    )
    keys = np.array(found, np.int64).reshape(-1, 3)
    order = np.argsort(own_pts) if own_pts is not None else np.empty(0, np.int64)
    places = np.searchsorted(own_pts[order], keys[:, 0]) if own_pts is not None else np.empty(0, np.int64)
    inside = places < len(order)
    return order[places[inside]], keys[inside, 1], keys[inside, 2]


def _last_duration(scan: Scan, last_pts: int, rate: Fraction) -> int:
    named = next((d for p, d in zip(scan.pts, scan.durations, strict=True) if p == last_pts), 0)
    return named if named > 0 else max(1, round(1 / (rate * scan.time_base)))


def _damage(scan: Scan, found: int, end: float, rate: Fraction) -> list[str]:
    """What is missing; a header alone is believed only where it must be right or the file is surely cut."""
    missing = 0
    if scan.named_frames and (scan.faults or scan.corrupt or not scan.container.startswith("mov")):
        missing = scan.named_frames - found - sum(scan.discards)
    elif scan.named_end:
        missing = round((scan.named_end - end) * rate)
    if missing > found // 100:
        return [f"The file is cut short: {found} of about {found + missing} frames are there, {missing} are missing."]
    return ["The file is damaged: a part of it can't be read."] if scan.faults or scan.corrupt else []
