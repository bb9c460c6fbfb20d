"""What a track run leaves to be written since the last time."""

from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.engine.requests import Arrival, FrameResult
from sam2_studio.ui.track_batch import TrackBatch


def a_result(frame: int, arrival: Arrival, score: float = 0.5) -> FrameResult:
    return FrameResult(
        frame=frame,
        object_id=1,
        mask=Mask(Size(4, 4)),
        score=score,
        absent=True,
        presence=0,
        conditioning=False,
        arrival=arrival,
    )


def test_what_holds_after_all_isnt_written_again() -> None:
    batch = TrackBatch()
    batch.add(a_result(3, Arrival.SAME), "recipe")
    assert (batch.masks, batch.settled) == ({}, {(1, 3)})


def test_what_came_early_and_holds_within_one_batch_is_written_as_final() -> None:
    batch = TrackBatch()
    batch.add(a_result(3, Arrival.EARLY, 0.7), "first")
    batch.add(a_result(3, Arrival.SAME, 0.7), "second")
    assert batch.masks == {(1, 3): (a_result(3, Arrival.ONLY, 0.7), "first")}
    assert not batch.settled


def test_the_better_one_takes_the_place_of_all_before() -> None:
    batch = TrackBatch()
    for arrival in (Arrival.EARLY, Arrival.SAME, Arrival.BETTER):
        batch.add(a_result(3, arrival, len(arrival)), arrival)
    batch.add(a_result(4, Arrival.SAME), "recipe")
    batch.add(a_result(4, Arrival.BETTER), "recipe")
    assert batch.masks[1, 3] == (a_result(3, Arrival.BETTER, 6), "better")
    assert batch.masks[1, 4][0].arrival is Arrival.BETTER
    assert not batch.settled
