"""Finds the exact frame rate from the frames' times; what a header says is only a candidate to be tested."""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

_USUAL = tuple(
    Fraction(*pair)
    for pair in (
        (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1),
        (48000, 1001), (100, 1), (120000, 1001), (120, 1), (240, 1), (15, 1), (12, 1), (10, 1),
    )
)  # fmt: skip
_DEFAULT = Fraction(25)


def plausible_rate(hints: Iterable[Fraction | None]) -> Fraction:
    """The first hint that a camera or animator could have meant, else 25."""
    return next((hint for hint in hints if hint and Fraction(1, 10) <= hint <= 1000), _DEFAULT)


def exact_rate(
    pts: NDArray[np.int64], time_base: Fraction, hints: Iterable[Fraction | None] = ()
) -> tuple[Fraction, bool]:
    """Return the rate in frames a second and whether it varies.

    A rate holds when every frame lies within one tick of its place at that rate: coarse time bases (1 ms) round. Where
    no rate holds, it is the median's, as the usual rate where the median's rounding allows one.

    Args:
        pts: (N,) strictly rising times in ticks.
        time_base: Seconds a tick.
        hints: What the headers say; preferred where they hold.
    """
    if len(pts) < 2:
        return plausible_rate(hints), False
    median = Fraction(float(np.median(np.diff(pts)))).limit_denominator(2)
    measured = 1 / (median * time_base)
    mean = Fraction(len(pts) - 1, int(pts[-1] - pts[0])) / time_base
    sane = [hint for hint in hints if hint and 0 < hint <= 100_000]
    for rate in (*(hint for hint in sane if hint in _USUAL), *_USUAL, *sane, measured, mean):
        if _holds(pts, time_base, rate):
            return rate, False
    near = [rate for rate in _USUAL if abs(1 / (rate * time_base) - median) <= Fraction(1, 2)]
    return min(near, key=lambda rate: abs(rate - measured), default=measured), True


def _holds(pts: NDArray[np.int64], time_base: Fraction, rate: Fraction) -> bool:
    """Whether all times lie within a tick of even spacing, or exactly on it where that is whole ticks."""
    spacing = 1 / (rate * time_base)
    numbers = np.arange(len(pts), dtype=np.float64)
    off = pts - pts[0] - numbers * float(spacing)
    if spacing.denominator == 1:
        return bool(np.all(np.abs(off) < 0.5))
    return bool(np.ptp(off) <= 1.0 + 1e-6)
