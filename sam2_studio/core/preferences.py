"""What the user prefers: typed, with defaults, in one JSON file. A damaged file costs the preferences only.

Keys that this version doesn't know are kept when it saves: an older program must not forget what a newer one was told.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from sam2_studio.core.json_file import read_json, set_aside, write_json

VERSION = 1  # raised only when a key changes its meaning
THEMES = ("dark", "light", "system")
MOST_RECENT = 12
LARGEST_BRUSH = 2000
MOST_ONION_FRAMES = 5
GROUNDS = ("checker", "color", "picture")
_OWN = "version"


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """All preferences.

    Attributes:
        theme: "dark", "light" or "system".
        language: A two-letter code, or "system"; a language that there isn't means English.
        model: Name of the model loaded at the start.
        device: Where it computes: "auto", "cpu", "cuda" or "mps".
        dtype: In which numbers: "auto", "float32", "bfloat16" or "float16".
        second_look: Look again at a crop round the object.
        snap: Fit the edge of stills to their colours.
        overlay_opacity: Of the mask's colour over the picture, 0 to 1.
        ground: What lies behind a cutout on the canvas: "checker", "color" or "picture".
        ground_color: `#RRGGBB`.
        ground_picture: Path of a picture file, or "".
        onion_frames: How many frames to each side show as onion outlines, 1 to `MOST_ONION_FRAMES`.
        recent_files: Newest first, at most `MOST_RECENT`.
        export_preset: What the export dialog begins with; follows the last export.
        export_folder: Where exports go unless told otherwise; "" for beside the footage.
        frame_cache_bytes: Most that decoded frames may take, all readers together.
        feature_cache_bytes: Most that image features may take.
        brush_size: Diameter in pixels, 1 to `LARGEST_BRUSH`.
        brush_in_picture: Measured in pixels of the picture, else of the screen.
        stop_at_cuts: Tracking doesn't go from one shot into the next.
        timecode: Count in timecode on the timeline, not in frames.
        proxies: Make proxies of footage that is slow to jump about in.
        threads: For the network on the processor; 0 for one a core.
        tour_seen: Whether the tour was shown.
        keys: The user's own keys by action; an action that isn't named has those of the table.
        folded_sections: Of the panel at the right, by name.
        window_geometry, timeline_splitter, panel_splitter: As Qt writes them, base64.
    """

    theme: str = "system"
    language: str = "system"
    model: str = "nano"
    device: str = "auto"
    dtype: str = "auto"
    second_look: bool = True
    snap: bool = True
    overlay_opacity: float = 0.35
    ground: str = "checker"
    ground_color: str = "#2F6F4F"
    ground_picture: str = ""
    onion_frames: int = 2
    recent_files: tuple[str, ...] = ()
    export_preset: str = "png"
    export_folder: str = ""
    frame_cache_bytes: int = 2 << 30
    feature_cache_bytes: int = 256 << 20
    proxies: bool = False
    threads: int = 0
    brush_size: int = 40
    brush_in_picture: bool = False
    stop_at_cuts: bool = False
    timecode: bool = False
    tour_seen: bool = False
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folded_sections: tuple[str, ...] = ()
    window_geometry: str = ""
    timeline_splitter: str = ""
    panel_splitter: str = ""

    @classmethod
    def load(cls, path: Path, on_fault: Callable[[str], object] = str) -> Self:
        """Read a file; what is missing or makes no sense has its default.

        Args:
            path: A file that is no JSON object, or of a newer version, is set aside as `NAME.kept`.
            on_fault: Told in a sentence when the file can't be used.
        """
        try:
            values = _read(path)
        except (FileNotFoundError, NotADirectoryError):
            return cls()
        except (OSError, ValueError):
            on_fault(f"The preferences can't be used, so the defaults hold{set_aside(path)}.")
            return cls()
        return cls(**_usable(values))

    def save(self, path: Path) -> None:
        """Write beside the file and rename. Raises OSError."""
        write_json(path, _unknown(path) | {_OWN: VERSION} | asdict(self))


def _read(path: Path) -> dict[str, Any]:
    """The file's object. Raises OSError, or ValueError for no object or one of a newer version."""
    values = read_json(path)
    if not isinstance(values, dict):
        raise ValueError("no object")
    version = values.get(_OWN, VERSION)
    if type(version) is not int or version > VERSION:
        raise ValueError(f"version {version}")
    return values


def _unknown(path: Path) -> dict[str, Any]:
    try:
        values = _read(path)
    except (OSError, ValueError):
        return {}
    known = {each.name for each in fields(Preferences)}
    return {key: value for key, value in values.items() if key not in known}


def _usable(values: dict[str, Any]) -> dict[str, Any]:
    usable = {}
    defaults = Preferences()
    for each in fields(Preferences):
        value = _as_kept(each.name, values.get(each.name))
        if type(value) is type(getattr(defaults, each.name)) and _makes_sense(each.name, value):
            usable[each.name] = value
    return usable


def _as_kept(name: str, value: Any) -> Any:
    """JSON's value as the dataclass has it."""
    if isinstance(value, list):
        return _texts(value)[:MOST_RECENT]
    if name == "keys" and isinstance(value, dict):
        return {action: _texts(keys) for action, keys in value.items() if isinstance(keys, list)}
    return float(value) if name == "overlay_opacity" and type(value) is int else value


def _texts(values: list[Any]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str))


def _makes_sense(name: str, value: Any) -> bool:
    if name == "theme":
        return value in THEMES
    if name == "ground":
        return value in GROUNDS
    if name == "ground_color":
        return re.fullmatch("#[0-9A-Fa-f]{6}", value) is not None
    if name == "onion_frames":
        return bool(1 <= value <= MOST_ONION_FRAMES)
    if name == "brush_size":
        return bool(1 <= value <= LARGEST_BRUSH)
    if isinstance(value, float):
        return math.isfinite(value) and 0 <= value <= 1
    return not isinstance(value, int) or 0 <= value < 1 << 48
