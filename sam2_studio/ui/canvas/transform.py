"""Where a point of the picture lies in the widget, and the reverse; zoom and pan. Pure: no widget, no pixels.

Lengths are the widget's logical pixels; 100 % means one row of the picture on one row of the screen, so the ratio of
device pixels to logical ones belongs to the transform. Pixels of the picture that aren't square keep their height and
are drawn wider or narrower; coordinates of the picture are those of its stored pixels all the same.
"""

from dataclasses import dataclass, replace

from sam2_studio.core.geometry import Box, Point, Size

LEAST_ZOOM, MOST_ZOOM = 0.02, 64.0
MOST_OBJECT_ZOOM = 8.0  # nobody wants four pixels over the whole window
_OBJECT_MARGIN = 0.15  # around an object that is fitted, of its size
_NO_PICTURE = Size(1, 1)
_FIT_MARGIN = 16.0
_UNEVEN = 4.0  # device pixels a pixel below which columns of uneven widths are seen
_VISIBLE = 48.0  # logical pixels of the picture that stay in sight, however far it is dragged


@dataclass(frozen=True, kw_only=True)
class ViewTransform:
    """One view of a picture. Values; every change returns a new one.

    Attributes:
        image: Size of the picture.
        width, height: Of the widget.
        ratio: Device pixels a logical pixel.
        zoom: Device pixels that a pixel of the picture is high: 1 is 100 %.
        aspect: Width to height of a pixel of the picture, as it is drawn.
        left, top: Where the picture's top left corner lies in the widget.
        fitted: Whether it follows the size of the widget.
    """

    image: Size = _NO_PICTURE
    width: float = 1.0
    height: float = 1.0
    ratio: float = 1.0
    zoom: float = 1.0
    aspect: float = 1.0
    left: float = 0.0
    top: float = 0.0
    fitted: bool = True

    @property
    def zoom_x(self) -> float:
        """Device pixels that a pixel of the picture is wide."""
        return self.zoom * self.aspect

    @property
    def scale_x(self) -> float:
        """Logical pixels that a pixel of the picture is wide."""
        return self.zoom_x / self.ratio

    @property
    def scale_y(self) -> float:
        """Logical pixels that a pixel of the picture is high."""
        return self.zoom / self.ratio

    @property
    def least_zoom(self) -> float:
        """Device pixels of a pixel's shorter side."""
        return min(self.zoom, self.zoom_x)

    @property
    def needs_smoothing(self) -> bool:
        """Whether pixels of the picture would get lost, or some be drawn twice as wide as others beside them."""
        return self.least_zoom < (1.0 if self.aspect == 1 else _UNEVEN)

    def to_widget(self, point: Point) -> tuple[float, float]:
        return self.left + point.x * self.scale_x, self.top + point.y * self.scale_y

    def to_image(self, x: float, y: float) -> Point:
        return Point((x - self.left) / self.scale_x, (y - self.top) / self.scale_y)

    def fit(self) -> "ViewTransform":
        """The whole picture, as large as it can be, in the middle."""
        room_x, room_y = max(1.0, self.width - 2 * _FIT_MARGIN), max(1.0, self.height - 2 * _FIT_MARGIN)
        scale = min(room_x / (self.image.width * self.aspect), room_y / self.image.height)
        zoom = min(max(scale * self.ratio, LEAST_ZOOM), MOST_ZOOM)
        return replace(self, zoom=zoom, fitted=True)._centred()

    def fit_box(self, box: Box) -> "ViewTransform":
        """A part of the picture, as large as it can be, in the middle, with some of its surroundings."""
        more = 1 + 2 * _OBJECT_MARGIN
        scale = min(self.width / (box.width * self.aspect * more), self.height / (box.height * more))
        zoom = min(max(scale * self.ratio, LEAST_ZOOM), MOST_OBJECT_ZOOM)
        return replace(self, zoom=zoom, fitted=False)._with_at(box.centre, self.width / 2, self.height / 2)

    def resized(self, width: float, height: float, ratio: float) -> "ViewTransform":
        """The widget has another size: a fitted view stays fitted, another keeps its middle."""
        middle = self.to_image(self.width / 2, self.height / 2)
        changed = replace(self, width=width, height=height, ratio=ratio)
        return changed.fit() if self.fitted else changed._with_at(middle, width / 2, height / 2)

    def with_image(self, image: Size) -> "ViewTransform":
        """Another picture; one of the same size keeps the view."""
        return self if image == self.image else replace(self, image=image).fit()

    def with_aspect(self, aspect: float) -> "ViewTransform":
        """Pixels are drawn in another shape: a fitted view stays fitted, another keeps its middle and its height."""
        if aspect == self.aspect:
            return self
        middle = self.to_image(self.width / 2, self.height / 2)
        changed = replace(self, aspect=aspect)
        return changed.fit() if self.fitted else changed._with_at(middle, self.width / 2, self.height / 2)

    def zoomed(self, factor: float, x: float, y: float) -> "ViewTransform":
        """Zoom by a factor; what lies under (x, y) of the widget stays there."""
        return self.zoomed_to(self.zoom * factor, x, y)

    def zoomed_to(self, zoom: float, x: float, y: float) -> "ViewTransform":
        """Zoom to a value, 1 for 100 %; what lies under (x, y) of the widget stays there."""
        fixed = self.to_image(x, y)
        changed = replace(self, zoom=min(max(zoom, LEAST_ZOOM), MOST_ZOOM), fitted=False)
        return changed._with_at(fixed, x, y)

    def panned(self, dx: float, dy: float) -> "ViewTransform":
        return replace(self, left=self.left + dx, top=self.top + dy, fitted=False)._clamped()

    def _with_at(self, point: Point, x: float, y: float) -> "ViewTransform":
        return replace(self, left=x - point.x * self.scale_x, top=y - point.y * self.scale_y)._clamped()

    def _centred(self) -> "ViewTransform":
        return replace(
            self,
            left=(self.width - self.image.width * self.scale_x) / 2,
            top=(self.height - self.image.height * self.scale_y) / 2,
        )._snapped()

    def _clamped(self) -> "ViewTransform":
        """A part of the picture stays in sight."""
        wide, high = self.image.width * self.scale_x, self.image.height * self.scale_y
        keep_x, keep_y = min(_VISIBLE, wide), min(_VISIBLE, high)
        left = min(max(self.left, keep_x - wide), self.width - keep_x)
        top = min(max(self.top, keep_y - high), self.height - keep_y)
        return replace(self, left=left, top=top)._snapped()

    def _snapped(self) -> "ViewTransform":
        """On whole device pixels, so that 100 % is sharp."""
        return replace(
            self, left=round(self.left * self.ratio) / self.ratio, top=round(self.top * self.ratio) / self.ratio
        )
