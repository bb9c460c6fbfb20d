"""The mask that is being painted: plain pixels to draw in, and the image of them that the canvas shows. No events."""

import numpy as np
from PySide6.QtGui import QImage

from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.engine.strokes import Area, Pixels


class LiveMask:
    """A working copy of a mask.

    Attributes:
        before: The mask that it began with.
        pixels: (H, W) uint8, 0 or 1, to be drawn in.
        image: Indexed, over the same memory: what is drawn shows at the next repaint.
        drawn: The area drawn in so far.
        color: `#RRGGBB` of its outline.
    """

    def __init__(self, before: Mask) -> None:
        size = before.size
        stride = (size.width + 3) // 4 * 4  # as QImage wants it
        memory = np.zeros((size.height, stride), np.uint8)
        memory[before.top : before.top + before.rows, before.left : before.left + before.columns] = before.crop()
        self.before = before
        self.pixels: Pixels = memory[:, : size.width]
        self.image = QImage(memory.data, size.width, size.height, stride, QImage.Format.Format_Indexed8)
        self.image.pixels = memory  # type: ignore[attr-defined] # keeps the memory alive
        self.drawn = Area()
        self.color = "#FFFFFF"

    @property
    def size(self) -> Size:
        return self.before.size

    def set_ink(self, rgba: int) -> None:
        """How the image shows the inside; outside is clear."""
        self.image.setColorTable([0, rgba])

    def note(self, area: Area) -> None:
        """Tell that an area was drawn in."""
        self.drawn = self.drawn.united(area)

    def to_mask(self) -> Mask:
        """What was painted; looks only where the mask was or something was drawn."""
        old = self.before
        was = Area(old.left, old.top, old.left + old.columns, old.top + old.rows)
        area = was.united(self.drawn)
        part = self.pixels[area.top : area.bottom, area.left : area.right]
        return Mask.from_part(part, area.left, area.top, self.size)
