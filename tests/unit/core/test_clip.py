import json
from fractions import Fraction
from typing import Any

import pytest
from sam2_studio.core.clip import MOST_FRAMES, Clip, ClipInfo, ClipKind, ColorTags
from sam2_studio.core.frames import FrameRange

INFO = ClipInfo(
    path="shot.0101.exr",
    kind=ClipKind.SEQUENCE,
    frames=250,
    width=1920,
    height=1080,
    rate=Fraction(24000, 1001),
    duration=10.4,
    first_number=101,
    variable_rate=True,
    rotation=90,
    color=ColorTags("tv", "bt709", "bt709", "bt709"),
    alpha=True,
    audio="aac",
    timecode="01:00:00:12",
    pattern="shot.####.exr",
    warnings=("Frame 7 is missing.",),
)
CLIP = Clip(info=INFO, fingerprint="ab" * 32, source_range=FrameRange(10, 200))


def test_json_keeps_everything() -> None:
    assert Clip.from_json(json.loads(json.dumps(CLIP.to_json()))) == CLIP


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("frames", 0),
        ("frames", MOST_FRAMES + 1),
        ("frames", "12"),
        ("frames", True),
        ("width", 10**30),
        ("height", -1),
        ("rate", "1e999999999"),
        ("rate", "0"),
        ("rate", "1/0"),
        ("rate", 25.0),
        ("kind", "tape"),
        ("duration", float("nan")),
        ("path", None),
        ("color", {"range": 5}),
        ("color", {"gamut": "x"}),
        ("warnings", 3),
        ("unheard", 1),
    ],
)
def test_values_that_make_no_sense_are_refused(field: str, value: object) -> None:
    values: dict[str, Any] = CLIP.to_json()
    values["info"][field] = value
    with pytest.raises((KeyError, TypeError, ValueError)):
        Clip.from_json(values)


@pytest.mark.parametrize("span", [[0, 251], [5, 5], [-1, 9], [0], ["0", 9], [0, 5, 9]])
def test_a_range_outside_the_clip_is_refused(span: list[object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Clip.from_json(CLIP.to_json() | {"source_range": span})


def test_timecode_counts_on_from_the_clips_own() -> None:
    assert CLIP.timecode(0) == "01:00:00:12"
    assert CLIP.timecode(12) == "01:00:01:00"
    assert CLIP.source_number(3) == 104


@pytest.mark.parametrize("timecode", [None, "", "abc", "1:2:3", "01:00:00:00:00"])
def test_a_timecode_that_can_not_be_read_counts_from_nought(timecode: str | None) -> None:
    info = ClipInfo(path="a", kind=ClipKind.VIDEO, frames=50, width=2, height=2, timecode=timecode)
    assert Clip.whole(info).timecode(26) == "00:00:01:01"


def test_a_relinked_clip_is_the_same_but_for_its_place() -> None:
    assert CLIP.relinked("b.exr").relinked(INFO.path) == CLIP
    assert CLIP.available_range == FrameRange(0, 250)
