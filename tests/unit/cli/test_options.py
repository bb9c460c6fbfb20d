"""Prompts as they are written on the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from sam2_studio.batch.written import WrittenPrompt
from sam2_studio.cli.options import parse_box, parse_point, parse_prompts, parse_range
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.prompts import PointPrompt


def test_what_is_written_is_what_is_meant() -> None:
    assert parse_box("1,2.5,3,4") == Box(1, 2.5, 3, 4)
    assert parse_point("-1, 2") == Point(-1, 2)
    assert parse_range("1001:1010") == FrameRange(1001, 1010)
    assert parse_prompts(["0:1,2,3,4"], ["5:6,7"], ["8:9,10"], ["11:a:b.png"], ["12:h.png"]) == (
        WrittenPrompt(frame=0, box=Box(1, 2, 3, 4)),
        WrittenPrompt(frame=5, point=PointPrompt(Point(6, 7))),
        WrittenPrompt(frame=8, point=PointPrompt(Point(9, 10), False)),
        WrittenPrompt(frame=11, mask=Path("a:b.png")),
        WrittenPrompt(frame=12, hair=Path("h.png")),
    )


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_box, "1,2,3"),
        (parse_box, "1,2,3,4,5"),
        (parse_box, "a,b,c,d"),
        (parse_point, "1;2"),
        (parse_point, ""),
        (parse_range, "5"),
        (parse_range, ":5"),
        (parse_range, "1.5:2"),
    ],
)
def test_what_means_nothing_is_named(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(typer.BadParameter, match=f"“{text}”"):
        parse(text)


@pytest.mark.parametrize("text", ["1,2,3,4", "x:1,2,3,4", "0:", "0.5:1,2,3,4"])
def test_a_prompt_starts_with_its_frame(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="frame"):
        parse_prompts([text], None, None, None, None)
