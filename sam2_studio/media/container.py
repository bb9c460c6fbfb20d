"""Opens one real local file with FFmpeg, safely, and hands out its video packets; knows nothing of pixels.

Only files are opened: no URL, no playlist, no device, and no format that would read further files or take text for a
picture. FFmpeg's own logging is off, because it could deadlock with Python's and would print to the user's terminal.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import av
import av.logging
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from sam2_studio.errors import MediaError
from sam2_studio.media.pulse import beat

av.logging.set_level(None)

PIXEL_LIMIT = 2**28
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,vvc,obu,av1,ivf,flv,asf,gif,apng,ogg,"
    "mxf,dv,nut,yuv4mpegpipe,vc1,rm,wav,mp3,aac,flac,ac3,aiff,caf,w64,mjpeg,dirac,gxf,wtv,3dostr,film_cpk,roq,smk,bink,nsv"
)
_COVER = Disposition.attached_pic | Disposition.timed_thumbnails
_READ_FAULTS = 16
_THREADS = min(8, max(4, os.cpu_count() or 1))


def local_file(path: str | Path) -> Path:
    """Return `path` as a Path once it is sure to be a regular file with something in it.

    Raises:
        MediaError: it is missing, empty, a folder, or a pipe or device.
    """
    file = Path(path)
    try:
        found = file.stat()
    except (OSError, ValueError) as error:
        raise _missing(path, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise MediaError(f"{path} is a folder, not a file.", "Choose a file in it, or a folder of numbered pictures.")
    if not stat.S_ISREG(found.st_mode):
        raise MediaError(f"{path} is a pipe or a device, not a file.", "Copy what it holds to a file and open that.")
    if found.st_size == 0:
        raise MediaError(f"{path} is empty (0 bytes).", "Copy or download it again.")
    if not os.access(file, os.R_OK):
        raise MediaError(f"{path} may not be read by you.", "Change its permissions or copy it.")
    return file


def open_container(path: Path, pixel_limit: int = PIXEL_LIMIT) -> InputContainer:
    """Open a file for reading, as a video or sound file.

    Raises:
        MediaError: it is no such file, or is cut before its index.
    """
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file", "max_pixels": str(pixel_limit)}
    try:
        return av.open("file:" + str(path.absolute()), "r", options=options, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise _unreadable(path) from error


def video_stream(container: InputContainer, path: Path, pixel_limit: int = PIXEL_LIMIT) -> VideoStream:
    """Return the first video stream that is footage, not a cover picture.

    Raises:
        MediaError: there is none, its codec is unknown, its size is not known or is at or over `pixel_limit` pixels.
    """
    found = [s for s in container.streams.video if not s.disposition & _COVER]
    if not found:
        cover = " (a cover picture is not a video)" if container.streams.video else ""
        raise MediaError(f"{path.name} has no video stream{cover}.", "Choose a file with moving pictures.")
    stream = found[0]
    context: VideoCodecContext | None = stream.codec_context  # None where FFmpeg has no decoder: using it would crash
    if context is None:
        raise MediaError(f"There is no decodable video in {path.name}.", "Convert it to H.264, ProRes or FFV1 first.")
    if context.width <= 0 or context.height <= 0:
        raise MediaError(
            f"There is no decodable video in {path.name}: it is cut short before its first picture.",
            "Copy or download it again.",
        )
    check_pixels(context.width, context.height, path, pixel_limit)
    return stream


def check_pixels(width: int, height: int, path: Path, pixel_limit: int) -> None:
    """Refuse a picture that is too large to be meant.

    Raises:
        MediaError: it has `pixel_limit` pixels or more.
    """
    if width * height >= pixel_limit:
        raise MediaError(
            f"{path.name} is {width}x{height} pixels, over the limit of {pixel_limit - 1:,} pixels.",
            "Scale it down, or raise the limit if the file is trusted.",
        )


def decoder_for(stream: VideoStream, careful: bool = False) -> VideoCodecContext:
    """Return the decoder to use, threads set.

    libvpx decodes what says it has alpha, which FFmpeg's own VP9 decoder drops.

    Args:
        careful: Decode one frame at a time, so that a damaged one can't take its neighbours with it.
    """
    context = stream.codec_context
    if has_side_alpha(stream):
        name = {"vp9": "libvpx-vp9", "vp8": "libvpx"}[context.codec.canonical_name]
        extradata = context.extradata
        context = cast(VideoCodecContext, av.CodecContext.create(name, "r"))
        context.extradata = extradata
    context.thread_type = "SLICE" if careful else "AUTO"
    context.thread_count = 1 if careful else _THREADS
    return context


def has_side_alpha(stream: VideoStream) -> bool:
    """Whether the file says that VP8 or VP9 carries alpha beside its picture (WebM's `alpha_mode`)."""
    if stream.codec_context.codec.canonical_name not in ("vp8", "vp9"):
        return False
    return any(key.lower() == "alpha_mode" and value == "1" for key, value in stream.metadata.items())


def packets(container: InputContainer, stream: VideoStream, faults: list[str] | None = None) -> "Iterator[Packet[Any]]":
    """Yield the stream's packets from where the container stands, over damaged places; no flush packet.

    Args:
        faults: Gets one entry for every read that failed.
    """
    failed = 0
    while failed < _READ_FAULTS:
        try:
            for packet in container.demux(stream):
                if packet.size or packet.pts is not None or packet.dts is not None:
                    failed = 0
                    beat()
                    yield packet
            return
        except av.FFmpegError as error:
            failed += 1
            if faults is not None:
                faults.append(str(error))


def decode(decoder: VideoCodecContext, packet: "Packet[Any] | None") -> list[VideoFrame]:
    """Frames that come out for `packet` (None flushes); a packet that can't be decoded gives none."""
    try:
        return decoder.decode(packet)
    except (av.FFmpegError, EOFError):
        return []


def _missing(path: str | Path, error: Exception) -> MediaError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        remote = "://" in str(path)
        way_out = "Only files on this computer can be opened." if remote else "Check the name, or relink moved media."
        return MediaError(f"There is no file {path}.", way_out)
    cause = error.strerror if isinstance(error, OSError) else str(error)
    return MediaError(f"{path} can't be opened: {cause}.", "Check its name and permissions.")


def _unreadable(path: Path) -> MediaError:
    with path.open("rb") as file:
        head = file.read(4096)
    if head[4:8] in (b"ftyp", b"mdat", b"wide", b"free", b"skip"):
        return MediaError(
            f"{path.name} is cut short: its index (moov) is missing, so no frame can be found.",
            "Copy, download or record it again.",
        )
    if _is_text(head):
        return MediaError(f"{path.name} is a text file, not a video or a picture.", "Choose a video or a picture.")
    return MediaError(
        f"{path.name} is neither a video nor a picture that can be read, or it is damaged at its start.",
        "Choose another file or copy it again.",
    )


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(sign.isprintable() or sign in "\r\n\t\f" for sign in text)
