"""Chooses the reader for whatever the user names, and tells a file again after it was moved."""

import hashlib
from pathlib import Path

from sam2_studio.core.clip import AS_STORED, Reading
from sam2_studio.errors import MediaError
from sam2_studio.media.container import PIXEL_LIMIT, local_file
from sam2_studio.media.listing import is_pattern, list_folder, list_pattern
from sam2_studio.media.reader import VideoReader
from sam2_studio.media.sequence import SequenceReader, StillReader
from sam2_studio.media.sniff import PICTURE_SUFFIXES, called_picture, check_suffix, is_moving, picture_format

_MIB = 1 << 20

Reader = VideoReader | SequenceReader | StillReader


def open_media(path: str | Path, pixel_limit: int = PIXEL_LIMIT, reading: Reading = AS_STORED) -> Reader:
    """Open a video, a still, a folder of numbered pictures or a pattern (`NAME.####.EXT`, `NAME.%04d.EXT`).

    Args:
        path: A local path; URLs aren't opened. A file of just that name goes before a pattern.
        pixel_limit: Pictures of that many pixels and more are refused.
        reading: How the user wants it read, where the file can't tell.

    Raises:
        MediaError: nothing can be opened there; it says why.
    """
    named = Path(path)
    if _is_many(named):
        return SequenceReader(named, pixel_limit, reading)
    file = local_file(path)
    picture = picture_format(file)
    check_suffix(file, picture)
    if picture is not None and not is_moving(file, picture):
        return StillReader(path, pixel_limit, reading)
    if picture is None and file.suffix.lower() in PICTURE_SUFFIXES:
        _refuse_false_picture(file, pixel_limit)
    return VideoReader(path, pixel_limit, reading)


def fingerprint(path: str | Path) -> str:
    """Return the sha256 of a file's size, first and last MiB; of a sequence, of its pictures' names and sizes.

    Raises:
        MediaError: it can't be read.
    """
    named = Path(path)
    digest = hashlib.sha256()
    if _is_many(named):
        listing = list_folder(named) if named.is_dir() else list_pattern(named)
        for file in listing.files.values():
            digest.update(f"{file.name}\0{file.stat().st_size}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()
    file = local_file(path)
    size = file.stat().st_size
    digest.update(f"{size}\n".encode())
    with file.open("rb") as source:
        digest.update(source.read(_MIB))
        source.seek(max(0, size - _MIB))
        digest.update(source.read(_MIB))
    return digest.hexdigest()


def _is_many(path: Path) -> bool:
    try:
        return path.is_dir() or (is_pattern(path) and not path.exists())
    except (OSError, ValueError):
        return False  # a name that the system refuses: the check of the file says so


def _refuse_false_picture(file: Path, pixel_limit: int) -> None:
    """Raise the error that fits a file named like a picture that holds none."""
    try:
        VideoReader(file, pixel_limit).close()
    except MediaError as error:
        raise MediaError(
            f"{file.name} is not a picture that can be read, or is damaged at its start.",
            "Choose another file or copy it.",
        ) from error
    raise called_picture(file)
