"""The source's sound beside exported pictures: copied packet by packet, or encoded anew where it must be."""

import contextlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

from sam2_studio.export.formats import VideoFormat
from sam2_studio.export.times import Times

# Decoders of these need the packet before to be right from the first sample on.
_OVERLAPPING = frozenset({"aac", "mp3", "opus", "vorbis", "ac3", "eac3"})
_OPUS_RATE = 48000
_LARGEST_GAP = Fraction(1, 50)  # seconds of silence or overlap in the source that are closed as they are


class Sound:
    """All sound of a clip, cut to the export's range and moved with its picture.

    Attributes:
        warnings: What the user should know, one sentence each.
    """

    def __init__(self, source: Path, times: Times) -> None:
        self.warnings: list[str] = []
        self._path, self._times = source, times
        self._file = source.open("rb")
        self._tracks: dict[int, _Copy | _Encode] = {}
        self._waiting: av.Packet[av.AudioStream] | None = None
        self._packets: Iterator[av.Packet[av.AudioStream]] = iter(())
        self._input: av.container.InputContainer | None = None

    def attach(self, output: av.container.OutputContainer, written: VideoFormat) -> None:
        """Add the streams, before the first packet is written."""
        try:
            self._input = av.open(self._file, "r")
            for stream in self._input.streams.audio:
                self._add(stream, output, written)
        except (av.FFmpegError, ValueError) as error:
            self.warnings.append(f"The sound of {self._path.name} is left out: {error}.")
            return
        streams = [stream for stream in self._input.streams.audio if stream.index in self._tracks]
        self._seek(streams)
        if streams:
            self._packets = cast("Iterator[av.Packet[av.AudioStream]]", self._input.demux(*streams))

    def feed(self, until: Fraction | None) -> None:
        """Write what is heard before `until`, in seconds of the export; None for all that is left."""
        try:
            for packet in self._due(until):
                self._tracks[packet.stream_index].write(packet)
            if until is None:
                for track in self._tracks.values():
                    track.finish()
        except av.FFmpegError:
            self._packets = iter(())
            self.warnings.append(f"The sound of {self._path.name} is damaged; what could be read of it is written.")

    def close(self) -> None:
        """Let go of the source. Never raises."""
        with contextlib.suppress(OSError, ValueError, av.FFmpegError):
            if self._input is not None:
                self._input.close()
        self._file.close()

    def _add(self, stream: av.AudioStream, output: av.container.OutputContainer, written: VideoFormat) -> None:
        name = stream.codec_context.name
        if name in written.sound_codecs:
            self._tracks[stream.index] = _Copy(stream, output, self._times, mp4=written.tick == 0)
        elif written.sound_fallback:
            self._tracks[stream.index] = _Encode(stream, output, self._times, written.sound_fallback)
            self.warnings.append(f"The sound ({name}) was encoded anew as {written.sound_fallback}.")

    def _seek(self, streams: list[av.AudioStream]) -> None:
        if self._times.start is None or not streams or self._input is None:
            return
        early = max(Fraction(0), self._times.start - 1)
        with contextlib.suppress(av.FFmpegError):  # what can't seek is read from its beginning
            self._input.seek(int(early * av.time_base))

    def _due(self, until: Fraction | None) -> "Iterator[av.Packet[av.AudioStream]]":
        while True:
            packet = self._waiting or next(self._packets, None)
            self._waiting = None
            if packet is None or packet.stream_index not in self._tracks:
                return
            if packet.pts is None:
                continue
            when = packet.pts * packet.time_base - self._times.shift
            if until is not None and when >= until:
                self._waiting = packet
                return
            yield packet


class _Copy:
    """One stream, its packets unchanged."""

    def __init__(
        self, stream: av.AudioStream, output: av.container.OutputContainer, times: Times, *, mp4: bool
    ) -> None:
        self._output, self._times = output, times
        self._target = output.add_stream_from_template(stream)
        # MP4 and MOV hide what comes before 0 by an edit list, to the sample; Matroska can't.
        self._hides = mp4
        self._needs_one_before = mp4 and stream.codec_context.name in _OVERLAPPING
        self._before: av.Packet[av.AudioStream] | None = None

    def write(self, packet: "av.Packet[av.AudioStream]") -> None:
        start, stop = self._times.start, self._times.stop
        begin = (packet.pts or 0) * packet.time_base
        end = begin + (packet.duration or 0) * packet.time_base
        if stop is not None and begin >= stop:
            return
        if start is not None and (end <= start if self._hides else begin < start):
            self._before = packet
            return
        ready = [packet] if self._before is None or not self._needs_one_before else [self._before, packet]
        self._before = None
        for one in ready:
            self._mux(one)

    def finish(self) -> None:
        """Nothing waits in a copy."""

    def _mux(self, packet: "av.Packet[av.AudioStream]") -> None:
        ticks = round(self._times.shift / packet.time_base)
        packet.pts = (packet.pts or 0) - ticks
        packet.dts = None if packet.dts is None else packet.dts - ticks
        packet.stream = self._target
        self._output.mux(packet)


class _Encode:
    """One stream, decoded, cut to the sample and encoded."""

    def __init__(
        self, stream: av.AudioStream, output: av.container.OutputContainer, times: Times, encoder: str
    ) -> None:
        self._source, self._output, self._times = stream, output, times
        rate = _OPUS_RATE if encoder == "libopus" else stream.codec_context.sample_rate
        layout = "mono" if stream.codec_context.layout.nb_channels == 1 else "stereo"
        self._rate = rate
        self._target = cast(av.AudioStream, output.add_stream(encoder, rate=rate, layout=layout))
        self._resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
        self._first = times.shift
        self._done = 0  # samples handed to the encoder

    def write(self, packet: "av.Packet[av.AudioStream]") -> None:
        self._resample(packet.decode())

    def finish(self) -> None:
        self._resample([*self._source.codec_context.decode(None), None])
        self._output.mux(self._target.encode(None))

    def _resample(self, frames: Sequence[av.AudioFrame | None]) -> None:
        for frame in frames:
            for ready in self._resampler.resample(frame):
                self._take(ready)

    def _take(self, frame: av.AudioFrame) -> None:
        samples = frame.to_ndarray().astype(np.float32, copy=False)
        place = self._done
        if frame.pts is not None and frame.time_base is not None:
            place = round((frame.pts * frame.time_base - self._first) * self._rate)
        gap = place - self._done
        if self._done and abs(gap) < _LARGEST_GAP * self._rate:
            gap = 0
        if gap < 0:
            samples = samples[:, -gap:]
        elif gap:
            samples = np.pad(samples, ((0, 0), (gap, 0)))
        self._encode(samples[:, : self._room()])

    def _room(self) -> int | None:
        """Samples until the end of the range; None where it has no end."""
        return None if self._times.stop is None else max(0, round(self._times.length * self._rate) - self._done)

    def _encode(self, samples: NDArray[np.float32]) -> None:
        if not samples.shape[1]:
            return
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", self._target.layout.name)
        frame.sample_rate, frame.pts, frame.time_base = self._rate, self._done, Fraction(1, self._rate)
        self._done += samples.shape[1]
        self._output.mux(self._target.encode(frame))
