import json
from typing import Any

import pytest
from sam2_studio.core.changes import (
    AnyChange,
    ClipChanged,
    Marker,
    MarkersChanged,
    MaskChanged,
    ModelChanged,
    ObjectChanged,
    PromptsChanged,
    change_from_json,
    change_to_json,
)
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.objects import CutObject
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.core.tracks import Origin

from .conftest import clip_of, record

THING = CutObject(id=2, name="thing", color="#0072B2")
PROMPTS = PromptSet((PointPrompt(Point(1, 2.5)),), Box(0, 0, 3, 3), 4)
CHANGES: list[AnyChange] = [
    ClipChanged(before=None, after=clip_of()),
    MarkersChanged(before=(), after=(Marker(3, "here"), Marker(9, ""))),
    ModelChanged(before="nano@12", after=None),
    ObjectChanged(object_id=2, before=None, after=THING),
    PromptsChanged(object_id=2, frame=7, before=PROMPTS, after=None),
    MaskChanged(object_id=2, frame=7, before=record(1), after=record(2, Origin.PAINTED, score=0.25, locked=True)),
]
RECORD = [1, "tracked", 0.5, False, False, False, "nano", 9]


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: type(c).__name__)
def test_json_keeps_everything(change: AnyChange) -> None:
    for one in (change, change.inverse()):
        read = change_from_json(json.loads(json.dumps(change_to_json(one))))
        assert read == one
        assert type(read) is type(one)


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: type(c).__name__)
def test_the_inverse_turns_before_and_after_round(change: AnyChange) -> None:
    assert (change.inverse().before, change.inverse().after) == (change.after, change.before)
    assert change.inverse().inverse() == change


def test_every_value_has_a_key_of_its_own() -> None:
    others = [
        PromptsChanged(object_id=2, frame=8, before=None, after=None),
        MaskChanged(object_id=3, frame=7, before=None, after=None),
        ObjectChanged(object_id=7, before=None, after=None),
    ]
    keys = [change.key for change in (*CHANGES, *others)]
    assert len(set(keys)) == len(keys)
    assert all(change.key == change.inverse().key for change in CHANGES)


@pytest.mark.parametrize(
    "harm",
    [
        {"kind": "nothing"},
        {"kind": 3},
        {"object_id": "2"},
        {"object_id": -1},
        {"frame": 1.5},
        {"frame": 10**30},
        {"after": []},
        {"after": {"mask_id": 1}},
        {"after": RECORD[:-1]},
        {"after": [*RECORD, 0]},
        {"after": ["1", *RECORD[1:]]},
        {"after": [1, "guessed", *RECORD[2:]]},
        {"after": [1, "tracked", float("nan"), *RECORD[3:]]},
        {"after": [1, "tracked", 0.5, 0, *RECORD[4:]]},
    ],
)
def test_what_makes_no_sense_is_refused(harm: dict[str, Any]) -> None:
    values = json.loads(json.dumps(change_to_json(CHANGES[-1])))
    with pytest.raises((KeyError, TypeError, ValueError)):
        change_from_json(values | harm)
