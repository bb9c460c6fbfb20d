"""From prompts to masks, with the bundled model on scenes with known truth."""

from collections.abc import Callable

import numpy as np
import pytest
from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Box, Point, Size
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.models import Model
from sam2_studio.engine.requests import SegmentSettings
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.errors import ModelError, PromptError
from sam2_studio.networks.interface import Decoded
from tests.synthetic import Scene, iou, moving_scene

FrameOf = Callable[[np.ndarray], Frame]
PLAIN = SegmentSettings(second_look=False, snap=False)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return moving_scene(2, frames=1)


@pytest.fixture(scope="module")
def frame(scene: Scene, frame_of: FrameOf) -> Frame:
    return frame_of(scene.frames[0])


def centre_of(truth: np.ndarray) -> Point:
    rows, columns = np.nonzero(truth)
    return Point(float(columns.mean()), float(rows.mean()))


def click(scene: Scene) -> PromptSet:
    return PromptSet((PointPrompt(centre_of(scene.truth[0])),))


def test_a_click_gives_the_subject(segmenter: Segmenter, scene: Scene, frame: Frame) -> None:
    answer = segmenter.segment(frame, click(scene))
    assert answer.mask.size == frame.size
    assert iou(answer.mask.to_array(), scene.truth[0]) > 0.85
    assert 0 < answer.score <= 1
    assert answer.presence > 0
    assert answer.candidates[0].mask == answer.mask


def test_a_box_gives_the_subject(segmenter: Segmenter, scene: Scene, frame: Frame) -> None:
    answer = segmenter.segment(frame, PromptSet(box=Mask.from_array(scene.truth[0]).box))
    assert iou(answer.mask.to_array(), scene.truth[0]) > 0.9


def test_the_same_prompts_give_the_same_mask(nano: Model, scene: Scene, frame: Frame) -> None:
    prompts = click(scene).with_point(PointPrompt(Point(5, 5), positive=False))
    answers = {Segmenter(nano).segment(frame, prompts, still=True).mask.packed() for _ in range(2)}
    assert len(answers) == 1


def test_candidates_can_be_taken_in_turn(segmenter: Segmenter, scene: Scene, frame: Frame) -> None:
    answers = [
        segmenter.segment(frame, click(scene), settings=SegmentSettings(second_look=False, candidate=n))
        for n in range(3)
    ]
    assert [a.score for a in answers] == sorted((a.score for a in answers), reverse=True)
    offered = answers[0].candidates
    assert len(offered) == 3
    assert [a.mask for a in answers] == [c.mask for c in offered]


def test_a_candidate_beyond_the_last_is_the_last(segmenter: Segmenter, scene: Scene, frame: Frame) -> None:
    last, beyond = (segmenter.segment(frame, click(scene), settings=SegmentSettings(candidate=n)) for n in (2, 9))
    assert beyond.mask == last.mask


def test_a_negative_click_takes_away(segmenter: Segmenter, frame_of: FrameOf) -> None:
    one, other = moving_scene(0, 1, path=lambda t: (0.3, 0.5)), moving_scene(0, 1, path=lambda t: (0.72, 0.5))
    frame = frame_of(np.where(other.truth[0][..., None], other.frames[0], one.frames[0]))
    here, there = centre_of(one.truth[0]), centre_of(other.truth[0])

    def share_of_other(positive: bool) -> float:
        prompts = PromptSet((PointPrompt(here), PointPrompt(there, positive)))
        found = segmenter.segment(frame, prompts).mask.to_array()
        assert np.count_nonzero(found & one.truth[0]) > 0.9 * np.count_nonzero(one.truth[0])
        return np.count_nonzero(found & other.truth[0]) / np.count_nonzero(other.truth[0])

    assert share_of_other(True) > 0.9
    assert share_of_other(False) < 0.1


