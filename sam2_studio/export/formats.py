"""The presets: what each writes, in which files, with which codec. Values only; knows no file and no pixel.

To add a preset, add a row to `PRESETS`; to add a file format, a `VideoFormat` or `PictureFormat` beside the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sam2_studio.errors import ExportError


class Content(StrEnum):
    """What the pixels of an export are."""

    CUTOUT = "cutout"  # the subject with straight alpha
    MATTE = "matte"  # the alpha alone, as grey
    REPLACE = "replace"  # the subject over something else, opaque
    PIXELATE = "pixelate"  # the footage, the subject or all else in coarse squares
    BLUR = "blur"  # the footage, the subject or all else blurred
    SHAPES = "shapes"  # outlines of each object


class Planes(StrEnum):
    """How the pixels of a video format are laid out."""

    YUV444 = "yuv444"
    YUV420 = "yuv420"
    GRAY = "gray"


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """How far a decoded pixel may be from the one meant, in 255ths of full scale, over the whole picture.

    Attributes:
        alpha_mean, alpha_max: Of the alpha (or of the grey of a matte).
        color_mean: Of each colour plane where alpha is above a half, after the same subsampling.
    """

    alpha_mean: float = 0.0
    alpha_max: float = 0.0
    color_mean: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PictureFormat:
    """One picture a file.

    Attributes:
        label: What people call it.
        encoder: "png", "exr" or "svg": which module writes it.
        layered: Whether each object's alpha is a layer of its own besides the joint one.
        compressions: That it can be written with, by choice; the first is the default.
        package: What must be installed besides the program to write it; "" for nothing.
        tolerance: By compression where that loses something; else none.
    """

    label: str
    encoder: str
    layered: bool = False
    compressions: tuple[str, ...] = ()
    package: str = ""
    tolerance: Mapping[str, Tolerance] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ShapeFormat:
    """Outlines of all frames in one file.

    Attributes:
        label: What people call it.
        layered: Always: each object has shapes of its own.
    """

    label: str
    layered: bool = True


@dataclass(frozen=True, kw_only=True)
class VideoFormat:
    """One file for all frames.

    Attributes:
        label: What people call it.
        muxer, demuxer: FFmpeg's names, always passed: the file's ending while it is written is `.part`.
        encoder, decoder: FFmpeg's names; the decoder is the one that reads every plane back.
        pixel_formats: By the preset's bit depth.
        alpha: Whether there is a fourth plane.
        full_range: Whether 0 is black and the highest value white (else 16 to 235 of 8 bits).
        even: Whether width and height must be even; an odd picture is padded by its last column and row.
        intra: Whether every frame decodes alone.
        options: For the encoder.
        metadata: Of the video stream.
        sound_codecs: Sound that is copied as it is.
        sound_fallback: Encoder for any other sound; "" leaves it out.
        tick: Seconds that times are rounded to in this container, as its denominator; 0 for exact.
    """

    label: str
    muxer: str
    demuxer: str
    encoder: str
    decoder: str
    pixel_formats: Mapping[int, str]
    planes: Planes
    alpha: bool = False
    full_range: bool = False
    even: bool = False
    intra: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    sound_codecs: frozenset[str] = frozenset()
    sound_fallback: str = ""
    tick: int = 0
    tolerance: Tolerance


Format = PictureFormat | VideoFormat | ShapeFormat


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One row of the export dialog.

    Attributes:
        name: As on the command line.
        label: As in the dialog.
        description: One line for people: where it opens, what it keeps.
        content: What the pixels are.
        formats: By file ending; the first is the default.
        bit_depths: Of one channel, that `--bit-depth` accepts; the first is the default.
        timecode: Whether the source's timecode is carried.
        may_premultiply: Whether colour can be multiplied by alpha, by choice.
    """

    name: str
    label: str
    description: str
    content: Content
    formats: Mapping[str, Format]
    bit_depths: tuple[int, ...]
    timecode: bool = False
    may_premultiply: bool = False

    @property
    def suffix(self) -> str:
        """The default file ending."""
        return next(iter(self.formats))

    @property
    def needs_alpha(self) -> bool:
        return self.content is Content.CUTOUT

    @property
    def hides(self) -> bool:
        """Whether it makes something in the footage unrecognisable."""
        return self.content in (Content.PIXELATE, Content.BLUR)


_PNG = PictureFormat(label="PNG", encoder="png")

_SVG = PictureFormat(label="SVG", encoder="svg", layered=True)

# DWAA's loss is in its own perceptual steps; alpha it keeps as it is.
_EXR = PictureFormat(
    label="OpenEXR",
    encoder="exr",
    layered=True,
    compressions=("zip", "dwaa"),
    package="OpenEXR",
    tolerance={"dwaa": Tolerance(color_mean=1.0)},
)

