"""Runs exports for tests and reads their files back by readers that share no code with the package.

The readers are FFmpeg's command line where it is installed, and PyAV with FFmpeg's own conversions everywhere.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind, ColorTags
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import MatteError
from sam2_studio.export.runner import ExportReport, run_export
from sam2_studio.export.spec import ExportSpec
from tests.fakes import ArraySource

BT709 = ColorTags(range="tv", matrix="bt709", primaries="bt709", transfer="bt709")
SUBJECT = CutObject(id=1, name="Subject", color="#56B4E9")
# FFmpeg's scaler shifts 8-bit white into 16-bit RGB: 255 becomes 255 * 256, not 65535.
_SCALER_WHITE = 256.0
_MATRICES = {1: "ITU709", 5: "ITU601", 6: "ITU601", 9: "BT2020"}


def info_of(
    frames: Sequence[NDArray[Any]],
    *,
    path: Path | str = "clip.mp4",
    kind: ClipKind = ClipKind.VIDEO,
    rate: Fraction = Fraction(25),
    color: ColorTags = BT709,
    **more: Any,
) -> ClipInfo:
    """What a probe would say of these frames."""
    height, width = frames[0].shape[:2]
    defaults = {
        "duration": float(len(frames) / rate),
        "bit_depth": 8 if frames[0].dtype == np.uint8 else 16,
    }
    return ClipInfo(
        path=str(path), kind=kind, frames=len(frames), width=width, height=height, rate=rate, color=color,
        **defaults | more,
    )  # fmt: skip


def full_mask(size: Any) -> Mask:
    """Everything inside."""
    return Mask.from_array(np.ones((size.height, size.width), bool))


@dataclass
class Case:
    """One export, ready to run."""

    source: FrameSource
    alpha: NDArray[np.float32] | None = None
    objects: Sequence[CutObject] = (SUBJECT,)
    masks: Callable[[int, int], Mask | None] | None = None
    foreground: Callable[[NDArray[Any], Matte, Any], NDArray[Any]] = lambda rgb, matte, parts: rgb
    fails_on: frozenset[int] = frozenset()
    asked: list[bool] = field(default_factory=list)

    @property
    def clip(self) -> Clip:
        return Clip.whole(self.source.info)

    def steps(self, preset: str, target: Path, *, made_with: str = "", **spec: Any) -> Any:
        return run_export(
            ExportSpec(preset=preset, target=target, **spec),
            source=self.source,
            clip=self.clip,
            objects=self.objects,
            masks=self.masks or (lambda object_id, frame: full_mask(self.source.info.size)),
            matte=self._matte,
            foreground=self.foreground,
            made_with=made_with,
        )

    def run(self, preset: str, target: Path, **more: Any) -> ExportReport:
        *_, report = self.steps(preset, target, **more)
        assert isinstance(report, ExportReport)
        return report

    def _matte(self, frame: Frame, mask: Mask, edge: EdgeSettings, ids: tuple[int, ...]) -> Matte:
        self.asked.append(edge.matte)
        if edge.matte and frame.number in self.fails_on:
            raise MatteError("No.", "Never mind.")
        hard = Matte.from_mask(mask)
        return hard if self.alpha is None else Matte(hard.alpha * self.alpha)


def still(frames: Sequence[NDArray[Any]], **info: Any) -> ArraySource:
    """A source over arrays; `info` as for `info_of`."""
    return ArraySource(frames, info_of(frames, **info))


@dataclass
class Pixels:
    """What a reader found: colour and alpha of one frame, 0 to 255."""

    rgb: NDArray[np.float64]
    alpha: NDArray[np.float64]


def read_by_av(path: Path) -> list[Pixels]:
    """By PyAV: colour through FFmpeg's scaler with the file's own tags, alpha straight from its plane."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        if stream.metadata.get("ALPHA_MODE", stream.metadata.get("alpha_mode")) == "1":
            context = av.CodecContext.create("libvpx-vp9", "r")
        matrix, full = stream.codec_context.colorspace, stream.codec_context.color_range == 2
        frames = [
            frame for packet in container.demux(stream) for frame in context.decode(packet if packet.size else None)
        ]
    return [_converted(frame, _MATRICES.get(matrix, "ITU709"), full) for frame in frames]


