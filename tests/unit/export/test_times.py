"""Ticks of an export: constant rates exactly, varying ones as they are."""

from fractions import Fraction

import numpy as np
from sam2_studio.core.clip import ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.export.times import export_times
from tests.exporting import info_of
from tests.fakes import ArraySource

FRAMES = [np.zeros((2, 2, 3), np.uint8)] * 4
TICK = Fraction(1, 360000)


def varying() -> ArraySource:
    info = info_of(FRAMES, variable_rate=True, duration=float(55 * TICK))
    return ArraySource(FRAMES, info, pts=[100, 110, 121, 134], time_base=TICK)


def test_constant_rate_is_exact_however_the_container_rounds() -> None:
    rate = Fraction(24000, 1001)
    source = ArraySource(FRAMES, info_of(FRAMES, rate=rate), pts=[0, 42, 83, 125], time_base=Fraction(1, 1000))
    times = export_times(source, FrameRange(0, 4))
    assert (times.base, times.pts, times.durations) == (1 / rate, (0, 1, 2, 3), (1, 1, 1, 1))
    assert times.length == 4 / rate
    assert (times.start, times.stop, times.shift) == (None, None, 0)


def test_varying_rate_keeps_ticks_and_the_last_length() -> None:
    times = export_times(varying(), FrameRange(0, 4))
    assert (times.base, times.pts, times.durations) == (TICK, (0, 10, 21, 34), (10, 11, 13, 21))
    assert times.length == 55 * TICK
    assert times.shift == 100 * TICK


def test_range_ends_where_the_next_frame_starts() -> None:
    times = export_times(varying(), FrameRange(1, 3))
    assert (times.pts, times.durations) == ((0, 11), (11, 13))
    assert (times.start, times.stop, times.shift) == (110 * TICK, 134 * TICK, 110 * TICK)


def test_clip_that_starts_late_starts_at_nought() -> None:
    source = ArraySource(FRAMES, info_of(FRAMES), pts=[75, 76, 77, 78], time_base=Fraction(1, 25))
    times = export_times(source, FrameRange(0, 4))
    assert times.pts[0] == 0
    assert times.shift == 3
    assert times.start is None


def test_frame_of_no_length_gets_one_tick() -> None:
    info = info_of(FRAMES, variable_rate=True, duration=0.0)
    source = ArraySource(FRAMES, info, pts=[0, 5, 5, 9], time_base=TICK)
    assert export_times(source, FrameRange(0, 4)).durations == (5, 1, 4, 1)


def test_sequence_has_its_rate() -> None:
    source = ArraySource(
        FRAMES, info_of(FRAMES, kind=ClipKind.SEQUENCE, rate=Fraction(30000, 1001), variable_rate=True)
    )
    assert export_times(source, FrameRange(0, 2)).base == Fraction(1001, 30000)
