"""What is usual of an object, learnt from its good masks: shape, size, way, pieces, colours. Values only.

`review` compares each new mask with it. Lengths are in sides of a square of the object's area where nothing else is
said.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sam2_studio.engine.silhouette import Colors, Silhouette, distance

Amount = TypeVar("Amount", float, NDArray[np.float32])
Vector = tuple[float, float]

SHAPE_RATE = 0.15  # how much of each good mask goes into what is usual
OWN_RATE = 0.02  # the same for the object's colours, which change slowly,
GROUND_RATE = 0.2  # and for those of the ground that it passes
VELOCITY_RATE = 0.5


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What good masks have taught.

    Attributes:
        frame: Of the last good one.
        last: It.
        velocity: Pixels a frame, in tracking order.
        shape: As of a silhouette, a mean of the latest.
        area: Pixels, a mean of the latest.
        stir: How far the outline moves from frame to frame.
        pieces: Part of the area that islands and holes have.
        own, ground: Frequencies of colours, or None where no picture was seen.
        likeness: As `Colors.likeness` finds it for a good mask.
    """

    frame: int
    last: Silhouette
    velocity: Vector = (0.0, 0.0)
    shape: NDArray[np.float32]
    area: float
    stir: float = 0.0
    pieces: Vector = (0.0, 0.0)
    own: NDArray[np.float32] | None = None
    ground: NDArray[np.float32] | None = None
    likeness: Vector = (1.0, 0.0)

    @classmethod
    def first(cls, frame: int, seen: Silhouette, tints: Colors | None) -> "Usual":
        """From one mask, which is right."""
        pieces = seen.islands[0], seen.holes[0]
        known = cls(frame=frame, last=seen, shape=seen.shape, area=seen.area, pieces=pieces)
        return known if tints is None else known._with_colors(tints)

    def after(self, frame: int, seen: Silhouette, tints: Colors | None) -> "Usual":
        """With one more good mask."""
        gap = self.gap(frame)
        step = (seen.x - self.last.x) / gap, (seen.y - self.last.y) / gap
        learnt = replace(
            self,
            frame=frame,
            last=seen,
            velocity=mixed_vector(self.velocity, step, VELOCITY_RATE),
            shape=mixed(self.shape, seen.shape, SHAPE_RATE),
            area=mixed(self.area, seen.area, SHAPE_RATE),
            stir=mixed(self.stir, distance(self.last.shape, seen.shape, self.perimeter(seen)), SHAPE_RATE),
            pieces=mixed_vector(self.pieces, (seen.islands[0], seen.holes[0]), SHAPE_RATE),
        )
        return learnt if tints is None else learnt._with_colors(tints)

    def gap(self, frame: int) -> int:
        """Frames from the last good mask to `frame`, in either direction; at least 1."""
        return max(1, abs(frame - self.frame))

    def perimeter(self, seen: Silhouette) -> float:
        """Mean of the last good mask's and of another's, in cells."""
        return (self.last.perimeter + seen.perimeter) / 2

    def _with_colors(self, tints: Colors) -> "Usual":
        if self.own is None or self.ground is None:
            return replace(self, own=tints.own, ground=tints.ground, likeness=tints.likeness(tints.own, tints.ground))
        return replace(
            self,
            own=mixed(self.own, tints.own, OWN_RATE),
            ground=mixed(self.ground, tints.ground, GROUND_RATE),
            likeness=mixed_vector(self.likeness, tints.likeness(self.own, self.ground), OWN_RATE),
        )


def mixed(old: Amount, new: Amount, rate: float) -> Amount:
    """`old` moved by `rate` towards `new`."""
    return old + rate * (new - old)


def mixed_vector(old: Vector, new: Vector, rate: float) -> Vector:
    """As `mixed`, for each part."""
    return mixed(old[0], new[0], rate), mixed(old[1], new[1], rate)
