"""How a length of time is guessed and written for people: the same in the window and on the command line."""

import time


def clock(seconds: float) -> str:
    """`0:13`, `12:05`, `1:02:03`."""
    whole = max(0, round(seconds))
    minutes = f"{whole // 60 % 60:02d}" if whole >= 3600 else str(whole // 60)
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    return f"{hours}{minutes}:{whole % 60:02d}"


class Pace:
    """Guesses how long the rest of counted work takes."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._start

    def left(self, done: int, total: int) -> float | None:
        """Seconds for the rest; None before anything is done."""
        return self.seconds / done * (total - done) if done else None