def test_a_given_mask_alone_is_the_answer(segmenter: Segmenter, scene: Scene, frame: Frame) -> None:
    given = Mask.from_array(scene.truth[0])
    answer = segmenter.segment(frame, PromptSet(mask_id=3), given_mask=given)
    assert answer.mask == given
    assert answer.score == 1
    assert (answer.logits > 0).any()


def test_an_empty_given_mask_says_absent(segmenter: Segmenter, frame: Frame) -> None:
    answer = segmenter.segment(frame, PromptSet(mask_id=3), given_mask=Mask(frame.size))
    assert answer.mask.is_empty
    assert answer.presence < 0


def test_a_given_mask_is_corrected_by_a_click(segmenter: Segmenter, scene: Scene, frame: Frame) -> None:
    half = scene.truth[0].copy()
    half[:, : int(centre_of(half).x)] = False
    rows, columns = np.nonzero(scene.truth[0] & ~half)
    missing = PointPrompt(Point(float(columns.mean()), float(rows.mean())))
    answer = segmenter.segment(frame, PromptSet((missing,), mask_id=1), given_mask=Mask.from_array(half))
    assert iou(answer.mask.to_array(), scene.truth[0]) > iou(half, scene.truth[0]) + 0.2


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("positive", [True, False])
def test_a_click_on_a_given_mask_leaves_the_rest_as_it_is(
    segmenter: Segmenter, frame_of: FrameOf, seed: int, positive: bool
) -> None:
    scene = moving_scene(seed, 1, size=(480, 270), radius=60)
    truth = scene.truth[0]
    rows, columns = np.nonzero(truth)
    spoiled, far = truth.copy(), np.zeros_like(truth)
    if positive:  # the right third is missing
        spoiled[:, int(np.quantile(columns, 0.67)) :] = False
    else:  # a block of ground hangs on it
        top, left = int(rows.mean()), int(columns.max()) - 10
        spoiled[top - 25 : top + 25, left : left + 60] = True
    far[:, : int(np.quantile(columns, 0.4))] = True  # away from what is wrong
    wrong = truth != spoiled
    click = PointPrompt(centre_of(wrong), positive)
    found = segmenter.segment(
        frame_of(scene.frames[0]), PromptSet((click,), mask_id=1), given_mask=Mask.from_array(spoiled)
    ).mask.to_array()
    assert np.array_equal(found & far, spoiled & far)
    assert iou(found, truth) > iou(spoiled, truth)


def test_clicks_correct_a_mask_one_by_one(segmenter: Segmenter, scene: Scene, frame: Frame) -> None:
    columns = np.nonzero(scene.truth[0])[1]
    middle = scene.truth[0].copy()
    middle[:, : int(np.quantile(columns, 0.25))] = middle[:, int(np.quantile(columns, 0.75)) :] = False
    missing = scene.truth[0] & ~middle
    left, right = missing.copy(), missing.copy()
    left[:, int(columns.mean()) :] = right[:, : int(columns.mean())] = False
    clicks = tuple(PointPrompt(centre_of(side)) for side in (left, right))
    given = Mask.from_array(middle)
    once = segmenter.segment(frame, PromptSet(clicks[:1], mask_id=1), given_mask=given).mask
    then = segmenter.segment(frame, PromptSet(clicks[1:], mask_id=1), given_mask=once).mask
    assert segmenter.segment(frame, PromptSet(clicks, mask_id=1), given_mask=given).mask == then


def test_a_click_where_nothing_is_wrong_changes_nothing(segmenter: Segmenter, scene: Scene, frame: Frame) -> None:
    given = Mask.from_array(scene.truth[0])
    outside = PointPrompt(Point(2, 2), positive=False)
    for click in (PointPrompt(centre_of(scene.truth[0])), outside):
        assert segmenter.segment(frame, PromptSet((click,), mask_id=1), given_mask=given).mask == given


