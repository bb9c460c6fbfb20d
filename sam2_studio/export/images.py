"""Pictures into files of their own, several at a time; PNG of 8 or 16 bit with the colour profile of its source."""

import os
import struct
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.errors import ExportError
from sam2_studio.export.compose import Picture
from sam2_studio.export.staging import write_part
from sam2_studio.export.yuv import Pixels, codes_for

_LEVEL = 3  # of zlib: higher ones cost twice the time for a few percent
MOST_THREADS = 8
_IHDR_END = 33  # signature, and the one chunk that must come first
_RGB_PROFILE = slice(16, 20)  # where an ICC profile names its colour space
_USUAL_TRANSFER = frozenset({1, 6, 13, 14, 15})  # what an untagged PNG is taken for, near enough
_USUAL_PRIMARIES = frozenset({1, 5, 6})


class PictureWriter:
    """Writes one part a picture, on as many threads as there are cores. Call `finish` once, or `abandon`."""

    def __init__(self, parts: Sequence[Path], encode: Callable[[Picture], bytes]) -> None:
        """`encode` makes a file's bytes; it is called on several threads at once."""
        self._parts, self._encode = tuple(parts), encode
        threads = min(MOST_THREADS, os.cpu_count() or 1)
        self._most_waiting = threads + 1  # pictures held at most, so that memory stays bounded
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="pictures")
        self._waiting: deque[Future[int]] = deque()
        self._count = 0
        self._bytes = 0

    @property
    def bytes_written(self) -> int:
        return self._bytes

    def write(self, picture: Picture) -> None:
        """Hand over the next picture.

        Raises:
            OSError, ExportError: this or an earlier one can't be written.
        """
        if len(self._waiting) >= self._most_waiting:
            self._bytes += self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(self._write, self._parts[self._count], picture))
        self._count += 1

    def finish(self) -> None:
        """Wait until all are written and synced.

        Raises:
            OSError, ExportError: one can't be written.
        """
        while self._waiting:
            self._bytes += self._waiting.popleft().result()
        self._pool.shutdown()

    def abandon(self) -> None:
        """Write no more. Never raises."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _write(self, part: Path, picture: Picture) -> int:
        data = self._encode(picture)
        write_part(part, data)
        return len(data)


def encode_png(picture: Picture, chunks: bytes = b"") -> bytes:
    """The bytes of a PNG file: RGBA, RGB or grey, as deep as the picture's pixels."""
    done, data = cv2.imencode(".png", _for_cv2(picture), [cv2.IMWRITE_PNG_COMPRESSION, _LEVEL])
    if not done:
        raise ExportError(f"A picture of {picture.size} can't be written as PNG.")
    whole = data.tobytes()
    return whole[:_IHDR_END] + chunks + whole[_IHDR_END:]


def color_chunks(info: ClipInfo) -> bytes:
    """What keeps the colours of pictures from this source: ICC profile or sRGB mark; cICP for HDR and wide video.

    Video in BT.709, BT.601 or without tags gets none: every program takes an untagged PNG for just that.
    """
    return _video_chunks(info) if info.kind is ClipKind.VIDEO else _picture_chunks(Path(info.path))


def text_chunk(keyword: str, text: str) -> bytes:
    """An iTXt chunk."""
    return chunk(b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode())


def shape_chunk(aspect: Fraction) -> bytes:
    """A pHYs chunk that says the shape of pixels, width to height; nothing for square ones."""
    if aspect == 1:
        return b""
    small = aspect.limit_denominator(1 << 15)
    return chunk(b"pHYs", struct.pack(">IIB", small.denominator, small.numerator, 0))


def chunk(kind: bytes, data: bytes) -> bytes:
    """One PNG chunk with length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _for_cv2(picture: Picture) -> Pixels:
    if picture.rgb is None:
        if picture.alpha is None:
            raise ValueError("a picture needs colour or alpha")
        return picture.alpha
    blue_first = picture.rgb[..., ::-1]
    if picture.alpha is None:
        return blue_first.copy()
    return np.concatenate([blue_first, picture.alpha[..., None]], axis=2)


def _video_chunks(info: ClipInfo) -> bytes:
    codes = codes_for(info.color, full_range=True)
    if codes.transfer in _USUAL_TRANSFER and codes.primaries in _USUAL_PRIMARIES:
        return b""
    return chunk(b"cICP", bytes([codes.primaries, codes.transfer, 0, 1]))


def _picture_chunks(path: Path) -> bytes:
    try:
        with Image.open(path) as file:
            profile, srgb = file.info.get("icc_profile"), file.info.get("srgb")
    except (OSError, ValueError, Image.DecompressionBombError):
        return b""  # formats that Pillow doesn't know carry no ICC profile that we could keep
    if isinstance(profile, bytes) and profile[_RGB_PROFILE] == b"RGB ":
        return chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(profile))
    return b"" if srgb is None else chunk(b"sRGB", bytes([srgb]))
