"""Work on the few parts of a large picture that need it, tile by tile, so that memory doesn't grow with the picture."""

from collections.abc import Iterator
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.engine.windows import Window

TILE = 512  # pixels
_ALMOST_NOTHING = 1e-5

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
Array = TypeVar("Array", bound=NDArray[Any])


def part(pixels: Array, window: Window) -> Array:
    """A view of the window's part of (H, W) or (H, W, C)."""
    return pixels[window.top : window.bottom, window.left : window.right]  # type: ignore[return-value]


def unit(pixels: Pixels) -> NDArray[np.float32]:
    """The same of 0 to 1."""
    return np.asarray(pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max), np.float32)


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


def widened(tile: Window, margin: int, full: tuple[int, int]) -> Window:
    """The tile and `margin` pixels more on each side, inside `full` (width, height)."""
    width, height = full
    return Window(
        max(0, tile.left - margin),
        max(0, tile.top - margin),
        min(width, tile.right + margin),
        min(height, tile.bottom + margin),
    )


def weighted_mean(values: NDArray[np.float32], weights: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """(H, W, C): means over side x side pixels, by the weights (H, W)."""
    summed = cv2.blur(values * weights[..., None], (side, side), borderType=cv2.BORDER_REFLECT)
    total = cv2.blur(weights, (side, side), borderType=cv2.BORDER_REFLECT)
    return np.asarray(summed / (total[..., None] + _ALMOST_NOTHING), np.float32)
