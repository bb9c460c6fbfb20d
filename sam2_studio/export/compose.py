"""Pixels of an export: mattes joined, straight cutouts, subjects laid over something else. Knows no codec."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Matte
from sam2_studio.errors import ExportError, MediaError
from sam2_studio.export.treatment import Background
from sam2_studio.export.yuv import Floats, Pixels, full_scale, scaled
from sam2_studio.media.isolated import open_picture

BLEED = 16  # pixels around the subject that keep colour, so that scaling and block codecs meet no black there
_NO_WEIGHT = 1 / 1024  # of alpha: colour can't be told from less


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What one frame of an export shall hold, straight and full range.

    Attributes:
        rgb: (H, W, 3), or None where only the alpha is written.
        alpha: (H, W) of the same type, or None where the picture is opaque.
        light: (H, W, 3) straight linear light of the same colours, not clipped at 1, where the source has it.
        layers: (H, W) alpha of each object alone by its id, for files that keep objects apart; else empty.
    """

    rgb: Pixels | None = field(default=None, repr=False)
    alpha: Pixels | None = field(default=None, repr=False)
    light: Floats | None = field(default=None, repr=False)
    layers: Mapping[int, Pixels] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> Size:
        pixels = self.alpha if self.rgb is None else self.rgb
        return Size(1, 1) if pixels is None else Size(pixels.shape[1], pixels.shape[0])


def joined(mattes: Sequence[Matte], size: Size) -> Matte:
    """One matte of several objects: each covers its part, independently (1 - product of 1 - alpha)."""
    if len(mattes) == 1:
        return mattes[0]
    clear = np.ones((size.height, size.width), np.float32)
    for matte in mattes:
        clear *= 1 - matte.alpha
    return Matte(1 - clear)


def is_soft(matte: Matte) -> bool:
    """Whether any pixel is neither wholly inside nor outside."""
    return bool(np.any((matte.alpha > 0) & (matte.alpha < 1)))


def within_source(matte: Matte, source_alpha: Pixels | None) -> Matte:
    """The matte, and no more than the source's own alpha lets through."""
    if source_alpha is None:
        return matte
    return Matte(matte.alpha * (source_alpha.astype(np.float32) / np.float32(full_scale(source_alpha))))


def cutout(foreground: Pixels, matte: Matte, depth: int) -> Picture:
    """The subject with straight alpha.

    Colour is kept under and `BLEED` pixels around the subject; farther out it is 0, so that no background hides in
    the file.
    """
    height, width = matte.alpha.shape
    rgb = np.zeros((height, width, 3), np.uint8 if depth == 8 else np.uint16)
    alpha = np.zeros((height, width), rgb.dtype)
    left, top, columns, rows = cv2.boundingRect((matte.alpha > 0).view(np.uint8))
    if columns:  # only where there is something: subjects are mostly much smaller than pictures
        area = np.s_[max(0, top - BLEED) : top + rows + BLEED, max(0, left - BLEED) : left + columns + BLEED]
        alpha[area] = scaled(matte.alpha[area], depth)
        near = cv2.dilate((alpha[area] > 0).view(np.uint8), np.ones((2 * BLEED + 1,) * 2, np.uint8))
        part = np.zeros((*near.shape, 3), rgb.dtype)
        cv2.copyTo(scaled(foreground[area].copy(), depth), near, part)  # OpenCV takes no views of odd strides
        rgb[area] = part
    return Picture(rgb=rgb, alpha=alpha)


def premultiplied(picture: Picture) -> Picture:
    """The same, its colour multiplied by its alpha."""
    if picture.rgb is None or picture.alpha is None:
        return picture
    opacity = picture.alpha.astype(np.float32) / np.float32(full_scale(picture.alpha))
    share = picture.rgb.astype(np.float32) / np.float32(full_scale(picture.rgb)) * opacity[..., None]
    return replace(picture, rgb=scaled(share.astype(np.float32), 8 if picture.rgb.dtype == np.uint8 else 16))


def resized(picture: Picture, size: Size) -> Picture:
    """The picture in another size: areas averaged on the way down, cubic on the way up; colour counts by its alpha."""
    if picture.size == size:
        return picture
    weight = None if picture.alpha is None else picture.alpha.astype(np.float32) / np.float32(full_scale(picture.alpha))
    rgb = None if picture.rgb is None else _resized_color(picture.rgb.astype(np.float32), weight, size)
    return Picture(
        rgb=None if rgb is None or picture.rgb is None else _whole(rgb, picture.rgb),
        alpha=None if picture.alpha is None else _whole(_sized(picture.alpha.astype(np.float32), size), picture.alpha),
        light=None if picture.light is None else _resized_color(picture.light, weight, size),
        layers={key: _whole(_sized(layer.astype(np.float32), size), layer) for key, layer in picture.layers.items()},
    )


