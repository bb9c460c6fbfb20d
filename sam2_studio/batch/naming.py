"""Where the output of a batch's item goes: a template, filled in, that never leads out of the batch's folder."""

import os
import re
from pathlib import Path, PurePosixPath

from sam2_studio.errors import BatchError
from sam2_studio.export.formats import PRESETS, PictureFormat
from sam2_studio.media.sniff import PICTURE_SUFFIXES

DEFAULT_TEMPLATE = "{clip}"
WORDS = ("clip", "folder", "line", "preset")
_PLACE = re.compile(r"\{(\w*)\}")
_LATER = "object"  # filled in by the export, which knows the objects
_LONGEST_NAME = 240  # bytes; beside it lie names that are a little longer


def output_of(template: str, media: Path, *, line: int, preset: str) -> str:
    """The output's path below the folder of the batch.

    In the template `{clip}` stands for the name of the footage without ending and numbers, `{folder}` for that of its
    folder, `{line}` for the line's number, `{preset}` for the preset's name; `{object}` is left to the export.

    Raises:
        BatchError: it names something else, leads out of the folder, or is too long.
    """
    words = {"clip": _clip_name(media), "folder": media.parent.name, "line": str(line), "preset": preset}

    def filled(place: re.Match[str]) -> str:
        if place[1] not in words and place[1] != _LATER:
            known = ", ".join(f"{{{name}}}" for name in (*WORDS, _LATER))
            raise BatchError(f"The output “{template}” holds {place[0]}, which means nothing.", f"There are: {known}.")
        return words.get(place[1], place[0])

    text = _PLACE.sub(filled, template)
    path = PurePosixPath(text.replace(os.sep, "/"))
    parts = path.parts
    if not parts or path.is_absolute() or ".." in parts or "\0" in text:
        raise BatchError(f"The output “{text}” leads out of the folder.", "Give a name inside it.")
    if any(len(os.fsencode(part)) > _LONGEST_NAME for part in parts):
        raise BatchError(f"The output “{text}” is too long.", f"File names can have {_LONGEST_NAME} bytes.")
    if path.parts[0].startswith("."):
        raise BatchError(f"The output “{text}” would be hidden.", "Give a name that doesn't start with a dot.")
    return str(path) + _still_suffix(path, media, preset)


def _still_suffix(path: PurePosixPath, media: Path, preset: str) -> str:
    """A picture becomes a file, where a clip without an ending becomes a folder of pictures."""
    rules = PRESETS.get(preset)
    if rules is None or path.suffix.lower() in rules.formats or media.suffix.lower() not in PICTURE_SUFFIXES - {".gif"}:
        return ""
    single = media.is_file() and isinstance(rules.formats[rules.suffix], PictureFormat)
    return rules.suffix if single else ""


def _clip_name(media: Path) -> str:
    """Without ending; of a pattern without its numbers."""
    stem = media.name if media.is_dir() else media.stem
    return re.split(r"#+|%0?\d*d", stem, maxsplit=1)[0].rstrip("._- ") or "frame"
