"""Reads any frame of a video by number, always the bytes of a linear decode; knows no cache and no thread."""

import logging
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from sam2_studio.core.clip import AS_STORED, ClipInfo, Reading
from sam2_studio.core.eye import HDR
from sam2_studio.core.frames import Frame, Timestamp, checked_frame
from sam2_studio.errors import MediaError
from sam2_studio.media.color import meant, merged, tags_of
from sam2_studio.media.container import (
    PIXEL_LIMIT,
    decode,
    decoder_for,
    local_file,
    open_container,
    packets,
    video_stream,
)
from sam2_studio.media.describe import describe_video
from sam2_studio.media.fields import deinterlaced
from sam2_studio.media.index import FrameIndex, build_index
from sam2_studio.media.orientation import from_frame
from sam2_studio.media.pixels import PixelConverter
from sam2_studio.media.placing import placed
from sam2_studio.media.straight import unmultiplied

_log = logging.getLogger(__name__)
_SEEK_COSTS = 8  # about as many frames as a seek and a flush take the time of


class VideoReader:
    """A FrameSource over a video file.

    A frame that can't be decoded is replaced by the one before it (by the one after it at the very start) and told once
    to the log. A frame of another size than the clip's, in a stream that changes on its way, is scaled into it with
    black bars.

    Attributes:
        index: Times and keyframes.
        info: What the file is.
    """

    def __init__(self, path: str | Path, pixel_limit: int = PIXEL_LIMIT, reading: Reading = AS_STORED) -> None:
        """Scan the file and decode its first frame.

        Raises:
            MediaError: it isn't a video that can be decoded.
        """
        self._path = local_file(path)
        self._pixel_limit, self._reading = pixel_limit, reading
        self.index: FrameIndex = build_index(self._path, pixel_limit)
        self._careful = self.index.damaged
        self._closed = False
        self._container: InputContainer | None = None
        self._stream: VideoStream | None = None
        self._decoder: VideoCodecContext | None = None
        self._decoded: Iterator[tuple[int, VideoFrame]] = iter(())
        self._position = -1  # the frame that came out of the decoder last
        self._target = 0
        self._seekable = True  # until a seek leads elsewhere than the scan has it
        self._check_seek = False
        self._lost: set[int] = set()
        self._last: Frame | None = None
        try:
            first = self._find(0)
            self.info: ClipInfo = self._describe(path, first)
            self._pixels = PixelConverter(deep=self.info.bit_depth > 8)
            self._last = self._made(0, first)
        except BaseException:
            self.close()
            raise

    @property
    def icc_profile(self) -> bytes | None:
        """None: a video's colour is told by its tags."""
        return None

    def timestamp(self, number: int) -> Timestamp:
        """When frame `number` is shown. Raises PromptError where there is no such frame."""
        checked_frame(number, len(self.index))
        return Timestamp(int(self.index.pts[number]), self.index.time_base)

    def read(self, number: int) -> Frame:
        """Frame `number`, upright, always the same bytes as a linear decode.

        Raises:
            PromptError: there is no such frame.
            MediaError: the reader is closed, or the file can't be read any more.
        """
        checked_frame(number, len(self.index))
        if self._last is None or self._last.number != number:
            self._last = self._made(number, self._find(number))
        return self._last

    def close(self) -> None:
        """Let go of the file; a closed reader reads no more."""
        self._closed = True
        self._last = None
        self._let_go()

    def __enter__(self) -> "VideoReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _describe(self, path: str | Path, first: VideoFrame) -> ClipInfo:
        assert self._container is not None
        assert self._stream is not None
        said = merged(tags_of(first), tags_of(self._stream.codec_context))
        return describe_video(
            Path(path), self._container, self._stream, self.index, first, said=said, orientation=from_frame(first)
        )

    def _made(self, number: int, frame: VideoFrame) -> Frame:
        tags = meant(merged(tags_of(frame), self.info.color), frame.height, frame.format.name)
        turn = from_frame(frame)
        if self._reading.deinterlace:
            frame = deinterlaced(frame, self.info.interlaced)
        rgb, alpha = self._pixels.convert(frame, tags)
        if alpha is not None and self._reading.premultiplied:
            rgb = unmultiplied(rgb, alpha)
        rgb = placed(turn.upright(rgb), self.info.size)
        alpha = None if alpha is None else placed(turn.upright(alpha), self.info.size)
        hdr = tags.transfer if tags.transfer in HDR and rgb.dtype == np.uint16 else ""
        return Frame(number, rgb, self.timestamp(number), alpha, transfer=hdr)

    def _find(self, number: int) -> VideoFrame:
        """The decoded frame; goes on from where the decoder stands if that is nearer than the keyframe."""
        if self._closed:
            raise MediaError(f"{self._path.name} is closed.", "Open it again.")
        key = self.index.key_before(number) if self._seekable else -1
        key_number = int(self.index.key_numbers[key]) if key >= 0 else 0
        if not (self._container is not None and key_number - _SEEK_COSTS <= self._position < number):
            self._start_at(key)
        found = self._run_to(number)
        for earlier in range(max(key - 1, -1), max(key - 3, -2), -1):
            if found is None:
                self._start_at(earlier if self._seekable else -1)
                found = self._run_to(number)
        return found or self._from_the_start(number)

    def _from_the_start(self, number: int) -> VideoFrame:
        """Frame `number` out of a careful decode of the whole file; its neighbour where it is lost."""
        self._careful = True
        self._start_at(-1)
        before: VideoFrame | None = None
        for shown, frame in self._decoded:
            self._position = shown
            if shown < number:
                before = frame
                continue
            if shown > number:
                self._tell_lost(number)
            return frame if shown == number or before is None else before
        self._let_go()
        if before is None:
            raise MediaError(f"Frame {number} of {self._path.name} can't be decoded.", "Copy the file again.")
        self._tell_lost(number)
        return before

    def _tell_lost(self, number: int) -> None:
        if number not in self._lost:
            self._lost.add(number)
            seconds = float(self.timestamp(number).seconds)
            _log.warning(
                "Frame %d of %s (at %.3f s) is damaged; its neighbour stands in.", number, self._path.name, seconds
            )

    def _run_to(self, number: int) -> VideoFrame | None:
        self._target = number
        for shown, frame in self._decoded:
            self._position = shown
            if shown >= number:
                return frame if shown == number else None
        self._position = len(self.index)
        return None

    def _start_at(self, key: int) -> None:
        """Let the decoder start at a keyframe; at the start of the file for -1."""
        self._position = -1
        if key < 0 or self._container is None or self._decoder is None or not self._seek(key):
            self._reopen()
            if key > 0:
                self._seek(key)
        self._decoded = self._frames()

    def _seek(self, key: int) -> bool:
        assert self._container is not None
        assert self._decoder is not None
        try:
            self._container.seek(int(self.index.key_dts[key]), stream=self._stream)
        except (FFmpegError, OSError):
            return False
        self._decoder.flush_buffers()
        self._check_seek = True
        return True

    def _reopen(self) -> None:
        self._let_go()
        self._check_seek = False
        local_file(self._path)
        self._container = open_container(self._path, self._pixel_limit)
        self._stream = video_stream(self._container, self._path, self._pixel_limit)
        self._decoder = decoder_for(self._stream, self._careful)

    def _let_go(self) -> None:
        self._decoded = iter(())
        self._decoder = self._stream = None
        if self._container is not None:
            self._container.close()
        self._container = None

    def _frames(self) -> Iterator[tuple[int, VideoFrame]]:
        """Decoded frames with their numbers, from where the container stands; what belongs to no number is left out."""
        assert self._container is not None
        assert self._stream is not None
        assert self._decoder is not None
        decoder, ordinal = self._decoder, 0
        for packet in chain(packets(self._container, self._stream), (None,)):
            if packet is not None and not self._leads_on(packet):
                return
            for frame in decode(decoder, packet):
                number = ordinal if self.index.own_pts is None else self.index.number_of(frame.pts)
                ordinal += 1
                if number is not None:
                    yield number, frame

    def _leads_on(self, packet: "Packet[Any]") -> bool:
        """Prepare the decoder for a packet; False where a seek came out at a place that the scan doesn't know."""
        assert self._decoder is not None
        if self._check_seek and packet.is_keyframe and packet.pts is not None:
            self._check_seek = False
            self._seekable = self.index.is_key_of(packet.pts, packet.size)
            if not self._seekable:
                return False
        if not self._careful and self.index.in_order and self._decoder.codec.name == "h264":
            # What no other frame builds on need not be decoded before the target: the others stay exact.
            wanted = packet.pts is None or packet.pts >= self.index.pts[self._target]
            self._decoder.skip_frame = "DEFAULT" if wanted else "NONREF"
        return True
