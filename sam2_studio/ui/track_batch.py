"""The results of a track run since the last write: of each frame and object the latest counts. Knows no project."""

from dataclasses import dataclass, field, replace

from sam2_studio.engine.requests import Arrival, FrameResult

Place = tuple[int, int]


@dataclass
class TrackBatch:
    """What is to be written next.

    Attributes:
        masks: Result and recipe by (object id, frame).
        settled: Places written before whose masks hold after all.
    """

    masks: dict[Place, tuple[FrameResult, str]] = field(default_factory=dict)
    settled: set[Place] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.masks or self.settled)

    def add(self, result: FrameResult, recipe: str) -> None:
        """Take the next result of the run."""
        place = (result.object_id, result.frame)
        if result.arrival is not Arrival.SAME:
            self.masks[place] = (result, recipe)
            self.settled.discard(place)
        elif place in self.masks:
            early, made_with = self.masks[place]
            self.masks[place] = (replace(early, arrival=Arrival.ONLY), made_with)
        else:
            self.settled.add(place)
