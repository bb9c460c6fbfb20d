"""Cleans up a mask by an object's edge settings, without looking at the picture; `matting` looks at it.

The order is fixed: specks and holes go, then the outline moves, then it softens. Nothing comes off where the picture's
own border cuts the subject.
"""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine.windows import Window, mask_part, placed_mask

Alpha = NDArray[np.float32]
BLUR_REACH = 3.0  # standard deviations after which a Gaussian is as good as zero


def refine(mask: Mask, settings: EdgeSettings) -> Mask | Matte:
    """The mask by `settings`, all but `settings.matte`.

    A Mask stays one as long as its outline moves by whole pixels and isn't feathered; otherwise it becomes a Matte.
    """
    window, alpha = refined_part(mask, settings)
    if settings.feather <= 0 and float(settings.grow).is_integer():
        return placed_mask(alpha > 0.5, window.left, window.top, mask.size)
    return placed_matte(alpha, window, mask.size)


def refined_part(mask: Mask, settings: EdgeSettings) -> tuple[Window, Alpha]:
    """A window with everything of the refined mask in it, and its alpha there, 0 to 1."""
    if mask.is_empty:
        return Window(0, 0, 1, 1), np.zeros((1, 1), np.float32)
    window = window_beyond(mask, max(settings.grow, 0) + BLUR_REACH * settings.feather + 2)
    inside = without_specks(mask_part(mask, window), settings.specks)
    inside = without_holes(inside, settings.holes)
    return window, feathered(moved(inside, settings.grow), settings.feather)


def cleaned(mask: Mask, settings: EdgeSettings) -> Mask:
    """The mask without specks and holes, its outline moved by `settings.grow` to the nearest whole pixel."""
    whole = replace(settings, grow=float(round(settings.grow)), feather=0.0)
    window, alpha = refined_part(mask, whole)
    return placed_mask(alpha > 0.5, window.left, window.top, mask.size)


def window_beyond(mask: Mask, reach: float) -> Window:
    """The mask's bounding box and `reach` pixels more on each side, inside the picture. The mask isn't empty."""
    more = math.ceil(reach)
    return Window(
        max(0, mask.left - more),
        max(0, mask.top - more),
        min(mask.size.width, mask.left + mask.columns + more),
        min(mask.size.height, mask.top + mask.rows + more),
    )


def placed_matte(alpha: Alpha, window: Window, size: Size) -> Matte:
    """A matte of a picture of `size` from the alpha of a window; 0 outside it."""
    pixels = np.zeros((size.height, size.width), np.float32)
    pixels[window.top : window.bottom, window.left : window.right] = alpha
    return Matte(pixels)


def without_specks(inside: NDArray[np.uint8], least: int) -> NDArray[np.uint8]:
    """0 or 1 without islands of fewer pixels than `least`; the largest stays in any case, it is the subject."""
    if least <= 1:
        return inside
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    keep = areas >= least
    keep[0] = False
    if count > 1:
        keep[1 + int(np.argmax(areas[1:]))] = True
    return np.asarray(keep[labels], np.uint8)


def without_holes(inside: NDArray[np.uint8], least: int) -> NDArray[np.uint8]:
    """0 or 1 with holes of fewer pixels than `least` filled; what touches the border isn't a hole."""
    if least <= 1:
        return inside
    outside = 1 - inside
    _, labels, stats, _ = cv2.connectedComponentsWithStats(outside, connectivity=4)
    fill = stats[:, cv2.CC_STAT_AREA] < least
    fill[0] = False
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        fill[np.unique(edge)] = False
    return inside | np.asarray(fill[labels], np.uint8)


def moved(inside: NDArray[np.uint8], grow: float) -> Alpha:
    """Alpha with the outline moved out by `grow` pixels, or in if below 0; a part of a pixel shows as soft alpha."""
    if grow == 0 or inside.all():
        return inside.astype(np.float32)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    height = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    signed = np.where(inside > 0, depth - 0.5, 0.5 - height)  # pixels to the outline, above 0 inside
    alpha = np.clip(signed + grow + 0.5, 0, 1)
    return np.asarray(alpha > 0.5 if float(grow).is_integer() else alpha, np.float32)


def feathered(alpha: Alpha, sigma: float) -> Alpha:
    """Alpha softened by a Gaussian of `sigma` pixels; the picture's border doesn't darken."""
    if sigma <= 0:
        return alpha
    return np.asarray(cv2.GaussianBlur(alpha, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
