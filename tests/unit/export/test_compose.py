"""Pixels of an export, to the value."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Matte
from sam2_studio.errors import ExportError
from sam2_studio.export.compose import BLEED, Backdrop, cutout, grey, is_soft, joined, over, within_source
from sam2_studio.export.treatment import Background


def matte(*rows: list[float]) -> Matte:
    return Matte(np.array(rows, np.float32))


def flat(value: int, size: Size, dtype: type = np.uint8) -> np.ndarray:
    return np.full((size.height, size.width, 3), value, dtype)


def test_joined_mattes_cover_independently() -> None:
    both = joined([matte([0, 0.5, 1, 0.5]), matte([0, 0, 0.5, 0.5])], Size(4, 1))
    assert both.alpha.tolist() == [[0, 0.5, 1, 0.75]]


def test_joined_of_none_is_empty() -> None:
    assert joined([], Size(3, 2)).alpha.tolist() == [[0, 0, 0], [0, 0, 0]]


def test_soft_means_between() -> None:
    assert is_soft(matte([0, 0.5]))
    assert not is_soft(matte([0, 1]))


def test_the_sources_own_alpha_limits() -> None:
    assert within_source(matte([1, 0.5, 1]), np.array([[255, 255, 0]], np.uint8)).alpha.tolist() == [[1, 0.5, 0]]
    assert within_source(matte([1]), np.array([[65535]], np.uint16)).alpha.tolist() == [[1]]


@pytest.mark.parametrize(("depth", "top"), [(8, 255), (16, 65535)])
def test_cutout_is_straight(depth: int, top: int) -> None:
    picture = cutout(np.array([[[100, 50, 25], [100, 50, 25]]], np.uint8), matte([1, 0.5]), depth)
    assert picture.alpha.tolist() == [[top, round(top / 2)]]
    assert picture.rgb[0, 1].tolist() == [value * top // 255 for value in (100, 50, 25)]


def test_no_background_hides_far_from_the_subject() -> None:
    alpha = np.zeros((1, 100), np.float32)
    alpha[0, 0] = 1
    picture = cutout(flat(200, Size(100, 1)), Matte(alpha), 8)
    assert np.all(picture.rgb[0, : BLEED + 1] == 200)
    assert not picture.rgb[0, BLEED + 1 :].any()


def test_grey_is_the_alpha() -> None:
    picture = grey(matte([0, 0.5, 1]), 16)
    assert picture.rgb is None
    assert picture.alpha.tolist() == [[0, 32768, 65535]]


@pytest.mark.parametrize("value", [0, 50, 200, 255])
def test_over_leaves_what_is_wholly_inside_or_outside(value: int) -> None:
    size = Size(2, 1)
    behind = Backdrop(Background(color="#102030"), size).behind(flat(value, size), matte([1, 0]))
    picture = over(flat(value, size), matte([1, 0]), behind)
    assert picture.alpha is None
    assert (picture.rgb // 257).tolist() == [[[value] * 3, [0x10, 0x20, 0x30]]]


@pytest.mark.parametrize(
    ("fit", "corner", "middle"), [("cover", (0, 255, 0), (0, 255, 0)), ("contain", (255, 0, 0), (0, 255, 0))]
)
def test_picture_behind(tmp_path: Path, fit: str, corner: tuple[int, ...], middle: tuple[int, ...]) -> None:
    Image.new("RGB", (40, 10), (0, 255, 0)).save(tmp_path / "b.png")
    size = Size(20, 20)
    background = Background(picture=tmp_path / "b.png", fit=fit, color="#FF0000")
    shown = Backdrop(background, size).behind(flat(0, size), matte([0])) * 255
    assert shown.shape == (20, 20, 3)
    assert np.rint(shown[0, 0]).tolist() == list(corner)
    assert np.rint(shown[10, 10]).tolist() == list(middle)


def test_picture_behind_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(ExportError, match=r"b\.png can't be read"):
        Backdrop(Background(picture=tmp_path / "b.png"), Size(4, 4))


@pytest.mark.parametrize("sigma", [1.0, 6.0, 40.0])
def test_blur_does_not_glow_with_the_subjects_colour(sigma: float) -> None:
    rgb = flat(40, Size(120, 80))
    rgb[20:60, 40:80] = (255, 0, 0)
    alpha = np.zeros((80, 120), np.float32)
    alpha[20:60, 40:80] = 1
    shown = Backdrop(Background(blur=sigma), Size(120, 80)).behind(rgb, Matte(alpha)) * 255
    assert np.abs(shown[alpha == 0] - 40).max() <= 8


def test_blur_of_a_single_pixel() -> None:
    shown = Backdrop(Background(blur=500), Size(1, 1)).behind(flat(40, Size(1, 1)), matte([0]))
    assert np.rint(shown * 255).tolist() == [[[40, 40, 40]]]
