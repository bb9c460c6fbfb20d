"""How far a run is, where some frames are tracked from both sides."""

from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.engine.requests import Arrival, Conditioning, FrameResult, TrackObject, TrackRequest
from sam2_studio.engine.run_progress import RunProgress

SHOWN = Mask(Size(8, 8), 1, 1, 1, 1, b"\x80")


def a_result(frame: int, arrival: Arrival) -> FrameResult:
    return FrameResult(
        frame=frame, object_id=1, mask=SHOWN, score=1, absent=False, presence=1, conditioning=False, arrival=arrival
    )


def test_a_frame_of_two_sides_counts_half_from_each() -> None:
    item = TrackObject(1, {n: Conditioning(mask=SHOWN) for n in (0, 5)})
    progress = RunProgress(TrackRequest(objects=(item,), range=FrameRange(0, 8), keep=frozenset({(1, 0), (1, 5)})))
    assert (progress.done, progress.frames, progress.kept) == (0, 6, 2)
    seen = []
    for frame in (1, 2, 3, 4):
        progress.take(a_result(frame, Arrival.EARLY))
        seen.append(progress.done)
    for frame in (6, 7):
        progress.take(a_result(frame, Arrival.ONLY))
    for frame in (4, 3, 2, 1):
        progress.take(a_result(frame, Arrival.SAME))
        progress.take(a_result(4, Arrival.BETTER))
        seen.append(progress.done)
    assert seen == [0, 1, 1, 2, 4, 4, 5, 6]


def test_nothing_to_do_is_nothing_done() -> None:
    item = TrackObject(1, {0: Conditioning(mask=SHOWN)})
    progress = RunProgress(TrackRequest(objects=(item,), range=FrameRange(0, 1), keep=frozenset({(1, 0)})))
    assert (progress.done, progress.frames) == (0, 0)
