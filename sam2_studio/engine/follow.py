"""The window in which the network looks for one object: it goes with the object, so that a small one is seen large.

A network compares places of a frame with those of its memories, so a window mustn't glide along: it stands still as
long as the object has room in it, and then another one takes over, into which what is remembered is brought. All
windows are whole pixels. Pure numbers; knows no network and no frame.
"""

import math
from dataclasses import dataclass

from sam2_studio.core.geometry import Box, Size
from sam2_studio.core.masks import Mask
from sam2_studio.engine.windows import Window

ROOM = 3.0  # side of a new window, to the longer side of the object's box
FREE = 1.5  # a window is kept while the object's box, scaled by this, lies in it
SHRUNK, GROWN = 0.5, 1.3  # and while a new one would be no smaller and no larger than this, to its side
AROUND = 1.2  # least room that an object has on another frame than the one for which the window was chosen
FINEST = 0.25  # a window's side is at least this part of the working size: beyond that, pixels are only blown up
GAIN_ON, GAIN_AUTO = (
    1.2,
    2.0,
)  # how much finer the network must see in it (in length), where it is wanted, and by itself


@dataclass(frozen=True, kw_only=True)
class Follow:
    """Chooses windows in pictures of one size.

    Attributes:
        size: Of the picture.
        finest: Least side of a window in pixels.
        gain: How much finer than the whole picture a window must be; infinity for never.
    """

    size: Size
    finest: float
    gain: float

    @classmethod
    def of(cls, wish: str, size: Size, *, working_size: int, pays: bool) -> "Follow":
        """As an object's setting wishes, for a network that works at this size and by itself gains, or doesn't."""
        gain = {"on": GAIN_ON, "auto": GAIN_AUTO if pays else math.inf, "off": math.inf}[wish]
        return cls(size=size, finest=FINEST * working_size, gain=gain)

    @property
    def whole(self) -> Window:
        return Window.whole(self.size)

    @property
    def may(self) -> bool:
        """Whether any window can be better than the whole picture."""
        return not math.isinf(self.gain)

    def round(self, mask: Mask) -> Window:
        """The window for an object with this mask; the whole picture where it's empty, or a window gains little."""
        return self.whole if mask.is_empty else self._square(mask.box, self._side(mask.box))

    def after(self, window: Window, mask: Mask) -> Window:
        """The window for the next frame, by what was found in this one."""
        if window == self.whole or mask.is_empty:
            return self.round(mask)
        change = self._side(mask.box) / max(window.width, window.height)
        fits = window.contains(_scaled(mask.box, FREE).clipped(self.size))
        return window if fits and SHRUNK <= change <= GROWN else self.round(mask)

    def beside(self, window: Window, mask: Mask) -> Window:
        """The window's like on a frame with another mask: as large, and the same where that holds the object."""
        box = mask.box
        if window == self.whole or mask.is_empty or window.contains(_scaled(box, AROUND).clipped(self.size)):
            return window
        return _placed(box, max(window.width, window.height, AROUND * max(box.width, box.height)), self.size)

    def instead(self, window: Window, mask: Mask) -> Window | None:
        """Where to look once more, if what was found is cut off by the window, or nothing was; None if all is well."""
        if window == self.whole:
            return None
        if mask.is_empty:
            return self.whole
        if _is_cut_off(mask.box, window, self.size):
            return self._square(mask.box, 2 * max(window.width, window.height))
        return None

    def _side(self, box: Box) -> float:
        return max(ROOM * max(box.width, box.height), self.finest)

    def _square(self, box: Box, side: float) -> Window:
        window = _placed(box, side, self.size)
        return window if self.size.area >= self.gain**2 * window.area else self.whole


def _placed(box: Box, side: float, size: Size) -> Window:
    """A square of this side round the middle of `box`, moved and cut to the picture."""
    at, half = box.centre, side / 2
    return Window.around(Box(at.x - half, at.y - half, at.x + half, at.y + half), size, margin=1.0, slimmest=1.0)


def _scaled(box: Box, factor: float) -> Box:
    at, across, down = box.centre, factor * box.width / 2, factor * box.height / 2
    return Box(at.x - across, at.y - down, at.x + across, at.y + down)


def _is_cut_off(box: Box, window: Window, size: Size) -> bool:
    """Whether the object reaches a side of the window that isn't the picture's own."""
    return (
        (box.x0 <= window.left and window.left > 0)
        or (box.y0 <= window.top and window.top > 0)
        or (box.x1 >= window.right and window.right < size.width)
        or (box.y1 >= window.bottom and window.bottom < size.height)
    )
