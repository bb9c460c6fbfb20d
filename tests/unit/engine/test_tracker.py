"""Tracking on scenes with known truth, and the rules of a run: order, independence, absence, keyframes, cancelling."""

import gc
from collections.abc import Callable, Iterable
from dataclasses import replace
from weakref import ref

import numpy as np
import pytest
from sam2_studio.core.frames import Frame, FrameRange
from sam2_studio.core.geometry import Point
from sam2_studio.core.health import Symptom
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.models import Model
from sam2_studio.engine.requests import Arrival, Conditioning, Direction, FrameResult, TrackObject, TrackRequest
from sam2_studio.engine.tracker import Tracker
from sam2_studio.errors import ModelError, PromptError
from sam2_studio.networks.interface import Chosen
from tests.fakes import ArraySource
from tests.synthetic import Scene, hidden_scene, iou, moving_scene

SourceOf = Callable[[Scene], ArraySource]


def boxed(scene: Scene, frame: int = 0) -> Conditioning:
    return Conditioning(PromptSet(box=Mask.from_array(scene.truth[frame]).box))


def painted(scene: Scene, frame: int) -> Conditioning:
    return Conditioning(mask=Mask.from_array(scene.truth[frame]))


def request(
    scene: Scene,
    *objects: TrackObject,
    direction: Direction = Direction.FORWARD,
    keep: frozenset[tuple[int, int]] = frozenset(),
    span: FrameRange | None = None,
) -> TrackRequest:
    return TrackRequest(objects=objects, range=span or FrameRange(0, len(scene.frames)), direction=direction, keep=keep)


def mean_iou(results: list[FrameResult], scene: Scene) -> float:
    return float(np.mean([iou(r.mask.to_array(), scene.truth[r.frame]) for r in results]))


@pytest.fixture(scope="module")
def short() -> Scene:
    return moving_scene(3, frames=8)


@pytest.mark.parametrize("seed", [0, 1, 5])
def test_a_moving_subject_is_held(nano: Model, source_of: SourceOf, seed: int) -> None:
    scene = moving_scene(seed, frames=24)
    results = list(Tracker(nano, source_of(scene)).run(request(scene, TrackObject(1, {0: boxed(scene)}))))
    assert [r.frame for r in results] == list(range(24))
    assert [r.conditioning for r in results] == [True] + [False] * 23
    assert not any(r.absent for r in results)
    assert mean_iou(results, scene) >= 0.7


def test_a_hidden_subject_is_absent_and_found_again(nano: Model, source_of: SourceOf) -> None:
    scene = hidden_scene(1)
    results = list(Tracker(nano, source_of(scene)).run(request(scene, TrackObject(1, {0: boxed(scene)}))))
    hidden = [r for r in results if not scene.truth[r.frame].any()]
    assert len(hidden) >= 10
    assert all(r.absent and r.mask.is_empty for r in hidden)
    assert mean_iou(results[-5:], scene) >= 0.5
    assert not any(r.absent for r in results[-5:])
    back = next(r for r in results if r.frame > hidden[-1].frame and not r.absent)
    assert back.health.reasons[0].symptom is Symptom.LOST
    assert results[back.health.reasons[0].amount].absent
    assert back.health.is_doubtful


def test_a_steady_run_is_healthy_in_both_directions(nano: Model, source_of: SourceOf) -> None:
    scene = moving_scene(1, frames=16)
    wanted = request(scene, TrackObject(1, {8: painted(scene, 8)}), direction=Direction.BOTH)
    results = list(Tracker(nano, source_of(scene)).run(wanted))
    assert len(results) == 16
    assert not any(r.health.is_doubtful for r in results)


def test_backwards_equals_forwards_on_the_clip_turned_round(nano: Model, source_of: SourceOf, short: Scene) -> None:
    turned = Scene(short.frames[::-1], short.truth[::-1])
    last = len(short.frames) - 1
    backwards = Tracker(nano, source_of(short)).run(
        request(short, TrackObject(1, {last: painted(short, last)}), direction=Direction.BACKWARD)
    )
    forwards = Tracker(nano, source_of(turned)).run(request(turned, TrackObject(1, {0: painted(turned, 0)})))
    assert [(last - r.frame, r.mask) for r in backwards] == [(r.frame, r.mask) for r in forwards]


