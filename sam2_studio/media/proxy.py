"""Proxies: small pictures of each frame, every one a keyframe, that stand in while somebody scrubs. Knows no Qt.

Frame n of a proxy is frame n of its footage; a proxy with another count isn't used. It is found by the footage's
fingerprint, is made beside its place and renamed, and can be made again at any time.
"""

import contextlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from sam2_studio.core.clip import AS_STORED, ClipInfo, ClipKind, Reading
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.geometry import Size
from sam2_studio.errors import MediaError
from sam2_studio.media.isolated import IsolatedSource

MOST_BYTES = 20 << 30  # of all proxies; the ones used longest ago go first
_WIDEST = 1920
_LONG_GOP = 12
_LARGE = 2_500_000  # pixels: more than 1080p
_BT709, _FULL_RANGE = 1, 2  # FFmpeg's numbers


def helps(info: ClipInfo) -> bool:
    """Whether footage is slow to jump about in: far apart keyframes, or frames larger than 1080p."""
    slow = info.keyframe_gap > _LONG_GOP or info.size.area > _LARGE
    return info.kind is ClipKind.VIDEO and info.frames > _LONG_GOP and slow


def proxy_path(folder: Path, fingerprint: str, reading: Reading = AS_STORED) -> Path:
    """Where the proxy of the footage with this fingerprint, read that way, is or would be."""
    ways = "".join(f"-{name}" for name, wanted in asdict(reading).items() if wanted)
    return folder / f"{fingerprint}{ways}.mov"


def make_proxy(source: FrameSource, path: Path) -> Generator[int, None, None]:
    """Make the proxy of `source` at `path`, frame by frame; yields how many are done. Broken off, it leaves nothing.

    Raises:
        MediaError: a frame can't be read, or the proxy can't be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritten(source, error) from error
    try:
        with av.open(str(part), "w", format="mov") as container:
            yield from _written(source, container)
        part.replace(path)
    except (av.FFmpegError, OSError) as error:
        raise _unwritten(source, error) from error
    finally:
        part.unlink(missing_ok=True)


def _unwritten(source: FrameSource, error: Exception) -> MediaError:
    return MediaError(f"The proxy of {source.info.path} can't be written: {error}.", "Make room for it.")


def _written(source: FrameSource, container: av.container.OutputContainer) -> Iterator[int]:
    stream = container.add_stream("mjpeg", rate=Fraction(25), options={"q": "4", "threads": "1"})
    size = _small(source.info.size)
    stream.width, stream.height, stream.pix_fmt = size.width, size.height, "yuvj420p"
    stream.codec_context.colorspace, stream.codec_context.color_range = _BT709, _FULL_RANGE
    for number in range(source.info.frames):
        container.mux(stream.encode(_small_frame(source.read(number), stream, number)))
        yield number + 1
    container.mux(stream.encode())


def _small_frame(frame: Frame, stream: VideoStream, number: int) -> av.VideoFrame:
    rgb = frame.rgb8()
    size = (stream.width, stream.height)
    if (rgb.shape[1], rgb.shape[0]) != size:
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    made = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(
        format="yuvj420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.JPEG
    )
    made.colorspace, made.color_range = _BT709, _FULL_RANGE
    made.pts, made.time_base = number, Fraction(1, 25)
    return made


def _small(size: Size) -> Size:
    """Even sides, none wider than `_WIDEST`."""
    share = min(1.0, _WIDEST / size.width)
    return Size(*(max(2, 2 * round(side * share / 2)) for side in (size.width, size.height)))


def make_room(folder: Path, limit: int = MOST_BYTES) -> None:
    """Remove the proxies that were used longest ago until the others take no more than `limit` bytes."""
    with contextlib.suppress(OSError):  # another window may remove one as well
        found = sorted(((file.stat().st_mtime, file) for file in folder.glob("*.mov")), reverse=True)
        taken = 0
        for _, file in found:
            taken += file.stat().st_size
            if taken > limit:
                file.unlink(missing_ok=True)


class Proxy:
    """The stand-ins of one clip.

    Args:
        path: Of the proxy.
        info: Of the footage.
        stopped: As `IsolatedSource` takes it.

    Raises:
        MediaError: it can't be read, or is the proxy of something else.
    """

    def __init__(self, path: Path, info: ClipInfo, stopped: Callable[[], bool]) -> None:
        self._info = info
        self._source = IsolatedSource(path, stopped=stopped)
        if self._source.info.frames != info.frames or self._source.info.size != _small(info.size):
            self._source.close()
            path.unlink(missing_ok=True)
            raise MediaError(f"{path.name} isn't the proxy of {info.path}.", "It is made again.")
        with contextlib.suppress(OSError):
            path.touch()  # used now

    def read(self, number: int, timestamp: Timestamp) -> Frame:
        """What stands in for frame `number`, at the footage's size. Raises as `IsolatedSource.read`."""
        small, size = self._source.read(number).rgb8(), self._info.size
        if (small.shape[1], small.shape[0]) != (size.width, size.height):
            small = np.asarray(cv2.resize(small, (size.width, size.height), interpolation=cv2.INTER_LINEAR), np.uint8)
        return Frame(number, small, timestamp, stand_in=True)

    def close(self) -> None:
        self._source.close()
