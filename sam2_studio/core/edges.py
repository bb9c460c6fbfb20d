"""Clean-up settings of an object's edge: numbers, never pixels; what is made of them is never the truth."""

from dataclasses import asdict, dataclass, replace
from typing import Any

METHODS = ("fast", "best")
SPILLS = ("", "green", "blue")
STEADINESS = ("", "flagged", "all")


@dataclass(frozen=True, kw_only=True)
class EdgeSettings:
    """How the stored mask is shown and exported. All lengths in pixels of the picture.

    Attributes:
        grow: Outline moved out (above 0) or in (below 0), -64 to 64.
        feather: Standard deviation of the softening, 0 to 64.
        smooth: Bumps and dents of the outline that are smaller than this go, 0 to 64.
        specks: Islands of fewer pixels are removed.
        holes: Holes of fewer pixels are filled.
        largest: Only the largest piece is kept.
        matte: Soft alpha from mask and picture (hair, motion blur).
        method: How the matte is made, one of `METHODS`.
        despill: The light of a screen taken out of the subject's colour, one of `SPILLS`; "" for none.
        steady: Frames whose matte is smoothed in time, one of `STEADINESS`; "" for none.
    """

    grow: float = 0.0
    feather: float = 0.0
    smooth: float = 0.0
    specks: int = 0
    holes: int = 0
    largest: bool = False
    matte: bool = False
    method: str = METHODS[0]
    despill: str = ""
    steady: str = ""

    @property
    def is_neutral(self) -> bool:
        """Whether the mask comes out as it is."""
        return replace(self, method=METHODS[0], despill="", steady="") == EdgeSettings()

    @property
    def outline(self) -> "EdgeSettings":
        """What of it concerns the hard mask: where the outline runs, by whole pixels."""
        return EdgeSettings(
            grow=float(round(self.grow)),
            smooth=self.smooth,
            specks=self.specks,
            holes=self.holes,
            largest=self.largest,
        )

    @property
    def is_in_range(self) -> bool:
        """Whether every value is one that the program offers."""
        lengths = abs(self.grow) <= 64 and 0 <= self.feather <= 64 and 0 <= self.smooth <= 64
        words = self.method in METHODS and self.despill in SPILLS and self.steady in STEADINESS
        return lengths and words and min(self.specks, self.holes) >= 0

    def scaled(self, factor: float) -> "EdgeSettings":
        """The settings that give a picture of `factor` times the sides the same shape."""
        area = factor * factor
        return replace(
            self,
            grow=self.grow * factor,
            feather=self.feather * factor,
            smooth=self.smooth * factor,
            specks=round(self.specks * area),
            holes=round(self.holes * area),
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
