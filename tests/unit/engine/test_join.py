"""Where two runs into one gap are joined."""

from dataclasses import replace

import numpy as np
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.health import Health, Symptom
from sam2_studio.core.masks import Mask
from sam2_studio.engine.join import Join
from sam2_studio.engine.requests import Arrival, FrameResult

SIDE = 40


def result(frame: int, left: int | None, score: float = 0.9) -> FrameResult:
    """A square of 10 pixels at `left`, or nothing."""
    pixels = np.zeros((SIDE, SIDE), bool)
    if left is not None:
        pixels[10:20, left : left + 10] = True
    mask = Mask.from_array(pixels)
    return FrameResult(
        frame=frame, object_id=1, mask=mask, score=score, absent=mask.is_empty, presence=1.0, conditioning=False
    )


def joined(forward: dict[int, FrameResult], backward: dict[int, FrameResult]) -> list[str]:
    """Whose mask holds on each frame at last: "forward" or "backward"."""
    frames = sorted(forward)
    join = Join(FrameRange(frames[0], frames[-1] + 1))
    whose = dict.fromkeys(frames, "forward")
    for frame in frames:
        assert join.hold(forward[frame]) == replace(forward[frame], arrival=Arrival.EARLY)
    for frame in reversed(frames):
        holds, *better = join.meet(backward[frame])
        assert holds == replace(forward[frame], arrival=Arrival.SAME)
        for each in (each for each in better if not warns(each)):
            assert each == replace(backward[each.frame], arrival=Arrival.BETTER)
            assert each.frame > frame
            assert whose[each.frame] == "forward", "a frame changes hands once at most"
            whose[each.frame] = "backward"
    assert join.nbytes == sum(len(backward[frame].mask.packed()) for frame, w in whose.items() if w == "forward")
    return list(whose.values())


def warns(result: FrameResult) -> bool:
    return any(reason.symptom is Symptom.SIDES for reason in result.health.reasons)


def test_where_both_agree_everywhere_they_are_joined_in_the_middle() -> None:
    same = {n: result(n, n) for n in range(1, 8)}
    assert joined(same, dict(same)) == ["forward"] * 4 + ["backward"] * 3


def test_a_run_that_drifts_off_is_left_before_it_does() -> None:
    backward = {n: result(n, n) for n in range(1, 9)}
    forward = {n: result(n, n if n < 3 else n + 8) for n in range(1, 9)}
    assert joined(forward, backward) == ["forward"] * 2 + ["backward"] * 6


def test_a_run_that_lost_the_object_is_left_where_it_had_it() -> None:
    forward = {n: result(n, n) for n in range(1, 9)}
    backward = {n: result(n, n if n > 6 else None) for n in range(1, 9)}
    assert joined(forward, backward) == ["forward"] * 7 + ["backward"]


def test_scores_weigh_the_agreement() -> None:
    forward = {n: result(n, n, score=0.9 if n == 2 else 0.3) for n in range(1, 8)}
    assert joined(forward, {n: result(n, n) for n in range(1, 8)}) == ["forward"] * 2 + ["backward"] * 5


def warnings(forward: dict[int, FrameResult], backward: dict[int, FrameResult]) -> list[FrameResult]:
    join, frames = Join(FrameRange(min(forward), max(forward) + 1)), sorted(forward)
    for frame in frames:
        join.hold(forward[frame])
    return [each for frame in reversed(frames) for each in join.meet(backward[frame]) if warns(each)]


def test_two_runs_that_nowhere_agree_make_their_join_doubtful() -> None:
    forward = {n: result(n, 0) for n in range(1, 8)}
    backward = {n: result(n, 6 + abs(n - 3)) for n in range(1, 8)}
    (warning,) = warnings(forward, backward)
    assert (warning.frame, warning.arrival) == (3, Arrival.BETTER)
    assert warning.mask == forward[3].mask
    assert warning.health.is_doubtful
    assert warning.health.reasons[0].amount == 25


def test_a_join_that_is_worse_for_another_reason_keeps_that() -> None:
    bad = Health(0.0)
    forward = {n: replace(result(n, 0), health=bad) for n in range(1, 4)}
    assert not warnings(forward, {n: result(n, 20) for n in range(1, 4)})


def test_two_that_both_see_nothing_agree() -> None:
    nothing = {n: result(n, None, 1.0) for n in range(1, 4)}
    assert not warnings(nothing, nothing)
    assert joined(nothing, nothing) == ["forward"] * 2 + ["backward"]


def test_masks_are_held_packed() -> None:
    join, frames = Join(FrameRange(0, 48)), [result(n, 5) for n in range(48)]
    for each in frames:
        join.hold(each)
    assert join.nbytes == sum(len(each.mask.packed()) for each in frames)
