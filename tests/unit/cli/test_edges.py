"""Edge settings as they are written on the command line."""

import pytest
import typer
from sam2_studio.cli.edges import parse_edges
from sam2_studio.core.edges import EdgeSettings


def test_each_setting_can_be_written() -> None:
    texts = [
        "grow=-1.5",
        "feather=2",
        "smooth = 3",
        "specks=40",
        "holes=7",
        "largest=yes",
        "matte=best",
        "despill=blue",
    ]
    assert EdgeSettings(**parse_edges(texts)) == EdgeSettings(
        grow=-1.5, feather=2, smooth=3, specks=40, holes=7, largest=True, matte=True, method="best", despill="blue"
    )


def test_what_is_on_can_be_turned_off() -> None:
    assert parse_edges(["matte=off", "despill=off", "largest=no"]) == {"matte": False, "despill": "", "largest": False}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("blur=2", "There are: grow, feather"),
        ("grow", "grow takes a number"),
        ("specks=1.5", "specks takes a number"),
        ("grow=99", "-64 to 64"),
        ("matte=good", "matte is one of off, fast, best"),
        ("largest=2", "largest is one of yes, no"),
    ],
)
def test_a_mistake_is_named(text: str, said: str) -> None:
    with pytest.raises(typer.BadParameter, match=said):
        parse_edges([text])
