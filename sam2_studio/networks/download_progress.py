"""How far a download is, how fast it goes and how long it still takes. Knows neither network nor disk."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

WINDOW = 5.0  # seconds that the rate is smoothed over
SOONEST = 0.2  # seconds before a rate means something

Stage = Literal["fetching", "verifying", "retrying"]


@dataclass(frozen=True, kw_only=True)
class DownloadProgress:
    """One moment of a download.

    Attributes:
        done: Bytes here and hashed.
        total: Bytes of the whole; None where unknown.
        rate: Bytes a second over the last seconds; 0 where unknown.
        left: Seconds to go; None where unknown.
        stage: What goes on: bytes come, bytes here are checked, or a failed try is waited out.
    """

    done: int
    total: int | None
    rate: float
    left: float | None
    stage: Stage


class RateMeter:
    """The rate of the bytes that came over the network lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def forget(self) -> None:
        """Begin anew: bytes are counted from another place."""
        self._seen.clear()

    def rate(self, done: int) -> float:
        """Note how many bytes are here now, and return bytes a second; 0 where too little was seen."""
        now = self._clock()
        self._seen.append((now, done))
        while len(self._seen) > 2 and self._seen[1][0] <= now - WINDOW:
            self._seen.popleft()
        since, before = self._seen[0]
        return max(0.0, (done - before) / (now - since)) if now - since >= SOONEST else 0.0


def moment(done: int, total: int | None, *, rate: float, stage: Stage) -> DownloadProgress:
    """The progress with the time left worked out."""
    left = max(0, total - done) / rate if total is not None and rate > 0 else None
    return DownloadProgress(done=done, total=total, rate=rate, left=left, stage=stage)
