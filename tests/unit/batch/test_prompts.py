"""Prompts files, checked against the footage."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from sam2_studio.batch.prompts import Subject, check_subjects, read_prompts_file
from sam2_studio.batch.written import WrittenPrompt, WrittenSubject
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.errors import PromptError

INFO = ClipInfo(path="shot.1001.png", kind=ClipKind.SEQUENCE, frames=10, first_number=1001, width=40, height=30)


def written(folder: Path, document: Any) -> Path:
    path = folder / "prompts.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_prompts_file_says_what_the_guide_says(tmp_path: Path) -> None:
    prompts = [
        {"frame": 1001, "box": [1, 2, 20, 25]},
        {"frame": 1001, "point": [5, 6.5]},
        {"frame": 1003, "point": [7, 8], "positive": False},
        {"frame": 1004, "mask": "masks/a.png"},
        {"frame": 1005, "hair": "masks/h.png"},
    ]
    path = written(tmp_path, {"objects": [{"name": "dog", "prompts": prompts}]})
    assert read_prompts_file(path) == (
        WrittenSubject(
            "dog",
            (
                WrittenPrompt(frame=1001, box=Box(1, 2, 20, 25)),
                WrittenPrompt(frame=1001, point=PointPrompt(Point(5, 6.5))),
                WrittenPrompt(frame=1003, point=PointPrompt(Point(7, 8), False)),
                WrittenPrompt(frame=1004, mask=tmp_path / "masks" / "a.png"),
                WrittenPrompt(frame=1005, hair=tmp_path / "masks" / "h.png"),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ({"frame": True, "box": [1, 2, 3, 4]}, "frame"),
        ({"frame": 1.5, "box": [1, 2, 3, 4]}, "frame"),
        ({"frame": 0}, '"box", "point", "mask" and "hair"'),
        ({"frame": 0, "box": [1, 2, 3, 4], "point": [1, 2]}, '"box", "point", "mask" and "hair"'),
        ({"frame": 0, "point": [1, "2"]}, "2 numbers"),
        ({"frame": 0, "point": [1, True]}, "2 numbers"),
        ({"frame": 0, "box": [1, 2, 3, 4], "positive": False}, "positive"),
        ({"frame": 0, "mask": ""}, ".mask is not"),
        ({"frame": 0, "hair": 7}, ".hair is not"),
        ({"frame": 0, "hair": "h.png", "positive": False}, "positive"),
        ({"frame": 0, "point": [1, 2], "postive": False}, "postive"),
        ([0, 1, 2], "frame"),
    ],
)
def test_what_is_wrong_in_a_prompts_file_is_named(prompt: Any, named: str, tmp_path: Path) -> None:
    path = written(tmp_path, {"objects": [{"name": "dog", "prompts": [{"frame": 0, "point": [1, 2]}, prompt]}]})
    with pytest.raises(PromptError) as caught:
        read_prompts_file(path)
    assert named in str(caught.value)
    assert "objects[0].prompts[1]" in caught.value.message


def test_frames_are_counted_as_the_source_does() -> None:
    prompts = (
        WrittenPrompt(frame=1002, point=PointPrompt(Point(5, 6))),
        WrittenPrompt(frame=1002, box=Box(-5, 0, 20, 50)),
        WrittenPrompt(frame=1010, point=PointPrompt(Point(7, 8), False)),
    )
    [subject] = check_subjects([WrittenSubject("dog", prompts)], INFO)
    assert subject == Subject(
        "dog",
        {
            1: PromptSet((PointPrompt(Point(5, 6)),), Box(0, 0, 20, 30)),
            9: PromptSet((PointPrompt(Point(7, 8), False),)),
        },
        {},
    )
    with pytest.raises(PromptError, match="1001 to 1010"):
        check_subjects([WrittenSubject("", (WrittenPrompt(frame=0, box=Box(1, 1, 5, 5)),))], INFO)


def test_nothing_said_is_nothing_to_do() -> None:
    with pytest.raises(PromptError, match="no prompt"):
        check_subjects([], INFO)
    with pytest.raises(PromptError, match="no prompt for dog"):
        check_subjects([WrittenSubject("dog", ())], INFO)


def test_hair_is_read_by_frame_and_shows_no_subject(tmp_path: Path) -> None:
    strokes = np.zeros((30, 40), np.uint8)
    strokes[3:9, 5:20] = 255
    cv2.imwrite(str(tmp_path / "h.png"), strokes)
    hair = WrittenPrompt(frame=1003, hair=tmp_path / "h.png")
    point = WrittenPrompt(frame=1001, point=PointPrompt(Point(5, 6)))
    [subject] = check_subjects([WrittenSubject("dog", (point, hair))], INFO)
    assert subject.hair == {2: Mask.from_array(strokes > 0)}
    assert list(subject.prompts) == [0]
    with pytest.raises(PromptError, match="no prompt for dog"):
        check_subjects([WrittenSubject("dog", (hair,))], INFO)
    with pytest.raises(PromptError, match="two pictures of hair on frame 1003"):
        check_subjects([WrittenSubject("dog", (point, hair, hair))], INFO)
