"""How far a track run is, in frames: one that is tracked from both sides counts half from each."""

from sam2_studio.engine.passes import frames_of, routes, visits_of
from sam2_studio.engine.requests import Arrival, FrameResult, TrackRequest


class RunProgress:
    """Counts the results of one run.

    Attributes:
        frames: How many frames get a result.
        kept: How many are passed without one, as all their masks are the user's.

    Args:
        request: As the tracker gets it.

    Raises:
        PromptError: an object has no conditioning frame.
    """

    def __init__(self, request: TrackRequest) -> None:
        self.frames = len(frames_of(request))
        self.kept = len(frozenset[int]().union(*(each.frames() for each in routes(request)))) - self.frames
        self._visits = visits_of(request)
        self._seen: set[tuple[int, bool]] = set()

    @property
    def done(self) -> int:
        """How many of `frames`, rounded down."""
        return self.frames * len(self._seen) // self._visits if self._visits else 0

    def take(self, result: FrameResult) -> None:
        """Count a result."""
        if result.arrival is not Arrival.BETTER:
            self._seen.add((result.frame, result.arrival is Arrival.SAME))
