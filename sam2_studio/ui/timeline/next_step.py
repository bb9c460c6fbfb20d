"""Which step comes next: the one button that wears the accent. Pure."""

from enum import StrEnum


class NextStep(StrEnum):
    """The primary button; its value is the id of the action."""

    NONE = ""
    TRACK = "track_both"
    RETRACK = "retrack"
    EXPORT = "export"


def next_step(*, has_masks: bool, stale: int, missing: int, is_tracking: bool = False) -> NextStep:
    """What the user most likely wants now.

    Args:
        has_masks: Any object has a mask anywhere.
        stale: Tracked frames whose prompts changed since.
        missing: Frames between in and out that an object with masks lacks.
        is_tracking: A run is under way: nothing is next until it ends.
    """
    if not has_masks or is_tracking:
        return NextStep.NONE
    if stale:
        return NextStep.RETRACK
    return NextStep.TRACK if missing else NextStep.EXPORT
