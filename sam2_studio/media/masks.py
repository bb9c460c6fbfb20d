"""Masks that other programs painted, read from pictures: one, or many by the frame numbers in their names."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from sam2_studio.core.clip import ClipInfo
from sam2_studio.core.frames import checked_frame
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.errors import PromptError
from sam2_studio.media.isolated import never, open_picture

_LAST_NUMBER = re.compile(r"(\d+)\D*$")


def read_mask(path: Path, size: Size, stopped: Callable[[], bool] = never) -> Mask:
    """The mask that a picture shows: opaque where it has alpha, else what is at least half as bright as white.

    Args:
        stopped: Asked while its decoder is waited for; True ends the wait.

    Raises:
        Cancelled: `stopped` said so.
        MediaError: the picture can't be read.
        PromptError: it is of another size, or nothing is inside.
    """
    with open_picture(path, stopped) as source:
        frame = source.read(0)
    if frame.size != size:
        raise PromptError(f"The mask {path} is {frame.size}, the picture {size}.", "Give a mask of the same size.")
    brightness = frame.rgb.mean(axis=2) if frame.alpha is None else frame.alpha
    mask = Mask.from_array(brightness >= np.iinfo(frame.rgb.dtype).max / 2)
    if mask.is_empty:
        raise PromptError(f"The mask {path} is empty: nothing in it is white.", "Paint the subject white.")
    return mask


def masks_by_frame(files: Iterable[Path], info: ClipInfo) -> dict[int, Path]:
    """Which frame (by index, from 0) each picture is for: the last number in its name, as the clip counts its frames.

    Raises:
        PromptError: a name has no number, two have the same, or there is no such frame.
    """
    found: dict[int, Path] = {}
    for file in sorted(files):
        number = _LAST_NUMBER.search(file.stem)
        if number is None:
            raise PromptError(f"The name of {file} has no frame number.", "Name masks like NAME.0001.png.")
        frame = checked_frame(int(number[1]) - info.first_number, info.frames, info.first_number)
        if frame in found:
            raise PromptError(
                f"{found[frame].name} and {file.name} are both for frame {int(number[1])}.", "Choose one of them."
            )
        found[frame] = file
    return found
