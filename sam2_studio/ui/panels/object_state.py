"""One or two words on how far an object is: tr("tracked"), "2 to review", "12 stale", "no mask yet". Pure."""

from dataclasses import dataclass

from sam2_studio.core.frames import FrameRange
from sam2_studio.ui.language import tr
from sam2_studio.ui.timeline.lanes import LaneStates


@dataclass(frozen=True)
class ObjectState:
    """What the list of objects says.

    Attributes:
        text: For people.
        needs_attention: Whether the user has to do something about it.
    """

    text: str
    needs_attention: bool = False


def no_mask() -> ObjectState:
    return ObjectState(tr("no mask yet"))


def object_state(states: LaneStates, within: FrameRange) -> ObjectState:
    """The most urgent thing to say of an object, whose clip is used `within` in and out."""
    if not states.has_masks:
        return no_mask()
    if stale := states.stale_count:
        return ObjectState(tr("{count} stale", count=stale), needs_attention=True)
    if doubtful := len(states.doubtful_places()):
        return ObjectState(tr("{count} to review", count=doubtful), needs_attention=True)
    missing = states.missing_count(within.start, within.stop)
    if not missing:
        return ObjectState(tr("tracked") if len(within) > 1 else tr("ready"))
    return ObjectState(tr("{done} of {total}", done=len(within) - missing, total=len(within)))
