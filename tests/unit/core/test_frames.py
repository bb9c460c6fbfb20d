from fractions import Fraction

import numpy as np
import pytest
from sam2_studio.core.frames import Frame, FrameRange, Timestamp, checked_frame
from sam2_studio.errors import PromptError

NOW = Timestamp(0, Fraction(1, 25))


def test_a_range_is_half_open() -> None:
    span = FrameRange(3, 6)
    assert list(span) == [3, 4, 5]
    assert (len(span), span.last) == (3, 5)
    assert 3 in span
    assert 6 not in span
    assert np.int64(5) in span
    assert 3.5 not in span
    assert len(FrameRange(6, 3)) == 0


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (0, 11), (5, 5), (6, 5)])
def test_a_range_that_does_not_fit_is_refused(start: int, stop: int) -> None:
    with pytest.raises(PromptError, match=f"{start}:{stop}"):
        FrameRange(start, stop).checked(10)


def test_the_message_counts_frames_as_the_user_does() -> None:
    assert checked_frame(9, 10, 1001) == 9
    with pytest.raises(PromptError, match=r"Frame 1011 .*1001 to 1010"):
        checked_frame(10, 10, 1001)


def test_a_time_is_exact() -> None:
    assert Timestamp(30_000, Fraction(1001, 30_000)).seconds == 1001


def test_a_frame_can_not_be_written() -> None:
    frame = Frame(0, np.zeros((2, 3, 3), np.uint8), NOW, np.zeros((2, 3), np.uint8))
    assert (frame.size.width, frame.size.height, frame.nbytes) == (3, 2, 24)
    with pytest.raises(ValueError, match="read-only"):
        frame.rgb[0, 0, 0] = 1


def test_sixteen_bits_are_rounded_to_the_nearest_of_eight() -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(-1, 1, 1).repeat(3, axis=2)
    wanted = np.floor(np.arange(65536) * 255 / 65535 + 0.5)
    assert np.array_equal(Frame(0, ramp, NOW).rgb8()[:, 0, 0], wanted)
