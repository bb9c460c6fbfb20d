"""How one picture moves into another: dense inverse search (Kroeger et al. 2016) at a bounded size."""

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.engine.tiles import Array

LONGEST_SIDE = 480  # pixels at which the flow is looked for

Real = NDArray[np.float32]


def flow_between(
    here: NDArray[np.uint8], there: NDArray[np.uint8], *, longest: int = LONGEST_SIDE, fine: bool = True
) -> Real:
    """(h, w, 2) pixels: what lies at (x, y) here lies at (x, y) + flow there.

    Args:
        here, there: (H, W, 3), of one size.
        longest: Side of the copies that are compared.
        fine: Whether to take more time.
    """
    height, width = here.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = max(16, round(width * scale)), max(16, round(height * scale))
    preset = cv2.DISOPTICAL_FLOW_PRESET_FAST if fine else cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST
    at_rest = np.zeros((size[1], size[0], 2), np.float32)
    flow = cv2.DISOpticalFlow.create(preset).calc(_grey(here, size), _grey(there, size), at_rest)
    full = cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(full * np.array([width / size[0], height / size[1]], np.float32), np.float32)


def moved_by(flow: Real, there: Array) -> Array:
    """The other picture, or another alpha, brought here."""
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    places = x + flow[..., 0], y + flow[..., 1]
    return cv2.remap(there, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]


def _grey(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    small = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