def test_a_second_look_sees_small_things_better(segmenter: Segmenter, frame_of: FrameOf) -> None:
    gains = []
    for seed in range(4):
        scene = moving_scene(seed, 1, size=(960, 540), radius=24)
        box = Mask.from_array(scene.truth[0]).box
        looks = [
            segmenter.segment(
                frame_of(scene.frames[0]), PromptSet(box=box), settings=SegmentSettings(second_look=on)
            ).mask
            for on in (False, True)
        ]
        once, twice = (iou(mask.to_array(), scene.truth[0]) for mask in looks)
        gains.append(twice - once)
    assert min(gains) > 0


def test_snap_is_for_stills_and_can_be_turned_off(segmenter: Segmenter, scene: Scene, frame: Frame) -> None:
    on, off = SegmentSettings(), SegmentSettings(snap=False)
    plain = segmenter.segment(frame, click(scene), settings=on).mask
    snapped = segmenter.segment(frame, click(scene), still=True, settings=on).mask
    unsnapped = segmenter.segment(frame, click(scene), still=True, settings=off).mask
    assert plain == unsnapped
    assert snapped != plain
    assert iou(snapped.to_array(), scene.truth[0]) >= iou(plain.to_array(), scene.truth[0])


@pytest.mark.parametrize(
    ("prompts", "words"),
    [
        (PromptSet(), "no prompt"),
        (PromptSet(mask_id=4), "no prompt"),
        (PromptSet((PointPrompt(Point(480, 10)),)), "480,10 lies outside"),
        (PromptSet((PointPrompt(Point(float("nan"), 10)),)), "outside"),
        (PromptSet(box=Box(10, 10, 10, 50)), "no area"),
        (PromptSet(box=Box(500, 300, 600, 400)), "outside"),
    ],
)
def test_prompts_that_do_not_fit_are_refused(
    segmenter: Segmenter, frame: Frame, prompts: PromptSet, words: str
) -> None:
    with pytest.raises(PromptError, match=words):
        segmenter.segment(frame, prompts)


def test_a_given_mask_of_another_size_is_refused(segmenter: Segmenter, frame: Frame) -> None:
    with pytest.raises(PromptError, match="9x9"):
        segmenter.segment(frame, PromptSet(mask_id=1), given_mask=Mask(Size(9, 9)))


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (200, 3), (64, 64)])
def test_extreme_sizes_get_an_answer(segmenter: Segmenter, frame_of: FrameOf, shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (*shape, 3), np.uint8)
    point = PointPrompt(Point(shape[1] / 2, shape[0] / 2))
    answer = segmenter.segment(frame_of(rgb), PromptSet((point,)), still=True)
    assert answer.mask.size == Size(shape[1], shape[0])


def test_sixteen_bits_give_nearly_what_eight_do(
    segmenter: Segmenter, scene: Scene, frame: Frame, frame_of: FrameOf
) -> None:
    deep = frame_of(scene.frames[0].astype(np.uint16) * 257)
    shallow_mask, deep_mask = (segmenter.segment(f, click(scene)).mask for f in (frame, deep))
    assert shallow_mask.iou(deep_mask) > 0.97


def test_many_clicks_are_answered(segmenter: Segmenter, scene: Scene, frame: Frame) -> None:
    rows, columns = np.nonzero(scene.truth[0])
    places = np.linspace(0, len(rows) - 1, 20).astype(int)
    points = tuple(PointPrompt(Point(float(columns[n]), float(rows[n]))) for n in places)
    answer = segmenter.segment(frame, PromptSet(points))
    assert iou(answer.mask.to_array(), scene.truth[0]) > 0.8


def test_an_answer_that_is_no_number_is_an_error(nano: Model, frame: Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    decode = nano.network.decode

    def broken(*args: object) -> Decoded:
        answer = decode(*args)
        answer.masks[0, 0, 0, 0] = float("nan")
        return answer

    monkeypatch.setattr(nano.network, "decode", broken)
    with pytest.raises(ModelError, match="frame 0 is not made of numbers"):
        Segmenter(nano).segment(frame, PromptSet((PointPrompt(Point(5, 5)),)))
