"""The hair brush's strokes on other frames than their own: they move and grow with the object's mask."""

from collections.abc import Callable

import cv2
import numpy as np

from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject

MOST_GROWTH = 3.0  # of the object between the two frames, and its inverse; beyond it the strokes keep their size


def hair_on(
    thing: CutObject, frame: int, masks: Callable[[int, int], Mask | None], stored: Callable[[int], Mask]
) -> Mask | None:
    """Where the band of an object's matte is wider on a frame; None where the brush wasn't used.

    Args:
        thing: The object.
        frame: On which.
        masks: Object id and frame to its mask.
        stored: Mask id to the stored pixels.
    """
    place = thing.hair_for(frame)
    if place is None:
        return None
    drawn_on, mask_id = place
    strokes = stored(mask_id)
    here, there = masks(thing.id, frame), masks(thing.id, drawn_on)
    if drawn_on == frame or here is None or there is None or here.size != strokes.size:
        return strokes
    return carried(strokes, there, here)


def carried(strokes: Mask, there: Mask, here: Mask) -> Mask:
    """Strokes drawn round a mask, brought to where and how large the mask is on another frame."""
    if strokes.is_empty or there.is_empty or here.is_empty:
        return strokes
    growth = float(np.sqrt(here.area / there.area))
    if not 1 / MOST_GROWTH <= growth <= MOST_GROWTH:
        growth = 1.0
    a, b = there.box.centre, here.box.centre
    off = (growth - 1) / 2  # pixels are named by their centres
    way = np.array([[growth, 0, b.x - growth * a.x + off], [0, growth, b.y - growth * a.y + off]], np.float32)
    size = (strokes.size.width, strokes.size.height)
    return Mask.from_array(cv2.warpAffine(strokes.to_array().view(np.uint8), way, size, flags=cv2.INTER_NEAREST) > 0)
