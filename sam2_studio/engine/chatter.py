"""How much an outline moves against the picture: what shimmers when the clip plays, though each frame looks right."""

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Box
from sam2_studio.core.masks import Mask
from sam2_studio.engine.band import STANDARD_HEIGHT
from sam2_studio.engine.flow import flow_between, moved_by
from sam2_studio.engine.tiles import part
from sam2_studio.engine.windows import Window, mask_part

LONGEST_SIDE = 160  # pixels that are compared
MARGIN = 1.2  # of the object's box
UNLIKE = 30.0  # difference of a channel, in steps of 8 bits, from which on the picture itself has changed
SPREAD = 17  # side in pixels of the squares over which the object's own flow is carried on beyond it
LEAST_SEEN = 0.5  # part of the outline that must show the same picture, or nothing can be said

Real = NDArray[np.float32]


class ChatterMeter:
    """Measures one object in one sweep over the frames."""

    def __init__(self) -> None:
        self._before: tuple[Frame, Mask] | None = None

    def measured(self, frame: Frame, mask: Mask) -> float | None:
        """Mean distance of the outline from where the picture's own movement would have brought the last one.

        Args:
            frame: The next one; frames come in tracking order, without gaps.
            mask: Of the object.

        Returns:
            Pixels of a picture 1080 high, or None where there is nothing to compare with.
        """
        before, self._before = self._before, (frame, mask)
        if before is None or mask.is_empty or before[1].is_empty:
            return None
        windows = _windows(mask, before[1])
        scale = min(1.0, LONGEST_SIDE / max(windows[0].width, windows[0].height))
        size = max(16, round(windows[0].width * scale)), max(16, round(windows[0].height * scale))
        pair = zip((frame, before[0]), windows, strict=True)
        seen, other = (_small(each, window, size) for each, window in pair)
        now, then = _cover(mask, windows[0], size), _cover(before[1], windows[1], size)
        moved = _apart(seen, other, now, then)
        standard = STANDARD_HEIGHT / min(mask.size.width, mask.size.height)
        return None if moved is None else moved / scale * standard


def _windows(mask: Mask, before: Mask) -> tuple[Window, Window]:
    """Windows of one size round both masks: what is left between them is what the object does beside moving on."""
    width, height = max(mask.columns, before.columns), max(mask.rows, before.rows)
    here, there = (
        Window.around(
            Box(each.box.centre.x - width / 2, each.box.centre.y - height / 2, each.box.centre.x + width / 2,
                each.box.centre.y + height / 2),
            mask.size, margin=MARGIN, slimmest=0.3,
        )
        for each in (mask, before)
    )  # fmt: skip
    return here, there


def _small(frame: Frame, window: Window, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The window's part at `size`; sampled, not averaged: that is quicker, and both are sampled alike."""
    return np.asarray(cv2.resize(part(frame.rgb8(), window), size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _cover(mask: Mask, window: Window, size: tuple[int, int]) -> Real:
    small = cv2.resize(mask_part(mask, window) * np.uint8(255), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small / np.float32(255), np.float32)


def _apart(seen: NDArray[np.uint8], other: NDArray[np.uint8], now: Real, then: Real) -> float | None:
    """Pixels that the outline lies apart from the old one, brought here; None where the picture has changed."""
    flow = _of_the_object(flow_between(seen, other, longest=LONGEST_SIDE, fine=False), now)
    same = cv2.absdiff(seen, moved_by(flow, other)).max(-1) < UNLIKE
    outline = cv2.morphologyEx((now > 0.5).view(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    length = np.count_nonzero(outline) / 2  # the gradient is two pixels wide
    if not length or np.count_nonzero(outline & same) < LEAST_SEEN * np.count_nonzero(outline):
        return None
    apart = np.abs(now - moved_by(flow, then)) * same
    return float(apart.sum() / length)


def _of_the_object(flow: Real, cover: Real) -> Real:
    """The flow inside the mask, carried on over its outline: there the ground's would mix in."""
    sure = (cover > 0.9).astype(np.float32)
    spread = cv2.blur(sure, (SPREAD, SPREAD))[..., None]
    carried = cv2.blur(flow * sure[..., None], (SPREAD, SPREAD)) / np.maximum(spread, 1e-4)
    return np.asarray(np.where(sure[..., None] > 0, flow, carried), np.float32)
