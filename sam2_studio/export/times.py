"""When each exported frame is shown and for how long, as ticks: a constant rate exactly, a varying one kept."""

from dataclasses import dataclass
from fractions import Fraction

from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frames import FrameRange, FrameSource


@dataclass(frozen=True, kw_only=True)
class Times:
    """Times of an export. The first frame is at 0; picture and sound are moved alike.

    Attributes:
        rate: Frames a second; the median where it varies.
        base: Seconds of one tick.
        pts, durations: Ticks, one a frame.
        start, stop: Where the range lies in the source, in its own seconds; None for "from the very beginning" and "to
            the very end", where sound that reaches beyond the picture is kept.
        shift: Source seconds that are 0 in the export.
    """

    rate: Fraction
    base: Fraction
    pts: tuple[int, ...]
    durations: tuple[int, ...]
    start: Fraction | None
    stop: Fraction | None
    shift: Fraction

    @property
    def length(self) -> Fraction:
        """Seconds from the first frame's start to the last one's end."""
        return (self.pts[-1] + self.durations[-1]) * self.base


def export_times(source: FrameSource, frames: FrameRange) -> Times:
    """Times of `frames`. The last frame keeps its length."""
    info = source.info
    base, pts, durations = _varying(source, frames) if _varies(info) else _constant(info, len(frames))
    shift = source.timestamp(frames.start).seconds
    return Times(
        rate=info.rate,
        base=base,
        pts=pts,
        durations=durations,
        start=shift if frames.start > 0 else None,
        stop=shift + (pts[-1] + durations[-1]) * base if frames.stop < info.frames else None,
        shift=shift,
    )


def _varies(info: ClipInfo) -> bool:
    return info.variable_rate and info.kind is ClipKind.VIDEO


def _constant(info: ClipInfo, count: int) -> tuple[Fraction, tuple[int, ...], tuple[int, ...]]:
    return 1 / info.rate, tuple(range(count)), (1,) * count


def _varying(source: FrameSource, frames: FrameRange) -> tuple[Fraction, tuple[int, ...], tuple[int, ...]]:
    stamps = [source.timestamp(number) for number in frames]
    base = stamps[0].time_base
    pts = [stamp.pts - stamps[0].pts for stamp in stamps]
    ends = [*pts[1:], _end(source, frames, base) - stamps[0].pts]
    return base, tuple(pts), tuple(max(1, end - start) for start, end in zip(pts, ends, strict=True))


def _end(source: FrameSource, frames: FrameRange, base: Fraction) -> int:
    if frames.stop < source.info.frames:
        return source.timestamp(frames.stop).pts
    return source.timestamp(0).pts + round(Fraction(source.info.duration) / base)
