"""How a frame's colour is meant: range, matrix, primaries and transfer, decided in this one place; touches no pixels.

The rule: what the frame says counts; where it is silent, what the stream says; where both are, RGB, grey and JPEG
formats are full range, all else limited; the matrix is bt709 for 720 lines and more, else smpte170m; primaries and
transfer follow the matrix.
"""

from dataclasses import dataclass

from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from sam2_studio.core.clip import ColorTags

UNKNOWN = "unknown"
RANGES = {0: UNKNOWN, 1: "tv", 2: "pc"}
MATRICES = {
    0: "gbr", 1: "bt709", 2: UNKNOWN, 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
    10: "bt2020c", 14: "ictcp",
}  # fmt: skip
PRIMARIES = {
    1: "bt709", 2: UNKNOWN, 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
    10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
TRANSFERS = {
    1: "bt709", 2: UNKNOWN, 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100",
    10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1",
    14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084",
    17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
_WEIGHTS = {
    "bt709": (0.2126, 0.0722),
    "fcc": (0.30, 0.11),
    "bt470bg": (0.299, 0.114),
    "smpte170m": (0.299, 0.114),
    "smpte240m": (0.212, 0.087),
    "bt2020nc": (0.2627, 0.0593),
}
_FOLLOWS = {
    "bt2020nc": ("bt2020", "bt709"),
    "smpte170m": ("smpte170m", "smpte170m"),
    "bt470bg": ("bt470bg", "smpte170m"),
}
_HIGH_DEFINITION = 720


@dataclass(frozen=True)
class LumaWeights:
    """Shares of red and blue in luma, Kr and Kb; green has the rest."""

    red: float
    blue: float


def tags_of(source: VideoFrame | VideoCodecContext) -> ColorTags:
    """What a frame or a stream says of its colour, in FFmpeg's names."""
    return ColorTags(
        range=RANGES.get(int(source.color_range), UNKNOWN),
        matrix=MATRICES.get(int(source.colorspace), UNKNOWN),
        primaries=PRIMARIES.get(int(source.color_primaries), UNKNOWN),
        transfer=TRANSFERS.get(int(source.color_trc), UNKNOWN),
    )


def merged(frame: ColorTags, stream: ColorTags) -> ColorTags:
    """What is said of the colour: the frame's word first, then the stream's; "unknown" where both are silent."""

    def said(name: str) -> str:
        first = str(getattr(frame, name))
        return first if first != UNKNOWN else str(getattr(stream, name))

    return ColorTags(range=said("range"), matrix=said("matrix"), primaries=said("primaries"), transfer=said("transfer"))


def meant(said: ColorTags, height: int, pixel_format: str) -> ColorTags:
    """What the pixels are taken to be, by the rule above; nothing in it is "unknown".

    Args:
        said: The file's tags.
        height: Lines of the stored picture.
        pixel_format: FFmpeg's name of the stored format.
    """
    full = is_rgb(pixel_format) or is_grey(pixel_format) or pixel_format.startswith("yuvj")
    span = said.range if said.range != UNKNOWN else ("pc" if full else "tv")
    by_size = "bt709" if height >= _HIGH_DEFINITION else "smpte170m"
    if is_rgb(pixel_format):
        span, matrix = "pc", "gbr"
    else:
        matrix = said.matrix if said.matrix in _WEIGHTS else by_size
    primaries, transfer = _FOLLOWS.get(matrix, ("bt709", "iec61966-2-1" if matrix == "gbr" else "bt709"))
    return ColorTags(
        range=span,
        matrix=matrix,
        primaries=said.primaries if said.primaries != UNKNOWN else primaries,
        transfer=said.transfer if said.transfer != UNKNOWN else transfer,
    )


def unsupported(said: ColorTags, pixel_format: str) -> bool:
    """Whether the file names a matrix that isn't computed here, so that the rule by size is used instead."""
    return said.matrix not in (UNKNOWN, *_WEIGHTS) and not is_rgb(pixel_format)


def luma_weights(matrix: str) -> LumaWeights:
    """The weights of a matrix that `meant` returned for a YUV format."""
    return LumaWeights(*_WEIGHTS[matrix])


def is_rgb(pixel_format: str) -> bool:
    """Whether a format stores red, green and blue."""
    return pixel_format.startswith(
        ("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8", "x2rgb", "x2bgr", "mono", "bayer")
    )


def is_grey(pixel_format: str) -> bool:
    """Whether a format stores grey alone, or grey and alpha."""
    return pixel_format.startswith(("gray", "ya8", "ya16", "yaf"))
