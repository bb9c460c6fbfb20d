"""From masks to what a lane shows, at one frame a cell and at many frames a pixel."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sam2_studio.core.tracks import MaskRecord, MaskTrack, Origin
from sam2_studio.ui.timeline.lanes import (
    ABSENT,
    DOUBTFUL,
    FILLED,
    LOCKED,
    PAINTED,
    PROMPTED,
    STALE,
    LaneStates,
    describe,
)
from sam2_studio.ui.timeline.scale import Scale


def record(origin: Origin = Origin.TRACKED, **values: object) -> MaskRecord:
    return MaskRecord(mask_id=1, origin=origin, **values)  # type: ignore[arg-type]


def track_of(records: dict[int, MaskRecord]) -> MaskTrack:
    track = MaskTrack()
    for frame, value in records.items():
        track.put(frame, value)
    return track


@pytest.fixture
def track() -> MaskTrack:
    """Prompted 0, tracked 1 to 9 (stale from 6), gap at 10, absent 11, painted 12, locked and tracked 13."""
    records = {f: record(health=0.9, stale=f >= 6) for f in range(1, 10)}
    records[0] = record(Origin.PROMPTED, health=0.1)
    records[4] = record(health=0.3, reasons="area:-40 outline:14")
    records[11] = record(absent=True)
    records[12] = record(Origin.PAINTED)
    records[13] = record(locked=True)
    return track_of(records)


def stretches(bits: NDArray[np.uint8], wanted: int) -> list[tuple[int, int]]:
    """[start, stop) of each run of pixels in which all wanted bits hold."""
    edges = np.flatnonzero(np.diff((bits & wanted == wanted).astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


@pytest.mark.parametrize("ratio", [1, 2])
def test_each_pixel_has_the_bits_of_its_frames(track: MaskTrack, ratio: int) -> None:
    bits = LaneStates.of_track(track, 20).view(Scale(frames=20, width=200), ratio).bits
    expected = {FILLED: [(0, 100), (120, 140)], STALE: [(60, 100)], LOCKED: [(130, 140)], ABSENT: [(110, 120)]}
    for state, places in expected.items():
        assert stretches(bits, state) == [(ratio * left, ratio * right) for left, right in places]


def test_signs_stand_in_the_middle_of_their_frames(track: MaskTrack) -> None:
    view = LaneStates.of_track(track, 20).view(Scale(frames=20, width=200))
    assert view.signs == {PROMPTED: [5], PAINTED: [125], DOUBTFUL: [45]}


def test_a_single_stale_frame_shows_among_thousands() -> None:
    track = track_of({f: record(stale=f == 7_777) for f in range(10_000)})
    view = LaneStates.of_track(track, 10_000).view(Scale(frames=10_000, width=500))
    assert stretches(view.bits, STALE) == [(388, 389)]


def test_columns_take_the_lowest_health_and_end_with_the_view() -> None:
    states = LaneStates(1000)
    track = track_of({0: record(health=0.8), 7: record(health=0.2), 999: record(health=0.0)})
    states.update(track, [0, 7, 999])
    columns = states.columns(Scale(frames=1000, width=50, zoom=2))
    assert columns.healths[0] == np.float32(0.2)
    assert columns.healths[-1] == 1  # frame 999 lies outside the view


def test_an_update_touches_only_its_frames_and_raises_the_revision(track: MaskTrack) -> None:
    states = LaneStates.of_track(track, 20)
    revision, before = states.revision, states.bits.copy()
    track.put(5, None)
    states.update(track, [5, 99])
    assert states.revision == revision + 1
    assert states.bits[5] == 0
    assert np.array_equal(np.delete(states.bits, 5), np.delete(before, 5))


def test_counts(track: MaskTrack) -> None:
    states = LaneStates.of_track(track, 20)
    assert states.stale_count == 4
    assert states.missing_count(0, 20) == 7
    assert states.keyframes().tolist() == [0, 12, 13]
    assert states.has_masks


def test_doubtful_places_follow_a_change() -> None:
    track = track_of({f: record(health=0.9) for f in range(12)})
    states = LaneStates.of_track(track, 12)
    assert states.doubtful_places() == ()
    track.put(3, record(health=0.1))
    states.update(track, [3])
    assert states.doubtful_places() == (3,)


def test_doubtful_places_are_the_worst_frames_of_their_runs() -> None:
    healths = {3: 0.4, 4: 0.2, 5: 0.3, 9: 0.45}
    states = LaneStates.of_track(track_of({f: record(health=healths.get(f, 0.9)) for f in range(12)}), 12)
    assert states.doubtful_places() == (4, 9)


def test_signs_do_not_run_into_one_another() -> None:
    track = track_of({f: record(Origin.PROMPTED) for f in range(1000)})
    places = LaneStates.of_track(track, 1000).view(Scale(frames=1000, width=400)).signs[PROMPTED]
    assert np.diff(places).min() >= 12
    assert len(places) > 20


def test_an_empty_lane_shows_nothing() -> None:
    view = LaneStates(50).view(Scale(frames=50, width=20))
    assert not view.bits.any()
    assert not any(view.signs.values())


def test_descriptions_say_why(track: MaskTrack) -> None:
    def said(frame: int) -> str:
        return describe(LaneStates.of_track(track, 20), frame, lambda number: number + 1001)

    assert said(4) == (
        "Frame 1005: health 0.30, area fell by 40 %, outline jumps 14 px against motion. "
        "Correct it by a click, or accept it if it is right."
    )
    assert said(7) == "Frame 1008: health 0.90. Prompts changed since it was tracked."
    assert said(11) == "Frame 1012: the object was not found here."
    assert said(19) == "Frame 1020: no mask yet."
    assert "Locked." in said(13)
    track.put(11, record(absent=True, health=0.1, reasons="gone:90"))
    assert said(11).startswith("Frame 1012: the object was not found here, gone at once. Correct it")
    track.put(12, record(health=0.2, reasons="lost:5"))
    assert "lost at 1006, back at 1013" in said(12)


def test_what_the_user_accepted_is_good_and_said(track: MaskTrack) -> None:
    track.put(4, record(health=0.3, reasons="area:-40", accepted=True))
    states = LaneStates.of_track(track, 20)
    assert (states.doubtful_places(), float(states.healths[4])) == ((), 1.0)
    assert describe(states, 4, int) == "Frame 4: health 1.00. Accepted by you."


def test_a_new_mask_takes_the_old_reasons_away(track: MaskTrack) -> None:
    states = LaneStates.of_track(track, 20)
    track.put(4, record(health=0.9))
    states.update(track, [4])
    assert describe(states, 4, int) == "Frame 4: health 0.90."


def test_chatter_is_kept_by_frame_and_said_where_it_is_much() -> None:
    states = LaneStates.of_track(track_of({0: record(reasons="chatter:120"), 5: record(reasons="chatter:450")}), 1000)
    assert [float(states.chatters[n]) for n in (0, 1, 5)] == [np.float32(1.2), 0, 4.5]
    columns = states.columns(Scale(frames=1000, width=50, zoom=2))
    assert columns.chatters[0] == 4.5
    assert "4.5 px against the picture" in describe(states, 5, int)
    assert "against the picture" not in describe(states, 0, int)
