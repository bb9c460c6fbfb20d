"""Every text of both themes can be read, every mark be seen: contrast after WCAG 2.2, 1.4.3 and 1.4.11."""

import re

import pytest
from sam2_studio.core.objects import PALETTE
from sam2_studio.resources import resource
from sam2_studio.ui.theme import DARK, LIGHT, Tokens, contrast, derived, legible, style_sheet

TEXT, MARK = 4.5, 3.0

SURFACES = ("surface_0", "surface_1", "surface_2")
# What the style sheet and the painters lay on what.
TEXTS = (
    *(("text", ground) for ground in (*SURFACES, "surface_3", "soft")),
    *(("quiet", ground) for ground in (*SURFACES, "surface_3", "soft")),
    *((state, ground) for state in ("good", "doubtful", "bad") for ground in SURFACES),
    ("text", "line"),  # a button while it is pressed
    ("accent", "surface_1"),  # a check box in focus, a link
    ("on_accent", "accent"),
    ("surface_0", "bad"),  # a button that destroys
)
MARKS = (
    *(("accent", ground) for ground in (*SURFACES, "surface_3", "soft")),  # ring of the focus, playhead, progress
    *((state, ground) for state in ("good", "doubtful", "bad") for ground in (*SURFACES, "surface_3")),
    *(("grip", ground) for ground in ("surface_0", "surface_1")),
    ("text", "surface_1"),  # ring of the focus round the primary button
)


def color(tokens: Tokens, name: str) -> str:
    return derived(tokens).get(name) or str(getattr(tokens, name))


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize(("ink", "ground"), TEXTS)
def test_texts_can_be_read(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(color(tokens, ink), color(tokens, ground)) >= TEXT


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize(("ink", "ground"), MARKS)
def test_marks_can_be_seen(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(color(tokens, ink), color(tokens, ground)) >= MARK


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
def test_the_style_sheet_names_no_colour_of_its_own(tokens: Tokens) -> None:
    assert not re.findall(r"#[0-9A-Fa-f]{6}\b", resource("style", "app.qss").read_text(encoding="utf-8"))
    known = {value for value in vars(tokens).values() if value.startswith("#")} | set(derived(tokens).values())
    assert set(re.findall(r"#[0-9A-Fa-f]{6}\b", style_sheet(tokens))) <= known


@pytest.mark.parametrize("ink", PALETTE)
def test_object_colours_are_moved_only_as_far_as_needed(ink: str) -> None:
    assert legible(ink, DARK) == ink
    assert contrast(legible(ink, LIGHT), LIGHT.surface_1) >= MARK
    assert (legible(ink, LIGHT) == ink) == (contrast(ink, LIGHT.surface_1) >= MARK)


@pytest.mark.parametrize(("a", "b", "ratio"), [("#000000", "#FFFFFF", 21.0), ("#777777", "#FFFFFF", 4.48)])
def test_contrast_is_that_of_the_standard(a: str, b: str, ratio: float) -> None:
    assert round(contrast(a, b), 2) == round(contrast(b, a), 2) == ratio
