"""The shape of pixels, as files tell it: pictures of all kinds that can, and what isn't believed."""

import struct
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from sam2_studio.export.images import shape_chunk
from sam2_studio.media.open import open_media
from sam2_studio.media.picture import read_picture
from sam2_studio.media.pixel_shape import believed, shape_told
from tests.media_factory import write_video

SHAPE = Fraction(16, 15)


def png(path: Path, shape: Fraction, depth: type) -> Path:
    """A PNG that says so, as our exports do."""
    cv2.imwrite(str(path), np.zeros((6, 8, 3), depth))
    data = path.read_bytes()
    path.write_bytes(data[:33] + shape_chunk(shape) + data[33:])
    return path


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_png_says_its_shape(depth: type, tmp_path: Path) -> None:
    assert read_picture(png(tmp_path / "a.png", SHAPE, depth)).pixel_aspect == SHAPE
    with open_media(tmp_path / "a.png") as source:
        assert source.info.pixel_aspect == SHAPE
        assert any("(16:15)" in text for text in source.info.warnings)


def test_a_sequence_has_the_shape_of_its_first_picture(tmp_path: Path) -> None:
    for number in (1, 2):
        png(tmp_path / f"a.{number}.png", SHAPE, np.uint8)
    with open_media(tmp_path) as source:
        assert source.info.pixel_aspect == SHAPE


@pytest.mark.parametrize(("turned", "shape"), [(1, Fraction(4, 3)), (6, Fraction(3, 4))])
def test_a_jpeg_says_its_shape_and_turning_turns_it(turned: int, shape: Fraction, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = turned
    Image.new("RGB", (8, 6)).save(tmp_path / "a.jpg", exif=exif, dpi=(3, 4))
    data = bytearray((tmp_path / "a.jpg").read_bytes())
    data[data.index(b"JFIF\0") + 7] = 0  # no unit of length
    (tmp_path / "a.jpg").write_bytes(bytes(data))
    assert read_picture(tmp_path / "a.jpg").pixel_aspect == shape


def test_a_resolution_of_a_print_is_no_shape(tmp_path: Path) -> None:
    Image.new("RGB", (8, 6)).save(tmp_path / "a.jpg", dpi=(72, 300))
    assert read_picture(tmp_path / "a.jpg").pixel_aspect == 1


@pytest.mark.parametrize(("said", "shape"), [((2, 1), Fraction(2)), ((0, 0), Fraction(1)), ((1 << 31, 1), Fraction(1))])
def test_a_dpx_says_its_shape(said: tuple[int, int], shape: Fraction, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.dpx", [np.zeros((6, 8, 3), np.uint8)], codec="dpx", pix_fmt="rgb24")
    data = bytearray(path.read_bytes())
    struct.pack_into(">II", data, 1628, *said)
    path.write_bytes(bytes(data))
    assert read_picture(path).pixel_aspect == shape


def test_a_video_is_believed_within_reason(tmp_path: Path) -> None:
    for name, said, shape in (("a.mov", SHAPE, SHAPE), ("b.mov", Fraction(16, 1), Fraction(1))):
        frames = [np.zeros((16, 16, 3), np.uint8)] * 2
        with open_media(write_video(tmp_path / name, frames, sample_aspect=said)) as source:
            assert source.info.pixel_aspect == shape
            assert any("is impossible" in text for text in source.info.warnings) == (shape != said)


@pytest.mark.parametrize("said", [None, 0, Fraction(0), Fraction(1), 0.9999999])
def test_nothing_said_is_square_and_nothing_to_tell(said: Fraction | float | None) -> None:
    assert believed(said) == 1
    assert shape_told(said) == ()


@pytest.mark.parametrize("said", [8.1, 1e9, 0.001, -2.0])
def test_the_impossible_is_square_and_told(said: float) -> None:
    assert believed(said) == 1
    assert "impossible" in shape_told(said)[0]
