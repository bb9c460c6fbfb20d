"""Reads one picture file into upright, straight RGB and alpha at its own depth; knows nothing of sequences or clips.

Pillow reads what has 8 bits, OpenCV what has 16 (Pillow would cut it to 8), FFmpeg DPX, the OpenEXR library its own.
"""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from sam2_studio.core.geometry import Size
from sam2_studio.errors import MediaError
from sam2_studio.media.container import PIXEL_LIMIT, check_pixels, local_file
from sam2_studio.media.dpx import read_dpx, read_dpx_header
from sam2_studio.media.exr import read_exr, read_exr_header
from sam2_studio.media.orientation import Orientation, from_exif
from sam2_studio.media.parts import Picture, PictureHeader
from sam2_studio.media.pixel_shape import believed, shape_told
from sam2_studio.media.pulse import beat
from sam2_studio.media.sniff import picture_format
from sam2_studio.media.straight import unmultiplied
from sam2_studio.media.tiff import without_orientation

# The limit of our own is checked from the header, before anything is allocated; Pillow's would only warn, on stderr.
Image.MAX_IMAGE_PIXELS = None
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what it would print is raised as an error here

_FAULTS = (OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, KeyError, TypeError, OverflowError)
_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "DIB", "PPM", "GIF", "TGA", "AVIF", "JPEG2000")
_FILM = {"EXR": (read_exr_header, read_exr), "DPX": (read_dpx_header, read_dpx)}
_STORED_AS = {
    "1": "monob", "L": "gray", "LA": "ya8", "P": "pal8", "RGB": "rgb24", "RGBA": "rgba", "CMYK": "cmyk",
    "YCbCr": "yuvj444p",
}  # fmt: skip


def read_header(path: Path, pixel_limit: int = PIXEL_LIMIT) -> PictureHeader:
    """Read size, depth and transparency of a picture; its pixels only where it may be cut short.

    Raises:
        MediaError: it isn't a picture, or too large.
    """
    beat()
    name = picture_format(path)
    if name in _FILM:
        return _FILM[name][0](path, pixel_limit)
    if not _surely_whole(path, name):
        read_picture(path, pixel_limit)
    with _opened(path, pixel_limit) as image:
        turned = from_exif(_exif_turn(image)).transpose
        size = Size(image.height, image.width) if turned else Size(image.width, image.height)
        return PictureHeader(size=size, bit_depth=_bit_depth(image, path), alpha=_has_alpha(image))


def read_picture(path: Path, pixel_limit: int = PIXEL_LIMIT) -> Picture:
    """Read a picture file.

    Raises:
        MediaError: it isn't a picture, is damaged, too large, or in a colour mode that can't be shown.
    """
    beat()
    local_file(path)
    name = picture_format(path)
    if name in _FILM:
        return _FILM[name][1](path, pixel_limit)
    with _opened(path, pixel_limit) as image:
        turn = from_exif(_exif_turn(image))
        try:
            return _deep(path, image, turn) if _bit_depth(image, path) == 16 else _shallow(path, image, turn)
        except _FAULTS as error:
            raise MediaError(f"{path.name} is cut short or damaged: {error}.", "Copy or export it again.") from error


def _surely_whole(path: Path, name: str | None) -> bool:
    """Whether the end mark of a PNG or JPEG is there; other formats can't tell."""
    mark = {"PNG": b"IEND", "JPEG": b"\xff\xd9"}.get(name or "")
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        return mark is None or mark in file.read()


@contextmanager
def _opened(path: Path, pixel_limit: int) -> Iterator[Image.Image]:
    with path.open("rb") as file:  # Pillow forgets to close its own when a picture turns out to be damaged
        image = _identified(path, file)
        check_pixels(image.width, image.height, path, pixel_limit)
        yield image


