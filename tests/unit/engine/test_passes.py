"""Which frames are tracked, from which side, in which order."""

import pytest
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.core.shots import Shots
from sam2_studio.engine.passes import (
    OVERLAP,
    WHOLE_GAP,
    breaks_of,
    ends_at,
    frames_of,
    overlap_of,
    passes,
    route,
    visits_of,
)
from sam2_studio.engine.requests import Conditioning, Direction, TrackObject, TrackRequest

FORWARD, BACKWARD, BOTH = Direction.FORWARD, Direction.BACKWARD, Direction.BOTH


def tracked(
    span: tuple[int, int], direction: Direction, conditioning: list[int], cuts: tuple[int, ...] = ()
) -> list[list[int]]:
    way = route(conditioning, FrameRange(*span), direction, Shots(cuts))
    return [
        [frame for frame in one_pass if way.takes(frame, one_pass.step)]
        for one_pass in passes(FrameRange(*span), direction)
    ]


def request(
    conditioning: list[int],
    span: tuple[int, int],
    direction: Direction = BOTH,
    cuts: tuple[int, ...] = (),
    keep: frozenset[tuple[int, int]] = frozenset(),
    only: frozenset[tuple[int, int]] | None = None,
) -> TrackRequest:
    shown = Mask(Size(8, 8), 1, 1, 1, 1, b"\x80")
    item = TrackObject(1, {n: Conditioning(mask=shown) for n in conditioning})
    return TrackRequest(objects=(item,), range=FrameRange(*span), direction=direction, cuts=cuts, keep=keep, only=only)


def test_forward_begins_at_the_first_conditioning_frame() -> None:
    assert tracked((0, 6), FORWARD, [2, 4]) == [[2, 3, 4, 5]]


def test_forward_begins_at_the_range_where_conditioning_lies_before_it() -> None:
    assert tracked((3, 6), FORWARD, [1]) == [[3, 4, 5]]


def test_forward_takes_the_whole_range_where_all_conditioning_lies_behind() -> None:
    assert tracked((0, 3), FORWARD, [5]) == [[0, 1, 2]]


def test_backward_is_the_mirror_image() -> None:
    assert tracked((0, 6), BACKWARD, [1, 3]) == [[3, 2, 1, 0]]
    assert tracked((0, 3), BACKWARD, [4]) == [[2, 1, 0]]
    assert tracked((3, 6), BACKWARD, [1]) == [[5, 4, 3]]


def test_both_goes_forwards_then_backwards() -> None:
    assert tracked((0, 6), BOTH, [2]) == [[2, 3, 4, 5], [1, 0]]


def test_both_tracks_a_short_gap_from_each_of_its_sides() -> None:
    assert tracked((0, 8), BOTH, [1, 6]) == [[1, 2, 3, 4, 5, 6, 7], [5, 4, 3, 2, 0]]


def test_a_single_frame_between_two_is_tracked_from_the_one_before() -> None:
    assert tracked((0, 3), BOTH, [0, 2]) == [[0, 1, 2], []]


def test_in_a_long_gap_the_sides_overlap_in_the_middle() -> None:
    last = 4 * WHOLE_GAP + 1
    forwards, backwards = tracked((0, last + 1), BOTH, [0, last])
    both = sorted(set(forwards) & set(backwards))
    assert (len(both), both[-1] - both[0] + 1) == (OVERLAP, OVERLAP)
    assert abs((both[0] + both[-1]) / 2 - last / 2) <= 1
    assert sorted(set(forwards) | set(backwards)) == list(range(last + 1))


@pytest.mark.parametrize("between", [0, 1, 2, WHOLE_GAP, WHOLE_GAP + 1, 200])
def test_an_overlap_lies_inside_its_gap_and_costs_no_more_than_twice(between: int) -> None:
    overlap = overlap_of(10, 11 + between)
    assert len(overlap) <= between
    assert all(10 < frame < 11 + between for frame in overlap)
    assert len(overlap) == (between if 2 <= between <= WHOLE_GAP else OVERLAP if between > WHOLE_GAP else 0)


