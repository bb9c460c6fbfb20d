"""Reads an export back by another route than it was written by and says what differs from what was meant.

Pictures that OpenCV wrote are read by FFmpeg's own PNG decoder; video by a decoder of another make than its encoder,
plane by plane, past every conversion. Lossy formats have tolerances, in `formats`; times, counts and tags have none.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np

from sam2_studio.errors import ExportError
from sam2_studio.export.compose import Picture
from sam2_studio.export.formats import Planes, Tolerance, VideoFormat
from sam2_studio.export.times import Times
from sam2_studio.export.video import meant_planes, plane_bits
from sam2_studio.export.yuv import ColorCodes, Floats, Pixels, full_scale

_PNG_LAYOUTS = {"rgba": 4, "rgba64be": 4, "rgb24": 3, "rgb48be": 3, "gray": 1, "gray16be": 1}


def sampled(count: int) -> tuple[int, ...]:
    """Places of the first, middle and last of `count` frames: those that are compared."""
    return tuple(sorted({0, count // 2, count - 1}))


def verify_pictures(
    parts: Sequence[Path], meant: Mapping[int, Picture], faults_of: Callable[[Path, Picture], list[str]]
) -> list[str]:
    """What is wrong with written pictures; empty where all is right.

    Args:
        parts: All files, in order.
        meant: By place, the pictures to compare.
        faults_of: What is wrong with one file, each as "has another alpha".
    """
    faults = [f"Picture {place + 1} is empty." for place, part in enumerate(parts) if part.stat().st_size == 0]
    for place, picture in meant.items():
        try:
            faults += [f"Picture {place + 1} {fault}." for fault in faults_of(parts[place], picture)]
        except (av.FFmpegError, ValueError, RuntimeError) as error:
            raise _unreadable(parts[place]) from error
    return faults


def png_faults(path: Path, picture: Picture) -> list[str]:
    """What is wrong with a PNG, read by another decoder than OpenCV's."""
    same = np.array_equal(_read_png(path), _stacked(picture))
    return [] if same else ["reads back with other pixels"]


def verify_video(
    part: Path, written: VideoFormat, *, depth: int, times: Times, codes: ColorCodes, meant: Mapping[int, Picture]
) -> list[str]:
    """What is wrong with a written video; empty where all is right.

    Raises:
        ExportError: it can't be read at all, or frames are missing.
    """
    if not part.stat().st_size:
        raise _unreadable(part)
    try:
        with part.open("rb") as file, av.open(file, "r", format=written.demuxer) as container:
            stream = container.streams.video[0]
            shown, frames = _read(container, written, meant)
            faults = _time_faults(sorted(shown), times, written) + _length_faults(stream, times, written)
            faults += _tag_faults(stream.codec_context, codes)
    except (av.FFmpegError, IndexError) as error:
        raise _unreadable(part) from error
    if len(shown) != len(times.pts) or set(frames) != set(meant):
        raise ExportError(f"The export has {len(shown)} frames instead of {len(times.pts)}.", "Try another preset.")
    bits = plane_bits(written.pixel_formats[depth])
    for place, picture in meant.items():
        faults += _pixel_faults(place, frames[place], picture, written, bits, codes)
    return faults


def _unreadable(part: Path) -> ExportError:
    return ExportError(f"The export {part} can't be read back.", "Try again, or another preset.")


def _read_png(path: Path) -> Pixels:
    with path.open("rb") as file, av.open(file, "r", format="png_pipe") as container:
        frame = next(container.decode(video=0))
    channels = _PNG_LAYOUTS[frame.format.name]
    deep = frame.format.name.endswith("be")
    rows = _rows(frame.planes[0], frame.width * channels, np.dtype(">u2" if deep else np.uint8))
    pixels = rows.reshape(frame.height, frame.width, channels)
    return pixels.astype(np.uint16) if deep else pixels


def _stacked(picture: Picture) -> Pixels:
    alpha = None if picture.alpha is None else picture.alpha[..., None]
    if picture.rgb is None:
        return np.empty((0, 0, 1), np.uint8) if alpha is None else alpha
    return picture.rgb if alpha is None else np.concatenate([picture.rgb, alpha], axis=2)


def _time_faults(found: Sequence[Fraction], times: Times, written: VideoFormat) -> list[str]:
    slack = Fraction(1, 2 * written.tick) if written.tick else Fraction(0)
    for place, (have, want) in enumerate(zip(found, times.pts, strict=False)):
        if abs(have - want * times.base) > slack:
            return [f"Frame {place + 1} is shown at {float(have):.6f} s instead of {float(want * times.base):.6f} s."]
    return []