def _resized_color(color: Floats, weight: Floats | None, size: Size) -> Floats:
    """Straight colour in another size; where alpha is 0 it is as it comes."""
    plain = _sized(color, size)
    if weight is None:
        return plain
    share = _sized(weight, size)[..., None]
    weighed = _sized(color * weight[..., None], size)
    return np.divide(weighed, share, out=plain, where=share > _NO_WEIGHT)


def _sized(values: Floats, size: Size) -> Floats:
    smaller = size.width <= values.shape[1] and size.height <= values.shape[0]
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(values, (size.width, size.height), interpolation=way), np.float32)


def _whole(values: Floats, like: Pixels) -> Pixels:
    whole = np.clip(np.rint(values), 0, full_scale(like))
    return whole.astype(np.uint8) if like.dtype == np.uint8 else whole.astype(np.uint16)


def grey(matte: Matte, depth: int) -> Picture:
    """The alpha alone."""
    return Picture(alpha=scaled(matte.alpha, depth))


def over(foreground: Pixels, matte: Matte, behind: Floats) -> Picture:
    """The subject over `behind`, (H, W, 3) of 0 to 1; opaque, 16 bit, mixed in the source's own transfer."""
    front = foreground.astype(np.float32) / np.float32(full_scale(foreground))
    mixed = behind + (front - behind) * matte.alpha[..., None]
    return Picture(rgb=scaled(mixed.astype(np.float32), 16))


class Backdrop:
    """What lies behind the subject in the preset `replace`, made for one size."""

    def __init__(self, background: Background, size: Size) -> None:
        self._blur = background.blur if background.picture is None else None
        self._still = _flat(background, size) if background.picture is None else fitted_picture(background, size)

    def behind(self, rgb: Pixels, matte: Matte) -> Floats:
        """(H, W, 3) float32 of 0 to 1 for one frame."""
        return self._still if self._blur is None else blurred(rgb, matte, self._blur)


def _flat(background: Background, size: Size) -> Floats:
    color = np.array(background.rgb, np.float32) / np.float32(255)
    return np.broadcast_to(color, (size.height, size.width, 3)).astype(np.float32)


def fitted_picture(background: Background, size: Size) -> Floats:
    """(H, W, 3) of 0 to 1: the background's picture, fitted to `size`. Raises ExportError where it can't be read."""
    picture = _load(background.picture or Path())
    height, width = picture.shape[:2]
    ratios = (size.width / width, size.height / height)
    scale = max(ratios) if background.fit == "cover" else min(ratios)
    new = (max(1, round(width * scale)), max(1, round(height * scale)))
    resized = cv2.resize(picture, new, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return _centred(np.clip(np.asarray(resized, np.float32), 0, 1), _flat(background, size))


def _centred(picture: Floats, canvas: Floats) -> Floats:
    """`picture` in the middle of `canvas`, what is larger cropped."""
    places = []
    for have, want in zip(picture.shape[:2], canvas.shape[:2], strict=True):
        length = min(have, want)
        places.append((slice((have - length) // 2, (have - length) // 2 + length), (want - length) // 2, length))
    (rows, top, height), (columns, left, width) = places
    canvas[top : top + height, left : left + width] = picture[rows, columns]
    return canvas


def _load(path: Path) -> Floats:
    try:
        with open_picture(path) as source:
            rgb = source.read(0).rgb
    except MediaError as error:
        raise ExportError(f"The background picture {path} can't be read.", "Choose another picture.") from error
    return rgb.astype(np.float32) / np.float32(full_scale(rgb))


def blurred(rgb: Pixels, matte: Matte, sigma: float) -> Floats:
    """The source without the subject, blurred: the subject's own colour doesn't glow around it. (H, W, 3) of 0 to 1."""
    height, width = matte.alpha.shape
    step = max(1, int(sigma / 4))
    small = (max(1, width // step), max(1, height // step))
    weight = 1 - matte.alpha
    colour = rgb.astype(np.float32) / np.float32(full_scale(rgb))
    parts = [_smooth(part, small, sigma / step) for part in (colour * weight[..., None], weight, colour)]
    enough = np.minimum(1, parts[1] * 20)[..., None]  # deep inside the subject only its own blur is left
    mixed = enough * parts[0] / np.maximum(parts[1], 1e-4)[..., None] + (1 - enough) * parts[2]
    large = cv2.resize(mixed.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(np.asarray(large, np.float32), 0, 1)


def _smooth(values: NDArray[np.float32], small: tuple[int, int], sigma: float) -> Floats:
    reduced = cv2.resize(values, small, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(reduced, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
