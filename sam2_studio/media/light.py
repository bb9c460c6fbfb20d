"""Linear light of OpenEXR: what exports get of it, and what the eye and the network see; knows no files.

Shown is what lies between 0 and 1, through sRGB's curve. What is brighter stays in the light itself.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Half = NDArray[np.float16]
Deep = NDArray[np.uint16]
_FULL = 65535
_LARGEST = float(np.finfo(np.float16).max)


def straight(linear: NDArray[Any], alpha: NDArray[Any]) -> NDArray[np.float32]:
    """(H, W, 3) colour with its alpha, (H, W), taken out; where that is 0 the colour stays, for it glows."""
    opacity = np.clip(np.nan_to_num(alpha.astype(np.float32)), 0, 1)[..., None]
    colour = linear.astype(np.float32)
    return np.divide(colour, opacity, out=colour.copy(), where=opacity > 0)


def as_half(linear: NDArray[Any]) -> Half:
    """The same in 16 bits, finite."""
    if linear.dtype == np.float16 and np.isfinite(linear).all():
        return np.asarray(linear, np.float16)
    return np.asarray(np.clip(np.nan_to_num(linear), -_LARGEST, _LARGEST), np.float16)


def shown(linear: NDArray[Any]) -> Deep:
    """Light, clipped at 0 and 1, by sRGB's curve in 16 bits: white is 65,535."""
    if linear.dtype == np.float16:
        found: Deep = np.take(_half_table(), linear.view(np.uint16))
        return found
    return _curved(linear)


def stretched(values: NDArray[Any]) -> Deep:
    """0 to 1 as 0 to 65,535, without a curve: for alpha."""
    whole = np.rint(np.clip(np.nan_to_num(values.astype(np.float32)), 0, 1) * _FULL)
    return np.asarray(whole, np.uint16)


@lru_cache(maxsize=1)
def _half_table() -> Deep:
    """What each of the 65,536 half floats is shown as."""
    return _curved(np.arange(1 << 16, dtype=np.uint16).view(np.float16))


def _curved(linear: NDArray[Any]) -> Deep:
    inside = np.clip(np.nan_to_num(linear.astype(np.float32)), 0, 1)
    curve = np.where(inside <= 0.0031308, inside * 12.92, 1.055 * np.power(inside, 1 / 2.4) - 0.055)
    return np.asarray(np.rint(curve * _FULL), np.uint16)
