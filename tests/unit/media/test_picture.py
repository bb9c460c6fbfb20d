"""Pictures of every depth and mode, upright, with their alpha and profile; damaged and oversized ones refused."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms
from sam2_studio.errors import MediaError
from sam2_studio.media.picture import read_header, read_picture
from tests.media_factory import cut_file, numbered_frame, write_picture

RGB = numbered_frame(5, 61, 40)
ALPHA = np.random.default_rng(0).integers(0, 256, (40, 61)).astype(np.uint8)
DEEP = RGB.astype(np.uint16) * 257
DEEP_ALPHA = np.random.default_rng(1).integers(0, 65536, (40, 61)).astype(np.uint16)


def saved(path: Path, pixels: np.ndarray, mode: str | None = None, **options: object) -> Path:
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def saved_deep(path: Path, *parts: np.ndarray) -> Path:
    cv2.imwrite(str(path), np.dstack([parts[0][..., ::-1], *parts[1:]]))
    return path


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.bmp", "a.ppm", "a.tga", "a.webp"])
def test_eight_bits_are_exact(name: str, tmp_path: Path) -> None:
    picture = read_picture(saved(tmp_path / name, RGB, **({"lossless": True} if name == "a.webp" else {})))
    assert np.array_equal(picture.rgb, RGB)
    assert (picture.alpha, picture.bit_depth, picture.pixel_format) == (None, 8, "rgb24")


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_eight_bits_with_alpha_are_straight_and_exact(name: str, tmp_path: Path) -> None:
    options = {"lossless": True, "exact": True} if name == "a.webp" else {}
    picture = read_picture(saved(tmp_path / name, np.dstack([RGB, ALPHA]), **options))
    assert np.array_equal(picture.rgb, RGB)
    assert np.array_equal(picture.alpha, ALPHA)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits_are_exact(name: str, tmp_path: Path) -> None:
    picture = read_picture(saved_deep(tmp_path / name, DEEP))
    assert np.array_equal(picture.rgb, DEEP)
    assert (picture.bit_depth, picture.pixel_format) == (16, "rgb48le")
    picture = read_picture(saved_deep(tmp_path / name, DEEP, DEEP_ALPHA))
    assert np.array_equal(picture.rgb, DEEP)
    assert np.array_equal(picture.alpha, DEEP_ALPHA)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bit_grey_is_exact(name: str, tmp_path: Path) -> None:
    picture = read_picture(saved(tmp_path / name, np.ascontiguousarray(DEEP[..., 1])))
    assert np.array_equal(picture.rgb, np.dstack([DEEP[..., 1]] * 3))


def test_sixteen_bit_grey_with_alpha_is_exact(tmp_path: Path) -> None:
    packed = np.dstack([DEEP[..., 1], DEEP_ALPHA]).astype(">u2")
    picture = read_picture(write_picture(tmp_path / "a.png", "ya16be", [packed], "png"))
    assert np.array_equal(picture.rgb[..., 0], DEEP[..., 1])
    assert np.array_equal(picture.alpha, DEEP_ALPHA)


@pytest.mark.parametrize(
    ("mode", "name", "pixel_format", "bits"),
    [("L", "a.png", "gray", 8), ("1", "a.png", "monob", 1), ("P", "a.png", "pal8", 8), ("CMYK", "a.jpg", "cmyk", 8),
     ("CMYK", "a.tif", "cmyk", 8), ("YCbCr", "a.tif", "yuvj444p", 8)],
)  # fmt: skip
def test_other_modes_become_rgb(mode: str, name: str, pixel_format: str, bits: int, tmp_path: Path) -> None:
    picture = read_picture(saved(tmp_path / name, RGB, mode))
    assert picture.rgb.shape == RGB.shape
    assert (picture.pixel_format, picture.bit_depth, picture.alpha) == (pixel_format, bits, None)


def test_a_transparent_colour_of_a_palette_is_alpha(tmp_path: Path) -> None:
    indexed = Image.fromarray(RGB).convert("P", palette=Image.Palette.ADAPTIVE, colors=8)
    indexed.save(tmp_path / "a.png", transparency=1)
    picture = read_picture(tmp_path / "a.png")
    assert read_header(tmp_path / "a.png").alpha
    assert np.array_equal(picture.alpha, np.where(np.asarray(indexed) == 1, 0, 255))


@pytest.mark.parametrize("tag", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "deep.png"])
def test_exif_is_applied_once(tag: int, name: str, tmp_path: Path) -> None:
    shown = np.full((40, 64, 3), 60, np.uint8)
    shown[:16, :16] = 220
    undone = {1: shown, 2: shown[:, ::-1], 3: shown[::-1, ::-1], 4: shown[::-1], 5: shown.swapaxes(0, 1),
              6: np.rot90(shown, 1), 7: np.rot90(shown, 1)[:, ::-1], 8: np.rot90(shown, -1)}[tag]  # fmt: skip
    exif = Image.Exif()
    exif[274] = tag
    path = tmp_path / name
    if name == "deep.png":
        grey = Image.fromarray(np.ascontiguousarray(undone[..., 0]).astype(np.uint16) * 257)
        grey.save(path, exif=exif)
    else:
        Image.fromarray(np.ascontiguousarray(undone)).save(
            path, exif=exif, **({"quality": 95} if name == "a.jpg" else {})
        )
    picture = read_picture(path)
    assert read_header(path).size == picture.size
    as_bytes = picture.rgb if picture.rgb.dtype == np.uint8 else (picture.rgb // 257).astype(np.uint8)
    assert np.abs(as_bytes.astype(int) - shown).max() <= 6
    assert picture.rgb.flags.c_contiguous


def test_the_colour_profile_is_kept(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert read_picture(saved(tmp_path / "a.png", RGB, icc_profile=profile)).icc_profile == profile
    assert read_picture(saved(tmp_path / "b.png", RGB)).icc_profile is None
    assert read_picture(saved(tmp_path / "c.jpg", RGB, "CMYK", icc_profile=profile)).icc_profile is None


def test_of_several_pages_the_first_is_used_and_told(tmp_path: Path) -> None:
    page = Image.fromarray(RGB)
    page.save(tmp_path / "a.tif", save_all=True, append_images=[page])
    assert "holds 2 pictures" in read_picture(tmp_path / "a.tif").warnings[0]


def bomb(path: Path) -> Path:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize("read", [read_picture, read_header])
def test_a_bomb_is_refused_by_its_header(read: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="50000x50000 pixels, over the limit"):
        read(bomb(tmp_path / "a.png"))


def test_the_limit_can_be_set(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", RGB)
    with pytest.raises(MediaError, match="61x40"):
        read_picture(path, pixel_limit=61 * 40)
    assert read_picture(path, pixel_limit=61 * 40 + 1).size.area == 61 * 40


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp", "deep.png", "deep.tif"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.8])
def test_a_cut_picture_is_an_error_that_names_it(name: str, part: float, tmp_path: Path) -> None:
    path = tmp_path / name
    whole = saved_deep(path, DEEP) if name.startswith("deep") else saved(path, RGB)
    cut = cut_file(whole, tmp_path / f"cut_{name}", part)
    for read in (read_picture, read_header) if not name.endswith(("tif", "webp")) else (read_picture,):
        with pytest.raises(MediaError, match=f"cut_{name}"):
            read(cut)
