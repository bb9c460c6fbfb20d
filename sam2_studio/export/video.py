"""Frames into one video file: planes by our own formula, exact times, true colour tags, sound beside them."""

import contextlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np

from sam2_studio.core.geometry import Size
from sam2_studio.errors import ExportError
from sam2_studio.export.compose import Picture
from sam2_studio.export.formats import Planes, VideoFormat
from sam2_studio.export.sound import Sound
from sam2_studio.export.staging import PartFile
from sam2_studio.export.times import Times
from sam2_studio.export.yuv import ColorCodes, Pixels, scaled, to_planes

_ONE_SLICE_BELOW = 3  # FFV1's default slices need more rows and columns than that
_SQUARE = Fraction(1)
_LEAST_TIMESCALE = 1000  # the muxers' own


class VideoWriter:
    """Encodes pictures one by one into a part. Call `finish` once, or `abandon`."""

    def __init__(
        self,
        part: Path,
        written: VideoFormat,
        *,
        size: Size,
        depth: int,
        times: Times,
        codes: ColorCodes,
        pixel_aspect: Fraction = _SQUARE,
        sound: Sound | None = None,
        timecode: str | None = None,
        comment: str = "",
    ) -> None:
        """Open the file and the encoder.

        Args:
            pixel_aspect: Width to height of one pixel.
            size: Of the file; pictures may be one pixel smaller, see `VideoFormat.even`.
            timecode: Of the first frame, `HH:MM:SS:FF`.
            comment: For the file's metadata.

        Raises:
            ExportError: the encoder refuses the size.
        """
        self._format, self._size, self._times, self._codes = written, size, times, codes
        self._pixel_format, self._aspect = written.pixel_formats[depth], pixel_aspect
        self._bits = plane_bits(self._pixel_format)
        self._durations = dict(zip(times.pts, times.durations, strict=True))
        self._count = 0
        self._held: av.Packet[av.VideoStream] | None = None
        self._first_dts: int | None = None
        self._file = PartFile(part)
        self._container = av.open(self._file, "w", format=written.muxer, options=_muxer_options(written, times))
        if comment:
            self._container.metadata["comment"] = comment
        try:
            self._stream = self._add_stream(timecode)
            self._sound = sound
            if sound is not None:
                sound.attach(self._container, written)
        except av.FFmpegError as error:
            self.abandon()
            raise ExportError(
                f"{written.label} can't hold pictures of {size}.", "Choose a preset that writes pictures."
            ) from error

    @property
    def bytes_written(self) -> int:
        return self._file.written

    def write(self, picture: Picture) -> None:
        """Encode the next frame.

        Raises:
            OSError: the file can't be written.
            ExportError: the encoder fails.
        """
        frame = av.VideoFrame(self._size.width, self._size.height, self._pixel_format)
        _fill(frame, meant_planes(picture, self._format, self._bits, self._codes))
        self._tag(frame)
        frame.pts, frame.time_base = self._times.pts[self._count], self._times.base
        self._count += 1
        with self._watched():
            self._mux(self._stream.encode(frame))
            if self._sound is not None:
                self._sound.feed((frame.pts + self._durations[frame.pts]) * self._times.base)

    def finish(self) -> None:
        """Flush encoder and sound, write the trailer, sync.

        Raises:
            OSError: the file can't be written.
        """
        with self._watched():
            self._mux(self._stream.encode(None), last=True)
            if self._sound is not None:
                self._sound.feed(None)
            self._container.close()
            self._file.close()

    def abandon(self) -> None:
        """Close everything and care for nothing. Never raises."""
        with contextlib.suppress(OSError, ValueError, av.FFmpegError):
            self._container.close()
        self._file.close()

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        """Encoders hide what the file met below them: its own failure comes first."""
        try:
            yield
        except av.FFmpegError as error:
            self._file.check()
            raise ExportError(f"{self._format.label} failed at frame {self._count}: {error.strerror}.") from error
        self._file.check()

    def _add_stream(self, timecode: str | None) -> av.VideoStream:
        options = dict(self._format.options)
        if self._format.encoder == "ffv1" and min(self._size.width, self._size.height) < _ONE_SLICE_BELOW:
            options["slices"] = "1"
        added = self._container.add_stream(self._format.encoder, rate=self._times.rate, options=options)
        stream = cast(av.VideoStream, added)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = self._size.width, self._size.height, self._pixel_format
        if self._aspect != _SQUARE:
            context.sample_aspect_ratio = self._aspect
        stream.time_base = context.time_base = self._times.base
        context.color_range, context.colorspace = self._codes.range, self._codes.matrix
        context.color_primaries, context.color_trc = self._codes.primaries, self._codes.transfer
        stream.metadata.update(dict(self._format.metadata) | ({"timecode": timecode} if timecode else {}))
        context.open()
        return stream

    def _tag(self, frame: av.VideoFrame) -> None:
        """The context's tags don't reach every encoder: ProRes reads the frame's."""
        frame.color_range, frame.colorspace = self._codes.range, self._codes.matrix
        frame.color_primaries, frame.color_trc = self._codes.primaries, self._codes.transfer

    def _mux(self, packets: "Sequence[av.Packet[av.VideoStream]]", *, last: bool = False) -> None:
        """Write all packets but the newest, which is held back: only the last one's length ends the track."""
        held = [*([] if self._held is None else [self._held]), *packets]
        self._held = None if last or not held else held.pop()
        for packet in held:
            if self._first_dts is None:
                self._first_dts = packet.dts or 0
            packet.duration = self._durations[packet.pts or 0]
            if last and packet is held[-1] and not self._format.tick:
                # MP4 counts lengths in decoding order, where the last packet needn't be the last frame.
                packet.duration = self._first_dts + sum(self._times.durations) - (packet.dts or 0)
            self._container.mux(packet)


