"""Reading one frame ahead gives the same frames, and errors where they belong."""

from fractions import Fraction

import numpy as np
import pytest
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.engine.read_ahead import ReadAhead
from sam2_studio.errors import PromptError
from tests.fakes import ArraySource


def source() -> ArraySource:
    frames = [np.full((4, 6, 3), n, np.uint8) for n in range(5)]
    info = ClipInfo(path="", kind=ClipKind.VIDEO, frames=5, width=6, height=4, rate=Fraction(25))
    return ArraySource(frames, info)


def test_frames_come_in_the_order_asked_for() -> None:
    reader = ReadAhead(source())
    order = [0, 1, 2, 4, 3, 3]
    read = [reader.read(number, then) for number, then in zip(order, [*order[1:], None], strict=True)]
    reader.close()
    assert [frame.number for frame in read] == order
    assert [int(frame.rgb[0, 0, 0]) for frame in read] == order


def test_a_jump_drops_what_was_read_ahead() -> None:
    reader = ReadAhead(source())
    reader.read(0, 1)
    assert reader.read(4).number == 4
    reader.close()


def test_an_error_comes_with_its_own_frame_not_before() -> None:
    reader = ReadAhead(source())
    assert reader.read(4, 5).number == 4
    with pytest.raises(PromptError):
        reader.read(5)
    reader.close()
