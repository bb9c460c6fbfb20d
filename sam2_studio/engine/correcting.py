"""Clicks on a mask that is there: a piece joins or goes where the click is, the rest stays as it was.

For a network that, shown a mask and a click, may let go of the mask and answer the click alone. Each click is put with
the mask so far, in a window round both; the network is told by a box that the mask is meant where something is to go,
but not where something is to join, since that lies outside. Measured by `tests/benchmarks/nano_gains.py`.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Box, Point, Size
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.engine.answers import Answer, Looks
from sam2_studio.engine.windows import Window, given_logits, mask_of_logits, window_round


def corrected(looks: Looks, frame: Frame, given: Mask, clicks: Sequence[PointPrompt]) -> tuple[Mask, Answer]:
    """The mask after the clicks, in their order, and the network's answer to the last.

    Args:
        looks: Puts prompts to the model.
        frame: The picture.
        given: Its mask, at its size.
        clicks: At least one, inside the picture.

    Raises:
        ModelError: an answer isn't made of numbers.
    """
    mask = given
    for click in clicks:
        answer = _asked(looks, frame, mask, click)
        seen = mask_of_logits(answer.masks[0], answer.window, frame.size)
        mask = _changed(mask, seen, click, rim=answer.window.width / answer.masks.shape[-1] / 2)
    return mask, answer


def _asked(looks: Looks, frame: Frame, mask: Mask, click: PointPrompt) -> Answer:
    if mask.is_empty:
        return looks.ask(frame, Window.whole(frame.size), points=(click,))
    window = window_round(_with(mask.box, click.at, frame.size), frame.size)
    logits = given_logits(mask, window, looks.model.traits.working_size // 4)
    return looks.ask(frame, window, points=(click,), box=None if click.positive else mask.box, logits=logits)


def _with(box: Box, at: Point, size: Size) -> Box:
    """The box, grown to hold a pixel on all sides of a point."""
    grown = Box(min(box.x0, at.x - 1), min(box.y0, at.y - 1), max(box.x1, at.x + 1), max(box.y1, at.y + 1))
    return grown.checked(size)


def _changed(mask: Mask, answer: Mask, click: PointPrompt, *, rim: float) -> Mask:
    """The mask with the piece under the click taken from the answer; `rim` is half a cell of the answer in pixels."""
    if click.positive:
        return mask.union(_piece(answer.minus(mask), click.at, rim))
    return mask.minus(_piece(mask.minus(answer), click.at, rim))


def _piece(mask: Mask, at: Point, rim: float) -> Mask:
    """The part of a mask that holds a point, parted from others where only a rim of the outline joins them."""
    column, row = int(at.x), int(at.y)
    if not mask.contains(column, row):
        return Mask(mask.size)
    pixels, reach = mask.crop().astype(np.uint8), 2 * max(1, round(rim)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    thick = cv2.morphologyEx(pixels, cv2.MORPH_OPEN, kernel)
    here = (row - mask.top, column - mask.left)
    if not thick[here]:
        thick = pixels
    _, labels = cv2.connectedComponents(thick, connectivity=8)
    piece = cv2.dilate((labels == labels[here]).astype(np.uint8), kernel)
    return Mask.from_part((piece > 0) & mask.crop(), mask.left, mask.top, mask.size)
