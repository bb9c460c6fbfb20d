"""The things that are cut out of a clip. Values; ids are never used again."""

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.plain import checked

# Okabe and Ito (2008), "Color Universal Design", without black: eight colours told apart by colour-blind eyes.
PALETTE = ("#56B4E9", "#CC79A7", "#E69F00", "#009E73", "#F0E442", "#D55E00", "#0072B2", "#BBBBBB")
LONGEST_NAME = 80  # characters


@dataclass(frozen=True, kw_only=True)
class CutObject:
    """One subject.

    Attributes:
        id: From 1 up, unique in the project for all time.
        name: As the user calls it; also part of file names when exported alone.
        color: `#RRGGBB` of outline and overlay.
        visible: Whether the canvas shows it.
        locked: Whether edits and tracking leave it alone.
        order: Place in the list, small ones first.
        edge: Clean-up settings.
    """

    id: int
    name: str
    color: str
    visible: bool = True
    locked: bool = False
    order: int = 0
    edge: EdgeSettings = field(default_factory=EdgeSettings)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "CutObject":
        """The inverse of `to_json`; KeyError, TypeError or ValueError for anything else."""
        made = checked(cls(**values | {"edge": checked(EdgeSettings(**values["edge"]))}))
        if made.id < 1 or not re.fullmatch("#[0-9A-Fa-f]{6}", made.color) or not made.edge.is_in_range:
            raise ValueError(f"object {made.id} {made.color} {made.edge}")
        return made


def palette_color(object_id: int) -> str:
    """The colour that object number `object_id` starts with."""
    return PALETTE[(object_id - 1) % len(PALETTE)]
