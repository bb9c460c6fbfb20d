"""Sizes, points and boxes in image coordinates, and the half-pixel rule, in this one place.

Image coordinates are continuous: x to the right, y down, origin at the top left corner of the top left pixel. Pixel
(i, j) covers [i, i+1) x [j, j+1), its centre is (i + 0.5, j + 0.5). They are displayed pixels: rotation is applied.
"""

import math
from dataclasses import dataclass

from sam2_studio.errors import PromptError


@dataclass(frozen=True)
class Size:
    """Width and height in pixels, both at least 1."""

    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True)
class Point:
    """A position in image coordinates."""

    x: float
    y: float

    @property
    def pixel(self) -> tuple[int, int]:
        """Column and row of the pixel that holds the point."""
        return math.floor(self.x), math.floor(self.y)

    def inside(self, size: Size) -> bool:
        return 0 <= self.x < size.width and 0 <= self.y < size.height

    def checked(self, size: Size) -> "Point":
        """Return itself.

        Raises:
            PromptError: it isn't finite or lies outside the picture.
        """
        if not (math.isfinite(self.x) and math.isfinite(self.y) and self.inside(size)):
            raise PromptError(
                f"The point {self.x:g},{self.y:g} lies outside the picture of {size}.",
                f"Use x from 0 to {size.width - 1} and y from 0 to {size.height - 1}.",
            )
        return self


@dataclass(frozen=True)
class Box:
    """A rectangle [x0, x1) x [y0, y1) in image coordinates."""

    x0: float
    y0: float
    x1: float
    y1: float

    @classmethod
    def spanning(cls, a: Point, b: Point) -> "Box":
        """The box whose opposite corners are `a` and `b`, in any order."""
        return cls(min(a.x, b.x), min(a.y, b.y), max(a.x, b.x), max(a.y, b.y))

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def centre(self) -> Point:
        return Point((self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2)

    def contains(self, point: Point) -> bool:
        return self.x0 <= point.x < self.x1 and self.y0 <= point.y < self.y1

    def clipped(self, size: Size) -> "Box":
        """The part inside the picture; its area is 0 where there is none."""
        x0, y0 = min(max(self.x0, 0.0), size.width), min(max(self.y0, 0.0), size.height)
        return Box(x0, y0, max(x0, min(self.x1, size.width)), max(y0, min(self.y1, size.height)))

    def checked(self, size: Size) -> "Box":
        """Return the part inside the picture.

        Raises:
            PromptError: a number isn't finite, the box has no area or lies outside the picture.
        """
        text = f"{self.x0:g},{self.y0:g},{self.x1:g},{self.y1:g}"
        if (
            not all(math.isfinite(v) for v in (self.x0, self.y0, self.x1, self.y1))
            or self.x1 <= self.x0
            or self.y1 <= self.y0
        ):
            raise PromptError(f"The box {text} has no area.", "Give x0,y0,x1,y1 with x0 < x1 and y0 < y1.")
        inside = self.clipped(size)
        if inside.area <= 0:
            raise PromptError(f"The box {text} lies outside the picture of {size}.", "Draw it over the subject.")
        return inside
