"""The user's own keys over those of the table: no key ever has two actions."""

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence
from sam2_studio.ui.actions import ACTIONS
from sam2_studio.ui.keys import Overrides, all_keys, given, owner_of, reset, without_keys

TABLE = {spec.id: spec.keys for spec in ACTIONS.values()}


def test_without_any_of_the_users_the_table_holds() -> None:
    assert all_keys({}) == TABLE
    assert owner_of("Ctrl+Z", {}) == "undo"
    assert owner_of("Ctrl+Alt+F7", {}) == ""


def test_the_tables_keys_are_written_as_recorded_ones_are() -> None:
    form = QKeySequence.SequenceFormat.PortableText
    assert all(QKeySequence(key).toString(form) == key for keys in TABLE.values() for key in keys)


def test_a_key_in_place_of_others_or_beside_them() -> None:
    assert given({}, "redo", "F9", add=False) == {"redo": ("F9",)}
    assert given({}, "redo", "F9", add=True) == {"redo": ("Ctrl+Shift+Z", "Ctrl+Y", "F9")}


def test_a_key_that_another_action_has_is_taken_from_it() -> None:
    moved = given({}, "redo", "Ctrl+Z", add=True)
    assert all_keys(moved)["undo"] == ()
    assert owner_of("Ctrl+Z", moved) == "redo"


def test_reset_takes_the_keys_back() -> None:
    moved = given(given({}, "redo", "Ctrl+Z", add=False), "quit", "F9", add=False)
    back = reset(moved, "undo")
    assert all_keys(back)["undo"] == ("Ctrl+Z",)
    assert all_keys(back)["redo"] == ()
    assert all_keys(back)["quit"] == ("F9",)
    assert reset(back, "redo") == {"quit": ("F9",)}


def test_without_keys() -> None:
    assert without_keys({}, "undo") == {"undo": ()}
    assert reset({"undo": ()}, "undo") == {}


@pytest.mark.parametrize(
    "overrides",
    [
        {"redo": ("Ctrl+Z",)},  # written by hand, or the table gave Ctrl+Z to an action that is new
        {"redo": ("F9",), "undo": ("F9", "F10")},
        {"no such action": ("Ctrl+Z",)},
    ],
)
def test_no_key_has_two_actions_whatever_the_file_says(overrides: Overrides) -> None:
    keys = all_keys(overrides)
    assert set(keys) == set(ACTIONS)
    assert max(Counter(key for own in keys.values() for key in own).values()) == 1
