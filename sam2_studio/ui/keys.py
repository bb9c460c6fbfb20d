"""Which keys an action has: the table's, or the user's own. Pure values; knows neither widgets nor the settings' file.

A key is text as Qt writes it portably ("Ctrl+Shift+Z"), so that equal keys are equal text.
"""

from collections.abc import Mapping

from sam2_studio.ui.actions import ACTIONS

Keys = dict[str, tuple[str, ...]]
Overrides = Mapping[str, tuple[str, ...]]  # the user's own, by action


def all_keys(overrides: Overrides) -> Keys:
    """The keys of every action, the one that is shown first. No key has two actions: the user's own wins."""
    owners: dict[str, str] = {}
    own = {action: keys for action, keys in overrides.items() if action in ACTIONS}
    for action, keys in (*own.items(), *((spec.id, spec.keys) for spec in ACTIONS.values() if spec.id not in own)):
        for key in keys:
            owners.setdefault(key, action)
    wanted = {spec.id: own.get(spec.id, spec.keys) for spec in ACTIONS.values()}
    return {action: tuple(key for key in keys if owners[key] == action) for action, keys in wanted.items()}


def owner_of(key: str, overrides: Overrides) -> str:
    """The action that has this key; "" where none has."""
    return next((action for action, keys in all_keys(overrides).items() if key in keys), "")


def given(overrides: Overrides, action: str, key: str, *, add: bool) -> Keys:
    """Give a key to an action, and take it from the one that has it.

    Args:
        overrides: The keys before.
        action: Who gets it.
        key: Which.
        add: Beside the keys that it has; else instead of them.
    """
    keys = all_keys(overrides)
    others = {name: tuple(each for each in own if each != key) for name, own in keys.items()}
    return _own({**others, action: (*others[action], key) if add else (key,)})


def without_keys(overrides: Overrides, action: str) -> Keys:
    """Leave an action without any key."""
    return _own({**all_keys(overrides), action: ()})


def reset(overrides: Overrides, action: str) -> Keys:
    """Give an action the table's keys again, and take them from those that have them now."""
    back = ACTIONS[action].keys
    others = {name: tuple(key for key in own if key not in back) for name, own in all_keys(overrides).items()}
    return _own({**others, action: back})


def _own(keys: Keys) -> Keys:
    """What of it isn't the table's."""
    return {action: own for action, own in keys.items() if own != ACTIONS[action].keys}