def test_both_ways_gives_every_frame_once(nano: Model, source_of: SourceOf, short: Scene) -> None:
    run = Tracker(nano, source_of(short)).run(
        request(short, TrackObject(1, {3: boxed(short, 3)}), direction=Direction.BOTH)
    )
    results = list(run)
    assert [r.frame for r in results] == [3, 4, 5, 6, 7, 2, 1, 0]
    assert mean_iou(results, short) > 0.7


def held(results: Iterable[FrameResult]) -> dict[int, FrameResult]:
    """What holds of each frame at the end of a run, arrivals aside."""
    return {r.frame: replace(r, arrival=Arrival.ONLY) for r in results if r.arrival is not Arrival.SAME}


def test_a_gap_is_tracked_from_both_sides_and_joined_once(nano: Model, source_of: SourceOf, short: Scene) -> None:
    sides = TrackObject(1, {0: painted(short, 0), 7: painted(short, 7)})
    results = list(Tracker(nano, source_of(short)).run(request(short, sides, direction=Direction.BOTH)))
    arrivals = {a: [r.frame for r in results if r.arrival is a] for a in Arrival}
    assert arrivals[Arrival.ONLY] == [0, 7]
    assert arrivals[Arrival.EARLY] == [1, 2, 3, 4, 5, 6]
    assert arrivals[Arrival.SAME] == [6, 5, 4, 3, 2, 1]
    early = {r.frame: r.mask for r in results if r.arrival is Arrival.EARLY}
    assert all(r.mask == early[r.frame] for r in results if r.arrival is Arrival.SAME)
    taken = arrivals[Arrival.BETTER]
    assert sorted(taken) == list(range(8 - len(taken) - 1, 7))
    assert mean_iou(list(held(results).values()), short) > 0.7
    assert sorted(held(results)) == list(range(8))


def test_a_stretch_tracked_alone_is_the_same_as_in_a_whole_run(nano: Model, source_of: SourceOf, short: Scene) -> None:
    item = TrackObject(1, {n: painted(short, n) for n in (1, 5)})
    whole = held(Tracker(nano, source_of(short)).run(request(short, item, direction=Direction.BOTH)))
    for wanted in ([2, 3, 4], [6, 7], [0], [4]):
        asked = request(short, item, direction=Direction.BOTH)
        asked = replace(asked, only=frozenset((1, n) for n in wanted))
        alone = held(Tracker(nano, source_of(short)).run(asked))
        assert alone == {n: whole[n] for n in wanted}


def test_a_cut_parts_what_is_tracked(nano: Model, source_of: SourceOf, short: Scene) -> None:
    asked = replace(request(short, TrackObject(1, {2: painted(short, 2)}), direction=Direction.BOTH), cuts=(5,))
    assert sorted(held(Tracker(nano, source_of(short)).run(asked))) == [0, 1, 2, 3, 4]


def test_an_object_is_the_same_bit_for_bit_whoever_is_tracked_beside_it(
    nano: Model, source_of: SourceOf, short: Scene
) -> None:
    one = TrackObject(1, {0: boxed(short), 5: painted(short, 5)})
    others = [TrackObject(n, {n: Conditioning(PromptSet((PointPrompt(Point(40 * n, 200)),)))}) for n in (2, 3)]

    def run(*objects: TrackObject) -> list[FrameResult]:
        results = Tracker(nano, source_of(short)).run(request(short, *objects, direction=Direction.BOTH))
        return [r for r in results if r.object_id == 1]

    alone = run(one)
    assert run(others[0], one, others[1]) == alone
    assert run(one, others[1]) == alone


def test_results_come_frame_by_frame_in_the_order_of_the_objects(
    nano: Model, source_of: SourceOf, short: Scene
) -> None:
    objects = [TrackObject(n, {0: painted(short, 0)}) for n in (7, 4)]
    results = list(Tracker(nano, source_of(short)).run(request(short, *objects, span=FrameRange(0, 3))))
    assert [(r.frame, r.object_id) for r in results] == [(0, 7), (0, 4), (1, 7), (1, 4), (2, 7), (2, 4)]


def test_a_given_mask_holds_to_the_pixel(nano: Model, source_of: SourceOf, short: Scene) -> None:
    conditioning = {0: boxed(short), 4: painted(short, 4)}
    results = list(Tracker(nano, source_of(short)).run(request(short, TrackObject(1, conditioning))))
    assert results[4].mask == conditioning[4].mask
    assert results[4].conditioning
    assert results[4].score == 1


