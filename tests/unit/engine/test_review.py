"""Health of masks as they come: faults are found, good tracks left alone, both directions, pictures or not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sam2_studio.core.health import DOUBTFUL_HEALTH, Health, Reason, Symptom
from sam2_studio.core.masks import Mask
from sam2_studio.engine.review import FOUND_HEALTH, Reviewer
from tests.benchmarks.review_calibration import Count, counted, faulty_tracks
from tests.benchmarks.review_clips import clip_of

SEEDS = (2001, 2002, 2003, 2004, 2005, 2006)
SIZE = (90, 160)


def disc(x: float, y: float, radius: float = 20) -> NDArray[np.bool_]:
    rows, columns = np.indices(SIZE)
    return np.asarray((columns - x) ** 2 + (rows - y) ** 2 < radius**2)


NOTHING = np.zeros(SIZE, bool)


def judged(masks: list[NDArray[np.bool_]], *, score: float = 0.9, backwards: bool = False) -> list[Health]:
    """Health of each; the first, or backwards the last, is given. In the order of frames."""
    reviewer = Reviewer()
    order = range(len(masks))[::-1] if backwards else range(len(masks))
    by_frame = {n: reviewer.judge(n, Mask.from_array(masks[n]), score=score, given=n == order[0]) for n in order}
    return [by_frame[n] for n in range(len(masks))]


def symptoms(health: Health) -> list[Symptom]:
    return [reason.symptom for reason in health.reasons]


@pytest.fixture(scope="module")
def counts() -> dict[str, Count]:
    sums: dict[str, Count] = {}
    for seed in SEEDS:
        clip = clip_of(seed)
        for name, track in faulty_tracks(seed, clip).items():
            sums[name] = sums.get(name, Count()) + counted(clip, track, [0.85] * len(track))
    return sums


def test_faults_are_found_and_good_frames_left_alone(counts: dict[str, Count]) -> None:
    whole = sum(counts.values(), Count())
    assert whole.faulty > 500
    assert whole.recall >= 0.9
    assert whole.false_alarms <= 0.05


@pytest.mark.parametrize("name", ["drift", "stays behind", "loss", "swap", "flicker", "leak", "part lost", "holes"])
def test_each_kind_of_fault_is_found(counts: dict[str, Count], name: str) -> None:
    assert counts[name].faulty > 10
    assert counts[name].recall >= 0.75


def test_a_steady_track_is_good_in_both_directions() -> None:
    masks = [disc(40 + 2 * n, 40 + n) for n in range(20)]
    assert min(health.value for health in judged(masks)) > 0.9
    assert min(health.value for health in judged(masks, backwards=True)) > 0.9


def test_a_jump_stays_doubtful_until_it_jumps_back() -> None:
    masks = [disc(40 + n, 45, 12) for n in range(8)]
    masks += [disc(110 + n, 45, 12) for n in range(10)]
    masks += [disc(58 + n, 45, 12) for n in range(6)]
    health = judged(masks)
    doubtful = [n for n, each in enumerate(health) if each.value < DOUBTFUL_HEALTH]
    assert doubtful == list(range(8, 18))
    assert symptoms(health[8])[0] is Symptom.PLACE
    assert health[8].reasons[0].amount == pytest.approx(63, abs=2)
    assert health[17].reasons[0].symptom is Symptom.PLACE
    assert health[17].reasons[0].amount == pytest.approx(62, abs=4)


def test_what_is_lost_and_found_is_doubtful_once() -> None:
    masks = [disc(60 + n, 45) for n in range(6)] + [NOTHING] * 4 + [disc(72 + n, 45) for n in range(5)]
    health = judged(masks)
    assert symptoms(health[6]) == [Symptom.GONE]
    assert health[10].reasons == (Reason(Symptom.LOST, 6),)
    assert health[10].value == FOUND_HEALTH
    assert min(each.value for each in health[11:]) > 0.9
    backwards = judged(masks, backwards=True)
    assert backwards[5].reasons == (Reason(Symptom.LOST, 9),)


def test_a_single_frame_without_the_object_is_no_loss() -> None:
    health = judged([disc(60, 45)] * 5 + [NOTHING] + [disc(60, 45)] * 3)
    assert Symptom.LOST not in symptoms(health[6])


def test_leaving_bit_by_bit_is_no_fault() -> None:
    """Out at the border, and behind an edge in the middle of the picture."""
    leaving = judged([disc(120 + 4 * n, 45) for n in range(16)])
    assert min(each.value for each in leaving) >= DOUBTFUL_HEALTH
    behind = [disc(60 + 2 * n, 45) & (np.indices(SIZE)[1] < 90) for n in range(30)]
    absent = [each.value for mask, each in zip(behind, judged(behind), strict=True) if not mask.any()]
    assert len(absent) > 2
    assert min(absent) == 1


def test_what_was_never_seen_isn_t_found() -> None:
    reviewer = Reviewer()
    for n in range(4):
        assert reviewer.judge(n, Mask.from_array(NOTHING), score=0.9).value == 1
    assert reviewer.judge(4, Mask.from_array(disc(60, 45)), score=0.9).value == 1


def test_a_given_mask_is_good_whatever_it_is() -> None:
    reviewer = Reviewer()
    reviewer.judge(0, Mask.from_array(disc(40, 40)), score=0.9, given=True)
    assert reviewer.judge(1, Mask.from_array(disc(120, 60, 8)), score=0.1, given=True) == Health()
    assert reviewer.judge(2, Mask.from_array(disc(120, 60, 8)), score=0.9).value == 1


def test_a_low_score_alone_is_doubtful() -> None:
    low = judged([disc(60, 45)] * 3, score=0.28)[1]
    assert low.value < DOUBTFUL_HEALTH
    assert low.reasons == (Reason(Symptom.SCORE, 28),)
    assert judged([disc(60, 45)] * 3, score=0.5)[1].value == 1


def test_pieces_are_counted() -> None:
    apart = disc(60, 45) | disc(120, 20, 6) | disc(120, 70, 6)
    found = judged([disc(60, 45)] * 4 + [apart])[4]
    assert found.value < DOUBTFUL_HEALTH
    assert Reason(Symptom.ISLANDS, 2) in found.reasons


def test_colors_tell_a_slide_that_shapes_cannot() -> None:
    ground = np.full((*SIZE, 3), 60, np.uint8)
    picture = ground.copy()
    picture[disc(60, 45)] = (200, 80, 40)
    with_picture, without = Reviewer(), Reviewer()
    for n in range(16):
        mask = Mask.from_array(disc(60 + 2 * n, 45))
        seen = with_picture.judge(n, mask, score=0.9, given=n == 0, picture=picture)
        blind = without.judge(n, mask, score=0.9, given=n == 0)
    assert seen.value == 0
    assert Symptom.GROUND in symptoms(seen)
    assert blind.value > 0.9


def test_sixteen_bits_are_judged_as_eight() -> None:
    eight = np.random.default_rng(0).integers(0, 256, (*SIZE, 3)).astype(np.uint8)
    healths = []
    for picture in (eight, eight.astype(np.uint16) * 257):
        reviewer = Reviewer()
        reviewer.judge(0, Mask.from_array(disc(60, 45)), score=0.9, given=True, picture=picture)
        healths.append(reviewer.judge(1, Mask.from_array(disc(66, 45)), score=0.9, picture=picture))
    assert healths[0] == healths[1]


def test_one_pixel_and_the_whole_picture_can_be_judged() -> None:
    dot = NOTHING.copy()
    dot[0, 0] = True
    picture = np.zeros((*SIZE, 3), np.uint8)
    for mask in (dot, ~NOTHING):
        reviewer = Reviewer()
        reviewer.judge(0, Mask.from_array(mask), score=0.9, given=True, picture=picture)
        assert reviewer.judge(1, Mask.from_array(mask), score=0.9, picture=picture).value == 1
