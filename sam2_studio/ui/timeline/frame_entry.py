"""What a user may type to go to a frame: `1037`, `+10`, `-5`, `00:00:01:13`. Pure."""

import re

from sam2_studio.core.clip import Clip
from sam2_studio.core.frames import checked_frame
from sam2_studio.errors import PromptError
from sam2_studio.ui.language import tr

_NUMBER = re.compile(r"[0-9]{1,12}")
_RELATIVE = re.compile(r"[+-][0-9]{1,12}")
_TIMECODE = re.compile(r"[0-9]{1,3}([:;][0-9]{1,2}){1,3}")


def parse_frame(text: str, current: int, clip: Clip) -> int:
    """The index, from 0, of the frame that `text` means; `current` is the one shown.

    Numbers are the source's. A step beyond the clip's ends goes to the end. A timecode may leave out hours and minutes.

    Raises:
        PromptError: it means no frame of the clip.
    """
    entry = "".join(text.split()).replace("−", "-")
    if _RELATIVE.fullmatch(entry):
        return min(max(current + int(entry), 0), clip.info.frames - 1)
    if _NUMBER.fullmatch(entry):
        number = int(entry) - clip.info.first_number
    elif _TIMECODE.fullmatch(entry):
        number = _count(entry, clip.timecode_base) - clip.timecode_start
    else:
        raise PromptError(tr("“{text}” is not a frame.", text=text.strip()), tr("Type 1037, +10, -5 or 00:00:01:13."))
    return checked_frame(number, clip.info.frames, clip.info.first_number)


def _count(timecode: str, base: int) -> int:
    """Frames since 00:00:00:00."""
    *larger, frames = (int(part) for part in timecode.replace(";", ":").split(":"))
    seconds = 0
    for value in larger:
        seconds = seconds * 60 + value
    return seconds * base + frames
