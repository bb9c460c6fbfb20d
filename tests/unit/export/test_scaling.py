"""What a size means: shares, widths, heights, and what happens to odd ones."""

import pytest
from sam2_studio.core.geometry import Size
from sam2_studio.errors import ExportError
from sam2_studio.export.scaling import Scale, parse_scale

HD = Size(1920, 1080)


@pytest.mark.parametrize(
    ("text", "source", "even", "expected"),
    [
        ("100%", Size(101, 77), True, Size(101, 77)),
        ("50%", HD, False, Size(960, 540)),
        ("33.3%", HD, False, Size(639, 360)),
        ("33.3%", HD, True, Size(640, 360)),
        ("1280x", HD, False, Size(1280, 720)),
        ("x720", HD, False, Size(1280, 720)),
        ("1280x1280", HD, False, Size(1280, 720)),
        ("1280×300", HD, False, Size(533, 300)),
        ("1280 x 300", HD, True, Size(534, 300)),
        ("200%", Size(3, 1), False, Size(6, 2)),
        ("1%", Size(20, 2000), False, Size(1, 20)),
        ("1%", Size(20, 2000), True, Size(2, 20)),
        ("1920x", HD, True, HD),
    ],
)
def test_sizes(text: str, source: Size, even: bool, expected: Size) -> None:
    assert parse_scale(text).applied(source, even=even) == expected


@pytest.mark.parametrize("text", ["", "x", "0%", "0x0", "50", "-50%", "50 percent", "1280:720", "١٠x٢٠", "1e3%"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ExportError, match="is no size"):
        parse_scale(text)


def test_a_size_beyond_reason_is_refused() -> None:
    with pytest.raises(ExportError, match="can't be scaled to 90000x"):
        Scale(width=90000).applied(HD)


@pytest.mark.parametrize("text", ["50%", "33.3%", "1280x", "x720", "1280x720"])
def test_written_as_it_is_read(text: str) -> None:
    assert str(parse_scale(text)) == text
