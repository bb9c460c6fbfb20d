"""The band along a mask's outline in which its alpha is looked for, and how little the mask is trusted there."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.engine.refine import window_beyond
from sam2_studio.engine.windows import Window, mask_part

HALF_WIDTH = 24  # in pixels of a picture 1080 high
STANDARD_HEIGHT = 1080
LEAST_HALF_WIDTH = 4
MOST_HAIR = 0.15  # of the picture's longer side: how far from the mask strokes of the hair brush are followed


@dataclass(frozen=True, eq=False)
class Band:
    """A window of a picture with a whole mask in it.

    Attributes:
        window: Where it lies.
        radius: Half width of the band, in pixels.
        inside: (h, w) 0 or 1: the mask.
        doubt: (h, w) 1 on the outline, falling to 0 at the rim of the band and beyond.
    """

    window: Window
    radius: int
    inside: NDArray[np.uint8] = field(repr=False)
    doubt: NDArray[np.float32] = field(repr=False)

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """(h, w) where alpha is looked for."""
        return np.asarray(self.doubt > 0)


def half_width(size: Size) -> int:
    """Of the band in pictures of a size: the same part of each, so that the matte is the same at any size."""
    return max(LEAST_HALF_WIDTH, round(HALF_WIDTH * min(size.width, size.height) / STANDARD_HEIGHT))


def band_with_hair(mask: Mask, hair: Mask) -> Band:
    """A band that also has what the hair brush covers, half as wide as the farthest of that lies from the mask."""
    window = window_beyond(mask.union(hair), 2 * half_width(mask.size))
    inside, strokes = mask_part(mask, window), mask_part(hair, window)
    height = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3)
    farthest = float((height * strokes).max()) if not inside.all() else 0.0
    radius = max(half_width(mask.size), round(min(farthest, MOST_HAIR * max(mask.size.width, mask.size.height)) / 2))
    doubt = np.maximum(_doubt(inside, half_width(mask.size)), strokes)
    return Band(window, radius, inside, np.asarray(doubt, np.float32))


def band_of(mask: Mask, more: float = 0.0) -> Band:
    """The band of a mask that isn't empty, in a window `more` pixels wider than need be."""
    radius = half_width(mask.size)
    window = window_beyond(mask, 3 * radius + more)
    inside = mask_part(mask, window)
    return Band(window, radius, inside, _doubt(inside, radius))


def _doubt(inside: NDArray[np.uint8], radius: int) -> NDArray[np.float32]:
    if inside.all():
        return np.zeros(inside.shape, np.float32)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 3)
    height = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3)
    return np.asarray(np.clip(1 - (np.maximum(depth, height) - 1) / radius, 0, 1), np.float32)
