"""What may be typed into the frame field."""

from fractions import Fraction

import pytest
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.errors import PromptError
from sam2_studio.ui.timeline.frame_entry import parse_frame


def clip_of(**values: object) -> Clip:
    base = {"path": "a.mp4", "kind": ClipKind.VIDEO, "frames": 247, "width": 8, "height": 8, "first_number": 1001}
    return Clip.whole(ClipInfo(**base | values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "frame"),
    [("1037", 36), (" 1001 ", 0), ("1247", 246), ("+10", 50), ("-5", 35), ("−5", 35), ("-500", 0), ("+9999", 246)],
)
def test_numbers_and_steps(text: str, frame: int) -> None:
    assert parse_frame(text, 40, clip_of()) == frame


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(24000, 1001), Fraction(30)])
def test_every_timecode_shown_is_understood(rate: Fraction) -> None:
    clip = clip_of(rate=rate, timecode="01:00:00:10")
    assert [parse_frame(clip.timecode(f), 0, clip) for f in range(0, 247, 13)] == list(range(0, 247, 13))


def test_a_short_timecode_counts_from_the_right() -> None:
    assert parse_frame("1:13", 0, clip_of()) == 38


@pytest.mark.parametrize("text", ["", "abc", "10.5", "++3", "1:2:3:4:5", "²", "1000", "1248"])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(PromptError) as error:
        parse_frame(text, 40, clip_of())
    assert text.strip() in error.value.message
    assert error.value.way_out