def _length_faults(stream: av.VideoStream, times: Times, written: VideoFormat) -> list[str]:
    """Matroska keeps no length of a stream, only of the file."""
    if written.tick or stream.duration is None or stream.time_base is None:
        return []
    have = stream.duration * stream.time_base
    return [] if have == times.length else [f"It lasts {float(have):.6f} s instead of {float(times.length):.6f} s."]


def _tag_faults(context: av.VideoCodecContext, codes: ColorCodes) -> list[str]:
    meant = (codes.range, codes.matrix, codes.primaries, codes.transfer)
    found = (context.color_range, context.colorspace, context.color_primaries, context.color_trc)
    return [] if found == meant else [f"The colour tags read {found} instead of {meant}."]


def _read(
    container: av.container.InputContainer, written: VideoFormat, wanted: Mapping[int, Picture]
) -> tuple[list[Fraction], dict[int, av.VideoFrame]]:
    """Times of all packets and the wanted frames, in one pass that holds no more than these."""
    stream = container.streams.video[0]
    context = stream.codec_context
    if context.name != written.decoder:
        context = cast(av.VideoCodecContext, av.CodecContext.create(written.decoder, "r"))
        context.extradata = stream.codec_context.extradata
    shown: list[Fraction] = []
    frames: dict[int, av.VideoFrame] = {}
    places = iter(sorted(wanted) if written.intra else itertools.count())
    for packet in container.demux(stream):
        if packet.size:
            shown.append((packet.pts or 0) * packet.time_base)
        if packet.size and written.intra and len(shown) - 1 not in wanted:
            continue
        for frame in context.decode(packet if packet.size else None):
            place = next(places, -1)
            if place in wanted:
                frames[place] = frame
    return shown, frames


def _frame_planes(frame: av.VideoFrame) -> tuple[Pixels, ...]:
    deep = frame.format.components[0].bits > 8
    return tuple(_rows(plane, plane.width, np.dtype("<u2" if deep else np.uint8)) for plane in frame.planes)


def _rows(plane: av.video.plane.VideoPlane, samples: int, dtype: "np.dtype[np.uint8] | np.dtype[np.uint16]") -> Pixels:
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return np.ascontiguousarray(rows[:, : samples * dtype.itemsize]).view(dtype).copy()


def _pixel_faults(
    place: int, frame: av.VideoFrame, picture: Picture, written: VideoFormat, bits: int, codes: ColorCodes
) -> list[str]:
    found, meant = _frame_planes(frame), meant_planes(picture, written, bits, codes)
    allowed = written.tolerance
    if len(found) < len(meant):
        return [f"Frame {place + 1} has {len(found)} planes instead of {len(meant)}: its alpha is lost."]
    if any(have.shape != want.shape for have, want in zip(found, meant, strict=False)):
        return [f"Frame {place + 1} reads back in another size."]
    # In 255ths of full scale: a decoder may answer with more bits than were written, 12 for ProRes' 10.
    found_unit, meant_unit = (np.float32(255 / ((1 << n) - 1)) for n in (frame.format.components[0].bits, bits))
    off = [np.abs(have * found_unit - want * meant_unit) for have, want in zip(found, meant, strict=False)]
    if picture.rgb is None:
        return _alpha_faults(place, off[0], allowed)
    faults = _color_faults(place, off[:3], picture, written)
    return faults + (_alpha_faults(place, off[3], allowed) if len(meant) == 4 else [])


def _alpha_faults(place: int, off: Floats, allowed: Tolerance) -> list[str]:
    mean, most = float(off.mean()), float(off.max())
    if mean <= allowed.alpha_mean and most <= allowed.alpha_max + 0.5:
        return []
    return [f"The alpha of frame {place + 1} is off by {mean:.2f} of 255 on average, {most:.0f} at most."]


def _color_faults(place: int, off: Sequence[Floats], picture: Picture, written: VideoFormat) -> list[str]:
    seen = None if picture.alpha is None else picture.alpha > full_scale(picture.alpha) // 2
    step = 2 if written.planes is Planes.YUV420 else 1
    means = []
    for plane, values in enumerate(off):
        inside = None if seen is None else (seen[::step, ::step] if plane else seen)
        kept = values if inside is None else values[inside]
        means.append(float(kept.mean()) if kept.size else 0.0)
    if max(means) <= written.tolerance.color_mean:
        return []
    return [f"The colour of frame {place + 1} is off by {max(means):.2f} of 255 on average."]
