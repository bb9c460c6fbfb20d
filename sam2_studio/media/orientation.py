"""Turns stored pixels upright, by a video's display matrix or a picture's EXIF tag; nobody else in the program does.

Both are reduced to one of eight ways: transpose first, then mirror left-right, then top-bottom.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

Pixels = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True)
class Orientation:
    """What must be done to stored pixels so that they stand upright.

    Attributes:
        transpose: Swap rows and columns first.
        mirror_x: Then mirror left-right.
        mirror_y: Then mirror top-bottom.
        degrees: The turn counter-clockwise that the file asks for, 0 to 359.
        exact: False where the file asks for a turn that is no multiple of 90 degrees.
    """

    transpose: bool = False
    mirror_x: bool = False
    mirror_y: bool = False
    degrees: int = 0
    exact: bool = True

    def upright(self, pixels: Any) -> Any:
        """(H, W) or (H, W, C) pixels, upright and contiguous."""
        if self.transpose:
            pixels = cv2.transpose(pixels)
        if self.mirror_x or self.mirror_y:
            pixels = cv2.flip(pixels, -1 if self.mirror_x and self.mirror_y else (1 if self.mirror_x else 0))
        return pixels


UPRIGHT = Orientation()
_EXIF = {
    1: UPRIGHT,
    2: Orientation(mirror_x=True),
    3: Orientation(mirror_x=True, mirror_y=True, degrees=180),
    4: Orientation(mirror_y=True),
    5: Orientation(transpose=True),
    6: Orientation(transpose=True, mirror_x=True, degrees=270),
    7: Orientation(transpose=True, mirror_x=True, mirror_y=True),
    8: Orientation(transpose=True, mirror_y=True, degrees=90),
}


def from_exif(tag: int | None) -> Orientation:
    """The orientation of EXIF's tag 274; an unknown value counts as upright."""
    return _EXIF.get(tag or 1, UPRIGHT)


def from_frame(frame: VideoFrame) -> Orientation:
    """The orientation of a decoded frame's display matrix; upright where it has none."""
    side_data: Any = frame.side_data  # its stub takes it for a mapping, it iterates over the values
    found = [side for side in side_data if side.type.name == "DISPLAYMATRIX"]
    return from_matrix(np.frombuffer(bytes(found[0]), np.int32)) if found else UPRIGHT


def from_matrix(matrix: NDArray[np.int32]) -> Orientation:
    """The orientation of a display matrix: nine numbers, of which [a b; c d] map (x, y) to (ax + cy, bx + dy)."""
    a, b, c, d = (int(matrix[place]) for place in (0, 1, 3, 4))
    if not (a or b or c or d):
        return UPRIGHT
    transpose = abs(b) + abs(c) > abs(a) + abs(d)
    straight = (not a and not d) if transpose else (not b and not c)
    along_x, along_y = (c, b) if transpose else (a, d)
    mirrored = a * d - b * c < 0  # left-right, after the turn: what FFmpeg calls a turn and a flip
    turned = round(np.degrees(np.arctan2(-b, -a if mirrored else a))) % 360
    return Orientation(transpose, along_x < 0, along_y < 0, turned, straight)