def test_both_takes_every_frame() -> None:
    for conditioning in ([0], [9], [4], [0, 9], [2, 3, 7], [-5], [20], [-5, 20], [-1, 10], [5, 30]):
        forwards, backwards = tracked((0, 10), BOTH, conditioning)
        assert sorted({*forwards, *backwards}) == list(range(10)), conditioning
        assert forwards == sorted(forwards)
        assert backwards == sorted(backwards, reverse=True)


def test_a_gap_whose_conditioning_frames_lie_just_outside_is_entered_from_both() -> None:
    assert tracked((10, 14), BOTH, [9, 14]) == [[10, 11, 12, 13], [13, 12, 11, 10]]


def test_no_side_goes_over_a_cut() -> None:
    assert tracked((0, 9), FORWARD, [1], (4, 7)) == [[1, 2, 3]]
    assert tracked((0, 9), BACKWARD, [8], (4, 7)) == [[8, 7]]
    assert tracked((0, 9), BOTH, [5], (4, 7)) == [[5, 6], [4]]


def test_each_shot_is_tracked_from_its_own_conditioning_frames() -> None:
    assert tracked((0, 9), BOTH, [1, 8], (4, 7)) == [[1, 2, 3, 8], [7, 0]]
    assert tracked((0, 9), FORWARD, [1, 8], (4,)) == [[1, 2, 3, 8]]
    assert tracked((4, 9), FORWARD, [1], (4,)) == [[]]
    assert tracked((5, 8), BOTH, [1, 4], (4,)) == [[5, 6, 7], []]


def test_visits_and_frames_leave_out_what_is_kept() -> None:
    keep = frozenset({(1, 2), (1, 7), (9, 3)})
    asked = request([2, 7], (0, 10), keep=keep)
    forwards, backwards = tracked((0, 10), BOTH, [2, 7])
    assert visits_of(asked) == len([n for n in forwards + backwards if n not in (2, 7)])
    assert frames_of(asked) == set(range(10)) - {2, 7}


def stretches(only: list[int]) -> list[list[int]]:
    way = route([10, 14, 20], FrameRange(0, 30), BOTH, Shots(), only)
    return [[n for n in each if way.takes(n, each.step)] for each in passes(FrameRange(0, 30), BOTH)]


def test_stretches_without_a_wanted_frame_are_left_out() -> None:
    assert stretches([12]) == [[10, 11, 12, 13], [13, 12, 11]]
    assert stretches([16, 17]) == [[*range(14, 20)], [19, 18, 17, 16, 15]]
    assert stretches([7, 8]) == [[], [9, 8, 7]]
    assert stretches([25]) == [[*range(20, 26)], []]
    assert stretches([]) == [[], []]


def test_only_wanted_frames_count() -> None:
    asked = request([10, 14, 20], (0, 30), only=frozenset({(1, 12), (1, 25), (2, 3)}))
    assert frames_of(asked) == {12, 25}
    assert visits_of(asked) == 3


def test_tracking_forgets_at_cuts_and_where_the_other_side_takes_over() -> None:
    assert breaks_of(request([5], (0, 20), FORWARD, (7,)), [5], 1) == {7}
    assert breaks_of(request([5], (0, 20), BACKWARD, (7,)), [5], -1) == {6}
    assert breaks_of(request([5, 9], (0, 20), BOTH, (7,)), [5, 9], 1) == {5, 7, 9}


def test_a_run_says_at_which_cuts_it_ends() -> None:
    assert ends_at(request([5], (0, 20), cuts=(3, 12, 15))) == (3, 12)
    assert ends_at(request([5, 13], (0, 20), cuts=(3, 12, 15))) == (3, 15)
    assert ends_at(request([5], (0, 20), FORWARD, cuts=(3, 12))) == (12,)
    assert ends_at(request([5], (0, 20))) == ()
