"""How large the brush is. A value; knows no widget."""

from dataclasses import dataclass, replace

from sam2_studio.core.preferences import LARGEST_BRUSH
from sam2_studio.ui.canvas.transform import ViewTransform

LEAST, MOST = 1, LARGEST_BRUSH
_STEP = 1.15  # of `[` and `]`
LEAST_PRESSURE = 0.1  # a pen that hardly touches still draws


@dataclass(frozen=True, kw_only=True)
class Brush:
    """The brush.

    Attributes:
        size: Diameter in pixels, `LEAST` to `MOST`; it is round as the picture is seen.
        in_picture: Pixels of the picture, by their height: it covers the same at every zoom; otherwise the screen's.
    """

    size: int = 40
    in_picture: bool = False

    def radius(self, view: ViewTransform, pressure: float = 1.0) -> float:
        """In heights of the picture's pixels; `pressure` of a pen, 0 to 1, scales it."""
        pixels = self.size if self.in_picture else self.size / view.scale_y
        return pixels / 2 * max(LEAST_PRESSURE, pressure)

    def resized(self, size: float) -> "Brush":
        """Another diameter, as near as the limits allow."""
        return replace(self, size=min(max(round(size), LEAST), MOST))

    def grown(self) -> "Brush":
        return self.resized(max(self.size + 1, self.size * _STEP))

    def shrunk(self) -> "Brush":
        return self.resized(min(self.size - 1, self.size / _STEP))

    def measured(self, view: ViewTransform, *, in_picture: bool) -> "Brush":
        """The same brush, as near as whole numbers go, measured in the other kind of pixels."""
        diameter = 2 * self.radius(view)
        return replace(self, in_picture=in_picture).resized(diameter if in_picture else diameter * view.scale_y)
