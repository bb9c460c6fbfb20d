import json

import pytest
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.prompts import PointPrompt, PromptSet

FULL = PromptSet((PointPrompt(Point(1.25, 2)), PointPrompt(Point(3, 4), False)), Box(0, 0, 9.5, 9), 7)


def test_json_keeps_everything() -> None:
    for prompts in (
        FULL,
        PromptSet(),
        FULL.with_box(None),
        FULL.with_mask(None, given=True),
        FULL.with_mask(4, given=True),
    ):
        assert PromptSet.from_json(json.loads(json.dumps(prompts.to_json()))) == prompts


@pytest.mark.parametrize(
    "values",
    [
        {"points": [["1", 2, True]], "box": None, "mask": None},
        {"points": [[1, 2, 1]], "box": None, "mask": None},
        {"points": [[1, 2]], "box": None, "mask": None},
        {"points": [[float("nan"), 2, True]], "box": None, "mask": None},
        {"points": [], "box": [0, 0, 1], "mask": None},
        {"points": [], "box": [0, 0, 1, float("inf")], "mask": None},
        {"points": [], "box": None, "mask": "7"},
        {"points": [], "box": None, "mask": 10**30},
        {"points": []},
    ],
)
def test_values_that_make_no_sense_are_refused(values: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        PromptSet.from_json(values)


def test_edits_leave_the_others_alone() -> None:
    moved = FULL.with_moved_point(1, Point(8, 8))
    assert moved.points == (FULL.points[0], PointPrompt(Point(8, 8), False))
    assert FULL.without_point(0).points == FULL.points[1:]
    assert FULL.with_point(FULL.points[0]).points == (*FULL.points, FULL.points[0])
    assert (moved.box, moved.mask_id) == (FULL.box, 7)


def test_a_set_is_true_where_it_says_anything() -> None:
    assert not PromptSet()
    assert all((PromptSet(mask_id=0), PromptSet(box=Box(0, 0, 1, 1)), PromptSet(points=FULL.points)))
