"""Results judged in stretches: each begins with what the user showed, before it or on its first frame."""

from fractions import Fraction

import numpy as np
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.health import DOUBTFUL_HEALTH, Symptom
from sam2_studio.core.masks import Mask
from sam2_studio.engine.pass_review import PassReview
from sam2_studio.engine.requests import FrameResult

SIZE = (60, 120)


def frame(number: int) -> Frame:
    return Frame(number, np.full((*SIZE, 3), 90, np.uint8), Timestamp(number, Fraction(1, 25)))


def square(left: int, side: int = 20) -> Mask:
    pixels = np.zeros(SIZE, bool)
    pixels[20 : 20 + side, left : left + side] = True
    return Mask.from_array(pixels)


def result(number: int, mask: Mask, *, conditioning: bool = False, score: float = 0.9) -> FrameResult:
    return FrameResult(
        frame=number,
        object_id=1,
        mask=mask,
        score=score,
        absent=mask.is_empty,
        presence=1.0,
        conditioning=conditioning,
    )


def test_a_result_keeps_all_but_its_health() -> None:
    made = result(3, square(10))
    judged = PassReview(1).judged(made, frame(3))
    assert judged == made
    poor = PassReview(1).judged(result(3, square(10), score=0.2), frame(3))
    assert poor.health.value < DOUBTFUL_HEALTH
    assert (poor.mask, poor.score, poor.frame) == (square(10), 0.2, 3)


def test_a_stretch_is_compared_with_what_was_shown_just_before_it() -> None:
    for step in (1, -1):
        review = PassReview(step)
        review.show(frame(10), square(10))
        assert review.judged(result(10 + step, square(11)), frame(10 + step)).health.value == 1
        review = PassReview(step)
        review.show(frame(10), square(10))
        strange = review.judged(result(10 + step, square(80, 8)), frame(10 + step)).health
        assert strange.value == 0


def test_what_was_shown_elsewhere_does_not_count() -> None:
    review = PassReview(1)
    review.show(frame(10), square(10))
    assert review.judged(result(40, square(80, 8)), frame(40)).health.value == 1


def test_each_stretch_begins_anew() -> None:
    review = PassReview(1)
    review.show(frame(10), square(10))
    review.judged(result(11, square(80, 8)), frame(11))
    assert review.judged(result(30, square(80, 8)), frame(30)).health.value == 1
    assert review.judged(result(11, square(11)), frame(11)).health.value == 1


def test_a_shown_frame_inside_is_good() -> None:
    review = PassReview(1)
    review.judged(result(0, square(10), conditioning=True), frame(0))
    given = review.judged(result(1, square(80, 8), conditioning=True), frame(1))
    assert given.health.value == 1
    assert review.judged(result(2, square(80, 8)), frame(2)).health.value == 1


def test_lost_and_found_in_both_directions() -> None:
    for step in (1, -1):
        review = PassReview(step)
        masks = [square(10), square(11), Mask(square(0).size), Mask(square(0).size), square(14)]
        numbers = [50 + step * n for n in range(5)]
        judged = [
            review.judged(result(n, mask, conditioning=n == 50), frame(n))
            for n, mask in zip(numbers, masks, strict=True)
        ]
        first = judged[-1].health.reasons[0]
        assert (first.symptom, first.amount) == (Symptom.LOST, numbers[2])
        assert judged[-1].health.is_doubtful


def test_a_stretch_knows_its_start_whatever_was_shown_since() -> None:
    review = PassReview(1)
    for number in range(100):
        review.show(frame(number), square(10))
    assert review.judged(result(100, square(80, 8)), frame(100)).health.value == 0
    assert review.judged(result(50, square(80, 8)), frame(50)).health.value == 0
