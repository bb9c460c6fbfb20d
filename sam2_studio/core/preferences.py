"""What the user prefers: typed, with defaults, in one JSON file. A damaged file costs the preferences only.

Keys that this version doesn't know are kept when it saves: an older program must not forget what a newer one was told.
"""

import json
import math
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

VERSION = 1  # raised only when a key changes its meaning
THEMES = ("dark", "light", "system")
MOST_RECENT = 12
LARGEST_BRUSH = 2000
_OWN = "version"


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """All preferences.

    Attributes:
        theme: "dark", "light" or "system".
        model: Name of the model loaded at the start.
        device: Where it computes: "auto", "cpu", "cuda" or "mps".
        dtype: In which numbers: "auto", "float32", "bfloat16" or "float16".
        second_look: Look again at a crop round the object.
        snap: Fit the edge of stills to their colours.
        overlay_opacity: Of the mask's colour over the picture, 0 to 1.
        recent_files: Newest first, at most `MOST_RECENT`.
        export_preset: Of the last export.
        export_folder: Of the last export.
        frame_cache_bytes: Most that decoded frames may take.
        feature_cache_bytes: Most that image features may take.
        threads: For the network on the CPU; 0 lets the program choose.
        brush_size: Diameter in pixels, 1 to `LARGEST_BRUSH`.
        brush_in_picture: Measured in pixels of the picture, else of the screen.
        timecode: Count in timecode on the timeline, not in frames.
        window_geometry: As Qt writes it, base64.
    """

    theme: str = "dark"
    model: str = "nano"
    device: str = "auto"
    dtype: str = "auto"
    second_look: bool = True
    snap: bool = True
    overlay_opacity: float = 0.35
    recent_files: tuple[str, ...] = ()
    export_preset: str = "png"
    export_folder: str = ""
    frame_cache_bytes: int = 1 << 30
    feature_cache_bytes: int = 1 << 30
    threads: int = 0
    brush_size: int = 40
    brush_in_picture: bool = False
    timecode: bool = False
    window_geometry: str = ""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file; what is missing or makes no sense has its default.

        A file that is no JSON object, or of a newer version, is set aside as `NAME.kept`.
        """
        try:
            values = _read(path)
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, RecursionError):
            with suppress(OSError):  # where not even that works the defaults hold for this session
                path.replace(path.with_name(path.name + ".kept"))
            return cls()
        return cls(**_usable(values))

    def save(self, path: Path) -> None:
        """Write beside the file and rename. Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        values = _unknown(path) | {_OWN: VERSION} | asdict(self)
        part.write_text(json.dumps(values, indent=1), encoding="utf-8")
        part.replace(path)


def _read(path: Path) -> dict[str, Any]:
    """The file's object. Raises OSError, RecursionError, or ValueError for no object or one of a newer version."""
    values = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(values, dict):
        raise ValueError("no object")
    version = values.get(_OWN, VERSION)
    if type(version) is not int or version > VERSION:
        raise ValueError(f"version {version}")
    return values


def _unknown(path: Path) -> dict[str, Any]:
    try:
        values = _read(path)
    except (OSError, ValueError, RecursionError):
        return {}
    known = {field.name for field in fields(Preferences)}
    return {key: value for key, value in values.items() if key not in known}


def _usable(values: dict[str, Any]) -> dict[str, Any]:
    usable = {}
    defaults = Preferences()
    for field in fields(Preferences):
        value = values.get(field.name)
        if isinstance(value, list):
            value = tuple(item for item in value if isinstance(item, str))[:MOST_RECENT]
        if field.name == "overlay_opacity" and type(value) is int:
            value = float(value)
        if type(value) is type(getattr(defaults, field.name)) and _makes_sense(field.name, value):
            usable[field.name] = value
    return usable


def _makes_sense(name: str, value: Any) -> bool:
    if name == "theme":
        return value in THEMES
    if name == "brush_size":
        return bool(1 <= value <= LARGEST_BRUSH)
    if isinstance(value, float):
        return math.isfinite(value) and 0 <= value <= 1
    return not isinstance(value, int) or 0 <= value < 1 << 48
