"""Cleans up a mask by an object's edge settings, without looking at the picture; `matting` looks at it.

The order is fixed: small pieces and holes go, then bumps, then the outline moves, then it softens. Nothing comes off
where the picture's own border cuts the subject.
"""

import math

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
    more = max(settings.grow, 0) + BLUR_REACH * settings.feather + settings.smooth
    window = window_beyond(mask, more + 2)
    inside = mask_part(mask, window)
    inside = largest_piece(inside) if settings.largest else without_specks(inside, settings.specks)
    inside = smoothed(without_holes(inside, settings.holes), settings.smooth)
    return window, feathered(moved(inside, settings.grow), settings.feather)


def cleaned(mask: Mask, settings: EdgeSettings) -> Mask:
    """The mask tidied, its outline moved by `settings.grow` to the nearest whole pixel."""
    window, alpha = refined_part(mask, settings.outline)
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


def largest_piece(inside: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """0 or 1: of several pieces the one with the most pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    if count <= 2:
        return inside
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])), np.uint8)


def smoothed(inside: NDArray[np.uint8], size: float) -> NDArray[np.uint8]:
    """0 or 1 without bumps and dents of the outline that are smaller than `size` pixels; straight edges stay."""
    if size <= 0:
        return inside
    even = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), size / 2, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(even > 0.5, np.uint8)


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
