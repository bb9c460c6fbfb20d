"""Whose word counts on colour, and the rule where nobody speaks."""

import pytest
from sam2_studio.core.clip import ColorTags
from sam2_studio.media.color import luma_weights, meant, merged, unsupported

SILENT = ColorTags()


def test_the_frame_goes_before_the_stream() -> None:
    frame = ColorTags(range="pc", matrix="bt709")
    stream = ColorTags(range="tv", matrix="smpte170m", primaries="bt709", transfer="bt709")
    assert merged(frame, stream) == ColorTags("pc", "bt709", "bt709", "bt709")
    assert merged(SILENT, SILENT) == SILENT


@pytest.mark.parametrize(
    ("height", "pixel_format", "expected"),
    [
        (720, "yuv420p", ColorTags("tv", "bt709", "bt709", "bt709")),
        (719, "yuv420p", ColorTags("tv", "smpte170m", "smpte170m", "smpte170m")),
        (2160, "yuvj420p", ColorTags("pc", "bt709", "bt709", "bt709")),
        (480, "gray", ColorTags("pc", "smpte170m", "smpte170m", "smpte170m")),
        (480, "gbrp10le", ColorTags("pc", "gbr", "bt709", "iec61966-2-1")),
        (480, "bgra", ColorTags("pc", "gbr", "bt709", "iec61966-2-1")),
    ],
)
def test_untagged_footage_goes_by_format_and_size(height: int, pixel_format: str, expected: ColorTags) -> None:
    assert meant(SILENT, height, pixel_format) == expected


def test_tags_go_before_the_rule() -> None:
    said = ColorTags("pc", "bt2020nc", "bt2020", "arib-std-b67")
    assert meant(said, 240, "yuv420p10le") == said
    assert meant(ColorTags(range="tv"), 240, "gray").range == "tv"


def test_rgb_is_full_range_whatever_it_says() -> None:
    assert meant(ColorTags(range="tv", matrix="bt709"), 240, "gbrp").matrix == "gbr"
    assert meant(ColorTags(range="tv"), 240, "rgb24").range == "pc"


def test_a_matrix_not_known_here_is_told_and_goes_by_size() -> None:
    said = ColorTags(matrix="ictcp")
    assert unsupported(said, "yuv420p10le")
    assert not unsupported(said, "gbrp")
    assert not unsupported(SILENT, "yuv420p")
    assert meant(said, 1080, "yuv420p10le").matrix == "bt709"


def test_the_weights_are_those_of_the_standards() -> None:
    assert (luma_weights("bt709").red, luma_weights("bt709").blue) == (0.2126, 0.0722)
    assert (luma_weights("smpte170m").red, luma_weights("smpte170m").blue) == (0.299, 0.114)
    assert (luma_weights("bt2020nc").red, luma_weights("bt2020nc").blue) == (0.2627, 0.0593)
