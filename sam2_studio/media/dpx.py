"""Reads DPX, the picture format of film scanners and grading: its header here, its pixels by FFmpeg."""

import struct
from pathlib import Path

import av

from sam2_studio.core.geometry import Size
from sam2_studio.errors import MediaError
from sam2_studio.media.color import meant, merged, tags_of
from sam2_studio.media.container import check_pixels, decode, decoder_for, packets
from sam2_studio.media.parts import Picture, PictureHeader
from sam2_studio.media.pixel_shape import believed, shape_told
from sam2_studio.media.pixels import PixelConverter

_HEADER = 804  # bytes up to the description of the first element
_WITH_ALPHA = (51, 52)
_LOGARITHMIC = (1, 3)  # printing density, and logarithmic
_LOG_TOLD = "Its values are logarithmic, as film is scanned; they are shown as they are stored."


def read_dpx_header(path: Path, pixel_limit: int) -> PictureHeader:
    """Read size, depth and transparency.

    Raises:
        MediaError: it is damaged or too large.
    """
    return _header(path, pixel_limit)[0]


def read_dpx(path: Path, pixel_limit: int) -> Picture:
    """Read a picture.

    Raises:
        MediaError: it is damaged, too large, or packed in a way that FFmpeg doesn't know.
    """
    header, transfer = _header(path, pixel_limit)
    try:
        options = {"max_pixels": str(pixel_limit)}
        container = av.open("file:" + str(path.absolute()), "r", format="dpx_pipe", options=options)
    except (av.FFmpegError, ValueError) as error:
        raise _damaged(path) from error
    with container:
        stream = container.streams.video[0]
        decoder = decoder_for(stream, careful=True)
        frames = [frame for packet in packets(container, stream) for frame in decode(decoder, packet)]
        frames += decode(decoder, None)
        if not frames:
            raise _damaged(path)
        frame = frames[0]
        said = merged(tags_of(frame), tags_of(decoder))
        stored = frame.format.name
        deep = header.bit_depth > 8
        rgb, alpha = PixelConverter(deep=deep).convert(frame, meant(said, frame.height, stored))
        shape = decoder.sample_aspect_ratio
        return Picture(
            rgb=rgb,
            alpha=alpha,
            pixel_format=stored,
            bit_depth=header.bit_depth,
            color=said,
            pixel_aspect=believed(shape),
            warnings=(*shape_told(shape), *([_LOG_TOLD] if transfer in _LOGARITHMIC else [])),
        )


def _header(path: Path, pixel_limit: int) -> tuple[PictureHeader, int]:
    """The header, and the transfer that the first element names."""
    with path.open("rb") as file:
        head = file.read(_HEADER)
    if len(head) < _HEADER:
        raise _damaged(path)
    order = ">" if head[:4] == b"SDPX" else "<"
    width, height = struct.unpack_from(order + "II", head, 772)
    descriptor, transfer, bits = head[800], head[801], head[803]
    if not width or not height or not 1 <= bits <= 64:
        raise _damaged(path)
    check_pixels(width, height, path, pixel_limit)
    return PictureHeader(size=Size(width, height), bit_depth=min(bits, 16), alpha=descriptor in _WITH_ALPHA), transfer


def _damaged(path: Path) -> MediaError:
    return MediaError(f"{path.name} is cut short, damaged or packed in a way not known here.", "Export it again.")
