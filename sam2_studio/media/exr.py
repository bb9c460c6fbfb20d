"""Reads OpenEXR pictures by the OpenEXR library, which is an extra: half and float, layers, parts, data windows.

The first part that holds colour is shown: its R, G, B and A, else its first layer that has them, else its luminance,
else its first channel as grey. The other layers are named.
"""

import importlib
import math
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.clip import ColorTags
from sam2_studio.core.geometry import Size
from sam2_studio.errors import MediaError
from sam2_studio.media.container import check_pixels
from sam2_studio.media.exr_layout import whole_size
from sam2_studio.media.light import as_half, shown, straight, stretched
from sam2_studio.media.parts import Picture, PictureHeader
from sam2_studio.media.pixel_shape import believed, shape_told

INSTALL = "pip install OpenEXR"
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_PRIMARIES = {  # x and y of red, green and blue
    "bt709": (0.64, 0.33, 0.30, 0.60, 0.15, 0.06),
    "bt2020": (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    "smpte432": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
_NEAR = 0.005


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    """Which channels are shown.

    Attributes:
        part: Its place in the file.
        color: Names of red, green and blue, or of luminance alone; luminance, RY and BY for subsampled colour.
        alpha: Name, or "".
        others: Layers that aren't shown.
    """

    part: int
    color: tuple[str, ...]
    alpha: str
    others: tuple[str, ...]


def read_exr_header(path: Path, pixel_limit: int) -> PictureHeader:
    """Read size and transparency, and make sure that the file isn't cut.

    Raises:
        MediaError: the library isn't there; the file is damaged, too large or holds nothing flat.
    """
    with _opened(path, pixel_limit, header_only=True) as file:
        chosen = _choose(path, file)
        return PictureHeader(
            size=_window(file, chosen.part, "displayWindow")[1], bit_depth=16, alpha=bool(chosen.alpha)
        )


def read_exr(path: Path, pixel_limit: int) -> Picture:
    """Read a picture; its light is kept beside what is shown.

    Raises:
        MediaError: as `read_exr_header`.
    """
    with _opened(path, pixel_limit, header_only=True) as file:
        chosen = _choose(path, file)
    with _opened(path, pixel_limit) as file:
        try:
            return _picture(path, file, chosen)
        except (ValueError, KeyError, RuntimeError) as error:
            raise _damaged(path) from error


def _picture(path: Path, file: Any, chosen: _Chosen) -> Picture:
    channels = {name: np.asarray(channel.pixels) for name, channel in file.parts[chosen.part].channels.items()}
    light, alpha = _color(channels, chosen), channels.get(chosen.alpha)
    if alpha is not None and not (alpha == 1).all():
        light = straight(light, alpha)
    place = _window(file, chosen.part, "dataWindow"), _window(file, chosen.part, "displayWindow")
    kept = _framed(as_half(light), *place)
    tags, warnings = _told(path, file.parts[chosen.part].header, chosen)
    return Picture(
        rgb=_framed(shown(light), *place),
        alpha=None if alpha is None else _framed(stretched(alpha), *place),
        light=kept,
        pixel_format=("gbrap" if chosen.alpha else "gbrp") + ("f16le" if light.dtype == np.float16 else "f32le"),
        bit_depth=16,
        pixel_aspect=believed(_pixel_aspect(file.parts[chosen.part].header)),
        color=tags,
        warnings=warnings,
    )


def _color(channels: Mapping[str, NDArray[Any]], chosen: _Chosen) -> NDArray[Any]:
    """(H, W, 3) linear light, as it is stored."""
    planes = [channels[name] for name in chosen.color]
    if planes[0].dtype == np.uint32:
        raise ValueError("its channels count things, they show nothing")
    if len(planes) == 1:
        return np.repeat(planes[0][..., None], 3, axis=2)
    if chosen.color[1].endswith("RY"):
        return _from_luminance(*planes)
    return np.stack(planes, axis=2)


def _from_luminance(luma: NDArray[Any], red_part: NDArray[Any], blue_part: NDArray[Any]) -> NDArray[np.float32]:
    """Red, green and blue of luminance and the two subsampled ratios that OpenEXR keeps beside it."""
    bright = luma.astype(np.float32)
    size = bright.shape[1], bright.shape[0]
    red, blue = (
        (cv2.resize(part.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) + 1) * bright
        for part in (red_part, blue_part)
    )
    green = (bright - red * _LUMA[0] - blue * _LUMA[2]) / _LUMA[1]
    return np.stack([red, green, blue], axis=2).astype(np.float32)


def _framed(pixels: NDArray[Any], data: tuple[tuple[int, int], Size], display: tuple[tuple[int, int], Size]) -> Any:
    """The pixels of the data window within the display window; what lies outside it is cut, what is missing is 0."""
    if data == display:
        return np.ascontiguousarray(pixels)
    (left, top), size = data[0], display[1]
    left, top = left - display[0][0], top - display[0][1]
    canvas = np.zeros((size.height, size.width, *pixels.shape[2:]), pixels.dtype)
    rows = slice(max(0, top), max(0, min(size.height, top + pixels.shape[0])))
    columns = slice(max(0, left), max(0, min(size.width, left + pixels.shape[1])))
    canvas[rows, columns] = pixels[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return canvas


def _told(path: Path, header: Mapping[str, Any], chosen: _Chosen) -> tuple[ColorTags, tuple[str, ...]]:
    """Colour tags of what is shown, and what the user should know."""
    warnings = ["Its linear light is shown with sRGB's curve; what is brighter than 1 is clipped for the eye."]
    stored = header.get("chromaticities")
    primaries = "bt709" if stored is None else _named_primaries(stored)
    if primaries == "unknown":
        warnings.append("Its primaries have no usual name; colours are shown as if they were BT.709's.")
    if chosen.others:
        named = ", ".join(chosen.others[:8]) + (" and more" if len(chosen.others) > 8 else "")
        warnings.append(f"{path.name} has further layers, which aren't shown: {named}.")
    warnings += shape_told(_pixel_aspect(header))
    return ColorTags("pc", "gbr", primaries, "iec61966-2-1"), tuple(warnings)


def _pixel_aspect(header: Mapping[str, Any]) -> float:
    aspect = float(header.get("pixelAspectRatio", 1.0))
    return aspect if math.isfinite(aspect) else 0.0


def _named_primaries(stored: Any) -> str:
    values = np.ravel(np.asarray(stored, np.float64))[:6]
    near = (name for name, wanted in _PRIMARIES.items() if np.abs(values - wanted).max() < _NEAR)
    return next(near, "unknown")


def _choose(path: Path, file: Any) -> _Chosen:
    """The channels to show. Raises MediaError where no part is flat."""
    found = [
        (place, chosen)
        for place, part in enumerate(file.parts)
        if "deep" not in str(part.header.get("type", "")) and (chosen := _color_names(_names(part)))
    ]
    if not found:
        raise MediaError(
            f"{path.name} holds no flat picture, only deep samples or nothing.", "Flatten it, and export it again."
        )
    place, color = max(found, key=lambda each: len(each[1]))
    names = _names(file.parts[place])
    prefix = color[0].rpartition(".")[0]
    alpha = next((name for name in names if name.lower() == f"{prefix}.a".lstrip(".").lower()), "")
    others = {name.rpartition(".")[0] or name for name in names if name not in (*color, alpha)} - {prefix}
    others |= {str(part.header.get("name") or f"part {at}") for at, part in enumerate(file.parts) if at != place}
    return _Chosen(part=place, color=color, alpha=alpha, others=tuple(sorted(others)))


def _names(part: Any) -> list[str]:
    return sorted(channel.name for channel in part.header["channels"])


def _color_names(names: list[str]) -> tuple[str, ...]:
    """Channels that make a picture, the best there are; () for none."""
    layers = sorted({name.rpartition(".")[0] for name in names})  # "" is the first: the picture without a layer's name
    for wanted in (("R", "G", "B"), ("Y", "RY", "BY"), ("Y",)):
        for layer in layers:
            known = {name.rpartition(".")[2].upper(): name for name in names if name.rpartition(".")[0] == layer}
            if all(letter in known for letter in wanted):
                return tuple(known[letter] for letter in wanted)
    return tuple(names[:1])


def _window(file: Any, part: int, which: str) -> tuple[tuple[int, int], Size]:
    """Left and top, and the size."""
    (left, top), (right, bottom) = ((int(value) for value in corner) for corner in file.parts[part].header[which])
    return (left, top), Size(right - left + 1, bottom - top + 1)


@contextmanager
def _opened(path: Path, pixel_limit: int, *, header_only: bool = False) -> Any:
    """The library's file, once its numbers are checked: it allocates what a header asks for."""
    try:
        size = whole_size(path)
    except ValueError as error:
        raise _damaged(path) from error
    check_pixels(size.width, size.height, path, pixel_limit)
    library = _library(path)
    try:
        with path.open("rb") as source, library.File(source, separate_channels=True, header_only=header_only) as file:
            for place in range(len(file.parts)):
                for which in ("dataWindow", "displayWindow"):
                    part = _window(file, place, which)[1]
                    check_pixels(part.width, part.height, path, pixel_limit)
            if not file.parts:
                raise _damaged(path)
            yield file
    except (RuntimeError, ValueError, KeyError) as error:
        raise _damaged(path) from error


def _library(path: Path) -> Any:
    try:
        return importlib.import_module("OpenEXR")
    except ImportError as error:
        raise MediaError(
            f"{path.name} is an OpenEXR picture, and the OpenEXR library isn't installed.", f"Install it: {INSTALL}"
        ) from error


def _damaged(path: Path) -> MediaError:
    return MediaError(f"{path.name} is cut short or damaged.", "Copy or export it again.")
