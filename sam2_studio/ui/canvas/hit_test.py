"""What lies under the pointer: a point prompt, a mask. Pure functions over values."""

from collections.abc import Sequence

from sam2_studio.core.geometry import Point
from sam2_studio.core.prompts import PromptSet
from sam2_studio.ui.canvas.overlay import ShownMask
from sam2_studio.ui.canvas.transform import ViewTransform

POINT_REACH = 9.0  # logical pixels from the centre of a disc


def point_at(prompts: PromptSet, view: ViewTransform, x: float, y: float) -> int | None:
    """Index of the nearest point prompt under (x, y) of the widget; the one on top where two are as near."""
    found, nearest = None, POINT_REACH**2
    for index, prompt in enumerate(prompts.points):
        px, py = view.to_widget(prompt.at)
        distance = (px - x) ** 2 + (py - y) ** 2
        if distance <= nearest:
            found, nearest = index, distance
    return found


def object_at(masks: Sequence[ShownMask], point: Point) -> int | None:
    """Id of the visible object whose mask holds the point; the last one drawn lies on top."""
    column, row = point.pixel
    hits = [m.object_id for m in masks if m.visible and m.mask.contains(column, row)]
    return hits[-1] if hits else None
