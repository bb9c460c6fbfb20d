"""Says what a video is, from its scan and its first decoded frame; decodes nothing itself."""

import re
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from sam2_studio.core.clip import ClipInfo, ClipKind, ColorTags
from sam2_studio.core.eye import HDR
from sam2_studio.core.geometry import Size
from sam2_studio.media.color import meant, unsupported
from sam2_studio.media.container import has_side_alpha
from sam2_studio.media.index import FrameIndex
from sam2_studio.media.orientation import Orientation
from sam2_studio.media.pixel_shape import believed, shape_told

_BOTTOM_FIRST = (3, 5)  # FFmpeg's AV_FIELD_BB and AV_FIELD_BT
_TIMECODE = re.compile(r"\d{2}:\d{2}:\d{2}[:;.]\d{2}")


def describe_video(
    path: Path,
    container: InputContainer,
    stream: VideoStream,
    index: FrameIndex,
    first: VideoFrame,
    *,
    said: ColorTags,
    orientation: Orientation,
) -> ClipInfo:
    """Gather what is known of a video.

    Args:
        first: Its first frame, as stored.
        said: The colour tags of frame and stream.
        orientation: How the first frame stands.
    """
    size = upright_size(first, orientation)
    aspect = stream.sample_aspect_ratio or Fraction(1)  # 0 stands for unknown
    aspect = 1 / aspect if orientation.transpose else aspect
    return ClipInfo(
        path=str(path),
        kind=ClipKind.VIDEO,
        frames=len(index),
        width=size.width,
        height=size.height,
        rate=index.rate,
        duration=index.duration,
        variable_rate=index.variable_rate,
        rotation=orientation.degrees,
        pixel_format=first.format.name,
        bit_depth=first.format.components[0].bits,
        color=said,
        keyframe_gap=index.keyframe_gap,
        interlaced=_first_field(stream, first),
        pixel_aspect=believed(aspect),
        alpha=any(part.is_alpha for part in first.format.components),
        audio=next((_codec_name(sound) for sound in container.streams.audio), None),
        timecode=_timecode(container, stream),
        warnings=(*index.warnings, *_oddities(stream, first, said, orientation, aspect)),
    )


def upright_size(frame: VideoFrame, orientation: Orientation) -> Size:
    """The size of a frame once it stands upright."""
    return Size(frame.height, frame.width) if orientation.transpose else Size(frame.width, frame.height)


def _first_field(stream: VideoStream, first: VideoFrame) -> str:
    """`ClipInfo.interlaced`. Where the stream doesn't say which field comes first, the top one does."""
    if not first.interlaced_frame:
        return ""
    return "bottom" if stream.codec_context.field_order in _BOTTOM_FIRST else "top"


def _codec_name(sound: object) -> str:
    context = getattr(sound, "codec_context", None)
    return str(context.codec.canonical_name) if context is not None else "unknown"


def _timecode(container: InputContainer, stream: VideoStream) -> str | None:
    places = (stream.metadata, container.metadata, *(data.metadata for data in container.streams.data))
    found = (metadata.get("timecode", "") for metadata in places)
    return next((text for text in found if _TIMECODE.fullmatch(text)), None)


def _oddities(
    stream: VideoStream, first: VideoFrame, said: ColorTags, orientation: Orientation, aspect: Fraction
) -> list[str]:
    found = []
    if field := _first_field(stream, first):
        found.append(f"The footage is interlaced, {field} field first; File, Deinterlace makes whole frames of it.")
    transfer = meant(said, first.height, first.format.name).transfer
    if transfer in HDR:
        found.append(f"The footage is HDR ({HDR[transfer]}): tone-mapped for the eye, untouched in exports.")
    found += shape_told(aspect)
    if not orientation.exact:
        found.append(f"It asks to be turned by {orientation.degrees} degrees; the nearest quarter turn is used.")
    if unsupported(said, first.format.name):
        used = meant(said, first.height, first.format.name).matrix
        found.append(f"Its colour matrix {said.matrix} isn't known here; {used} is used instead.")
    if has_side_alpha(stream) and not any(part.is_alpha for part in first.format.components):
        found.append("It says that it has alpha, but none can be decoded.")
    return found
