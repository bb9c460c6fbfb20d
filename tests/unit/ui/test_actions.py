"""The table of actions: nothing twice, nothing missing, every name known."""

from collections import Counter
from pathlib import Path

from sam2_studio.ui.actions import _ROWS, ACTIONS, CONDITIONS, TOOLBAR

# Product page, "Mouse and keys": what the first version has.
PROMISED = {
    "Space": "play", "J": "play_backwards", "K": "pause", "L": "play_forwards",
    "Left": "previous_frame", "Right": "next_frame", "Shift+Left": "back_ten",
    "Shift+Right": "forward_ten", "Home": "first_frame", "End": "last_frame", ",": "previous_frame", ".": "next_frame",
    "Up": "previous_keyframe", "Down": "next_keyframe", "I": "set_in", "O": "set_out", "N": "next_doubtful",
    "Shift+N": "previous_doubtful", "Y": "accept_frame", "Shift+Y": "accept_place",
    "T": "track_both", "Ctrl+T": "track_forwards", "Shift+T": "track_backwards",
    "Esc": "stop", "1": "object_1", "9": "object_9", "Tab": "next_object", "Ctrl+N": "new_object",
    "F2": "rename_object", "H": "toggle_visible", "Del": "delete", "V": "tool_points", "R": "tool_box",
    "X": "swap_sign", "F": "fit", "Ctrl+1": "actual_size", "M": "next_view", "\\": "original",
    "Z": "fit_object", "W": "split", "Shift+O": "onion", "Ctrl+]": "overlay_stronger", "Ctrl+[": "overlay_weaker",
    "Ctrl+Z": "undo",
    "Ctrl+Shift+Z": "redo", "Ctrl+Y": "redo", "Ctrl+O": "open", "Ctrl+S": "name_project", "Ctrl+E": "export",
    "F1": "shortcuts", "Ctrl+Q": "quit", "Ctrl+L": "lock_frame", "Shift+M": "add_marker",
    "Ctrl+,": "preferences", "Ctrl+H": "history", "S": "solo", "Shift+L": "lock_object", "Ctrl+D": "duplicate_object",
    "Alt+Up": "object_up", "Alt+Down": "object_down", "Shift+Del": "delete_object",
}  # fmt: skip


def test_ids_are_unique() -> None:
    assert len(ACTIONS) == len(_ROWS)


def test_no_key_does_two_things() -> None:
    counts = Counter(key for spec in ACTIONS.values() for key in spec.keys)
    assert [key for key, count in counts.items() if count > 1] == []


def test_every_promised_key_does_what_was_promised() -> None:
    by_key = {key: spec.id for spec in ACTIONS.values() for key in spec.keys}
    assert {key: by_key.get(key) for key in PROMISED} == PROMISED


def test_every_condition_is_known_and_every_slot_names_target_and_method() -> None:
    for spec in ACTIONS.values():
        assert spec.enabled_when in CONDITIONS, spec.id
        target, dot, method = spec.slot.partition(".")
        assert target.isidentifier(), spec.id
        assert dot, spec.id
        assert method.isidentifier(), spec.id


def test_every_tip_is_one_sentence() -> None:
    for spec in ACTIONS.values():
        assert spec.tip.endswith("."), spec.id
        assert 15 < len(spec.tip) < 120, spec.id


def test_no_mnemonic_is_used_twice_in_a_menu() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for spec in ACTIONS.values():
        place = spec.text.find("&")
        assert place >= 0, spec.id
        seen[spec.menu, spec.text[place + 1].lower()] += 1
    assert [key for key, count in seen.items() if count > 1] == []


def test_the_toolbar_names_actions_with_icons() -> None:
    assert all(ACTIONS[name].icon for name in TOOLBAR if name)


def test_every_icon_is_shipped() -> None:
    icons = Path(__file__).parents[3] / "resources" / "icons"
    missing = {spec.icon for spec in ACTIONS.values() if spec.icon and not (icons / f"{spec.icon}.svg").is_file()}
    assert missing == set()
