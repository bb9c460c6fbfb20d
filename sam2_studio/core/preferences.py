"""What the user prefers: typed, with defaults, in one JSON file. A damaged file costs the preferences, never the start."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

THEMES = ("dark", "light", "system")


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """All preferences.

    Attributes:
        theme: "dark", "light" or "system".
        model: Name of the model loaded at the start.
        device: "auto", "cpu" or "cuda".
        second_look: Look again at a crop round the object.
        snap: Fit the edge of stills to their colours.
        recent_files: Newest first.
        export_preset: Of the last export.
        export_folder: Of the last export.
        window_geometry: As Qt writes it, base64.
    """

    theme: str = "dark"
    model: str = "nano"
    device: str = "auto"
    second_look: bool = True
    snap: bool = True
    recent_files: tuple[str, ...] = ()
    export_preset: str = "png"
    export_folder: str = ""
    window_geometry: str = ""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file; what is missing or of a wrong type has its default, a file that is no JSON is set aside."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError):
            _set_aside(path)
            return cls()
        return cls(**_usable(values)) if isinstance(values, dict) else cls()

    def save(self, path: Path) -> None:
        """Write beside the file and rename. Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        part.replace(path)


def _usable(values: dict[str, Any]) -> dict[str, Any]:
    usable = {}
    defaults = Preferences()
    for field in fields(Preferences):
        value = values.get(field.name)
        if isinstance(value, list):
            value = tuple(item for item in value if isinstance(item, str))
        if type(value) is type(getattr(defaults, field.name)) and (field.name != "theme" or value in THEMES):
            usable[field.name] = value
    return usable


def _set_aside(path: Path) -> None:
    try:
        path.replace(path.with_name(path.name + ".damaged"))
    except OSError:
        return  # not even that: the defaults hold for this session
