"""Makes a subject, or all else, unrecognisable in its footage: squares or blur. Knows no codec and no file."""

import cv2
import numpy as np

from sam2_studio.core.masks import Matte
from sam2_studio.export.compose import Picture, blurred, over
from sam2_studio.export.yuv import Floats, Pixels, full_scale

_NOTHING_BELOW = 1 / 512  # alpha that doesn't show


def pixelated(rgb: Pixels, matte: Matte, cell: float, *, outside: bool) -> Picture:
    """The picture with its subject in squares of `cell` pixels, each of one colour, or all but the subject.

    Every square that the subject touches is drawn whole, so its outline can't be told. Opaque, 16 bit.
    """
    side = max(1, round(cell))
    squares = _means(rgb.astype(np.float32) / np.float32(full_scale(rgb)), side)
    if outside:
        return over(rgb, matte, squares)
    touched = _means((matte.alpha > _NOTHING_BELOW).astype(np.float32), side) > 0
    return over(rgb, Matte(1 - touched.astype(np.float32)), squares)


def softened(rgb: Pixels, matte: Matte, sigma: float, *, outside: bool) -> Picture:
    """The picture with its subject blurred, or all but the subject. Opaque, 16 bit.

    The subject's blur begins outside its outline; around a sharp subject the blur holds none of its colours.
    """
    if outside:
        return over(rgb, matte, blurred(rgb, matte, sigma))
    clear = Matte(1 - _widened(matte, sigma))
    return over(rgb, clear, blurred(rgb, Matte(np.zeros_like(matte.alpha)), sigma))


def _means(values: Floats, side: int) -> Floats:
    """Each pixel the mean of its square; squares at the right and lower edge may be smaller."""
    height, width = values.shape[:2]
    rows, columns = range(0, height, side), range(0, width, side)
    sums = np.add.reduceat(np.add.reduceat(values, rows, axis=0), columns, axis=1)
    heights = np.diff([*rows, height]).astype(np.float32)
    widths = np.diff([*columns, width]).astype(np.float32)
    counts = np.outer(heights, widths)
    means = sums / (counts[..., None] if values.ndim == 3 else counts)
    spread = np.repeat(np.repeat(means, side, axis=0)[:height], side, axis=1)[:, :width]
    return np.ascontiguousarray(spread, np.float32)


def _widened(matte: Matte, by: float) -> Floats:
    """The alpha, grown by `by` pixels with a soft edge; nowhere less than it was."""
    reach = 2 * max(1, round(by)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    grown = cv2.GaussianBlur(cv2.dilate(matte.alpha, kernel), (0, 0), max(0.5, by / 3))
    return np.asarray(np.maximum(grown, matte.alpha), np.float32)
