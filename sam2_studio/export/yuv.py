"""RGB to Y'CbCr planes by the formulas of ITU-T H.273, and which colour tags are true for pixels written.

Our own arithmetic, not a scaler's: every value is the formula's, rounded once. Knows no codec and no file.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.clip import ColorTags
from sam2_studio.export.formats import Planes

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
Floats = NDArray[np.float32]

# H.273, table 4: the weights of red and blue in luma.
_WEIGHTS = {
    "bt709": (0.2126, 0.0722),
    "smpte170m": (0.299, 0.114),
    "bt470bg": (0.299, 0.114),
    "bt2020nc": (0.2627, 0.0593),
}
_MATRIX_CODES = {"bt709": 1, "bt470bg": 5, "smpte170m": 6, "bt2020nc": 9}
_PRIMARIES_CODES = {
    "bt709": 1, "bt470m": 4, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "film": 8, "bt2020": 9,
    "smpte428": 10, "smpte431": 11, "smpte432": 12, "ebu3213": 22, "jedec-p22": 22,
}  # fmt: skip
_TRANSFER_CODES = {
    "bt709": 1, "gamma22": 4, "bt470m": 4, "gamma28": 5, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "linear": 8,
    "log100": 9, "log316": 10, "iec61966-2-4": 11, "bt1361e": 12, "iec61966-2-1": 13, "bt2020-10": 14,
    "bt2020-12": 15, "smpte2084": 16, "smpte428": 17, "arib-std-b67": 18,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ColorCodes:
    """The numbers of H.273 that a file carries, and FFmpeg's for the range (1 limited, 2 full)."""

    primaries: int
    transfer: int
    matrix: int
    range: int

    @property
    def matrix_name(self) -> str:
        return next((name for name, code in _MATRIX_CODES.items() if code == self.matrix), "bt709")


def codes_for(tags: ColorTags, *, full_range: bool) -> ColorCodes:
    """True tags for pixels that came out of a source with `tags`.

    RGB has no matrix of its own, so any may be chosen: the source's where we can write it, else BT.709. A source that
    names no primaries or transfer is taken for BT.709, as every player does; "unknown" is never written.
    """
    return ColorCodes(
        primaries=_PRIMARIES_CODES.get(tags.primaries, 1),
        transfer=_TRANSFER_CODES.get(tags.transfer, 1),
        matrix=_MATRIX_CODES.get(tags.matrix, 1),
        range=2 if full_range else 1,
    )


def to_planes(rgb: Pixels, layout: Planes, bits: int, codes: ColorCodes) -> tuple[Pixels, ...]:
    """Y, Cb, Cr planes of (H, W, 3) full-range RGB.

    Args:
        rgb: uint8 or uint16.
        layout: 4:4:4, or 4:2:0 with chroma sited left as H.264, HEVC and VP9 mean it. Odd sizes round up.
        bits: Of one sample, 8 to 16.
    """
    forward = _forward(codes, bits, full_scale(rgb))
    if layout is Planes.YUV444:
        return _at_once(rgb, forward, bits, limited=codes.range == 1)
    yuv = cv2.transform(rgb.astype(np.float32), forward)
    luma, *chroma = (np.asarray(channel, np.float32) for channel in cv2.split(yuv))
    if layout is Planes.YUV420:
        chroma = [_halved(plane) for plane in chroma]
    return tuple(_rounded(plane, bits) for plane in (luma, *chroma))


def _at_once(rgb: Pixels, forward: Floats, bits: int, *, limited: bool) -> tuple[Pixels, ...]:
    """Matrix, rounding and the cut at 0 in one pass of whole numbers: three times as fast as by floats."""
    planes = cv2.split(cv2.transform(rgb.astype(np.uint16, copy=False), forward))
    if bits == 8:
        return tuple(np.minimum(plane, 255).astype(np.uint8) for plane in planes)
    top = (1 << bits) - 1
    return tuple(np.asarray(plane, np.uint16) if limited else np.minimum(plane, top) for plane in planes)


def full_scale(values: Pixels) -> int:
    """The integer that stands for 1."""
    return 255 if values.dtype == np.uint8 else 65535


def scaled(values: Pixels | Floats, bits: int) -> Pixels:
    """Full-range samples of 0..max (integers) or 0..1 (floats) as integers of `bits` bits, rounded once."""
    top = (1 << bits) - 1
    if values.dtype == np.float32:
        return _rounded(values.astype(np.float32, copy=False) * np.float32(top), bits)
    if values.dtype == np.uint8 and bits == 16:
        return values.astype(np.uint16) * np.uint16(257)
    here = 255 if values.dtype == np.uint8 else 65535
    if here == top:
        return values  # type: ignore[return-value] # floats went above; numpy can't narrow a union of dtypes
    return _rounded(values.astype(np.float32) * np.float32(top / here), bits)


def _forward(codes: ColorCodes, bits: int, scale: int) -> Floats:
    red, blue = _WEIGHTS[codes.matrix_name]
    luma = np.array([red, 1 - red - blue, blue])
    cb = (np.array([0, 0, 1]) - luma) / (2 * (1 - blue))
    cr = (np.array([1, 0, 0]) - luma) / (2 * (1 - red))
    step = 1 << (bits - 8)
    full = codes.range == 2
    luma_gain, chroma_gain = ((1 << bits) - 1,) * 2 if full else (219 * step, 224 * step)
    gains = np.array([luma_gain, chroma_gain, chroma_gain])[:, None] / scale
    offsets = np.array([0 if full else 16 * step, 128 * step, 128 * step])[:, None]
    return np.hstack([np.stack([luma, cb, cr]) * gains, offsets]).astype(np.float32)


def _rounded(values: Floats, bits: int) -> Pixels:
    top = (1 << bits) - 1
    whole = np.clip(np.rint(values), 0, top)
    return whole.astype(np.uint8) if bits == 8 else whole.astype(np.uint16)


def _halved(plane: Floats) -> Floats:
    across = np.array([0.25, 0.5, 0.25], np.float32)
    down = np.array([0.5, 0.5], np.float32)
    smooth = cv2.sepFilter2D(plane, -1, across, down, anchor=(1, 0), borderType=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(smooth[::2, ::2])
