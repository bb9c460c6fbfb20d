"""Lengths of time, for people."""

import pytest
from sam2_studio.core.durations import clock


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (13.4, "0:13"), (725, "12:05"), (3723, "1:02:03")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
