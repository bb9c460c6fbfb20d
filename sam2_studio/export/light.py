"""From display-coded values to linear light by the curves of ITU-T H.273, and the primaries that a file can name.

BT.709, BT.601, BT.2020 and what is unknown are undone by the inverse of their camera curve, as compositing programs do;
sRGB, gamma 2.2 and 2.8 by their own; PQ gives 1 for 100 cd/m2; HLG gives the light of the scene.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sam2_studio.export.yuv import Floats, Pixels, full_scale

_Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
_PQ_NITS, _PQ_WHITE = 10000.0, 100.0

# H.273, table 2: x and y of red, green, blue and white.
_D65, _C, _DCI = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351)
_PRIMARIES: dict[str, tuple[float, ...]] = {
    "bt709": (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, *_D65),
    "bt470m": (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *_C),
    "bt470bg": (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *_D65),
    "smpte170m": (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    "smpte240m": (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    "film": (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *_C),
    "bt2020": (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),
    "smpte431": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_DCI),
    "smpte432": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_D65),
    "ebu3213": (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *_D65),
}


def to_linear(values: Pixels, transfer: str) -> Floats:
    """Linear light of full-range values; black is 0, and 1 is white (see above for HDR). Same shape, float32."""
    return np.take(_table(transfer, full_scale(values)), values)


def chromaticities(primaries: str) -> tuple[float, ...]:
    """x and y of red, green, blue and white; those of BT.709 for a name that isn't known."""
    return _PRIMARIES.get(primaries, _PRIMARIES["bt709"])


@lru_cache(maxsize=4)
def _table(transfer: str, top: int) -> Floats:
    coded = np.arange(top + 1, dtype=np.float64) / top
    return _CURVES.get(transfer, _camera)(coded).astype(np.float32)


def _camera(v: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(v < 4.5 * 0.018053968510807, v / 4.5, ((v + 0.09929682680944) / 1.09929682680944) ** (1 / 0.45))


def _srgb(v: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def _smpte240m(v: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(v < 4 * 0.022821585529445, v / 4, ((v + 0.111572195921731) / 1.111572195921731) ** (1 / 0.45))


def _pq(v: NDArray[np.float64]) -> NDArray[np.float64]:
    c1, c2, c3, m, n = 0.8359375, 18.8515625, 18.6875, 78.84375, 0.1593017578125
    root = v ** (1 / m)
    return np.asarray((np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / n) * (_PQ_NITS / _PQ_WHITE))


def _hlg(v: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(v <= 0.5, v * v / 3, (np.exp((v - c) / a) + b) / 12)


_CURVES: dict[str, _Curve] = {
    "iec61966-2-1": _srgb,
    "smpte240m": _smpte240m,
    "linear": lambda v: v,
    "gamma22": lambda v: np.asarray(v**2.2),
    "bt470m": lambda v: np.asarray(v**2.2),
    "gamma28": lambda v: np.asarray(v**2.8),
    "bt470bg": lambda v: np.asarray(v**2.8),
    "log100": lambda v: np.where(v > 0, 10 ** ((v - 1) * 2), 0),
    "log316": lambda v: np.where(v > 0, 10 ** ((v - 1) * 2.5), 0),
    "smpte428": lambda v: np.asarray(v**2.6 * 52.37 / 48),
    "smpte2084": _pq,
    "arib-std-b67": _hlg,
}
