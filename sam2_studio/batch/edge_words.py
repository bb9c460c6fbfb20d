"""Edge settings as people write them, `NAME=VALUE`: on the command line and in a manifest."""

from collections.abc import Iterable
from typing import Any

from sam2_studio.core.edges import METHODS, SPILLS, STEADINESS, EdgeSettings

_OFF = "off"
_LENGTHS = ("grow", "feather", "smooth")
_AREAS = ("specks", "holes")
_WORDS = {"matte": (_OFF, *METHODS), "despill": (_OFF, *SPILLS[1:]), "steady": (_OFF, *STEADINESS[1:])}
_LARGEST = {"yes": True, "no": False}
_NAMES = (*_LENGTHS, *_AREAS, "largest", *_WORDS)


def edges_of(texts: Iterable[str]) -> dict[str, Any]:
    """Fields of `EdgeSettings`, by name. Raises ValueError."""
    fields: dict[str, Any] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        fields |= _field(name, value, text)
    if not EdgeSettings(**fields).is_in_range:
        raise ValueError("An edge grows by -64 to 64 pixels; it is feathered and smoothed by 0 to 64.")
    return fields


def _field(name: str, value: str, text: str) -> dict[str, Any]:
    if name in _LENGTHS or name in _AREAS:
        try:
            return {name: float(value) if name in _LENGTHS else int(value)}
        except ValueError:
            raise ValueError(f"“{text}”: {name} takes a number, such as {name}=2.") from None
    offered = list(_LARGEST) if name == "largest" else list(_WORDS.get(name, ()))
    if not offered:
        raise ValueError(f"“{text}”: there is no such setting. There are: {', '.join(_NAMES)}.")
    if value not in offered:
        raise ValueError(f"“{text}”: {name} is one of {', '.join(offered)}.")
    if name == "largest":
        return {name: _LARGEST[value]}
    if name == "matte":
        return {"matte": value != _OFF} | ({"method": value} if value != _OFF else {})
    return {name: "" if value == _OFF else value}
