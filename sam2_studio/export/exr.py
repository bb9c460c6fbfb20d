"""Pictures into OpenEXR files: half float, linear light, colour multiplied by alpha, a layer for each object.

Written by the OpenEXR library, read back by FFmpeg's own decoder; what that one can't see, the layers, and DWAA beside
layers, which it misreads, by the library.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.clip import ClipInfo
from sam2_studio.core.objects import CutObject
from sam2_studio.export.compose import Picture
from sam2_studio.export.formats import Tolerance
from sam2_studio.export.light import chromaticities, to_linear
from sam2_studio.export.naming import layer_names
from sam2_studio.export.yuv import Floats, full_scale
from sam2_studio.media.color import meant

Half = NDArray[np.float16]
_COLOR = ("R", "G", "B")
_LARGEST_HALF = 65504.0
_LARGEST_TERM = (1 << 31) - 1  # of a rational number in a header


@dataclass(frozen=True, kw_only=True)
class ExrLook:
    """What all files of one export have in common.

    Attributes:
        transfer, primaries: Of the pixels handed over; FFmpeg's names.
        layers: By object id the name of its layer.
        compression: "zip" or "dwaa".
        rate: Frames a second, for the header.
        pixel_aspect: Width to height of one pixel.
        comment: Who made the files, or "".
    """

    transfer: str
    primaries: str
    layers: Mapping[int, str]
    compression: str
    rate: Fraction
    pixel_aspect: Fraction
    comment: str = ""


def exr_look(
    info: ClipInfo,
    objects: tuple[CutObject, ...],
    *,
    compression: str,
    rate: Fraction,
    pixel_aspect: Fraction,
    comment: str,
) -> ExrLook:
    """What files cut out of a source have in common."""
    tags = meant(info.color, info.height, info.pixel_format)
    return ExrLook(
        transfer=tags.transfer,
        primaries=tags.primaries,
        layers=layer_names(objects),
        compression=compression,
        rate=rate,
        pixel_aspect=pixel_aspect,
        comment=comment,
    )


def exr_channels(picture: Picture, look: ExrLook) -> dict[str, Half]:
    """By channel the values that a file shall hold, (H, W) each.

    The straight colour is made linear, then multiplied by alpha, then rounded once.
    """
    if picture.rgb is None or picture.alpha is None:
        raise ValueError("a cutout needs colour and alpha")
    alpha = picture.alpha.astype(np.float32) / np.float32(full_scale(picture.alpha))
    straight = to_linear(picture.rgb, look.transfer) if picture.light is None else picture.light
    light = np.clip(straight * alpha[..., None], -_LARGEST_HALF, _LARGEST_HALF)
    channels = {name: _half(light[..., place]) for place, name in enumerate(_COLOR)} | {"A": _half(alpha)}
    for object_id, values in picture.layers.items():
        channels[f"{look.layers[object_id]}.A"] = _half(values.astype(np.float32) / np.float32(full_scale(values)))
    return channels


def encode_exr(picture: Picture, look: ExrLook) -> bytes:
    """The bytes of an EXR file."""
    library = _library()
    compression = {"zip": library.ZIP_COMPRESSION, "dwaa": library.DWAA_COMPRESSION}[look.compression]
    header: dict[str, Any] = {"type": library.scanlineimage, "compression": compression}
    header["pixelAspectRatio"] = float(look.pixel_aspect)
    header["chromaticities"] = chromaticities(look.primaries)
    rate = look.rate.limit_denominator(1_000_000)
    if 0 < rate.numerator <= _LARGEST_TERM:
        header["framesPerSecond"] = rate
    if look.comment:
        header["comments"] = look.comment
    data = io.BytesIO()
    with library.File(header, exr_channels(picture, look)) as file:
        file.write(data)
    return data.getvalue()


def exr_faults(path: Path, picture: Picture, look: ExrLook, allowed: Tolerance) -> list[str]:
    """What reads back otherwise than meant.

    Raises:
        OSError, ValueError, av.FFmpegError: it can't be read at all.
    """
    wanted = exr_channels(picture, look)
    stored = _read_by_library(path)
    found = _read_by_ffmpeg(path) if look.compression == "zip" else stored
    names = [name for name in (*_COLOR, "A") if name not in found]
    if names:
        return [f"has no channel {' '.join(names)}"]
    off = [_mean_error(found[name], wanted[name].astype(np.float32)) for name in _COLOR]
    faults = [] if max(off) <= allowed.color_mean else [f"has colour that is off by {max(off):.2f} of 255 on average"]
    if not np.array_equal(found["A"], wanted["A"].astype(np.float32)):
        faults.append("has another alpha")
    lost = [name for name in wanted if "." in name and not np.array_equal(stored.get(name, ()), wanted[name])]
    return faults + ([f"has other layers: {', '.join(lost)}"] if lost else [])


def _mean_error(found: Floats, wanted: Floats) -> float:
    """In 255ths of white; above white in 255ths of the value itself, as the loss of a codec grows with it."""
    return float((np.abs(found - wanted) / np.maximum(1, np.abs(wanted))).mean()) * 255


def _read_by_ffmpeg(path: Path) -> dict[str, Floats]:
    with path.open("rb") as file, av.open(file, "r", format="exr_pipe") as container:
        frame = next(container.decode(video=0))
    kind = np.dtype("<f4" if frame.format.components[0].bits == 32 else "<f2")
    found = {}
    for name, plane in zip("GBRA", frame.planes, strict=False):
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        values = np.ascontiguousarray(rows[:, : frame.width * kind.itemsize]).view(kind)
        found[name] = values.astype(np.float32)
    return found


def _read_by_library(path: Path) -> dict[str, Floats]:
    with path.open("rb") as file, _library().File(file, separate_channels=True) as found:
        return {name: np.asarray(channel.pixels, np.float32) for name, channel in found.channels().items()}


def _half(values: Floats) -> Half:
    return np.ascontiguousarray(values, np.float16)


def _library() -> Any:
    """Loaded only where it is used: it is an extra, and `spec.check` has looked for it."""
    import OpenEXR

    return OpenEXR
