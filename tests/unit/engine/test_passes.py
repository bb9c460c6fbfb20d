"""Which frames are tracked, from which side, in which order."""

from sam2_studio.core.frames import FrameRange
from sam2_studio.engine.passes import passes
from sam2_studio.engine.requests import Direction


def tracked(span: tuple[int, int], direction: Direction, conditioning: list[int]) -> list[list[int]]:
    return [
        [frame for frame in one_pass if one_pass.takes(frame, conditioning)]
        for one_pass in passes(FrameRange(*span), direction)
    ]


def test_forward_begins_at_the_first_conditioning_frame() -> None:
    assert tracked((0, 6), Direction.FORWARD, [2, 4]) == [[2, 3, 4, 5]]


def test_forward_begins_at_the_range_where_conditioning_lies_before_it() -> None:
    assert tracked((3, 6), Direction.FORWARD, [1]) == [[3, 4, 5]]


def test_forward_takes_the_whole_range_where_all_conditioning_lies_behind() -> None:
    assert tracked((0, 3), Direction.FORWARD, [5]) == [[0, 1, 2]]


def test_backward_is_the_mirror_image() -> None:
    assert tracked((0, 6), Direction.BACKWARD, [1, 3]) == [[3, 2, 1, 0]]
    assert tracked((0, 3), Direction.BACKWARD, [4]) == [[2, 1, 0]]
    assert tracked((3, 6), Direction.BACKWARD, [1]) == [[5, 4, 3]]


def test_both_goes_forwards_then_backwards() -> None:
    assert tracked((0, 6), Direction.BOTH, [2]) == [[2, 3, 4, 5], [1, 0]]


def test_both_tracks_into_a_gap_from_its_two_sides() -> None:
    assert tracked((0, 8), Direction.BOTH, [1, 6]) == [[1, 2, 3, 6, 7], [5, 4, 0]]


def test_in_the_middle_of_a_gap_the_frame_before_wins() -> None:
    assert tracked((0, 5), Direction.BOTH, [0, 4]) == [[0, 1, 2, 4], [3]]


def test_both_takes_every_frame_once() -> None:
    for conditioning in ([0], [9], [4], [0, 9], [2, 3, 7], [-5], [20], [-5, 20], [-1, 10], [5, 30]):
        forwards, backwards = tracked((0, 10), Direction.BOTH, conditioning)
        assert sorted(forwards + backwards) == list(range(10)), conditioning
        assert forwards == sorted(forwards)
        assert backwards == sorted(backwards, reverse=True)


def test_a_gap_whose_conditioning_frames_lie_just_outside_is_entered_from_both() -> None:
    assert tracked((10, 14), Direction.BOTH, [9, 14]) == [[10, 11], [13, 12]]
