"""Reasons as codes and as words."""

import pytest
from sam2_studio.core.health import Health, Reason, Symptom, chatter_of, coded, decoded, in_words, kept_codes

REASONS = (Reason(Symptom.OUTLINE, 14), Reason(Symptom.AREA, -40), Reason(Symptom.LOST, 212))


def test_codes_come_back() -> None:
    assert coded(REASONS) == "outline:14 area:-40 lost:212"
    assert tuple(decoded(coded(REASONS))) == REASONS
    assert coded(()) == ""
    assert list(decoded("")) == []


@pytest.mark.parametrize(
    "codes", ["nonsense", "outline", "outline:", "outline:x", ":3", "area:1e9", "area:99999999999"]
)
def test_unknown_and_damaged_codes_are_passed_over(codes: str) -> None:
    assert list(decoded(f"{codes} holes:2")) == [Reason(Symptom.HOLES, 2)]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason(Symptom.SCORE, 41), "score 0.41"),
        (Reason(Symptom.AREA, -40), "area fell by 40 %"),
        (Reason(Symptom.AREA, 60), "area grew by 60 %"),
        (Reason(Symptom.OUTLINE, 14), "outline jumps 14 px against motion"),
        (Reason(Symptom.PLACE, 120), "120 px from where it was expected"),
        (Reason(Symptom.ISLANDS, 3), "3 islands"),
        (Reason(Symptom.HOLES, 1), "1 hole"),
        (Reason(Symptom.SHAPE, 9), "outline 9 px off its usual shape"),
        (Reason(Symptom.GROUND, 30), "30 % of it looks like the ground"),
        (Reason(Symptom.OUTSIDE, 20), "20 % of the surroundings look like it"),
        (Reason(Symptom.GONE, 90), "gone at once"),
        (Reason(Symptom.LOST, 11), "lost at 1012, back at 1041"),
    ],
)
def test_words_say_what_is_wrong(reason: Reason, words: str) -> None:
    assert in_words(coded((reason,)), 40, lambda frame: frame + 1001) == words


def test_every_symptom_has_words() -> None:
    for symptom in Symptom:
        assert in_words(f"{symptom}:400", 5, lambda frame: frame)


def test_several_reasons_are_listed() -> None:
    assert in_words("area:-40 score:41", 5, lambda frame: frame) == "area fell by 40 %, score 0.41"


def test_chatter_is_kept_beside_doubts_and_told_where_it_is_much() -> None:
    calm = Health(0.9, (Reason(Symptom.AREA, 5),), chatter=0.42)
    assert kept_codes(calm) == "chatter:42"
    assert chatter_of("chatter:42") == 0.42
    assert in_words("chatter:42", 5, int) == ""
    poor = Health(0.1, (Reason(Symptom.AREA, -40),), chatter=6.0)
    assert kept_codes(poor) == "area:-40 chatter:600"
    assert in_words(kept_codes(poor), 5, int) == "area fell by 40 %, outline moves 6.0 px against the picture"
    assert kept_codes(Health()) == ""
    assert chatter_of("area:-40") == chatter_of("chatter:much") == 0.0
