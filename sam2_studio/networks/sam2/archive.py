"""Looks through a `.pt` file's zip directory before anything is unpacked: sizes, packing, and that the file is whole.

A published checkpoint is a zip whose parts lie unpacked, one pickle of a few hundred kilobytes and the numbers.
"""

import struct
import zipfile
from pathlib import Path

from sam2_studio.networks.catalogue import CATALOGUE
from sam2_studio.networks.weights import WeightsError

LARGEST_KNOWN = max(entry.bytes or 0 for entry in CATALOGUE)
MOST_BYTES = LARGEST_KNOWN * 5 // 4  # of a whole file, and of all its parts together
MOST_DIRECTORY = 4 << 20  # a published one takes about 100 kB
MOST_PICKLE = 4 << 20

_TAIL = 22 + 65535  # the end record and its longest comment
_END, _LOCATOR64, _END64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"


def check_archive(path: Path) -> None:
    """Make sure that opening the file can't cost more than a published checkpoint does.

    Raises:
        WeightsError: it is no zip, cut short, packed, or larger inside than such files are.
        OSError: it can't be read.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise WeightsError(f"it has {size} bytes, more than any published checkpoint")
    if _directory_bytes(path, size) > MOST_DIRECTORY:
        raise WeightsError("its list of contents is larger than that of any published checkpoint")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise WeightsError("it is cut short or damaged") from error
    _check_parts(parts, size)


def _check_parts(parts: list[zipfile.ZipInfo], size: int) -> None:
    if any(part.compress_type != zipfile.ZIP_STORED for part in parts):
        raise WeightsError("it is packed, as no checkpoint of torch is")
    if sum(part.file_size for part in parts) > size:
        raise WeightsError("its contents claim more bytes than the file has")
    pickles = [part for part in parts if part.filename.endswith("/data.pkl")]
    if len(pickles) != 1 or pickles[0].file_size > MOST_PICKLE:
        raise WeightsError("it is no checkpoint of torch")


def _directory_bytes(path: Path, size: int) -> int:
    """What the end record says of the zip directory's size."""
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL))
        tail = file.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) - at < 22:
            raise WeightsError("it is cut short or no checkpoint of torch")
        (directory,) = struct.unpack_from("<I", tail, at + 12)
        if at < 20 or tail[at - 20 : at - 16] != _LOCATOR64:
            return int(directory)
        (end64,) = struct.unpack_from("<Q", tail, at - 12)
        file.seek(min(end64, size))
        record = file.read(56)
    if len(record) < 56 or record[:4] != _END64:
        raise WeightsError("it is cut short or damaged")
    return int(struct.unpack_from("<Q", record, 40)[0])