def _identified(path: Path, file: BinaryIO) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters of a damaged header ends in an exception as well
            image = Image.open(file, formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise MediaError(f"{path.name} is not a picture that can be read, or is damaged.", "Choose another.") from error
    except _FAULTS as error:
        raise MediaError(f"{path.name} can't be read: {error}.", "Copy or export it again.") from error
    return image


def _exif_turn(image: Image.Image) -> int | None:
    exif = Image.Exif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if image.format == "PNG":
                exif.load(image.info.get("exif", b""))  # Pillow's own way would read the whole picture for it
            else:
                exif = image.getexif()
        return int(exif.get(274, 1))
    except _FAULTS:
        return None  # a damaged tag turns nothing


def _bit_depth(image: Image.Image, path: Path) -> int:
    if image.mode.startswith("I;16") or image.mode == "I":
        return 16
    if image.format == "PNG":
        with path.open("rb") as file:
            return 16 if file.read(25)[24] == 16 else (1 if image.mode == "1" else 8)
    if image.format == "TIFF" and hasattr(image, "tag_v2"):
        return int(max(image.tag_v2.get(258, (8,))))
    return 1 if image.mode == "1" else 8


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def _stored_shape(image: Image.Image, turn: Orientation) -> Fraction | None:
    """Width to height of a pixel, upright, where a PNG or JPEG says it without a unit of length."""
    if image.format == "JPEG" and image.info.get("jfif_unit") == 0:
        across, down = image.info.get("jfif_density", (0, 0))
    else:
        across, down = image.info.get("aspect", (0, 0))  # pixels a unit
    if not across or not down:
        return None
    return Fraction(across, down) if turn.transpose else Fraction(down, across)


def _shallow(path: Path, image: Image.Image, turn: Orientation) -> Picture:
    """A picture of at most 8 bits a channel, by Pillow."""
    if image.mode == "F":
        raise ValueError("32-bit grey is not supported")
    alpha = _has_alpha(image)
    stored, profile = image.mode, image.info.get("icc_profile")
    several = getattr(image, "n_frames", 1) > 1 and image.format != "MPO"
    whole, shape = np.asarray(image.convert("RGBA" if alpha else "RGB")), _stored_shape(image, turn)
    return Picture(
        rgb=np.ascontiguousarray(turn.upright(np.ascontiguousarray(whole[..., :3]))),
        alpha=turn.upright(np.ascontiguousarray(whole[..., 3])).copy() if alpha else None,
        pixel_format=_STORED_AS.get(stored, stored.lower()),
        bit_depth=_bit_depth(image, path),
        rotation=turn.degrees,
        icc_profile=profile if stored not in ("CMYK", "LAB") else None,
        pixel_aspect=believed(shape),
        warnings=(
            *shape_told(shape),
            *([f"{path.name} holds {getattr(image, 'n_frames', 1)} pictures; the first is used."] if several else []),
        ),
    )


def _is_premultiplied(image: Image.Image) -> bool:
    """Whether a TIFF says that its colour is multiplied by alpha; Pillow undoes that by itself, OpenCV doesn't."""
    return bool(image.format == "TIFF" and hasattr(image, "tag_v2") and 1 in image.tag_v2.get(338, ()))


def _deep(path: Path, image: Image.Image, turn: Orientation) -> Picture:
    """A picture of 16 bits a channel, by OpenCV."""
    data = np.fromfile(path, np.uint8)
    if image.format == "TIFF":
        data = without_orientation(data)
    stored = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if stored is None or stored.dtype != np.uint16:
        raise ValueError("its 16-bit pixels can't be decoded")
    stored = turn.upright(stored)
    grey = stored.ndim == 2
    if grey:
        stored = cv2.merge((stored, stored, stored))
    rgb = np.ascontiguousarray(stored[..., 2::-1])
    alpha = np.ascontiguousarray(stored[..., 3]) if stored.shape[2] == 4 else None
    if alpha is not None and _is_premultiplied(image):
        rgb = unmultiplied(rgb, alpha)
    shape = _stored_shape(image, turn)
    names = {(True, False): "gray16le", (False, False): "rgb48le", (False, True): "rgba64le"}
    return Picture(
        rgb=rgb,
        alpha=alpha,
        pixel_format=names[(grey, alpha is not None)],
        bit_depth=16,
        rotation=turn.degrees,
        icc_profile=image.info.get("icc_profile"),
        pixel_aspect=believed(shape),
        warnings=shape_told(shape),
    )
