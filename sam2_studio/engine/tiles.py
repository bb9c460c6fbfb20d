"""Work on the few parts of a large picture that need it, tile by tile, so that memory doesn't grow with the picture."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.engine.windows import Window

TILE = 512  # pixels


def tiles_with(flags: NDArray[np.bool_], side: int = TILE) -> Iterator[Window]:
    """Windows of at most `side` x `side` that together hold every set flag of (H, W)."""
    height, width = flags.shape
    for top in range(0, height, side):
        for left in range(0, width, side):
            tile = Window(left, top, min(left + side, width), min(top + side, height))
            if flags[tile.top : tile.bottom, tile.left : tile.right].any():
                yield tile


def shrunk(pixels: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """(H, W) or (H, W, C) averaged to 1 / `factor` of its sides, rounded up."""
    height, width = pixels.shape[:2]
    size = -(-width // factor), -(-height // factor)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32)


def enlarged(coarse: NDArray[np.float32], full: tuple[int, int], tile: Window) -> NDArray[np.float32]:
    """The tile of `coarse` brought up bilinearly to `full` (width, height): (h, w, C)."""
    across, down = coarse.shape[1] / full[0], coarse.shape[0] / full[1]
    xs = ((np.arange(tile.left, tile.right) + 0.5) * across - 0.5).astype(np.float32)
    ys = ((np.arange(tile.top, tile.bottom) + 0.5) * down - 0.5).astype(np.float32)
    maps = np.broadcast_to(xs, (len(ys), len(xs))), np.broadcast_to(ys[:, None], (len(ys), len(xs)))
    places = (np.ascontiguousarray(maps[0]), np.ascontiguousarray(maps[1]))
    return np.asarray(cv2.remap(coarse, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)
