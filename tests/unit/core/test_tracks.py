import numpy as np
import pytest
from sam2_studio.core.tracks import MaskTrack, Origin

from .conftest import record


def test_frames_come_in_rising_order_however_they_were_put() -> None:
    track = MaskTrack()
    rng = np.random.default_rng(0)
    there: set[int] = set()
    for frame in rng.integers(0, 60, 400).tolist():
        keep = bool(rng.random() < 0.6)
        track.put(frame, record(frame) if keep else None)
        there = there | {frame} if keep else there - {frame}
        assert list(track) == sorted(there)
        assert len(track) == len(there)


def test_keyframes_are_what_the_user_made_or_locked() -> None:
    track = MaskTrack()
    track.put(5, record(1))
    track.put(3, record(2, Origin.PROMPTED))
    track.put(9, record(3, locked=True))
    track.put(1, record(4, Origin.PAINTED))
    assert track.keyframes == (1, 3, 9)
    track.put(3, record(5))
    track.put(9, None)
    assert track.keyframes == (1,)
    track.put(1, record(6, Origin.PROMPTED))
    assert track.keyframes == (1,)


@pytest.mark.parametrize(
    ("frame", "span"), [(0, (None, 3)), (3, (None, 9)), (5, (3, 9)), (9, (3, None)), (99, (9, None))]
)
def test_the_span_reaches_to_the_neighbouring_keyframes(frame: int, span: tuple[int | None, int | None]) -> None:
    track = MaskTrack()
    for key in (3, 9):
        track.put(key, record(key, Origin.PROMPTED))
    assert track.span_between_keys(frame) == span


def test_frames_between_leaves_the_bounds_out() -> None:
    track = MaskTrack()
    for frame in (8, 2, 4, 6):
        track.put(frame, record(frame))
    assert track.frames_between(2, 8) == (4, 6)
    assert track.frames_between(None, 3) == (2,)
    assert track.frames_between(5, None) == (6, 8)
    assert track.frames_between(8, 2) == ()


def test_frames_to_look_at() -> None:
    track = MaskTrack()
    track.put(1, record(1, stale=True))
    track.put(2, record(2, absent=True))
    track.put(3, record(3, health=0.49))
    track.put(4, record(4, Origin.PROMPTED, health=0.1))
    track.put(5, record(5, health=0.5))
    track.put(6, record(6, health=0.1, accepted=True))
    track.put(7, record(7, health=0.1, locked=True))
    assert track.frames_where(stale=True) == (1,)
    assert track.frames_where(absent=True) == (2,)
    assert track.frames_where(doubtful=True) == (3,)
    assert track.frames_where(stale=True, absent=True, doubtful=True) == (1, 2, 3)


def test_places_are_runs_of_doubtful_frames() -> None:
    track = MaskTrack()
    healths = {3: 0.4, 4: 0.2, 5: 0.2, 9: 0.45}
    for frame in range(12):
        track.put(frame, record(frame, health=healths.get(frame, 0.9)))
    assert track.doubtful_places() == (4, 9)
    assert track.doubtful_place_at(5) == (3, 4, 5)
    assert track.doubtful_place_at(9) == (9,)
    assert track.doubtful_place_at(6) == ()
    assert MaskTrack().doubtful_places() == ()
    track.put(4, record(4, health=0.2, accepted=True))
    assert track.doubtful_places() == (3, 5, 9)


def test_a_track_may_change_while_it_is_walked() -> None:
    track = MaskTrack()
    for frame in range(5):
        track.put(frame, record(frame))
    for frame in track:
        track.put(frame, None)
    assert len(track) == 0
