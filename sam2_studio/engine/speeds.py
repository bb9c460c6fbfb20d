"""What was measured of models on this machine, kept in the cache folder by recipe, device and number type. No torch."""

import math
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import Any

from sam2_studio import home
from sam2_studio.core.json_file import read_json, write_json

_FILE = "speeds.json"


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Seconds that a person waits.

    Attributes:
        picture: Until a new picture is seen.
        click: Until a click on it is answered.
        frame: For one object on one tracked frame with the memories full, its picture included, decoding not.
    """

    picture: float
    click: float
    frame: float


def known_speeds() -> dict[str, Speed]:
    """Everything measured so far; what makes no sense is left out."""
    try:
        values = read_json(home.cache_folder() / _FILE)
    except (OSError, ValueError):
        return {}
    found = {key: _speed(value) for key, value in values.items()} if isinstance(values, dict) else {}
    return {key: speed for key, speed in found.items() if speed is not None}


def speed_key(recipe: str, device: str, dtype: str) -> str:
    """What one figure is about."""
    return f"{recipe} {device} {dtype}"


def remember_speed(key: str, speed: Speed) -> None:
    """Keep a figure; a disk that refuses costs the memory of it, nothing else."""
    values = {name: asdict(one) for name, one in (known_speeds() | {key: speed}).items()}
    with suppress(OSError):
        write_json(home.cache_folder() / _FILE, values)


def _speed(value: Any) -> Speed | None:
    names = {field.name for field in fields(Speed)}
    if not isinstance(value, dict) or set(value) != names:
        return None
    good = all(type(n) in (int, float) and math.isfinite(n) and n > 0 for n in value.values())
    return Speed(**value) if good else None
