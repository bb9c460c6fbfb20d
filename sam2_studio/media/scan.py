"""Reads all packets of a video once, and says whether they alone tell its frames; knows nothing of rates or numbers."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from sam2_studio.media.container import decode, decoder_for, open_container, packets, video_stream

_HIDES_FRAMES = frozenset(
    {"vp8", "mpeg4", "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "vc1", "wmv3", "rv30", "rv40", "h261"}
)
_MARKS_DAMAGE = ("mov", "matroska")
_TRIED = 32  # packets; from keyframe to keyframe some of them are reordered, if any are


@dataclass(frozen=True, kw_only=True)
class Scan:
    """Every packet of the stream, in the order of the file.

    Attributes:
        pts: Presentation times in ticks; None where the file has none.
        dts: Decode times in ticks.
        durations: Ticks; 0 where the file has none.
        sizes: Bytes.
        keys: Whether decoding can start at the packet.
        discards: Whether an edit list hides the packet's frame.
        faults: Reads that failed.
        corrupt: Some packet is empty, or marked as damaged by the demuxer.
        time_base: Seconds a tick.
        hints: What the headers say of the rate.
        named_frames: Number of frames by the header, 0 where it has none.
        named_end: Seconds at which the stream ends by its own tag (Matroska), else 0.
        container: FFmpeg's name of the format.
        codec: FFmpeg's name of the codec.
        reorders: Whether the decoder may give frames in another order than that of the packets.
    """

    pts: list[int | None]
    dts: list[int | None]
    durations: list[int]
    sizes: list[int]
    keys: list[bool]
    discards: list[bool]
    faults: int
    corrupt: bool
    time_base: Fraction
    hints: tuple[Fraction | None, ...]
    named_frames: int
    named_end: float
    container: str
    codec: str
    reorders: bool

    @property
    def shown(self) -> list[int | None]:
        """Times of the packets that no edit list hides."""
        return [pts for pts, hidden in zip(self.pts, self.discards, strict=True) if not hidden]

    @property
    def tells_all(self) -> bool:
        """Whether each packet is one frame with a time of its own, decodable from the first on."""
        if self.faults or self.corrupt or self.codec in _HIDES_FRAMES or None in self.pts or not any(self.keys):
            return False
        shown = [pts for pts in self.shown if pts is not None]
        if not shown or len(set(shown)) < len(shown) or not self.keys[0]:
            return False
        if self.container == "avi" and not all(self.keys):
            return False  # AVI has decode times only: what looks like a display time need not be one
        return self.discards[0] or min(shown) == self.pts[0]


def scan_file(path: Path, pixel_limit: int) -> Scan:
    """Read all packets. Raises MediaError where the file can't be opened as a video."""
    with open_container(path, pixel_limit) as container:
        return _scan(container, video_stream(container, path, pixel_limit))


def decoded_times(path: Path, pixel_limit: int) -> list[int | None]:
    """The own times of all frames that a decode from start to end gives, in its order."""
    with open_container(path, pixel_limit) as container:
        stream = video_stream(container, path, pixel_limit)
        return _decoded(container, stream)


def tail_decodes(path: Path, scan: Scan, pixel_limit: int) -> bool:
    """Whether the packets from the last keyframe on give one frame each: some formats don't mark a cut last packet."""
    if scan.container.startswith(_MARKS_DAMAGE):
        return True
    last = max(place for place, key in enumerate(scan.keys) if key)
    expected = {pts for pts in scan.pts[last:] if pts is not None and pts >= (scan.pts[last] or 0)}
    with open_container(path, pixel_limit) as container:
        stream = video_stream(container, path, pixel_limit)
        container.seek(min(scan.dts[last] or 0, scan.pts[last] or 0), stream=stream)
        return expected <= set(_decoded(container, stream))


def order_holds(path: Path, scan: Scan, pixel_limit: int) -> bool:
    """Whether the times are those of display, by the first frames that are decoded.

    Some programs write the decode times of a video with B-frames as its display times. Those rise from packet to
    packet, as they also do where nothing is reordered; so it is tried out on the start of the file.
    """
    times = [pts for pts in scan.pts if pts is not None]
    if not scan.reorders or any(later <= before for before, later in pairwise(times)):
        return True
    with open_container(path, pixel_limit) as container:
        stream = video_stream(container, path, pixel_limit)
        decoder = decoder_for(stream, careful=True)
        first = [
            frame.pts or 0 for packet in islice(packets(container, stream), _TRIED) for frame in decode(decoder, packet)
        ]
    return all(later > before for before, later in pairwise(first))


def _decoded(container: InputContainer, stream: VideoStream) -> list[int | None]:
    decoder = decoder_for(stream, careful=True)
    times = [frame.pts for packet in packets(container, stream) for frame in decode(decoder, packet)]
    return times + [frame.pts for frame in decode(decoder, None)]


def _scan(container: InputContainer, stream: VideoStream) -> Scan:
    rows: list[tuple[int | None, int | None, int, int, bool, bool]] = []
    faults: list[str] = []
    corrupt = False
    for packet in packets(container, stream, faults):
        rows.append((packet.pts, packet.dts, packet.duration or 0, packet.size, packet.is_keyframe, packet.is_discard))
        corrupt |= packet.is_corrupt or not packet.size
    pts, dts, durations, sizes, keys, discards = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 6
    )
    return Scan(
        pts=pts,
        dts=dts,
        durations=durations,
        sizes=sizes,
        keys=keys,
        discards=discards,
        faults=len(faults),
        corrupt=corrupt,
        time_base=stream.time_base or Fraction(1, 90000),
        hints=(stream.guessed_rate, stream.average_rate, stream.base_rate, stream.codec_context.framerate),
        named_frames=stream.frames,
        named_end=_tagged_end(stream),
        container=container.format.name,
        codec=stream.codec_context.codec.canonical_name,
        reorders=stream.codec_context.has_b_frames,
    )


def _tagged_end(stream: VideoStream) -> float:
    text = next((value for key, value in stream.metadata.items() if key.upper() == "DURATION"), "")
    try:
        hours, minutes, seconds = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return 0.0
