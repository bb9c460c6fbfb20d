"""The things that are cut out of a clip. Values; ids are never used again."""

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.plain import checked, whole

# Okabe and Ito (2008), "Color Universal Design", without black: eight colours told apart by colour-blind eyes.
PALETTE = ("#56B4E9", "#CC79A7", "#E69F00", "#009E73", "#F0E442", "#D55E00", "#0072B2", "#BBBBBB")
LONGEST_NAME = 80  # characters
WINDOWS = ("auto", "on", "off")  # when tracking looks in a window that follows the object


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
        window: When tracking looks in a window that follows the object, one of `WINDOWS`.
        hair: (frame, stored mask) where the hair brush widened the matte's band; rising frames.
    """

    id: int
    name: str
    color: str
    visible: bool = True
    locked: bool = False
    order: int = 0
    edge: EdgeSettings = field(default_factory=EdgeSettings)
    window: str = WINDOWS[0]
    hair: tuple[tuple[int, int], ...] = ()

    def hair_for(self, frame: int) -> tuple[int, int] | None:
        """Frame and stored mask of the brush's strokes that hold on a frame: the last before it, else the first."""
        before = [place for place in self.hair if place[0] <= frame]
        return before[-1] if before else (self.hair[0] if self.hair else None)

    def with_hair(self, frame: int, mask_id: int | None) -> "CutObject":
        """With other strokes on a frame; None for those of the frames round it."""
        others = [place for place in self.hair if place[0] != frame]
        return replace(self, hair=tuple(sorted([*others, *([] if mask_id is None else [(frame, mask_id)])])))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "CutObject":
        """The inverse of `to_json`; KeyError, TypeError or ValueError for anything else."""
        hair = tuple((whole(frame), whole(mask_id)) for frame, mask_id in values.get("hair", ()))
        made = checked(cls(**values | {"edge": checked(EdgeSettings(**values["edge"])), "hair": hair}))
        in_range = made.edge.is_in_range and made.window in WINDOWS
        if made.id < 1 or not re.fullmatch("#[0-9A-Fa-f]{6}", made.color) or not in_range:
            raise ValueError(f"object {made.id} {made.color} {made.edge} {made.window}")
        return made


def palette_color(object_id: int) -> str:
    """The colour that object number `object_id` starts with."""
    return PALETTE[(object_id - 1) % len(PALETTE)]


def the_subject(edge: EdgeSettings | None = None) -> CutObject:
    """The one object of a still, by its edge settings."""
    return CutObject(id=1, name="subject", color=palette_color(1), edge=edge or EdgeSettings())
