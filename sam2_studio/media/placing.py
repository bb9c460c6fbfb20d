"""Fits a picture of another size into the clip's size, for footage that changes on its way; knows no files."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.geometry import Size


def placed(pixels: NDArray[Any], size: Size) -> NDArray[Any]:
    """(H, W) or (H, W, C) pixels, scaled into `size` with their shape kept, centred on 0; unchanged where they fit."""
    height, width = pixels.shape[:2]
    if (width, height) == (size.width, size.height):
        return pixels
    scale = min(size.width / width, size.height / height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    canvas = np.zeros((size.height, size.width, *pixels.shape[2:]), pixels.dtype)
    left, top = (size.width - inner[0]) // 2, (size.height - inner[1]) // 2
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(pixels, inner, interpolation=way)
    return canvas
