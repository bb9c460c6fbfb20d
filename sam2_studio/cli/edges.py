"""How edge settings are written on the command line: `--edge NAME=VALUE`, as often as there are settings."""

from typing import Annotated, Any

import typer

from sam2_studio.core.edges import METHODS, SPILLS, STEADINESS, EdgeSettings

_OFF = "off"
_LENGTHS = ("grow", "feather", "smooth")
_AREAS = ("specks", "holes")
_WORDS = {"matte": (_OFF, *METHODS), "despill": (_OFF, *SPILLS[1:]), "steady": (_OFF, *STEADINESS[1:])}
_LARGEST = {"yes": True, "no": False}
_NAMES = (*_LENGTHS, *_AREAS, "largest", *_WORDS)

Edges = Annotated[
    list[str] | None,
    typer.Option(
        "--edge",
        metavar="NAME=VALUE",
        help="Edge of the subject; again for each: grow, feather, smooth (pixels), specks, holes (pixels of area), "
        "largest (yes), matte (fast, best), steady (flagged, all), despill (green, blue).",
        show_default=False,
    ),
]


def parse_edges(texts: list[str] | None) -> dict[str, Any]:
    """Fields of `EdgeSettings`, by name. Raises BadParameter."""
    fields: dict[str, Any] = {}
    for text in texts or []:
        name, _, value = (part.strip() for part in text.partition("="))
        fields |= _field(name, value, text)
    if not EdgeSettings(**fields).is_in_range:
        raise typer.BadParameter("An edge grows by -64 to 64 pixels; it is feathered and smoothed by 0 to 64.")
    return fields


def _field(name: str, value: str, text: str) -> dict[str, Any]:
    if name in _LENGTHS or name in _AREAS:
        try:
            return {name: float(value) if name in _LENGTHS else int(value)}
        except ValueError:
            raise typer.BadParameter(f"“{text}”: {name} takes a number, such as {name}=2.") from None
    offered = list(_LARGEST) if name == "largest" else list(_WORDS.get(name, ()))
    if not offered:
        raise typer.BadParameter(f"“{text}”: there is no such setting. There are: {', '.join(_NAMES)}.")
    if value not in offered:
        raise typer.BadParameter(f"“{text}”: {name} is one of {', '.join(offered)}.")
    if name == "largest":
        return {name: _LARGEST[value]}
    if name == "matte":
        return {"matte": value != _OFF} | ({"method": value} if value != _OFF else {})
    return {name: "" if value == _OFF else value}
