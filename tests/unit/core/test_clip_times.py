"""Seconds and frames."""

from fractions import Fraction

import numpy as np
import pytest
from sam2_studio.core.clip_times import ClipTimes


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001)])
def test_every_frame_is_shown_from_its_start_to_the_next(rate: Fraction) -> None:
    times = ClipTimes.even(1000, rate)
    for frame in (0, 1, 499, 999):
        start, end = times.start_of(frame), times.start_of(frame + 1)
        assert [times.frame_at(seconds) for seconds in (start, (start + end) / 2)] == [frame, frame]
        assert [times.frame_at(s, backwards=True) for s in (end, (start + end) / 2)] == [frame, frame]


def test_times_count_from_the_first_frame() -> None:
    times = ClipTimes(np.array([10.0, 10.1, 10.5, 10.6]))
    assert (times.frames, times.start_of(0)) == (3, 0.0)
    assert [times.frame_at(s) for s in (0.05, 0.3, 0.55)] == [0, 1, 2]


def test_beyond_the_ends_lies_the_nearest_frame() -> None:
    times = ClipTimes.even(5, Fraction(5))
    assert [times.frame_at(s) for s in (-3, 99)] == [0, 4]
    assert [times.frame_at(s, backwards=True) for s in (-3, 99)] == [0, 4]
