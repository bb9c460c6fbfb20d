"""Clean-up settings of an object's edge: numbers, never pixels; what is made of them is never the truth."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class EdgeSettings:
    """How the stored mask is shown and exported. All lengths in pixels of the picture.

    Attributes:
        grow: Outline moved out (above 0) or in (below 0), -64 to 64.
        feather: Standard deviation of the softening, 0 to 64.
        specks: Islands of fewer pixels are removed.
        holes: Holes of fewer pixels are filled.
        matte: Soft alpha from mask and picture (hair, motion blur).
    """

    grow: float = 0.0
    feather: float = 0.0
    specks: int = 0
    holes: int = 0
    matte: bool = False

    @property
    def is_neutral(self) -> bool:
        """Whether the mask comes out as it is."""
        return self == EdgeSettings()

    @property
    def is_in_range(self) -> bool:
        """Whether every number is one that the program offers."""
        return abs(self.grow) <= 64 and 0 <= self.feather <= 64 and min(self.specks, self.holes) >= 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
