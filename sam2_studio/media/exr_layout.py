"""Reads the first header of an OpenEXR file byte by byte: its true size, and whether all of its parts are there.

The library writes to the terminal when it meets a cut file, and allocates what a header asks for; this does neither.
"""

import struct
from pathlib import Path
from typing import BinaryIO

from sam2_studio.core.geometry import Size

_NOT_LINES = 0x1A00  # any of these flags: several parts, tiles or deep data, whose table isn't looked through here
_LONGEST = 1 << 16


def whole_size(path: Path) -> Size:
    """The larger of the first part's two windows, side by side.

    Raises:
        ValueError: the header has no end or lacks a window, or a row of pixels lies beyond the end of the file.
    """
    length = path.stat().st_size
    try:
        with path.open("rb") as file:
            flags = struct.unpack("<4xI", file.read(8))[0]
            found = _attributes(file, length)
            if not flags & _NOT_LINES:
                _check_rows(file, length)
        sizes = [_size(found[name]) for name in ("dataWindow", "displayWindow")]
    except (struct.error, KeyError) as error:
        raise ValueError("the header is incomplete") from error
    return Size(max(size.width for size in sizes), max(size.height for size in sizes))


def _size(box: bytes) -> Size:
    left, top, right, bottom = struct.unpack("<4i", box)
    if right < left or bottom < top:
        raise ValueError("an empty window")
    return Size(right - left + 1, bottom - top + 1)


def _attributes(file: BinaryIO, length: int) -> dict[str, bytes]:
    found = {}
    while name := _text(file):
        _text(file)
        size = struct.unpack("<I", file.read(4))[0]
        found[name] = file.read(min(size, length))
    return found


def _check_rows(file: BinaryIO, length: int) -> None:
    """Raise ValueError where the table after the header names rows beyond the end of the file."""
    table = file.tell()
    first = struct.unpack("<Q", file.read(8))[0]
    count = (first - table) // 8
    if not 0 < count <= length // 8:
        raise ValueError("no table of rows")
    file.seek(table)
    last = max(struct.unpack(f"<{count}Q", file.read(8 * count)))
    file.seek(last + 4)
    if last + 8 + struct.unpack("<I", file.read(4))[0] > length:
        raise ValueError("rows are missing")


def _text(file: BinaryIO) -> str:
    text = bytearray()
    while (sign := file.read(1)) != b"\0":
        if not sign or len(text) > _LONGEST:
            raise ValueError("the header has no end")
        text += sign
    return text.decode("latin-1")
