"""Names of objects made fit for a layer of a picture or a part of a file's name: safe, short, each once."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

from sam2_studio.core.objects import CutObject

_LONGEST_LAYER = 27  # with "_99" and ".A" within the 31 signs that every EXR reader knows
_LONGEST_PART = 100  # bytes of a file's name
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))})


def layer_names(objects: Iterable[CutObject]) -> Mapping[int, str]:
    """By object id a name of ASCII letters, digits and `_` that doesn't begin with a digit."""
    return _each_once(objects, _layer_name)


def file_names(objects: Iterable[CutObject]) -> Mapping[int, str]:
    """By object id a name without what a file system or a number pattern could take for its own."""
    return _each_once(objects, _file_name)


def _each_once(objects: Iterable[CutObject], name: Callable[[CutObject], str]) -> Mapping[int, str]:
    """Names told apart by `_2`, `_3`, ..., whatever their case."""
    found: dict[int, str] = {}
    taken: set[str] = set()
    for thing in objects:
        stem = made = name(thing)
        count = 1
        while made.casefold() in taken:
            count += 1
            made = f"{stem}_{count}"
        taken.add(made.casefold())
        found[thing.id] = made
    return found


def _layer_name(thing: CutObject) -> str:
    plain = unicodedata.normalize("NFKD", thing.name.replace("ß", "ss"))
    ascii_only = "".join(sign for sign in plain if not unicodedata.combining(sign))
    name = re.sub(r"[^A-Za-z0-9]+", "_", ascii_only).strip("_")[:_LONGEST_LAYER].rstrip("_")
    if not name:
        return f"object_{thing.id}"
    return f"_{name}"[:_LONGEST_LAYER] if name[0].isdigit() else name


def _file_name(thing: CutObject) -> str:
    clean = "".join("_" if sign in '/\\:*?"<>|#{}%' or not sign.isprintable() else sign for sign in thing.name)
    name = re.sub(r"\s+", " ", clean).strip(" .-")
    while len(name.encode(errors="surrogateescape")) > _LONGEST_PART:
        name = name[:-1]
    name = name.rstrip(" .")
    if not name or not name.strip("_"):
        return f"object {thing.id}"
    return f"{name}_" if name.casefold() in _RESERVED else name
