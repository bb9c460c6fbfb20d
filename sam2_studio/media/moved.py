"""Looks for footage that isn't where it was: by name and fingerprint, in folders that are likely. Links nothing."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sam2_studio.core.clip import Clip
from sam2_studio.errors import MediaError
from sam2_studio.media.open import fingerprint

_DEEPEST = 3  # folders below one that was named
_MOST_FOLDERS = 2000
_MOST_RENAMED = 300  # files of another name whose fingerprints are taken


@dataclass(frozen=True)
class Moved:
    """What was found.

    Attributes:
        same: The footage itself, to be opened; None where it wasn't found.
        namesakes: Files of its name that are something else.
    """

    same: Path | None
    namesakes: tuple[Path, ...] = ()


def find_moved(clip: Clip, near: Iterable[Path], stopped: Callable[[], bool] = lambda: False) -> Moved:
    """Look for a clip's footage: in and under the folders `near`, where it was, and in the folders beside that.

    Args:
        clip: With the fingerprint that the footage had.
        near: Folders, the likeliest first.
        stopped: Asked before each folder; True ends the search.
    """
    lost = Path(clip.info.path)
    folders = list(_folders(near, lost, stopped))
    namesakes = []
    for folder in folders:
        for file in _files(folder):
            if _plain(file.name) == _plain(lost.name):
                named = file.with_name(clip.info.pattern) if clip.info.pattern else file
                if _is_same(named, clip):
                    return Moved(named)
                namesakes.append(file)
        if stopped():
            break
    renamed = None if clip.info.pattern else _renamed(clip, folders, stopped)
    return Moved(renamed, tuple(namesakes))


def _renamed(clip: Clip, folders: list[Path], stopped: Callable[[], bool]) -> Path | None:
    """A file of the same kind under another name."""
    lost = Path(clip.info.path)
    kin = (f for folder in folders for f in _files(folder) if f.suffix.casefold() == lost.suffix.casefold())
    for count, file in enumerate(kin):
        if count >= _MOST_RENAMED or stopped():
            return None
        if _plain(file.name) != _plain(lost.name) and _is_same(file, clip):
            return file
    return None


def _folders(near: Iterable[Path], lost: Path, stopped: Callable[[], bool]) -> Iterator[Path]:
    """Every folder once, the likeliest first."""
    seen: set[Path] = set()
    roots = [*((folder, _DEEPEST) for folder in near), (lost.parent, _DEEPEST), (lost.parent.parent, 1)]
    for root, depth in roots:
        for folder in _under(root, depth):
            if len(seen) >= _MOST_FOLDERS or stopped():
                return
            if folder not in seen:
                seen.add(folder)
                yield folder


def _under(root: Path, depth: int) -> Iterator[Path]:
    """A folder and those below it, level by level; links aren't followed."""
    level = [root]
    for _ in range(depth + 1):
        yield from level
        level = [child for folder in level for child in _children(folder) if child.is_dir() and not child.is_symlink()]


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(child for child in folder.iterdir() if not child.name.startswith("."))
    except OSError:  # gone, or it may not be read
        return []


def _files(folder: Path) -> list[Path]:
    return [child for child in _children(folder) if child.is_file()]


def _is_same(path: Path, clip: Clip) -> bool:
    try:
        return bool(clip.fingerprint) and fingerprint(path) == clip.fingerprint
    except (MediaError, OSError):
        return False


def _plain(name: str) -> str:
    """Names as people compare them: case and the ways to write an accent don't count."""
    return unicodedata.normalize("NFC", name).casefold()
