"""How deep and HDR pictures look in 8 bits, to the eye and to the network; exports never pass through here.

PQ and HLG are tone-mapped, channel by channel: light of 203 cd/m2, the usual white, comes out at three quarters of the
range and 1,000 cd/m2 at its top; wide primaries become BT.709's.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Deep = NDArray[np.uint16]
HDR = {"smpte2084": "PQ", "arib-std-b67": "HLG"}
_FULL = 65535
_PEAK, _WHITE = 1000.0, 203.0  # cd/m2, ITU-R BT.2408
_STEPS = 4096
_TO_BT709 = np.array(  # from BT.2020, in linear light: ITU-R BT.2087
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)


def in_bytes(rgb: Deep, transfer: str = "") -> Bytes:
    """(H, W, 3) uint8 of 16 bits: rounded, or tone-mapped where `transfer` is one of `HDR`."""
    if transfer not in HDR:
        rounded: Bytes = np.take(_rounding(), rgb)
        return rounded
    light = np.take(_light(transfer), rgb).reshape(-1, 3) @ _TO_BT709.T
    places = np.clip(light * (_STEPS - 1) + 0.5, 0, _STEPS - 1).astype(np.uint16)
    coded: Bytes = np.take(_coding(), places).reshape(rgb.shape)
    return coded


@lru_cache(maxsize=1)
def _rounding() -> Bytes:
    return ((np.arange(_FULL + 1, dtype=np.uint32) * 255 + _FULL // 2) // _FULL).astype(np.uint8)


@lru_cache(maxsize=2)
def _light(transfer: str) -> NDArray[np.float32]:
    """Tone-mapped linear light, 0 to 1, of each of the 65,536 values."""
    coded = np.arange(_FULL + 1, dtype=np.float64) / _FULL
    nits = _pq(coded) if transfer == "smpte2084" else _hlg(coded)
    bright, top = nits / _WHITE, _PEAK / _WHITE
    return np.clip(bright * (1 + bright / top**2) / (1 + bright), 0, 1).astype(np.float32)


def _pq(coded: NDArray[np.float64]) -> NDArray[np.float64]:
    """cd/m2 by SMPTE ST 2084."""
    root = coded ** (1 / 78.84375)
    return np.asarray(
        10_000 * (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
    )


def _hlg(coded: NDArray[np.float64]) -> NDArray[np.float64]:
    """cd/m2 on a screen of 1,000 by ITU-R BT.2100, its gamma of 1.2 taken channel by channel."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(coded <= 0.5, coded**2 / 3, (np.exp((coded - c) / a) + b) / 12)
    return np.asarray(_PEAK * scene**1.2)


@lru_cache(maxsize=1)
def _coding() -> Bytes:
    """sRGB's curve in `_STEPS` steps, as bytes."""
    light = np.linspace(0, 1, _STEPS)
    curve = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(curve * 255), np.uint8)