def _muxer_options(written: VideoFormat, times: Times) -> dict[str, str]:
    """MP4 and MOV say a track's length in ticks of the whole movie, 1/1000 s if not told otherwise."""
    if written.tick:
        return {}
    ticks = times.base.denominator
    return {"movie_timescale": str(ticks * -(-_LEAST_TIMESCALE // ticks))}


def plane_bits(pixel_format: str) -> int:
    """Bits of one sample."""
    return av.VideoFormat(pixel_format).components[0].bits


def meant_planes(picture: Picture, written: VideoFormat, bits: int, codes: ColorCodes) -> tuple[Pixels, ...]:
    """The planes that the file should hold; odd pictures padded by their last column and row."""
    if picture.rgb is None:
        if picture.alpha is None:
            raise ValueError("a picture needs colour or alpha")
        return _grey_planes(_padded(picture.alpha, written), written, bits)
    planes = to_planes(_padded(picture.rgb, written), written.planes, bits, codes)
    if not written.alpha or picture.alpha is None:
        return planes
    return (*planes, scaled(_padded(picture.alpha, written), bits))


def _grey_planes(grey: Pixels, written: VideoFormat, bits: int) -> tuple[Pixels, ...]:
    luma = scaled(grey, bits)
    if written.planes is Planes.GRAY:
        return (luma,)
    neutral = np.full_like(luma[::2, ::2], 1 << (bits - 1))
    return luma, neutral, neutral


def _padded(pixels: Pixels, written: VideoFormat) -> Pixels:
    height, width = pixels.shape[:2]
    if not written.even or (height % 2 == 0 and width % 2 == 0):
        return pixels
    rows = np.minimum(np.arange(height + height % 2), height - 1)
    columns = np.minimum(np.arange(width + width % 2), width - 1)
    padded: Pixels = pixels[rows][:, columns]
    return padded


def _fill(frame: av.VideoFrame, planes: Sequence[Pixels]) -> None:
    for plane, values in zip(frame.planes, planes, strict=True):
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        data = np.ascontiguousarray(values).view(np.uint8).reshape(plane.height, -1)
        rows[:, : data.shape[1]] = data
