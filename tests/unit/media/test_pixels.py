"""Colours against the standards' formulas, computed here on their own, and every plane read where it lies."""

import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from sam2_studio.core.clip import ColorTags
from sam2_studio.media.pixels import PixelConverter
from sam2_studio.media.reader import VideoReader
from tests.media_factory import plane_frame, write_video

WEIGHTS = {"smpte170m": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020nc": (0.2627, 0.0593)}
PATCHES = [*itertools.product((0, 128, 255), repeat=3), (10, 200, 30), (250, 5, 100)]


def coded(rgb: tuple[int, int, int], matrix: str, span: str, bits: int) -> list[int]:
    """Whole Y, Cb, Cr of a colour, by the formula."""
    kr, kb = WEIGHTS[matrix]
    red, green, blue = (value / 255 for value in rgb)
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    chroma = (blue - luma) / 2 / (1 - kb), (red - luma) / 2 / (1 - kr)
    top, step = 2**bits - 1, 2 ** (bits - 8)
    if span == "pc":
        return [min(top, round(value)) for value in (luma * top, *(part * top + (top + 1) / 2 for part in chroma))]
    return [round((16 + 219 * luma) * step), *(round((128 + 224 * part) * step) for part in chroma)]


def shown(yuv: list[int], matrix: str, span: str, bits: int) -> np.ndarray:
    """The colour 0..1 of whole Y, Cb, Cr, by the formula."""
    kr, kb = WEIGHTS[matrix]
    top, step = 2**bits - 1, 2 ** (bits - 8)
    if span == "pc":
        luma, cb, cr = yuv[0] / top, *((value - (top + 1) / 2) / top for value in yuv[1:])
    else:
        luma, cb, cr = (yuv[0] / step - 16) / 219, *((value / step - 128) / 224 for value in yuv[1:])
    red, blue = luma + 2 * (1 - kr) * cr, luma + 2 * (1 - kb) * cb
    return np.clip([red, (luma - kr * red - kb * blue) / (1 - kr - kb), blue], 0, 1)


def flat(pix_fmt: str, yuv: list[int], width: int = 33, height: int = 17) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, pix_fmt)
    dtype = np.uint8 if frame.format.components[0].bits == 8 else (">u2" if pix_fmt.endswith("be") else "<u2")
    for plane, value in zip(frame.planes, yuv, strict=True):
        plane.update(np.full(plane.buffer_size // np.dtype(dtype).itemsize, value, dtype).tobytes())
    return frame


@pytest.mark.parametrize("span", ["tv", "pc"])
@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize(
    ("pix_fmt", "bits"),
    [("yuv420p", 8), ("yuv422p", 8), ("yuv444p", 8), ("yuv411p", 8), ("yuv420p10le", 10), ("yuv422p10be", 10),
     ("yuv444p12le", 12), ("yuv444p16le", 16)],
)  # fmt: skip
def test_patches_agree_with_the_formula(pix_fmt: str, bits: int, matrix: str, span: str) -> None:
    converter = PixelConverter(deep=bits > 8)
    for patch in PATCHES:
        yuv = coded(patch, matrix, span, bits)
        rgb, alpha = converter.convert(flat(pix_fmt, yuv), ColorTags(span, matrix, "bt709", "bt709"))
        assert alpha is None
        assert rgb.shape == (17, 33, 3)
        off = np.abs(rgb / np.iinfo(rgb.dtype).max - shown(yuv, matrix, span, bits)).max()
        assert off <= (0.6 / 255 if bits == 8 else 1 / 65535), patch


@pytest.mark.parametrize("span", ["unknown", "tv", "pc"])
@pytest.mark.parametrize("matrix", ["unknown", "smpte170m", "bt709", "bt2020nc"])
@pytest.mark.parametrize("height", [480, 720])
def test_a_file_is_shown_by_its_tags_or_the_rule(height: int, matrix: str, span: str, tmp_path: Path) -> None:
    real_matrix = matrix if matrix != "unknown" else ("bt709" if height >= 720 else "smpte170m")
    real_span = "tv" if span == "unknown" else span
    yuv = coded((230, 30, 60), real_matrix, real_span, 8)
    frames = [flat("yuv420p", yuv, 64, height)] * 2
    path = write_video(tmp_path / "a.mp4", frames, matrix=matrix, color_range=span, options={"qp": "0"})
    with VideoReader(path) as reader:
        off = np.abs(reader.read(1).rgb / 255 - shown(yuv, real_matrix, real_span, 8)).max()
        assert off <= 2 / 255
        assert reader.info.color.matrix == matrix


@pytest.mark.parametrize(("pix_fmt", "span"), [("yuv444p", "pc"), ("yuvj444p", "unknown"), ("gray", "unknown")])
def test_a_full_range_ramp_keeps_all_its_steps(pix_fmt: str, span: str, tmp_path: Path) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (16, 1))
    middle = np.full_like(ramp, 128)
    planes = [ramp] if pix_fmt == "gray" else [ramp, middle, middle]
    codec = "ffv1" if pix_fmt != "yuvj444p" else "mjpeg"
    frames = [plane_frame(pix_fmt, planes)] * 2
    path = write_video(tmp_path / "a.mkv", frames, codec=codec, pix_fmt=pix_fmt, color_range=span, options={"q": "1"})
    with VideoReader(path) as reader:
        rgb = reader.read(0).rgb.astype(int)
        tolerance = 1 if codec == "ffv1" else 3
        assert np.abs(rgb - ramp[..., None]).max() <= tolerance


def test_limited_grey_is_stretched() -> None:
    grey = PixelConverter(deep=False).convert(flat("gray", [235]), ColorTags("tv", "bt709", "", ""))[0]
    assert np.unique(grey).tolist() == [255]


@pytest.mark.parametrize("pix_fmt", ["rgb24", "bgr24", "gbrp", "rgba", "bgra", "argb", "gbrap", "rgb0"])
@pytest.mark.parametrize("width", [1, 33, 250, 256])
def test_stored_rgb_is_handed_out_untouched(pix_fmt: str, width: int) -> None:
    values = np.random.default_rng(0).integers(0, 256, (11, width, 4), np.uint8)
    order = {"gbrp": "gbr", "gbrap": "gbra", "rgb0": "rgb0"}.get(pix_fmt, pix_fmt.removesuffix("24"))
    channels = [values[..., "rgba".index(letter)] if letter != "0" else values[..., 3] for letter in order]
    planes = channels if pix_fmt.startswith("gbr") else [np.stack(channels, -1)]
    rgb, alpha = PixelConverter(deep=False).convert(plane_frame(pix_fmt, planes), ColorTags("pc", "gbr", "", ""))
    assert np.array_equal(rgb, values[..., :3])
    assert (alpha is not None) == ("a" in pix_fmt)
    if alpha is not None:
        assert np.array_equal(alpha, values[..., 3])


@pytest.mark.parametrize("pix_fmt", ["rgb48le", "rgba64le", "gbrp16le", "gbrap16le", "gbrp10le", "gbrap12le"])
def test_stored_deep_rgb_is_scaled_to_the_full_range(pix_fmt: str) -> None:
    bits = 16 if "48" in pix_fmt or "64" in pix_fmt else int(pix_fmt[-4:-2])
    values = np.random.default_rng(0).integers(0, 2**bits, (11, 33, 4)).astype(np.uint16)
    values[0, 0], values[0, 1] = 0, 2**bits - 1
    letters = "gbra" if pix_fmt.startswith("gbr") else "rgba"
    letters = letters if "a" in pix_fmt else letters[:3]
    channels = [values[..., "rgba".index(letter)] for letter in letters]
    planes = channels if pix_fmt.startswith("gbr") else [np.stack(channels, -1)]
    rgb, alpha = PixelConverter(deep=True).convert(plane_frame(pix_fmt, planes), ColorTags("pc", "gbr", "", ""))
    expected = np.rint(values / (2**bits - 1) * 65535)
    assert np.array_equal(rgb, expected[..., :3])
    if alpha is not None:
        assert np.array_equal(alpha, expected[..., 3])


@pytest.mark.parametrize("width", [33, 141, 250, 1058])
def test_alpha_beside_yuv_is_read_from_its_plane(width: int) -> None:
    height = 13
    small = np.full((7, -(-width // 2)), 128, np.uint8)
    alpha = np.random.default_rng(0).integers(0, 256, (height, width), np.uint8)
    frame = plane_frame("yuva420p", [np.full((height, width), 90, np.uint8), small, small, alpha])
    for _ in range(50):
        found = PixelConverter(deep=False).convert(frame, ColorTags("tv", "bt709", "", ""))[1]
        assert np.array_equal(found, alpha)


def test_a_deep_and_a_shallow_frame_of_one_clip_come_out_alike() -> None:
    deep = PixelConverter(deep=True)
    rgb, _ = deep.convert(flat("yuv444p", [255, 128, 128]), ColorTags("pc", "bt709", "", ""))
    assert rgb.dtype == np.uint16
    assert np.unique(rgb).tolist() == [65535]
    shallow = PixelConverter(deep=False)
    rgb, _ = shallow.convert(flat("yuv444p10le", [1023, 512, 512]), ColorTags("pc", "bt709", "", ""))
    assert rgb.dtype == np.uint8
    assert np.unique(rgb).tolist() == [255]