def test_kept_frames_get_no_result(nano: Model, source_of: SourceOf, short: Scene) -> None:
    keep = frozenset({(1, 4), (1, 6), (2, 1)})
    conditioning = {0: boxed(short), 4: painted(short, 4)}
    results = Tracker(nano, source_of(short)).run(request(short, TrackObject(1, conditioning), keep=keep))
    assert [r.frame for r in results] == [0, 1, 2, 3, 5, 7]


def test_an_empty_given_mask_says_absent_there_and_no_more(nano: Model, source_of: SourceOf, short: Scene) -> None:
    size = source_of(short).read(0).size
    conditioning = {0: boxed(short), 4: Conditioning(mask=Mask(size))}
    results = list(Tracker(nano, source_of(short)).run(request(short, TrackObject(1, conditioning))))
    assert results[4].absent
    assert results[4].conditioning
    assert not results[5].absent
    assert mean_iou(results[5:], short) > 0.7


def test_a_correction_outside_the_range_is_used(nano: Model, source_of: SourceOf, short: Scene) -> None:
    results = list(
        Tracker(nano, source_of(short)).run(
            request(short, TrackObject(1, {0: painted(short, 0)}), span=FrameRange(4, 6))
        )
    )
    assert [r.frame for r in results] == [4, 5]
    assert mean_iou(results, short) > 0.6


@pytest.mark.parametrize("conditioning", [{}, {0: Conditioning()}])
def test_an_object_without_a_prompt_is_refused(
    nano: Model, source_of: SourceOf, short: Scene, conditioning: dict[int, Conditioning]
) -> None:
    with pytest.raises(PromptError, match="Object 9 has no prompt"):
        next(Tracker(nano, source_of(short)).run(request(short, TrackObject(9, conditioning))))


def test_no_object_and_a_range_outside_the_clip_are_refused(nano: Model, source_of: SourceOf, short: Scene) -> None:
    tracker = Tracker(nano, source_of(short))
    with pytest.raises(PromptError, match="no object"):
        next(tracker.run(request(short)))
    with pytest.raises(PromptError, match="5:50"):
        next(tracker.run(request(short, TrackObject(1, {0: boxed(short)}), span=FrameRange(5, 50))))


class Watched:
    """A source that notes what is read."""

    def __init__(self, source: ArraySource) -> None:
        self.info = source.info
        self.timestamp = source.timestamp
        self.close = source.close
        self._source = source
        self.numbers: list[int] = []

    def read(self, number: int) -> Frame:
        self.numbers.append(number)
        return self._source.read(number)


def test_closing_the_run_reads_at_most_the_frame_ahead(nano: Model, source_of: SourceOf, short: Scene) -> None:
    source = Watched(source_of(short))
    run = Tracker(nano, source).run(request(short, TrackObject(1, {0: painted(short, 0)})))
    assert [next(run).frame for _ in range(3)] == [0, 1, 2]
    run.close()
    assert max(source.numbers) <= 3


def test_a_run_that_ended_is_gone_at_once(nano: Model, source_of: SourceOf, short: Scene) -> None:
    """It holds the network, which on a GPU must be gone before the next one is loaded: no collector may be needed."""
    tracker = Tracker(nano, source_of(short))
    gc.disable()
    try:
        for _ in tracker.run(request(short, TrackObject(1, {0: boxed(short)}), direction=Direction.BOTH)):
            pass
        watched = ref(tracker)
        del tracker
        assert watched() is None
    finally:
        gc.enable()


def test_memories_held_do_not_grow(nano: Model, source_of: SourceOf) -> None:
    scene = moving_scene(1, frames=24)
    tracker = Tracker(nano, source_of(scene))
    conditioning = {0: painted(scene, 0), 9: painted(scene, 9), 17: painted(scene, 17)}
    held = [tracker.memory_bytes for _ in tracker.run(request(scene, TrackObject(1, conditioning)))]
    assert 0 < max(held[8:]) <= max(held[:8])


def test_an_answer_that_is_no_number_ends_the_run_after_what_came(
    nano: Model, source_of: SourceOf, short: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose, calls = nano.network.choose, []

    def broken(*args: object) -> Chosen:
        answer = choose(*args)
        calls.append(1)
        if len(calls) == 3:
            answer.mask_logits.fill_(float("nan"))
        return answer

    monkeypatch.setattr(nano.network, "choose", broken)
    results = Tracker(nano, source_of(short)).run(request(short, TrackObject(1, {0: painted(short, 0)})))
    assert [next(results).frame for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ModelError, match="frame 3 is not made of numbers"):
        next(results)
