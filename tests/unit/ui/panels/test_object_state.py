"""How far an object is, in a word."""

import pytest
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.tracks import MaskRecord, MaskTrack, Origin
from sam2_studio.ui.panels.object_state import object_state
from sam2_studio.ui.timeline.lanes import LaneStates


def states(records: dict[int, MaskRecord], frames: int = 10) -> LaneStates:
    track = MaskTrack()
    for frame, record in records.items():
        track.put(frame, record)
    return LaneStates.of_track(track, frames)


def tracked(**values: object) -> MaskRecord:
    return MaskRecord(mask_id=1, origin=Origin.TRACKED, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("records", "text", "attention"),
    [
        ({}, "no mask yet", False),
        ({f: tracked() for f in range(10)}, "tracked", False),
        ({f: tracked() for f in range(2, 8)}, "tracked", False),
        ({f: tracked() for f in range(2, 5)}, "3 of 6", False),
        ({f: tracked(health=0.2 if f in (3, 4, 7) else 0.9) for f in range(10)}, "2 to review", True),
        ({f: tracked(health=0.2, stale=f > 7) for f in range(10)}, "2 stale", True),
    ],
)
def test_the_most_urgent_word(records: dict[int, MaskRecord], text: str, attention: bool) -> None:
    state = object_state(states(records), FrameRange(2, 8))
    assert (state.text, state.needs_attention) == (text, attention)


def test_a_still_is_ready() -> None:
    done = states({0: MaskRecord(mask_id=1, origin=Origin.PROMPTED)}, 1)
    assert object_state(done, FrameRange(0, 1)).text == "ready"
