"""Run lengths of masks as COCO's tools keep them: columns first, beginning with what is outside, packed as text."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.geometry import Size

_FIRST_SIGN = 48
_MORE, _MINUS, _DIGITS = 0x20, 0x10, 5


def encode_rle(mask: NDArray[np.bool_]) -> str:
    """The `counts` of a mask, (H, W)."""
    flat = mask.T.ravel()
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    bounds = np.concatenate([[0], changes, [flat.size]])
    counts = np.diff(bounds).tolist()
    return _packed([0, *counts] if flat.size and flat[0] else counts)


def decode_rle(counts: str, size: Size) -> NDArray[np.bool_]:
    """The mask, (H, W). Raises ValueError where the counts don't fill it."""
    runs = _unpacked(counts)
    if sum(runs) != size.area or min(runs, default=0) < 0:
        raise ValueError("the runs don't fill the picture")
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return np.ascontiguousarray(flat.reshape(size.width, size.height).T)


def _packed(counts: Iterable[int]) -> str:
    """Each count, from the fourth on less the one before last, in groups of five bits with their sign last."""
    signs: list[str] = []
    known: list[int] = []
    for count in counts:
        value = count - known[-2] if len(known) > 2 else count
        known.append(count)
        while True:
            group, value = value & 0x1F, value >> _DIGITS
            done = value == (-1 if group & _MINUS else 0)
            signs.append(chr(_FIRST_SIGN + (group if done else group | _MORE)))
            if done:
                break
    return "".join(signs)


def _unpacked(text: str) -> list[int]:
    counts: list[int] = []
    value = shift = 0
    for sign in text:
        group = ord(sign) - _FIRST_SIGN
        value |= (group & 0x1F) << shift
        shift += _DIGITS
        if group & _MORE:
            continue
        if group & _MINUS:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    return counts
