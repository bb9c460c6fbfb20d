"""Opens what an export writes into, pictures or a video, behind one face: write, finish, verify, abandon."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from sam2_studio.core.clip import Clip, ColorTags
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError
from sam2_studio.export.compose import Picture
from sam2_studio.export.exr import encode_exr, exr_faults, exr_look
from sam2_studio.export.formats import Content, PictureFormat, ShapeFormat, Tolerance, VideoFormat
from sam2_studio.export.images import PictureWriter, color_chunks, encode_png, shape_chunk, text_chunk
from sam2_studio.export.shapes import ShapeHead, ShapeWriter, encode_svg, svg_faults
from sam2_studio.export.sound import Sound
from sam2_studio.export.spec import ExportSpec, pixel_aspect, written_size
from sam2_studio.export.times import Times
from sam2_studio.export.verify import png_faults, verify_pictures, verify_video
from sam2_studio.export.video import VideoWriter
from sam2_studio.export.yuv import codes_for


class Output(Protocol):
    """The parts of one export while they are written."""

    @property
    def bytes_written(self) -> int: ...

    @property
    def warnings(self) -> Sequence[str]:
        """What the user should know, one sentence each."""

    def write(self, picture: Picture) -> None:
        """Add the next frame. Raises OSError or ExportError."""

    def finish(self) -> None:
        """Make the parts whole and synced. Raises OSError or ExportError."""

    def verify(self, meant: Mapping[int, Picture]) -> list[str]:
        """After `finish`: what reads back otherwise than meant, by place. Raises OSError or ExportError."""

    def abandon(self) -> None:
        """Let go of everything; harmless after `finish`. Never raises."""


def open_output(
    spec: ExportSpec,
    clip: Clip,
    source: FrameSource,
    parts: Sequence[Path],
    *,
    times: Times,
    objects: tuple[CutObject, ...],
    comment: str,
) -> Output:
    """Open the parts for writing.

    Args:
        times: Which frames are written, and when each is shown.
        objects: Those that are exported.
        comment: Who made the files, for their metadata; "" for nothing.

    Raises:
        OSError: they can't be made.
        ExportError: the encoder refuses the pictures' size.
    """
    written = spec.format
    if isinstance(written, PictureFormat):
        encode, faults_of = _picture_ways(spec, written, clip, objects, comment)
        return _Pictures(parts, encode, faults_of)
    if isinstance(written, ShapeFormat):
        start = source.timestamp(0).seconds
        seconds = [float(source.timestamp(number).seconds - start) for number in times.numbers]
        head = ShapeHead(clip=clip, objects=objects, numbers=times.numbers, seconds=seconds, comment=comment)
        return ShapeWriter(parts[0], head)
    return _Video(spec, written, clip, times, parts[0], comment)


_Encode = Callable[[Picture], bytes]
_FaultsOf = Callable[[Path, Picture], list[str]]


def _picture_ways(
    spec: ExportSpec, written: PictureFormat, clip: Clip, objects: tuple[CutObject, ...], comment: str
) -> tuple[_Encode, _FaultsOf]:
    """How a picture becomes a file's bytes, and how a file is judged."""
    if written.encoder == "exr":
        chosen = spec.compression or written.compressions[0]
        rate, aspect = clip.info.rate / spec.step, pixel_aspect(spec, clip)
        look = exr_look(clip.info, objects, compression=chosen, rate=rate, pixel_aspect=aspect, comment=comment)
        allowed = written.tolerance.get(chosen, Tolerance())
        return partial(encode_exr, look=look), partial(exr_faults, look=look, allowed=allowed)
    if written.encoder == "svg":
        return partial(encode_svg, objects=objects), partial(svg_faults, objects=objects)
    chunks = b"" if spec.rules.content is Content.MATTE else color_chunks(clip.info)
    chunks += text_chunk("Software", comment) if comment else b""
    chunks += shape_chunk(pixel_aspect(spec, clip))
    return partial(encode_png, chunks=chunks), png_faults


class _Pictures:
    warnings: Sequence[str] = ()

    def __init__(self, parts: Sequence[Path], encode: _Encode, faults_of: _FaultsOf) -> None:
        self._parts, self._faults_of = parts, faults_of
        self._writer = PictureWriter(parts, encode)
        self.write, self.finish, self.abandon = self._writer.write, self._writer.finish, self._writer.abandon

    @property
    def bytes_written(self) -> int:
        return self._writer.bytes_written

    def verify(self, meant: Mapping[int, Picture]) -> list[str]:
        return verify_pictures(self._parts, meant, self._faults_of)


class _Video:
    def __init__(
        self, spec: ExportSpec, written: VideoFormat, clip: Clip, times: Times, part: Path, comment: str
    ) -> None:
        self._part, self._format, self._depth = part, written, spec.depth(clip)
        self._times = times
        # A matte is coverage, not light: the source's transfer would make a colour-managed program bend it.
        tags = ColorTags() if spec.rules.content is Content.MATTE else clip.info.color
        self._codes = codes_for(tags, full_range=written.full_range)
        self._sound = self._open_sound(clip)
        carried = _timecode(clip, times) if spec.rules.timecode and clip.info.timecode else None
        try:
            self._writer = VideoWriter(
                part,
                written,
                size=written_size(spec, clip),
                depth=self._depth,
                times=self._times,
                codes=self._codes,
                pixel_aspect=pixel_aspect(spec, clip),
                sound=self._sound,
                timecode=carried,
                comment=comment,
            )
        except BaseException:
            self._close_sound()
            raise
        self.write = self._writer.write

    @property
    def bytes_written(self) -> int:
        return self._writer.bytes_written

    @property
    def warnings(self) -> Sequence[str]:
        return self._sound.warnings if self._sound else ()

    def finish(self) -> None:
        self._writer.finish()
        self._close_sound()

    def abandon(self) -> None:
        self._writer.abandon()
        self._close_sound()

    def verify(self, meant: Mapping[int, Picture]) -> list[str]:
        return verify_video(
            self._part, self._format, depth=self._depth, times=self._times, codes=self._codes, meant=meant
        )

    def _open_sound(self, clip: Clip) -> Sound | None:
        if clip.info.audio is None or not self._format.sound_codecs:
            return None
        try:
            return Sound(Path(clip.info.path), self._times)
        except FileNotFoundError as error:
            raise ExportError(f"The source {clip.info.path} is no longer there.", "Link the clip anew.") from error

    def _close_sound(self) -> None:
        if self._sound is not None:
            self._sound.close()


def _timecode(clip: Clip, times: Times) -> str:
    """That of the first frame, its count of frames in a second brought to the export's rate."""
    seconds, _, count = clip.timecode(times.numbers[0]).rpartition(":")
    base = max(1, math.ceil(times.rate))
    return f"{seconds}:{int(count) * base // clip.timecode_base:02d}"
