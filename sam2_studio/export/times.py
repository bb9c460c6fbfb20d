"""Which frames an export shows, when and for how long, as ticks: a constant rate exactly, a varying one kept.

With a step of n, speed and sound stay: each frame shown lasts until the next one, and a constant rate is divided by n.
A varying rate becomes constant, where asked for, by what the source shows in the middle of each frame's time.
"""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import FrameRange


@dataclass(frozen=True, kw_only=True)
class Times:
    """Times of an export. The first frame is at 0; picture and sound are moved alike.

    Attributes:
        numbers: The source's frames by index; one may come twice where the rate is made constant.
        rate: Frames a second; the median where it varies.
        base: Seconds of one tick.
        pts, durations: Ticks, one a frame.
        start, stop: Where the range lies in the source, in its own seconds; None for "from the very beginning" and "to
            the very end", where sound that reaches beyond the picture is kept.
        shift: Source seconds that are 0 in the export.
    """

    numbers: tuple[int, ...]
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


def export_times(source: FrameSource, frames: FrameRange, *, step: int = 1, constant: bool = False) -> Times:
    """Times of every `step`-th of `frames`. The last frame keeps its length.

    Args:
        constant: Whether a varying rate becomes constant.
    """
    info = source.info
    numbers = tuple(range(frames.start, frames.stop, step))
    if not _varies(info):
        base, pts, durations = _even(info.rate, len(numbers), step)
    elif constant:
        numbers = _shown_at_constant_rate(source, frames, step)
        base, pts, durations = _even(info.rate, len(numbers), step)
    else:
        base, pts, durations = _varying(source, numbers, frames.stop)
    shift = source.timestamp(frames.start).seconds
    return Times(
        numbers=numbers,
        rate=info.rate / step,
        base=base,
        pts=pts,
        durations=durations,
        start=shift if frames.start > 0 else None,
        stop=shift + (pts[-1] + durations[-1]) * base if frames.stop < info.frames else None,
        shift=shift,
    )


def _varies(info: ClipInfo) -> bool:
    return info.variable_rate and info.kind is ClipKind.VIDEO


def _even(rate: Fraction, count: int, step: int) -> tuple[Fraction, tuple[int, ...], tuple[int, ...]]:
    return step / rate, tuple(range(count)), (1,) * count


def _varying(
    source: FrameSource, numbers: tuple[int, ...], stop: int
) -> tuple[Fraction, tuple[int, ...], tuple[int, ...]]:
    stamps = [source.timestamp(number) for number in numbers]
    base = stamps[0].time_base
    pts = [stamp.pts - stamps[0].pts for stamp in stamps]
    ends = [*pts[1:], _end(source, stop, base) - stamps[0].pts]
    return base, tuple(pts), tuple(max(1, end - start) for start, end in zip(pts, ends, strict=True))


def _shown_at_constant_rate(source: FrameSource, frames: FrameRange, step: int) -> tuple[int, ...]:
    starts = [source.timestamp(number).pts for number in frames]
    base = source.timestamp(frames.start).time_base
    tick = 1 / source.info.rate / base
    count = max(1, round((_end(source, frames.stop, base) - starts[0]) / tick))
    middles = (starts[0] + (place + Fraction(1, 2)) * tick for place in range(0, count, step))
    return tuple(frames.start + max(0, bisect_right(starts, middle) - 1) for middle in middles)


def _end(source: FrameSource, stop: int, base: Fraction) -> int:
    if stop < source.info.frames:
        return source.timestamp(stop).pts
    return source.timestamp(0).pts + round(Fraction(source.info.duration) / base)
