"""What lies behind a cutout: a checkerboard, a colour or a picture. Pixels only; loads nothing, knows no canvas."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from sam2_studio.core.geometry import Size
from sam2_studio.engine.strokes import Area, Pixels

_CHECK_DARK, _CHECK_LIGHT, _CHECK_PIXELS = 102, 153, 16


@dataclass(frozen=True, eq=False)
class Ground:
    """The ground.

    Attributes:
        color: `#RRGGBB`, or "" for the checkerboard.
        picture: (H, W, 3) in the place of both, of the size of what is cut out; another size is passed over.
    """

    color: str = ""
    picture: NDArray[np.uint8] | None = None

    def part(self, area: Area, size: Size) -> Pixels:
        """(height, width, 3) of an area of a picture of `size`; the caller may write into it."""
        if self.picture is not None and self.picture.shape[:2] == (size.height, size.width):
            return self.picture[area.top : area.bottom, area.left : area.right].copy()
        if self.color:
            return _flat(self.color, area)
        return _checkers(area)


def _flat(color: str, area: Area) -> Pixels:
    ink = QColor(color)
    result = np.empty((area.bottom - area.top, area.right - area.left, 3), np.uint8)
    result[:] = (ink.red(), ink.green(), ink.blue())
    return result


def _checkers(area: Area) -> Pixels:
    """Squares that stay where they are, whatever area of them is asked for."""
    across = np.arange(area.left, area.right) // _CHECK_PIXELS % 2 == 1
    lines = [np.repeat(np.where(across == odd, _CHECK_DARK, _CHECK_LIGHT).astype(np.uint8), 3) for odd in (False, True)]
    down = np.arange(area.top, area.bottom) // _CHECK_PIXELS % 2
    return np.stack(lines)[down].reshape(len(down), len(across), 3)
