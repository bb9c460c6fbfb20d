"""Which frames belong together."""

from sam2_studio.core.frames import FrameRange
from sam2_studio.core.shots import Shots

WHOLE = FrameRange(0, 100)


def test_without_cuts_all_is_one_shot() -> None:
    shots = Shots()
    assert not shots.parted(0, 99)
    assert shots.of(50, WHOLE) == WHOLE
    assert [list(part) for part in shots.split([1, 7, 60])] == [[1, 7, 60]]


def test_a_shot_begins_with_its_cut() -> None:
    shots = Shots([60, 20])
    assert [shots.of(frame, WHOLE) for frame in (0, 19, 20, 59, 60)] == [
        FrameRange(0, 20), FrameRange(0, 20), FrameRange(20, 60), FrameRange(20, 60), FrameRange(60, 100),
    ]  # fmt: skip
    assert shots.parted(19, 20)
    assert shots.parted(60, 19)
    assert not shots.parted(20, 59)


def test_a_shot_is_cut_to_the_range() -> None:
    assert Shots([20, 60]).of(30, FrameRange(25, 40)) == FrameRange(25, 40)
    assert not len(Shots([20, 60]).of(5, FrameRange(25, 40)))


def test_frames_are_split_by_shot_and_empty_shots_left_out() -> None:
    assert [list(part) for part in Shots([10, 20, 30]).split([0, 9, 30, 31])] == [[0, 9], [30, 31]]
