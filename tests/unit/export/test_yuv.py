"""Planes against values worked out by hand from H.273, and tags that are true."""

import numpy as np
import pytest
from sam2_studio.core.clip import ColorTags
from sam2_studio.export.formats import Planes
from sam2_studio.export.yuv import codes_for, scaled, to_planes

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def one(colour: tuple[int, int, int]) -> np.ndarray:
    return np.array([[colour]], np.uint8)


@pytest.mark.parametrize(
    ("matrix", "full", "bits", "colour", "expected"),
    [
        ("bt709", False, 8, RED, (63, 102, 240)),
        ("bt709", False, 8, GREEN, (173, 42, 26)),
        ("bt709", False, 8, BLUE, (32, 240, 118)),
        ("smpte170m", False, 8, RED, (81, 90, 240)),
        ("bt470bg", False, 8, BLUE, (41, 240, 110)),
        ("bt2020nc", False, 10, RED, (294, 387, 960)),
        ("bt709", False, 10, (255, 255, 255), (940, 512, 512)),
        ("bt709", True, 8, RED, (54, 99, 255)),
        ("bt709", True, 8, (77, 77, 77), (77, 128, 128)),
    ],
)
def test_planes_are_the_formulas(
    matrix: str, full: bool, bits: int, colour: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    planes = to_planes(one(colour), Planes.YUV444, bits, codes_for(ColorTags(matrix=matrix), full_range=full))
    assert tuple(int(plane[0, 0]) for plane in planes) == expected


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (5, 3), (7, 8)])
def test_small_chroma_rounds_up_and_keeps_flat_colour(size: tuple[int, int]) -> None:
    width, height = size
    rgb = np.full((height, width, 3), RED, np.uint8)
    luma, *chroma = to_planes(rgb, Planes.YUV420, 8, codes_for(ColorTags(), full_range=False))
    assert luma.shape == (height, width)
    for plane, value in zip(chroma, (102, 240), strict=True):
        assert plane.shape == ((height + 1) // 2, (width + 1) // 2)
        assert np.all(plane == value)


def test_chroma_is_sited_left() -> None:
    """A colour edge between columns 3 and 4 leaves chroma column 2, centred on column 4, a quarter of the old side."""
    rgb = np.zeros((2, 8, 3), np.uint8)
    rgb[:, 4:] = BLUE
    _, cb, _ = to_planes(rgb, Planes.YUV420, 8, codes_for(ColorTags(), full_range=False))
    assert cb[0].tolist() == [128, 128, 212, 240]


def test_sixteen_bit_source_reaches_ten_bits_whole() -> None:
    ramp = np.repeat(np.arange(0, 65536, 16, dtype=np.uint16)[None, :, None], 3, 2)
    luma, *_ = to_planes(ramp, Planes.YUV444, 10, codes_for(ColorTags(), full_range=False))
    assert np.unique(luma).tolist() == list(range(64, 941))


@pytest.mark.parametrize(
    ("values", "bits", "expected"),
    [
        (np.array([0, 127, 255], np.uint8), 16, [0, 32639, 65535]),
        (np.array([0, 32639, 65535], np.uint16), 8, [0, 127, 255]),
        (np.array([0, 128, 255], np.uint8), 10, [0, 514, 1023]),
        (np.array([-0.1, 0.5, 2], np.float32), 8, [0, 128, 255]),
        (np.array([7], np.uint8), 8, [7]),
    ],
)
def test_scaled_keeps_ends_and_rounds_once(values: np.ndarray, bits: int, expected: list[int]) -> None:
    assert scaled(values, bits).tolist() == expected


def test_tags_are_never_unknown() -> None:
    codes = codes_for(ColorTags(), full_range=True)
    assert (codes.primaries, codes.transfer, codes.matrix, codes.range) == (1, 1, 1, 2)


def test_tags_of_the_source_are_kept() -> None:
    codes = codes_for(ColorTags("tv", "bt2020nc", "bt2020", "smpte2084"), full_range=False)
    assert (codes.primaries, codes.transfer, codes.matrix, codes.range) == (9, 16, 9, 1)


def test_matrix_that_we_cannot_write_becomes_709() -> None:
    assert codes_for(ColorTags(matrix="ycgco"), full_range=False).matrix_name == "bt709"
