"""From mask and picture to a soft matte, and to the subject's own colour under it. What is exported is made here.

The matte is a colour guided filter (He, Sun and Tang 2010) in its fast form (2015), inside a band along the outline.
The colour is blur fusion (Forte 2021) in two passes. Both work on parts of the picture, in its own type and size.
"""

from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine.refine import (
    BLUR_REACH,
    Alpha,
    cleaned,
    feathered,
    placed_matte,
    refined_part,
    window_beyond,
)
from sam2_studio.engine.tiles import enlarged, shrunk, tiles_with
from sam2_studio.engine.windows import Window, mask_part

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
Real = NDArray[np.float32]
Array = TypeVar("Array", bound=NDArray[Any])

RADIUS = 24  # of the guided filter and of the band, in pixels of a picture 1080 high
STANDARD_HEIGHT = 1080
LEAST_RADIUS = 4
SUBSAMPLE = 4
EPSILON = 3e-4  # variance, of colours of 0..1, that counts as texture and not as edge
HAZE = 0.05  # alpha below this, or above 1 minus this, is the filter's veil and not the subject's
WIDE, NEAR = 90, 6  # radii of the two passes of the colour, in pixels
ALMOST_NOTHING = 1e-5


def make_matte(rgb: Pixels, mask: Mask, settings: EdgeSettings) -> Matte:
    """The matte of a mask by an object's edge settings: what is shown and exported.

    Args:
        rgb: (H, W, 3) the picture.
        mask: Of the picture's size; it may be empty or full.
        settings: Clean-up; with `matte`, the edge is taken from the picture, then feathered.
    """
    if not settings.matte:
        window, alpha = refined_part(mask, settings)
        return placed_matte(alpha, window, mask.size)
    tidy = cleaned(mask, settings)
    if tidy.is_empty:
        return Matte.from_mask(tidy)
    window, alpha = _soft_part(rgb, tidy, BLUR_REACH * settings.feather)
    return placed_matte(feathered(alpha, settings.feather), window, mask.size)


def soft_matte(rgb: Pixels, mask: Mask) -> Matte:
    """Soft alpha whose edge follows the picture's colours inside a band along the mask's outline."""
    if mask.is_empty:
        return Matte.from_mask(mask)
    window, alpha = _soft_part(rgb, mask, 0)
    return placed_matte(alpha, window, mask.size)


def foreground(rgb: Pixels, matte: Matte) -> Pixels:
    """The subject's own colour, straight, of the picture's type: the ground's is taken out of half-covered pixels.

    Pixels of alpha 0 and 1 stay as they are.
    """
    soft = (matte.alpha > 0) & (matte.alpha < 1)
    if not soft.any():
        return rgb
    area = window_beyond(Mask.from_array(soft), WIDE)
    top = float(np.iinfo(rgb.dtype).max)
    picture, alpha, soft = _part(rgb, area), _part(matte.alpha, area), _part(soft, area)
    colors = _wide_colors(picture, alpha, top)
    result = rgb.copy()
    target = _part(result, area)
    for tile in tiles_with(soft):
        own = _near_color(picture, alpha, colors, tile, top)
        where = _part(soft, tile)
        _part(target, tile)[where] = np.clip(np.rint(own[where] * top), 0, top).astype(rgb.dtype)
    return result


def _soft_part(rgb: Pixels, mask: Mask, more: float) -> tuple[Window, Alpha]:
    """A window with the whole matte in it, `more` pixels wider than need be, and its alpha there."""
    radius = max(LEAST_RADIUS, round(RADIUS * min(mask.size.width, mask.size.height) / STANDARD_HEIGHT))
    window = window_beyond(mask, 2 * radius + more)
    inside = mask_part(mask, window)
    alpha = inside.astype(np.float32)
    if inside.all():
        return window, alpha
    band = _band(inside, radius)
    guide = _part(rgb, window)
    coefficients = _guided(guide, alpha, radius)
    for tile in tiles_with(band):
        where = _part(band, tile)
        lines = enlarged(coefficients, (window.width, window.height), tile)
        fitted = (lines[..., :3] * _unit(_part(guide, tile))).sum(-1) + lines[..., 3]
        _part(alpha, tile)[where] = np.clip((fitted[where] - HAZE) / (1 - 2 * HAZE), 0, 1)
    return window, alpha


