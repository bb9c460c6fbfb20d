"""Exact rates from times; headers are tested, not believed."""

from fractions import Fraction

import numpy as np
import pytest
from sam2_studio.media.rate import exact_rate, plausible_rate

MILLISECOND = Fraction(1, 1000)


def rounded(rate: Fraction, time_base: Fraction, count: int = 200) -> np.ndarray:
    return np.array([round(number / rate / time_base) for number in range(count)], np.int64)


@pytest.mark.parametrize(
    "rate", [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60)]
)
@pytest.mark.parametrize("time_base", [MILLISECOND, Fraction(1, 90000)])
def test_a_constant_rate_is_found_through_rounded_times(rate: Fraction, time_base: Fraction) -> None:
    assert exact_rate(rounded(rate, time_base), time_base) == (rate, False)


@pytest.mark.parametrize("lie", [Fraction(1), Fraction(10**6), Fraction(30), None, Fraction(0)])
def test_a_header_that_lies_is_not_believed(lie: Fraction | None) -> None:
    assert exact_rate(rounded(Fraction(25), MILLISECOND), MILLISECOND, (lie,)) == (Fraction(25), False)


def test_a_header_that_fits_decides_between_rates_that_both_fit() -> None:
    short = rounded(Fraction(30000, 1001), MILLISECOND, 10)
    assert exact_rate(short, MILLISECOND, (Fraction(30000, 1001),)) == (Fraction(30000, 1001), False)
    assert exact_rate(short, MILLISECOND, (Fraction(30),)) == (Fraction(30), False)


def test_an_unusual_constant_rate_is_exact() -> None:
    times = np.arange(100, dtype=np.int64) * 7
    assert exact_rate(times, MILLISECOND) == (Fraction(1000, 7), False)


def test_a_varying_rate_is_the_median() -> None:
    gaps = np.array([512] * 60 + [256, 1024] * 10)
    times = np.concatenate([[0], np.cumsum(gaps)])
    assert exact_rate(times, Fraction(1, 15360)) == (Fraction(30), True)


def test_one_late_frame_makes_the_rate_variable() -> None:
    times = rounded(Fraction(25), Fraction(1, 90000))
    times[50] += 900
    assert exact_rate(times, Fraction(1, 90000)) == (Fraction(25), True)


def test_a_single_frame_takes_the_first_plausible_hint() -> None:
    one = np.zeros(1, np.int64)
    assert exact_rate(one, MILLISECOND, (Fraction(10**6), None, Fraction(50))) == (Fraction(50), False)
    assert plausible_rate(()) == 25