def _converted(frame: av.VideoFrame, matrix: str, full: bool) -> Pixels:
    parts = [_plane(frame, index) for index in range(len(frame.planes))]
    name = frame.format.name
    if name.startswith(("rgb", "gray")):
        plane = parts[0]
        channels = plane.shape[1] // frame.width
        pixels = plane.reshape(frame.height, frame.width, channels)
        return _from_channels(pixels)
    bits = frame.format.components[0].bits
    chroma = "444" if "444" in name else "420"
    bare = av.VideoFrame(frame.width, frame.height, f"yuv{chroma}p" + ("" if bits == 8 else f"{bits}le"))
    for target, given in zip(bare.planes, frame.planes[:3], strict=True):
        rows = np.frombuffer(memoryview(given), np.uint8).reshape(given.height, given.line_size)
        np.frombuffer(memoryview(target), np.uint8).reshape(target.height, target.line_size)[
            :, : min(target.line_size, given.line_size)
        ] = rows[:, : min(target.line_size, given.line_size)]
    rgb = bare.reformat(
        format="rgb48le",
        src_colorspace=matrix,
        dst_colorspace=matrix,
        src_color_range="JPEG" if full else "MPEG",
        dst_color_range="JPEG",
        interpolation=av.video.reformatter.Interpolation.BILINEAR | av.video.reformatter.Interpolation.ACCURATE_RND,
    ).to_ndarray()
    return Pixels(rgb / _SCALER_WHITE, parts[3] if len(parts) == 4 else np.full(parts[0].shape, 255.0))


def _white(name: str) -> float:
    return _SCALER_WHITE if name == "rgba64le" else 257.0


def _from_channels(pixels: NDArray[np.float64]) -> Pixels:
    channels = pixels.shape[2]
    rgb = np.repeat(pixels, 3, 2) if channels == 1 else pixels[..., :3]
    return Pixels(rgb, pixels[..., 3] if channels == 4 else np.full(pixels.shape[:2], 255.0))


def _plane(frame: av.VideoFrame, index: int) -> NDArray[np.float64]:
    plane = frame.planes[index]
    component = frame.format.components[min(index, len(frame.format.components) - 1)]
    wide = component.bits > 8
    samples = plane.width * (len(frame.format.components) if len(frame.planes) == 1 else 1)
    dtype = np.dtype((">u2" if frame.format.name.endswith("be") else "<u2") if wide else np.uint8)
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    values = np.ascontiguousarray(rows[:, : samples * dtype.itemsize]).view(dtype)
    return values.astype(np.float64) * 255 / ((1 << component.bits) - 1)


def read_by_ffmpeg(path: Path) -> list[Pixels]:
    """By the command line, which converts as any other program built on FFmpeg does."""
    stream = next(s for s in probe(path)["streams"] if s["codec_type"] == "video")
    decoder = ["-c:v", "libvpx-vp9"] if stream["codec_name"] == "vp9" else []
    # RGB and grey come as they are: the scaler would take them through Y'CbCr and back.
    name = stream["pix_fmt"] if stream["pix_fmt"].startswith(("rgb", "gray")) else "rgba64le"
    command = ["ffmpeg", "-v", "error", *decoder, "-i", f"file:{path}", "-fps_mode", "passthrough", "-sws_flags"]
    command += ["accurate_rnd+full_chroma_int+bilinear", "-f", "rawvideo", "-pix_fmt", name, "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    deep = name in ("gray16le", "gray16be", "rgb48be", "rgba64be", "rgba64le")
    channels = 4 if "rgba" in name else 1 if "gray" in name else 3
    values = np.frombuffer(data, ((">u2" if name.endswith("be") else "<u2") if deep else np.uint8))
    frames = values.reshape(-1, stream["height"], stream["width"], channels) / (_white(name) if deep else 1.0)
    return [_from_channels(frame) for frame in frames]


READERS = {"av": read_by_av} | ({"ffmpeg": read_by_ffmpeg} if shutil.which("ffmpeg") else {})


def probe(path: Path) -> dict[str, Any]:
    """All that ffprobe says."""
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", f"file:{path}"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def names_in(folder: Path) -> list[str]:
    """What lies in a folder, by name: an export leaves what it promised and nothing else."""
    return sorted(path.name for path in folder.iterdir())
