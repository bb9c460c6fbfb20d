"""The cuts of a clip: searched for once, then kept in the cache by the footage's fingerprint."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sam2_studio import home
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.json_file import read_json, write_json
from sam2_studio.engine.cuts import Looked, find_cuts

_log = logging.getLogger(__name__)

_METHOD = 1  # raised when the search finds other cuts than before
MOST_KEPT = 200  # clips


def look_for_cuts(source: FrameSource, fingerprint: str) -> Iterator[Looked]:
    """How far the search is, frame by frame; the last item has all cuts, at once where they are kept.

    Args:
        source: Read from start to end; nobody else may use it between two steps.
        fingerprint: Of its media; "" where it isn't known, then nothing is kept.

    Raises:
        MediaError: a frame can't be read.
    """
    kept = kept_cuts(fingerprint, source.info.frames)
    if kept is not None:
        yield kept
        return
    looked = Looked(0)
    for looked in find_cuts(source):
        yield looked
    _keep(fingerprint, looked)


def kept_cuts(fingerprint: str, frames: int) -> Looked | None:
    """What an earlier search found; None where there was none, or what it left is damaged."""
    if not fingerprint:
        return None
    try:
        values = read_json(_file(fingerprint))
    except (OSError, ValueError):
        return None
    known = isinstance(values, dict) and values.get("method") == _METHOD and values.get("frames") == frames
    cuts = _checked(values["cuts"], frames) if known and "cuts" in values else None
    return None if cuts is None else Looked(frames, cuts)


def _keep(fingerprint: str, looked: Looked) -> None:
    """A disk that refuses costs the next search, nothing else."""
    if not fingerprint:
        return
    try:
        write_json(_file(fingerprint), {"method": _METHOD, "frames": looked.frames, "cuts": list(looked.cuts)})
        files = sorted(_folder().glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[MOST_KEPT:]:
            file.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("the cuts of a clip can't be kept: %s", error)


def _checked(cuts: Any, frames: int) -> tuple[int, ...] | None:
    """The cuts where they are rising frames of the clip."""
    whole = isinstance(cuts, list) and all(type(cut) is int and 0 < cut < frames for cut in cuts)
    return tuple(cuts) if whole and sorted(set(cuts)) == cuts else None


def _folder() -> Path:
    return home.cache_folder() / "cuts"


def _file(fingerprint: str) -> Path:
    return _folder() / f"{fingerprint}.json"
