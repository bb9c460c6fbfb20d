"""A result of tracking whose mask is held compressed: some kilobytes, to be kept for long or sent elsewhere."""

from dataclasses import dataclass, replace

from sam2_studio.core.masks import Mask
from sam2_studio.engine.requests import FrameResult


@dataclass(frozen=True)
class PackedResult:
    """A result without its mask, and that as the project file has it: its place and its bits."""

    bare: FrameResult
    place: tuple[int, int, int, int]
    bits: bytes

    @classmethod
    def of(cls, result: FrameResult) -> "PackedResult":
        mask = result.mask
        place = (mask.left, mask.top, mask.columns, mask.rows)
        return cls(replace(result, mask=Mask(mask.size)), place, mask.packed())

    @property
    def result(self) -> FrameResult:
        return replace(self.bare, mask=Mask.unpacked(self.bare.mask.size, self.place, self.bits))
