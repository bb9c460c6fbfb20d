"""PNG files to the bit, with the colours of their source."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from sam2_studio.core.clip import ClipKind, ColorTags
from sam2_studio.export.compose import Picture
from sam2_studio.export.images import PictureWriter, color_chunks, encode_png, text_chunk
from tests.exporting import info_of

RNG = np.random.default_rng(3)


def chunks_of(data: bytes) -> dict[bytes, bytes]:
    found, place = {}, 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        assert struct.unpack_from(">I", data, place + 8 + length)[0] == zlib.crc32(kind + body)
        found.setdefault(kind, body)
        place += 12 + length
    return found


def rows_of(data: bytes) -> np.ndarray:
    """Pixels by a decoder of our own: every filter of the standard, no library."""
    chunks = chunks_of(data)
    width, height, depth, kind = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    step = {0: 1, 2: 3, 6: 4}[kind] * depth // 8
    idat, place = b"", 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        idat += data[place + 8 : place + 8 + length] if data[place + 4 : place + 8] == b"IDAT" else b""
        place += 12 + length
    raw = np.frombuffer(zlib.decompress(idat), np.uint8).reshape(height, 1 + width * step).astype(int)
    shown = np.zeros((height, width * step), int)
    for y, (filter_kind, *row) in enumerate(raw.tolist()):
        for x, value in enumerate(row):
            left = shown[y, x - step] if x >= step else 0
            above = shown[y - 1, x] if y else 0
            corner = shown[y - 1, x - step] if y and x >= step else 0
            guess = min((left, above, corner), key=lambda near: abs(left + above - corner - near))
            shown[y, x] = (value + (0, left, above, (left + above) // 2, guess)[filter_kind]) % 256
    return shown.astype(np.uint8).reshape(-1).view(">u2" if depth == 16 else np.uint8).reshape(height, width, -1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_rgba_is_whole(dtype: type) -> None:
    top = np.iinfo(dtype).max
    pixels = RNG.integers(0, top, (9, 13, 4), endpoint=True).astype(dtype)
    data = encode_png(Picture(rgb=pixels[..., :3], alpha=pixels[..., 3]))
    assert np.array_equal(rows_of(data), pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_is_whole(dtype: type) -> None:
    pixels = RNG.integers(0, np.iinfo(dtype).max, (9, 13), endpoint=True).astype(dtype)
    data = encode_png(Picture(alpha=pixels))
    assert np.array_equal(rows_of(data)[..., 0], pixels)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels)


def test_opaque_picture_has_no_alpha_channel() -> None:
    data = encode_png(Picture(rgb=np.full((2, 2, 3), (1, 2, 3), np.uint8)))
    assert Image.open(io.BytesIO(data)).getpixel((1, 1)) == (1, 2, 3)


def still(path: Path) -> bytes:
    return color_chunks(info_of([np.zeros((2, 2, 3), np.uint8)], path=path, kind=ClipKind.STILL))


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_profile_of_the_source_is_kept(tmp_path: Path, suffix: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (2, 2)).save(tmp_path / f"a.{suffix}", icc_profile=profile)
    data = encode_png(Picture(rgb=np.zeros((2, 2, 3), np.uint8)), still(tmp_path / f"a.{suffix}"))
    assert Image.open(io.BytesIO(data)).info["icc_profile"] == profile


def test_profile_of_another_colour_space_is_dropped(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.new("RGB", (2, 2)).save(tmp_path / "a.jpg", icc_profile=profile)
    assert still(tmp_path / "a.jpg") == b""


def test_srgb_mark_is_kept(tmp_path: Path) -> None:
    plain = io.BytesIO()
    Image.new("RGB", (2, 2)).save(plain, "png")
    data = plain.getvalue()
    mark = struct.pack(">I", 1) + b"sRGB\x01" + struct.pack(">I", zlib.crc32(b"sRGB\x01"))
    (tmp_path / "a.png").write_bytes(data[:33] + mark + data[33:])
    assert still(tmp_path / "a.png") == mark


def test_source_without_marks_gets_none(tmp_path: Path) -> None:
    Image.new("RGB", (2, 2)).save(tmp_path / "a.png")
    assert still(tmp_path / "a.png") == b""
    (tmp_path / "a.exr").write_bytes(b"not for Pillow")
    assert still(tmp_path / "a.exr") == b""


@pytest.mark.parametrize(
    ("tags", "coded"),
    [
        (ColorTags("tv", "bt709", "bt709", "bt709"), None),
        (ColorTags(), None),
        (ColorTags("tv", "smpte170m", "smpte170m", "smpte170m"), None),
        (ColorTags("tv", "bt2020nc", "bt2020", "smpte2084"), bytes([9, 16, 0, 1])),
        (ColorTags("tv", "bt2020nc", "bt2020", "arib-std-b67"), bytes([9, 18, 0, 1])),
    ],
)
def test_pictures_of_wide_video_say_so(tags: ColorTags, coded: bytes | None) -> None:
    info = info_of([np.zeros((2, 2, 3), np.uint8)], color=tags)
    data = encode_png(Picture(rgb=np.zeros((2, 2, 3), np.uint8)), color_chunks(info))
    assert chunks_of(data).get(b"cICP") == coded


def test_text_is_kept() -> None:
    data = encode_png(Picture(rgb=np.zeros((2, 2, 3), np.uint8)), text_chunk("Software", "Ümläut"))
    picture = Image.open(io.BytesIO(data))
    picture.load()
    assert picture.text["Software"] == "Ümläut"


def test_writer_keeps_the_order(tmp_path: Path) -> None:
    parts = [tmp_path / str(number) for number in range(12)]
    writer = PictureWriter(parts, encode_png)
    for number in range(12):
        writer.write(Picture(alpha=np.full((4, 4), number, np.uint8)))
    writer.finish()
    assert [Image.open(part).getpixel((0, 0)) for part in parts] == list(range(12))
    assert writer.bytes_written == sum(part.stat().st_size for part in parts)


def test_writer_tells_of_a_failure(tmp_path: Path) -> None:
    writer = PictureWriter([tmp_path / "no" / "a"], encode_png)
    writer.write(Picture(alpha=np.zeros((4, 4), np.uint8)))
    with pytest.raises(FileNotFoundError):
        writer.finish()
    writer.abandon()
