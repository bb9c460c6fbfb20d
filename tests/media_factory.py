"""Makes media for tests: clips, sequences and damaged files whose every frame says its own number.

Knows PyAV and Pillow; knows nothing of the package under test.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import OpenEXR
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8] | NDArray[np.uint16]

BITS = 12
MATRIX = {"rgb": 0, "bt709": 1, "unknown": 2, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "bt2020nc": 9}
PRIMARIES = {"bt709": 1, "unknown": 2, "smpte170m": 6, "bt2020": 9}
TRANSFER = {"bt709": 1, "unknown": 2, "smpte170m": 6, "iec61966-2-1": 13, "smpte2084": 16, "arib-std-b67": 18}
RANGE = {"unknown": 0, "tv": 1, "pc": 2}


def numbered_frame(number: int, width: int = 160, height: int = 96) -> NDArray[np.uint8]:
    """(H, W, 3) picture with `number` as a bar code over its upper half; the lower half's colour moves with it."""
    picture = np.full((height, width, 3), 96, np.uint8)
    bars = np.array([255 if number >> bit & 1 else 0 for bit in range(BITS)], np.uint8)
    picture[: height // 2] = np.repeat(bars, -(-width // BITS))[None, :width, None]
    picture[height // 2 :, : width // 2] = [(number * 7) % 256, (number * 13) % 256, (number * 29) % 256]
    return picture


def numbered_frames(count: int, width: int = 160, height: int = 96) -> Iterator[NDArray[np.uint8]]:
    """`count` numbered frames from 0."""
    return (numbered_frame(number, width, height) for number in range(count))


def read_number(rgb: Pixels) -> int:
    """The number that `numbered_frame` painted, through any lossy codec of fair quality."""
    step = -(-rgb.shape[1] // BITS)
    row = rgb[rgb.shape[0] // 4, :, 1].astype(np.float64) / np.iinfo(rgb.dtype).max
    return sum(1 << bit for bit in range(BITS) if row[min(bit * step + step // 2, len(row) - 1)] > 0.5)


def plane_frame(pix_fmt: str, planes: Sequence[Pixels]) -> av.VideoFrame:
    """A frame of just these plane values, for tests of exact colour; sizes are those of the planes."""
    height, width = planes[0].shape[:2]
    frame = av.VideoFrame(width, height, pix_fmt)
    for plane, values in zip(frame.planes, planes, strict=True):
        row_bytes = np.ascontiguousarray(values).reshape(values.shape[0], -1).view(np.uint8)
        buffer = np.zeros((plane.height, plane.line_size), np.uint8)
        buffer[:, : row_bytes.shape[1]] = row_bytes
        plane.update(buffer.tobytes())
    return frame


def write_video(
    path: Path,
    frames: Iterable[Pixels | av.VideoFrame],
    rate: Fraction = Fraction(25),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    pts: Sequence[int] | None = None,
    audio: bool = False,
    timecode: str | None = None,
    options: Mapping[str, str] | None = None,
    *,
    time_base: Fraction | None = None,
    rotation: int = 0,
    hflip: bool = False,
    vflip: bool = False,
    color_range: str = "unknown",
    matrix: str = "unknown",
    primaries: str = "unknown",
    transfer: str = "unknown",
    container_options: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    gop: int | None = None,
    sample_aspect: Fraction | None = None,
) -> Path:
    """Encode `frames` and return `path`; the container is that of the suffix.

    Args:
        frames: Arrays (H, W), (H, W, 3) or (H, W, 4), uint8 or uint16, or ready frames of `pix_fmt`.
        pts: Ticks of `time_base` (1/rate where not given), one a frame; 0, 1, 2 ... where not given.
        audio: Add a tone as long as the picture (AAC, Opus in WebM).
        rotation: Degrees counter-clockwise for the display matrix.
        sample_aspect: Width to height of a pixel; not said where None.
        matrix: Both the tag and the matrix that arrays are converted with (smpte170m where unknown).
    """
    base = time_base or 1 / rate
    with av.open(str(path), "w", options=dict(container_options or {})) as container:
        stream = None
        sound = None
        shown = Fraction(0)
        for number, picture in enumerate(frames):
            frame = _as_frame(picture, pix_fmt, matrix, color_range)
            if stream is None:
                stream = container.add_stream(codec, rate=rate, options=dict(options or {}))
                context = stream.codec_context
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, pix_fmt
                stream.time_base = context.time_base = base
                context.color_range, context.colorspace = RANGE[color_range], MATRIX[matrix]
                context.color_primaries, context.color_trc = PRIMARIES[primaries], TRANSFER[transfer]
                if gop is not None:
                    context.gop_size = gop
                stream.metadata.update(dict(metadata or {}) | ({"timecode": timecode} if timecode else {}))
                if sample_aspect is not None:
                    stream.sample_aspect_ratio = context.sample_aspect_ratio = sample_aspect
                if rotation or hflip or vflip:
                    stream.set_display_rotation(rotation, hflip=hflip, vflip=vflip)
                sound = (
                    container.add_stream("libopus" if path.suffix == ".webm" else "aac", rate=48000) if audio else None
                )
            frame.colorspace, frame.color_range = MATRIX[matrix], RANGE[color_range]
            frame.color_primaries, frame.color_trc = PRIMARIES[primaries], TRANSFER[transfer]
            frame.pts, frame.time_base = (number if pts is None else pts[number]), base
            shown = frame.pts * base + 1 / rate
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode())
        if sound is not None:
            _write_tone(container, sound, shown)
    return path


def write_sound(path: Path, seconds: Fraction = Fraction(1), codec: str = "aac") -> Path:
    """Write a file with sound and no picture."""
    with av.open(str(path), "w") as container:
        _write_tone(container, container.add_stream(codec, rate=48000), seconds)
    return path


def write_cover(path: Path) -> Path:
    """Write an MP4 with sound and a cover picture, which is no video."""
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=48000)
        cover = container.add_stream("png", rate=1)
        cover.width, cover.height, cover.pix_fmt = 32, 32, "rgb24"
        cover.disposition = av.stream.Disposition.attached_pic
        container.mux(cover.encode(av.VideoFrame.from_ndarray(numbered_frame(1, 32, 32), "rgb24")))
        container.mux(cover.encode())
        _write_tone(container, sound, Fraction(1))
    return path


def write_sequence(folder: Path, numbers: Iterable[int], name: str = "shot.{:04d}.png", **sizes: int) -> Path:
    """Write one numbered picture a number and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        Image.fromarray(numbered_frame(number, **sizes)).save(folder / name.format(number))
    return folder


def write_picture(path: Path, pix_fmt: str, planes: Sequence[Pixels], codec: str) -> Path:
    """Write one picture of just these plane values by an encoder of FFmpeg (`dpx`, `exr`, `png`, `tiff`)."""
    frame = plane_frame(pix_fmt, planes)
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = frame.width, frame.height, pix_fmt, Fraction(1)
    path.write_bytes(b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode()]))
    return path


def write_exr(path: Path, *parts: Mapping[str, object], **header: object) -> Path:
    """Write an OpenEXR file; each part is channel name -> (H, W) array or channel. `header` is that of every part."""
    whole = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **header}
    if len(parts) == 1:
        file = OpenEXR.File(whole, dict(parts[0]))
    else:
        file = OpenEXR.File([OpenEXR.Part(dict(whole), dict(part), f"part{n}") for n, part in enumerate(parts)])
    file.write(str(path))
    return path


def linear(rgb: Pixels) -> NDArray[np.float32]:
    """The light of display values by sRGB's standard: 1 for white."""
    coded = rgb / np.iinfo(rgb.dtype).max
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def cut_file(source: Path, target: Path, part: float) -> Path:
    """Write the first `part` (0..1) of a file's bytes, as a broken download has them."""
    data = source.read_bytes()
    target.write_bytes(data[: int(len(data) * part)])
    return target


def shift_edit_list(path: Path, frames: int, ticks_per_frame: int) -> Path:
    """Make the MP4's edit list skip `frames` more frames at the start, as a lossless trim does."""
    data = bytearray(path.read_bytes())
    entry = data.index(b"elst") + 12
    duration, start = struct.unpack_from(">Ii", data, entry)
    struct.pack_into(">Ii", data, entry, duration, start + frames * ticks_per_frame)
    path.write_bytes(data)
    return path


def _as_frame(picture: Pixels | av.VideoFrame, pix_fmt: str, matrix: str, color_range: str) -> av.VideoFrame:
    if isinstance(picture, av.VideoFrame):
        return picture
    channels = picture.shape[2] if picture.ndim == 3 else 1
    names = (
        {1: "gray", 3: "rgb24", 4: "rgba"}
        if picture.dtype == np.uint8
        else {1: "gray16le", 3: "rgb48le", 4: "rgba64le"}
    )
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), names[channels])
    full = color_range == "pc" or pix_fmt.startswith(("rgb", "gbr", "bgr", "gray", "argb", "yuvj"))
    return frame.reformat(
        format=pix_fmt,
        src_color_range="JPEG",
        dst_colorspace={"bt709": "ITU709", "bt2020nc": "BT2020"}.get(matrix, "ITU601"),
        dst_color_range="JPEG" if full else "MPEG",
    )


def _write_tone(container: av.container.OutputContainer, sound: av.AudioStream, seconds: Fraction) -> None:
    total = int(seconds * 48000)
    wave = (np.sin(np.arange(total) * (2 * np.pi * 440 / 48000)) * 0.3).astype(np.float32)
    for start in range(0, total, 960):
        part = wave[start : start + 960]
        frame = av.AudioFrame.from_ndarray(np.stack([part, part]), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        container.mux(sound.encode(frame))
    container.mux(sound.encode())
