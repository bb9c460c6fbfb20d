"""Reads the picture formats of film, EXR and DPX: headers here, pixels by FFmpeg.

FFmpeg takes half an EXR for a whole one and fills it with black, so the places of its parts are checked here.
"""

import struct
from pathlib import Path
from typing import BinaryIO

import av

from sam2_studio.core.clip import ColorTags
from sam2_studio.core.geometry import Size
from sam2_studio.errors import MediaError
from sam2_studio.media.color import meant, merged, tags_of
from sam2_studio.media.container import check_pixels, decode, decoder_for, packets
from sam2_studio.media.parts import Picture, PictureHeader
from sam2_studio.media.pixels import PixelConverter

FILM_FORMATS = {"EXR": "exr_pipe", "DPX": "dpx_pipe"}
_SCANLINES = 0x1A00  # none of these flags: a single part of whole lines, neither tiles nor deep data
_LONGEST = 1 << 16


def read_film_header(path: Path, name: str, pixel_limit: int) -> PictureHeader:
    """Read size, depth and transparency of an EXR or DPX, and make sure that it isn't cut.

    Raises:
        MediaError: it is damaged or too large.
    """
    try:
        with path.open("rb") as file:
            header = _exr_header(file, path.stat().st_size) if name == "EXR" else _dpx_header(file)
    except (struct.error, ValueError, KeyError) as error:
        raise MediaError(f"{path.name} is cut short or damaged.", "Copy or export it again.") from error
    check_pixels(header.size.width, header.size.height, path, pixel_limit)
    return header


def read_film(path: Path, name: str, pixel_limit: int) -> Picture:
    """Read an EXR or DPX.

    Raises:
        MediaError: it is damaged, too large, or of a compression that FFmpeg doesn't know.
    """
    read_film_header(path, name, pixel_limit)
    try:
        container = av.open(
            "file:" + str(path.absolute()), "r", format=FILM_FORMATS[name], options={"max_pixels": str(pixel_limit)}
        )
    except (av.FFmpegError, ValueError) as error:
        raise MediaError(f"{path.name} is cut short or damaged.", "Copy or export it again.") from error
    with container:
        stream = container.streams.video[0]
        decoder = decoder_for(stream, careful=True)
        frames = [frame for packet in packets(container, stream) for frame in decode(decoder, packet)]
        frames += decode(decoder, None)
        if not frames:
            raise MediaError(
                f"{path.name} is cut short, damaged or of a compression not known here.", "Export it again."
            )
        frame = frames[0]
        said = merged(tags_of(frame), tags_of(decoder))
        stored, bits = frame.format.name, frame.format.components[0].bits
        rgb, alpha = PixelConverter(deep=bits > 8).convert(frame, meant(said, frame.height, stored))
        linear = "f32" in stored or "f16" in stored
        return Picture(
            rgb=rgb,
            alpha=alpha,
            pixel_format=stored,
            bit_depth=min(bits, 16) if not linear else 16,
            color=ColorTags("pc", "gbr", "bt709", "iec61966-2-1") if linear else said,
            warnings=("Its linear light is shown with sRGB's curve; what is brighter than 1 is clipped.",)
            if linear
            else (),
        )


def _exr_header(file: BinaryIO, length: int) -> PictureHeader:
    flags = struct.unpack("<4xI", file.read(8))[0]
    found = {}
    while name := _text(file):
        _text(file)
        size = struct.unpack("<I", file.read(4))[0]
        found[name] = file.read(min(size, length))
    left, top, right, bottom = struct.unpack("<4i", found["displayWindow"])
    if not flags & _SCANLINES:
        _check_parts(file, length)
    channels = found["channels"]
    has_alpha = channels.startswith(b"A\0") or b"\0A\0" in channels
    return PictureHeader(size=Size(right - left + 1, bottom - top + 1), bit_depth=16, alpha=has_alpha)


def _check_parts(file: BinaryIO, length: int) -> None:
    """Raise ValueError where the table after the header names a part beyond the end of the file."""
    table = file.tell()
    first = struct.unpack("<Q", file.read(8))[0]
    count = (first - table) // 8
    if not 0 < count <= length // 8:
        raise ValueError("no table of parts")
    file.seek(table)
    last = max(struct.unpack(f"<{count}Q", file.read(8 * count)))
    file.seek(last + 4)
    if last + 8 + struct.unpack("<I", file.read(4))[0] > length:
        raise ValueError("parts are missing")


def _text(file: BinaryIO) -> str:
    text = bytearray()
    while (sign := file.read(1)) != b"\0":
        if not sign or len(text) > _LONGEST:
            raise ValueError("the header has no end")
        text += sign
    return text.decode("latin-1")


def _dpx_header(file: BinaryIO) -> PictureHeader:
    head = file.read(804)
    order = ">" if head[:4] == b"SDPX" else "<"
    width, height = struct.unpack_from(order + "II", head, 772)
    return PictureHeader(size=Size(width, height), bit_depth=head[803], alpha=head[800] in (51, 52))
