"""A sign of life of whoever decodes: each packet, picture and frame is a beat. Without a listener nothing happens."""

from collections.abc import Callable


class _Pulse:
    def __init__(self) -> None:
        self.listener: Callable[[], None] | None = None


_pulse = _Pulse()


def beat() -> None:
    """Say that there was progress."""
    if _pulse.listener is not None:
        _pulse.listener()


def listen(listener: Callable[[], None] | None) -> None:
    """Have every beat of this process told; None for no longer."""
    _pulse.listener = listener
