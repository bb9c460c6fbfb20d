"""A piece of footage as the document knows it: what and where it is, which part is used, how its colour is meant."""

import math
import re
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Size
from sam2_studio.core.plain import checked, whole
from sam2_studio.errors import PromptError

MOST_FRAMES = 1 << 26  # 12 days at 60 frames a second
MOST_SIDE = 1 << 17


class ClipKind(StrEnum):
    VIDEO = "video"
    SEQUENCE = "sequence"
    STILL = "still"


@dataclass(frozen=True)
class ColorTags:
    """FFmpeg's names (`tv`/`pc`, `bt709`, ...); "unknown" where the file doesn't say."""

    range: str = "unknown"
    matrix: str = "unknown"
    primaries: str = "unknown"
    transfer: str = "unknown"


@dataclass(frozen=True, kw_only=True)
class ClipInfo:
    """What a probe found. Sizes and numbers are those displayed: after rotation.

    Attributes:
        path: The file, or for a sequence its first file.
        frames: Number of frames, from a scan.
        first_number: The source's number of frame 0: 0 for a video, the file's own number for a sequence.
        rate: Frames a second, exact; the median where the rate varies, 1 for a still.
        duration: Seconds from the first frame's start to the last one's end.
        rotation: Degrees counter-clockwise that the file asks for; already applied to all pixels.
        bit_depth: Bits of one stored channel.
        interlaced: Which field of a frame comes first, "top" or "bottom"; "" for whole frames.
        keyframe_gap: Most frames from one that can be decoded by itself to the next.
        pixel_aspect: Width to height of one pixel, upright.
        audio: Codec name of the first sound stream, or None.
        timecode: Start timecode `HH:MM:SS:FF`, or None.
        pattern: For a sequence, `NAME.####.EXT`; otherwise empty.
        warnings: One sentence each, for the user.
    """

    path: str
    kind: ClipKind
    frames: int
    width: int
    height: int
    rate: Fraction = Fraction(25)
    duration: float = 0.0
    first_number: int = 0
    variable_rate: bool = False
    rotation: int = 0
    pixel_format: str = "rgb24"
    bit_depth: int = 8
    color: ColorTags = field(default_factory=ColorTags)
    alpha: bool = False
    interlaced: str = ""
    keyframe_gap: int = 1
    pixel_aspect: Fraction = Fraction(1)
    audio: str | None = None
    timecode: str | None = None
    pattern: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    def indices(self, wanted: FrameRange) -> FrameRange:
        """The range by index, from 0, of one in the numbers that the user sees.

        Raises:
            PromptError: it doesn't fit the footage; the message counts as the user does.
        """
        first, end = self.first_number, self.first_number + self.frames
        if not first <= wanted.start < wanted.stop <= end:
            raise PromptError(
                f"The range {wanted.start}:{wanted.stop} doesn't fit the clip, whose frames are {first} to {end - 1}.",
                "Give first:last+1 inside the clip.",
            )
        return FrameRange(wanted.start - first, wanted.stop - first)

    def to_json(self) -> dict[str, Any]:
        """Plain values for JSON; fractions as text, exact."""
        values = asdict(self)
        plain = {"kind": self.kind.value, "rate": str(self.rate), "pixel_aspect": str(self.pixel_aspect)}
        return values | plain | {"warnings": list(self.warnings)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "ClipInfo":
        """The inverse of `to_json`; KeyError, TypeError or ValueError for anything else."""
        made = checked(
            cls(
                **values
                | {
                    "kind": ClipKind(values["kind"]),
                    "rate": _fraction(values["rate"]),
                    "pixel_aspect": _fraction(values.get("pixel_aspect", "1")),
                    "color": checked(ColorTags(**values["color"])),
                    "warnings": tuple(str(warning) for warning in values["warnings"]),
                }
            )
        )
        sides = (made.width, made.height)
        if not (1 <= made.frames <= MOST_FRAMES and min(sides) >= 1 and max(sides) <= MOST_SIDE):
            raise ValueError(f"{made.frames} frames of {made.size}")
        return made


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the user wants footage read, where the file can't tell.

    Attributes:
        deinterlace: Make whole frames of interlaced ones.
        premultiplied: The stored colour is multiplied by alpha; take that out.
    """

    deinterlace: bool = False
    premultiplied: bool = False


AS_STORED = Reading()


@dataclass(frozen=True, kw_only=True)
class Clip:
    """The footage of a project.

    Attributes:
        info: What the probe found when the clip was added.
        fingerprint: sha256 over size, head and tail of the file: finds moved media again.
        source_range: In and out, within `available_range`.
        reading: How the user wants it read.
    """

    info: ClipInfo
    fingerprint: str
    source_range: FrameRange
    reading: Reading = AS_STORED

    @classmethod
    def whole(cls, info: ClipInfo, fingerprint: str = "") -> "Clip":
        return cls(info=info, fingerprint=fingerprint, source_range=FrameRange(0, info.frames))

    @property
    def available_range(self) -> FrameRange:
        return FrameRange(0, self.info.frames)

    @property
    def media_path(self) -> str:
        """What opens it again: the file, or a sequence's pattern in its folder."""
        path = PurePath(self.info.path)
        return str(path.with_name(self.info.pattern) if self.info.pattern else path)

    def fits(self, info: ClipInfo) -> bool:
        """Whether footage has the size and length that the masks were made on."""
        return (info.size, info.frames) == (self.info.size, self.info.frames)

    def relinked(self, path: str) -> "Clip":
        return replace(self, info=replace(self.info, path=path))

    def source_number(self, number: int) -> int:
        """The number that the user sees for frame `number`."""
        return self.info.first_number + number

    @property
    def timecode_base(self) -> int:
        """How many frames its timecode counts in a second."""
        return max(1, math.ceil(self.info.rate))

    @property
    def timecode_start(self) -> int:
        """What its timecode counts frame 0 as: frames since 00:00:00:00."""
        return _timecode_frames(self.info.timecode, self.timecode_base)

    def timecode(self, number: int) -> str:
        """`HH:MM:SS:FF` of frame `number`, non-drop, counted from the clip's own start timecode."""
        base = self.timecode_base
        count = number + self.timecode_start
        seconds, frames = divmod(count, base)
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frames:02d}"

    def to_json(self) -> dict[str, Any]:
        return {
            "info": self.info.to_json(),
            "fingerprint": self.fingerprint,
            "source_range": [self.source_range.start, self.source_range.stop],
            "reading": asdict(self.reading),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Clip":
        """The inverse of `to_json`; KeyError, TypeError or ValueError for anything else."""
        info = ClipInfo.from_json(values["info"])
        start, stop = (whole(number) for number in values["source_range"])
        if not start < stop <= info.frames:
            raise ValueError(f"the range {start}:{stop} of {info.frames} frames")
        return checked(
            cls(
                info=info,
                fingerprint=values["fingerprint"],
                source_range=FrameRange(start, stop),
                reading=checked(Reading(**values.get("reading", {}))),
            )
        )


def _timecode_frames(timecode: str | None, base: int) -> int:
    parts = re.fullmatch(r"(\d+):(\d+):(\d+)[:;.](\d+)", timecode or "", re.ASCII)
    if parts is None:
        return 0
    hours, minutes, seconds, frames = (int(part) for part in parts.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * base + frames


def _fraction(text: str) -> Fraction:
    """Whole or `numerator/denominator`, nothing else: `Fraction` itself would work for hours on "1e999999999"."""
    parts = re.fullmatch(r"(\d{1,18})(?:/(\d{1,18}))?", text, re.ASCII)
    if parts is None or not int(parts[1]) or not int(parts[2] or 1):
        raise ValueError(f"fraction {text!r}")
    return Fraction(int(parts[1]), int(parts[2] or 1))
