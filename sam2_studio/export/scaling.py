"""How large an export is beside its source: what the user asks for, and the size that comes of it. Values only."""

import re
from dataclasses import dataclass

from sam2_studio.core.geometry import Size
from sam2_studio.errors import ExportError

LARGEST_SIDE = 16384
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%", re.ASCII)
_SIDES = re.compile(r"(\d*)x(\d*)", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A share of the source's size, or a width, a height, or both that the picture has to fit into.

    Attributes:
        percent: Of the source's sides; None where sides are named.
        width, height: In pixels; None for what follows from the other one.
    """

    percent: float | None = None
    width: int | None = None
    height: int | None = None

    def applied(self, size: Size, *, even: bool = False) -> Size:
        """The size of the export. The shape is kept; sides are rounded, to even numbers where a format needs that.

        Raises:
            ExportError: a side would be 0 or longer than `LARGEST_SIDE`.
        """
        factors = [side / own for side, own in ((self.width, size.width), (self.height, size.height)) if side]
        factor = min(factors) if factors else (self.percent or 100) / 100
        if factor == 1:
            return size
        step = 2 if even else 1
        wide, high = (max(step, step * round(side * factor / step)) for side in (size.width, size.height))
        if factor <= 0 or max(wide, high) > LARGEST_SIDE:
            raise ExportError(f"{size} can't be scaled to {self}.", f"Sides can have 1 to {LARGEST_SIDE} pixels.")
        return Size(wide, high)

    def __str__(self) -> str:
        if self.width or self.height:
            return f"{self.width or ''}x{self.height or ''}"
        return f"{self.percent or 100:g}%"


def parse_scale(text: str) -> Scale:
    """A scale as people write it: `50%`, `1280x`, `x720`, or `1280x720` to fit into.

    Raises:
        ExportError: it is none of these.
    """
    wanted = text.strip().replace("×", "x").replace(" ", "")
    if match := _PERCENT.fullmatch(wanted):
        scale = Scale(percent=float(match[1]))
    elif (match := _SIDES.fullmatch(wanted)) and (match[1] or match[2]):
        scale = Scale(width=int(match[1] or 0) or None, height=int(match[2] or 0) or None)
    else:
        scale = Scale(percent=0)
    if scale.percent == 0 or scale == Scale():
        raise ExportError(f"“{text}” is no size.", "Write it as 50%, 1280x, x720, or 1280x720 to fit into.")
    return scale
