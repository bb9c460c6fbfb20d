"""Prompts: what the user says about one object on one frame. Values; the truth from which every mask is made anew."""

from dataclasses import dataclass, replace
from typing import Any

from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.plain import checked


@dataclass(frozen=True)
class PointPrompt:
    """A click: `positive` adds what lies under it, otherwise it is taken away."""

    at: Point
    positive: bool = True


@dataclass(frozen=True)
class PromptSet:
    """All prompts of one object on one frame.

    Attributes:
        points: In the order given; image coordinates.
        box: At most one, inside the picture, with area.
        mask_id: Stored mask given as a prompt, or None.
        given: The mask is the user's own (painted, imported); otherwise it is a tracked one that clicks correct.
    """

    points: tuple[PointPrompt, ...] = ()
    box: Box | None = None
    mask_id: int | None = None
    given: bool = False

    def __bool__(self) -> bool:
        return bool(self.points) or self.box is not None or self.mask_id is not None

    def with_point(self, point: PointPrompt) -> "PromptSet":
        return replace(self, points=(*self.points, point))

    def without_point(self, index: int) -> "PromptSet":
        return replace(self, points=self.points[:index] + self.points[index + 1 :])

    def with_moved_point(self, index: int, at: Point) -> "PromptSet":
        moved = replace(self.points[index], at=at)
        return replace(self, points=(*self.points[:index], moved, *self.points[index + 1 :]))

    def with_box(self, box: Box | None) -> "PromptSet":
        return replace(self, box=box)

    def with_mask(self, mask_id: int | None, *, given: bool) -> "PromptSet":
        return replace(self, mask_id=mask_id, given=given and mask_id is not None)

    def to_json(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "points": [[p.at.x, p.at.y, p.positive] for p in self.points],
            "box": None if self.box is None else [self.box.x0, self.box.y0, self.box.x1, self.box.y1],
            "mask": self.mask_id,
        }
        return values | ({"given": True} if self.given else {})

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "PromptSet":
        """The inverse of `to_json`; KeyError, TypeError or ValueError for anything else."""
        return checked(
            cls(
                tuple(checked(PointPrompt(checked(Point(x, y)), positive)) for x, y, positive in values["points"]),
                None if values["box"] is None else checked(Box(*values["box"])),
                values["mask"],
                values.get("given", False),
            )
        )


NO_PROMPTS = PromptSet()
