"""Checks that a value built from a file holds what its annotations promise, so that damage shows when it is read."""

import math
import types
import typing
from collections.abc import Hashable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T", bound=Hashable)  # a frozen dataclass
_LARGEST = 1 << 53  # exact in JSON, and far inside what SQLite keeps


@cache
def _kinds(cls: type) -> tuple[tuple[str, frozenset[type]], ...]:
    hints = typing.get_type_hints(cls)
    return tuple((f.name, frozenset(_types(hints[f.name]))) for f in fields(cls))


def _types(hint: Any) -> tuple[type, ...]:
    if isinstance(hint, types.UnionType):
        return tuple(kind for part in typing.get_args(hint) for kind in _types(part))
    kind = typing.get_origin(hint) or hint
    return (float, int) if kind is float else (kind,)


def checked(value: T) -> T:
    """Return the dataclass `value` itself.

    Raises:
        TypeError: a field holds another type than its annotation says (bool is no int).
        ValueError: a number isn't finite, or is too large.
    """
    for name, kinds in _kinds(type(value)):
        held = getattr(value, name)
        kind = type(held)
        if kind not in kinds:
            raise TypeError(f"{name} is {kind.__name__}")
        if (kind is float and not math.isfinite(held)) or (kind is int and not -_LARGEST <= held <= _LARGEST):
            raise ValueError(f"{name} is out of range")
    return value


def whole(value: object, *, least: int = 0) -> int:
    """Return `value`, a whole number of at least `least`. Raises TypeError or ValueError."""
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    if not least <= value <= _LARGEST:
        raise ValueError(f"{value} is out of range")
    return value
