"""Fits the edge of a mask on a still to the picture's colours by GrabCut (Rother et al. 2004); on clips it flickers."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.frames import Frame
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PromptSet
from sam2_studio.engine.windows import Window, mask_part, placed_mask, scaled_picture

LONGEST_SIDE = 512  # pixels that GrabCut works on; it takes well under 0.3 s then
BAND = 0.03  # width of what may change, in parts of the window's diagonal
ROUNDS = 2
LEAST_KEPT = 0.5  # of the old mask, or the old one stays
LEAST_SURE_PIXELS = 32  # GrabCut needs some of either side to learn its colours from


def snapped(frame: Frame, mask: Mask, prompts: PromptSet, window: Window) -> Mask:
    """The mask with its edge moved to the nearest change of colour, within `window`.

    Clicks stay on their side. The old mask comes back where the colours tell nothing.
    """
    if mask.is_empty:
        return mask
    scale = min(1.0, LONGEST_SIDE / max(window.width, window.height))
    size = max(1, round(window.width * scale)), max(1, round(window.height * scale))
    before = cv2.resize(mask_part(mask, window), size, interpolation=cv2.INTER_AREA)
    regions = _regions(before > 0, prompts, window)
    if min(np.count_nonzero(regions == cv2.GC_FGD), np.count_nonzero(regions == cv2.GC_BGD)) < LEAST_SURE_PIXELS:
        return mask
    after = _grab_cut(scaled_picture(frame.seen, window, *size), regions)
    if np.count_nonzero(after & (before > 0)) < LEAST_KEPT * np.count_nonzero(before):
        return mask
    fine = cv2.resize(after.astype(np.float32), (window.width, window.height), interpolation=cv2.INTER_LINEAR)
    return placed_mask(fine > 0.5, window.left, window.top, mask.size)


def _regions(inside: NDArray[np.bool_], prompts: PromptSet, window: Window) -> NDArray[np.uint8]:
    """GrabCut's labels: sure but for a band along the edge, and round each click."""
    height, width = inside.shape
    reach = max(2.0, BAND * math.hypot(width, height) / 2)
    pixels = inside.astype(np.uint8)
    to_edge = np.where(
        inside,
        cv2.distanceTransform(pixels, cv2.DIST_L2, 5),
        cv2.distanceTransform(1 - pixels, cv2.DIST_L2, 5),
    )
    near = to_edge <= reach
    labels = np.where(inside, cv2.GC_FGD, cv2.GC_BGD).astype(np.uint8)
    labels[near] = np.where(inside[near], cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    for point in prompts.points:
        if window.box.contains(point.at):
            x, y = window.relative(point.at)
            sure = cv2.GC_FGD if point.positive else cv2.GC_BGD
            cv2.circle(labels, (int(x * width), int(y * height)), 2, int(sure), cv2.FILLED)
    return labels


def _grab_cut(rgb: NDArray[np.uint8], regions: NDArray[np.uint8]) -> NDArray[np.bool_]:
    cv2.setRNGSeed(0)  # GrabCut draws its first colour clusters at random
    labels = regions.copy()
    inside, outside = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(rgb[..., ::-1])
    cv2.grabCut(bgr, labels, (0, 0, 1, 1), outside, inside, ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.asarray((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))