_PRORES_4444 = VideoFormat(
    label="ProRes 4444",
    muxer="mov",
    demuxer="mov",
    encoder="prores_ks",
    decoder="prores",
    pixel_formats={16: "yuva444p10le"},
    planes=Planes.YUV444,
    alpha=True,
    intra=True,
    options={"profile": "4444", "alpha_bits": "16", "vendor": "apl0"},
    sound_codecs=frozenset(
        {"aac", "mp3", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le"}
        | {"pcm_s32be", "pcm_f32le", "pcm_f32be"}
    ),
    sound_fallback="pcm_s24le",
    tolerance=Tolerance(alpha_mean=0.5, alpha_max=1.0, color_mean=2.0),
)

# The alpha is a second stream inside each packet. FFmpeg's own VP9 decoder drops it, libvpx-vp9 doesn't.
_VP9_ALPHA = VideoFormat(
    label="VP9 with alpha",
    muxer="webm",
    demuxer="matroska",
    encoder="libvpx-vp9",
    decoder="libvpx-vp9",
    pixel_formats={8: "yuva420p"},
    planes=Planes.YUV420,
    alpha=True,
    options={"crf": "16", "b": "0", "auto-alt-ref": "0", "row-mt": "1", "deadline": "good", "cpu-used": "4"},
    metadata={"alpha_mode": "1"},
    sound_codecs=frozenset({"opus", "vorbis"}),
    sound_fallback="libopus",
    tick=1000,
    tolerance=Tolerance(alpha_mean=2.0, alpha_max=64.0, color_mean=5.0),
)

_FFV1_GRAY = VideoFormat(
    label="FFV1 grey",
    muxer="matroska",
    demuxer="matroska",
    encoder="ffv1",
    decoder="ffv1",
    pixel_formats={8: "gray", 16: "gray16le"},
    planes=Planes.GRAY,
    full_range=True,
    intra=True,
    options={"level": "3", "g": "1", "slicecrc": "1"},
    tick=1000,
    tolerance=Tolerance(),
)

_H264_SOUND = frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"})

_H264_MATTE = VideoFormat(
    label="H.264 grey, full range",
    muxer="mp4",
    demuxer="mov",
    encoder="libx264",
    decoder="h264",
    pixel_formats={8: "yuv420p"},
    planes=Planes.YUV420,
    full_range=True,
    even=True,
    options={"crf": "6", "preset": "medium", "profile": "high"},
    tolerance=Tolerance(alpha_mean=1.0, alpha_max=24.0),
)

_H264 = VideoFormat(
    label="H.264",
    muxer="mp4",
    demuxer="mov",
    encoder="libx264",
    decoder="h264",
    pixel_formats={8: "yuv420p"},
    planes=Planes.YUV420,
    even=True,
    options={"crf": "16", "preset": "medium", "profile": "high"},
    sound_codecs=_H264_SOUND,
    sound_fallback="aac",
    tolerance=Tolerance(color_mean=5.0),
)

_ROWS = (
    Preset(
        name="png",
        label="PNG",
        description="A still or a numbered sequence with straight alpha; opens everywhere.",
        content=Content.CUTOUT,
        formats={".png": _PNG},
        bit_depths=(8, 16),
    ),
    Preset(
        name="after-effects",
        label="After Effects, Premiere",
        description="ProRes 4444 with straight alpha, timecode and the source's sound.",
        content=Content.CUTOUT,
        formats={".mov": _PRORES_4444},
        bit_depths=(16,),
        timecode=True,
    ),
    Preset(
        name="resolve",
        label="DaVinci Resolve",
        description="ProRes 4444 with straight or premultiplied alpha, timecode and the source's sound.",
        content=Content.CUTOUT,
        formats={".mov": _PRORES_4444},
        bit_depths=(16,),
        timecode=True,
        may_premultiply=True,
    ),
    Preset(
        name="nuke",
        label="Nuke, Fusion",
        description="OpenEXR, half float: premultiplied, linear light, and a layer of its own for each object.",
        content=Content.CUTOUT,
        formats={".exr": _EXR},
        bit_depths=(16,),
    ),
    Preset(
        name="web",
        label="Web page",
        description="Small WebM with alpha and sound for Chrome, Edge and Firefox.",
        content=Content.CUTOUT,
        formats={".webm": _VP9_ALPHA},
        bit_depths=(8,),
    ),
    Preset(
        name="matte-png",
        label="Matte, PNG",
        description="The alpha alone as grey pictures, white inside.",
        content=Content.MATTE,
        formats={".png": _PNG},
        bit_depths=(8, 16),
    ),
    Preset(
        name="matte-video",
        label="Matte, video",
        description="The alpha alone as grey video: lossless .mkv, or .mp4 that plays everywhere.",
        content=Content.MATTE,
        formats={".mkv": _FFV1_GRAY, ".mp4": _H264_MATTE},
        bit_depths=(16, 8),
    ),
    Preset(
        name="replace",
        label="New background",
        description="The subject over a colour, a picture or the blurred background, MP4 with sound.",
        content=Content.REPLACE,
        formats={".mp4": _H264, ".png": _PNG},
        bit_depths=(8, 16),
    ),
    Preset(
        name="pixelate",
        label="Pixelate",
        description="The subject, such as a face, in coarse squares; or all but the subject. MP4 with sound.",
        content=Content.PIXELATE,
        formats={".mp4": _H264, ".png": _PNG},
        bit_depths=(8, 16),
    ),
    Preset(
        name="blur",
        label="Blur",
        description="The subject blurred beyond recognition, or all but the subject. MP4 with sound.",
        content=Content.BLUR,
        formats={".mp4": _H264, ".png": _PNG},
        bit_depths=(8, 16),
    ),
    Preset(
        name="shapes",
        label="Outlines",
        description="Outlines and COCO run lengths of each object as one JSON, or a drawing a frame as SVG.",
        content=Content.SHAPES,
        formats={".json": ShapeFormat(label="JSON, COCO"), ".svg": _SVG},
        bit_depths=(8,),
    ),
)

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in _ROWS}


def find_preset(name: str) -> Preset:
    """The preset called `name`.

    Raises:
        ExportError: there is none; the message lists those there are.
    """
    if name not in PRESETS:
        raise ExportError(f'There is no export preset "{name}".', f"Use one of: {', '.join(PRESETS)}.")
    return PRESETS[name]