def _band(inside: NDArray[np.uint8], radius: int) -> NDArray[np.bool_]:
    """Pixels no further than `radius` from the outline."""
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 3)
    height = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3)
    return np.asarray(np.maximum(depth, height) <= radius)


def _guided(guide: Pixels, alpha: Alpha, radius: int) -> Real:
    """(h, w, 4) at 1 / SUBSAMPLE: how alpha depends on colour nearby, alpha = a . rgb + b."""
    colors, covers = shrunk(_unit(guide), SUBSAMPLE), shrunk(alpha, SUBSAMPLE)
    side = 2 * max(1, round(radius / SUBSAMPLE)) + 1

    def mean(values: Real) -> Real:
        return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)

    mean_color, mean_cover = mean(colors), mean(covers)
    joint = mean(colors * covers[..., None]) - mean_color * mean_cover[..., None]
    products = mean((colors[..., :, None] * colors[..., None, :]).reshape(*covers.shape, 9))
    spread = products.reshape(*covers.shape, 3, 3) - mean_color[..., :, None] * mean_color[..., None, :]
    spread += EPSILON * np.eye(3, dtype=np.float32)
    slope = np.linalg.solve(spread, joint[..., None])[..., 0].astype(np.float32)
    offset = mean_cover - (slope * mean_color).sum(-1)
    return mean(np.concatenate([slope, offset[..., None]], -1))


def _wide_colors(picture: Pixels, alpha: Alpha, top: float) -> Real:
    """(h, w, 6) at 1 / SUBSAMPLE: the mean colours of subject and ground far round each pixel."""
    colors, covers = shrunk(picture.astype(np.float32), SUBSAMPLE) / top, shrunk(alpha, SUBSAMPLE)
    side = 2 * (WIDE // SUBSAMPLE) + 1
    return np.concatenate([_mean_of(colors, covers, side), _mean_of(colors, 1 - covers, side)], -1)


def _near_color(picture: Pixels, alpha: Alpha, colors: Real, tile: Window, top: float) -> Real:
    """(h, w, 3) of 0..1: the subject's colour in a tile."""
    height, width = alpha.shape
    wide = Window(
        max(0, tile.left - NEAR),
        max(0, tile.top - NEAR),
        min(width, tile.right + NEAR),
        min(height, tile.bottom + NEAR),
    )
    seen, cover = _part(picture, wide).astype(np.float32) / top, _part(alpha, wide)[..., None]
    far = enlarged(colors, (width, height), wide)
    own, ground = _fused(seen, cover, far[..., :3], far[..., 3:]), far[..., 3:]
    side = 2 * NEAR + 1
    own, ground = _mean_of(own, cover[..., 0], side), _mean_of(ground, 1 - cover[..., 0], side)
    inner = Window(tile.left - wide.left, tile.top - wide.top, tile.right - wide.left, tile.bottom - wide.top)
    return _part(_fused(seen, cover, own, ground), inner)


def _fused(seen: Real, cover: Real, own: Real, ground: Real) -> Real:
    """The subject's colour, moved so that it explains what is seen over the ground."""
    return np.asarray(np.clip(own + cover * (seen - cover * own - (1 - cover) * ground), 0, 1), np.float32)


def _mean_of(colors: Real, weights: Real, side: int) -> Real:
    """Means of colours by weight over side x side pixels."""
    summed = cv2.blur(colors * weights[..., None], (side, side), borderType=cv2.BORDER_REFLECT)
    total = cv2.blur(weights, (side, side), borderType=cv2.BORDER_REFLECT)
    return np.asarray(summed / (total[..., None] + ALMOST_NOTHING), np.float32)


def _unit(pixels: Pixels) -> Real:
    return np.asarray(pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max), np.float32)


def _part(pixels: Array, window: Window) -> Array:
    """A view of the window's part of (H, W) or (H, W, C)."""
    return pixels[window.top : window.bottom, window.left : window.right]  # type: ignore[return-value]
