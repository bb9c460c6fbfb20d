import json

import pytest
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.objects import PALETTE, CutObject, palette_color

THING = CutObject(id=3, name="Käfer 🐞", color="#0072B2", locked=True, order=2, edge=EdgeSettings(grow=-1.5, specks=9))


def test_json_keeps_everything() -> None:
    assert CutObject.from_json(json.loads(json.dumps(THING.to_json()))) == THING


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 0),
        ("id", "3"),
        ("name", None),
        ("color", "red"),
        ("color", "#12345"),
        ("visible", 1),
        ("order", 1.5),
        ("edge", {"feather": 1e300}),
        ("edge", {"feather": float("nan")}),
        ("edge", {"specks": -1}),
        ("edge", {"blur": 1}),
        ("edge", []),
    ],
)
def test_values_that_make_no_sense_are_refused(field: str, value: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        CutObject.from_json(THING.to_json() | {field: value})


def test_neighbours_differ_in_colour() -> None:
    assert len({palette_color(i) for i in range(1, len(PALETTE) + 1)}) == len(PALETTE)
    assert palette_color(len(PALETTE) + 1) == palette_color(1)


def test_neutral_settings_do_nothing() -> None:
    assert EdgeSettings().is_neutral
    assert not THING.edge.is_neutral
