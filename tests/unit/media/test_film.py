"""OpenEXR and DPX: depth, light, layers, parts and windows; cut and huge ones refused; a missing library named."""

import importlib
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from sam2_studio.errors import MediaError
from sam2_studio.media.open import open_media
from sam2_studio.media.picture import read_header, read_picture
from tests.media_factory import cut_file, linear, numbered_frame, read_number, write_exr, write_picture

RGB = numbered_frame(5, 61, 40)
DEEP = RGB.astype(np.uint16) * 257
LIGHT = linear(RGB)
GREY = np.linspace(0, 4, 40 * 61, dtype=np.float16).reshape(40, 61)


def channels(light: np.ndarray, prefix: str = "") -> dict[str, np.ndarray]:
    return {prefix + name: np.ascontiguousarray(light[..., place]) for place, name in enumerate("RGB")}


@pytest.mark.parametrize("kind", [np.float16, np.float32])
@pytest.mark.parametrize(
    "compression",
    [OpenEXR.NO_COMPRESSION, OpenEXR.ZIP_COMPRESSION, OpenEXR.ZIPS_COMPRESSION, OpenEXR.PIZ_COMPRESSION,
     OpenEXR.RLE_COMPRESSION],
)  # fmt: skip
def test_light_is_kept_and_shown_with_srgb(kind: type, compression: object, tmp_path: Path) -> None:
    path = write_exr(tmp_path / "a.exr", channels(LIGHT.astype(kind)), compression=compression)
    picture = read_picture(path)
    assert np.abs(picture.rgb.astype(int) - DEEP).max() <= (1 if kind is np.float32 else 32)  # half has 11 bits
    assert picture.light is not None
    assert np.array_equal(picture.light, LIGHT.astype(np.float16))
    assert (picture.alpha, picture.bit_depth, picture.color.transfer) == (None, 16, "iec61966-2-1")
    assert read_header(path).size == picture.size


@pytest.mark.parametrize("compression", [OpenEXR.DWAA_COMPRESSION, OpenEXR.DWAB_COMPRESSION, OpenEXR.B44_COMPRESSION])
def test_lossy_compressions_are_read(compression: object, tmp_path: Path) -> None:
    picture = read_picture(write_exr(tmp_path / "a.exr", channels(LIGHT.astype(np.float16)), compression=compression))
    assert read_number(picture.rgb) == 5


def test_what_is_brighter_than_white_stays_in_the_light(tmp_path: Path) -> None:
    picture = read_picture(write_exr(tmp_path / "a.exr", channels(np.dstack([GREY] * 3))))
    assert picture.light is not None
    assert np.array_equal(picture.light[..., 1], GREY)
    assert picture.rgb.max() == 65535
    assert np.all(np.diff(picture.rgb[..., 0].ravel().astype(int)) >= 0)


def test_values_that_are_no_numbers_are_made_finite(tmp_path: Path) -> None:
    odd = np.zeros((40, 61), np.float16)
    odd[0, :4] = np.inf, -np.inf, np.nan, -2
    picture = read_picture(write_exr(tmp_path / "a.exr", channels(np.dstack([odd] * 3))))
    assert picture.rgb[0, :4, 0].tolist() == [65535, 0, 0, 0]
    assert picture.light is not None
    assert np.isfinite(picture.light).all()
    assert picture.light[0, 3, 0] == -2


def test_colour_is_straight_and_glow_without_alpha_stays(tmp_path: Path) -> None:
    opacity = np.full((40, 61), 0.5, np.float16)
    opacity[:, 30:] = 0
    path = write_exr(tmp_path / "a.exr", channels((LIGHT * 0.5).astype(np.float32)) | {"A": opacity})
    picture = read_picture(path)
    assert picture.alpha is not None
    assert np.unique(picture.alpha).tolist() == [0, 32768]
    assert np.abs(picture.rgb[:, :30].astype(int) - DEEP[:, :30]).max() <= 1
    assert picture.light is not None
    assert np.allclose(picture.light[:, 30:], LIGHT[:, 30:] * 0.5, atol=1e-3)
    assert read_header(path).alpha


def test_the_unnamed_layer_goes_first_and_the_others_are_told(tmp_path: Path) -> None:
    light = LIGHT.astype(np.float16)
    path = write_exr(
        tmp_path / "a.exr", channels(light) | channels(light * 0, "albedo.") | {"depth.Z": GREY, "id": GREY}
    )
    picture = read_picture(path)
    assert read_number(picture.rgb) == 5
    assert any("further layers" in text and "albedo, depth, id" in text for text in picture.warnings)


def test_a_layer_with_colour_is_shown_where_there_is_no_other(tmp_path: Path) -> None:
    named = channels(LIGHT.astype(np.float16), "beauty.")
    path = write_exr(tmp_path / "a.exr", named | {"beauty.A": GREY * 0 + 1, "depth.Z": GREY})
    assert read_number(read_picture(path).rgb) == 5
    assert read_header(path).alpha


@pytest.mark.parametrize("name", ["Y", "Z", "mask.V"])
def test_a_lone_channel_is_grey(name: str, tmp_path: Path) -> None:
    picture = read_picture(write_exr(tmp_path / "a.exr", {name: GREY}))
    assert picture.light is not None
    assert all(np.array_equal(picture.light[..., place], GREY) for place in range(3))


def test_of_several_parts_the_one_with_colour_is_shown(tmp_path: Path) -> None:
    path = write_exr(tmp_path / "a.exr", {"Z": GREY}, channels(LIGHT.astype(np.float16)))
    picture = read_picture(path)
    assert read_number(picture.rgb) == 5
    assert any("part0" in text for text in picture.warnings)
    assert read_header(path).size == picture.size


def test_tiles_are_read(tmp_path: Path) -> None:
    path = write_exr(tmp_path / "a.exr", channels(LIGHT.astype(np.float16)), type=OpenEXR.tiledimage,
                     tiles=OpenEXR.TileDescription())  # fmt: skip
    assert read_number(read_picture(path).rgb) == 5


def test_a_smaller_data_window_lies_in_the_display_window(tmp_path: Path) -> None:
    path = write_exr(tmp_path / "a.exr", channels(LIGHT.astype(np.float16)), dataWindow=((5, -4), (65, 35)),
                     displayWindow=((0, 0), (79, 29)))  # fmt: skip
    picture = read_picture(path)
    assert (picture.size, read_header(path).size) == (picture.size, picture.size)
    assert picture.rgb.shape == (30, 80, 3)
    assert not picture.rgb[:, :5].any()
    assert not picture.rgb[:, 66:].any()
    assert np.abs(picture.rgb[:, 5:66].astype(int) - DEEP[4:34]).max() <= 32


@pytest.mark.parametrize(
    ("corners", "name"),
    [((0.708, 0.292, 0.170, 0.797, 0.131, 0.046), "bt2020"), ((0.64, 0.33, 0.30, 0.60, 0.15, 0.06), "bt709"),
     ((0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077), "unknown")],
)  # fmt: skip
def test_primaries_are_those_of_the_header(corners: tuple[float, ...], name: str, tmp_path: Path) -> None:
    path = write_exr(tmp_path / "a.exr", channels(LIGHT.astype(np.float16)), chromaticities=(*corners, 0.3127, 0.329))
    picture = read_picture(path)
    assert picture.color.primaries == name
    assert any("primaries" in text for text in picture.warnings) == (name == "unknown")


def test_the_shape_of_pixels_is_told(tmp_path: Path) -> None:
    path = write_exr(tmp_path / "a.exr", channels(LIGHT.astype(np.float16)), pixelAspectRatio=2.0)
    with open_media(path) as reader:
        assert reader.info.pixel_aspect == 2
        assert any("aren't square (2:1)" in text for text in reader.info.warnings)


@pytest.mark.parametrize("part", [0.01, 0.2, 0.5, 0.95])
def test_a_cut_exr_is_an_error(part: float, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole = write_exr(tmp_path / "a.exr", channels(LIGHT))
    for read in (read_picture, read_header):
        with pytest.raises(MediaError, match=r"cut\.exr is cut short"):
            read(cut_file(whole, tmp_path / "cut.exr", part))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("window", ["dataWindow", "displayWindow"])
def test_a_huge_exr_is_refused_by_its_header(window: str, tmp_path: Path) -> None:
    path = write_exr(tmp_path / "a.exr", channels(LIGHT.astype(np.float16)))
    data = bytearray(path.read_bytes())
    place = data.index(window.encode()) + len(window) + 1 + len("box2i") + 1 + 4 + 8
    data[place : place + 8] = np.array([49_999, 49_999], "<i4").tobytes()
    path.write_bytes(data)
    for read in (read_picture, read_header):
        with pytest.raises(MediaError, match="50000x50000 pixels, over the limit"):
            read(path)


def test_a_missing_library_is_named_with_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_exr(tmp_path / "a.exr", channels(LIGHT.astype(np.float16)))
    found = importlib.import_module

    def without(name: str) -> object:
        if name == "OpenEXR":
            raise ImportError(name)
        return found(name)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(MediaError, match=r"OpenEXR library isn't installed\. Install it: pip install OpenEXR"):
        read_picture(path)


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_dpx_keeps_its_bits(bits: int, tmp_path: Path) -> None:
    ramp = (np.arange(40 * 61, dtype=np.uint32) * 27 % (1 << bits)).astype(np.uint16).reshape(40, 61)
    if bits == 16:
        path = write_picture(tmp_path / "a.dpx", "rgb48le", [np.dstack([ramp, ramp[::-1], ramp])], "dpx")
    else:
        path = write_picture(tmp_path / "a.dpx", f"gbrp{bits}le", [ramp[::-1].copy(), ramp, ramp], "dpx")
    picture = read_picture(path)
    top = (1 << bits) - 1
    assert np.array_equal(picture.rgb[..., 0], np.rint(ramp / top * 65535))
    assert np.array_equal(picture.rgb[..., 1], np.rint(ramp[::-1] / top * 65535))
    assert (picture.bit_depth, read_header(path).bit_depth) == (bits, bits)
    assert read_header(path).size == picture.size


def test_dpx_with_alpha_is_straight(tmp_path: Path) -> None:
    rgba = np.random.default_rng(2).integers(0, 65536, (40, 61, 4)).astype(np.uint16)
    path = write_picture(tmp_path / "a.dpx", "rgba64le", [rgba], "dpx")
    picture = read_picture(path)
    assert np.array_equal(picture.rgb, rgba[..., :3])
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha, rgba[..., 3])
    assert read_header(path).alpha


def test_a_logarithmic_dpx_is_told(tmp_path: Path) -> None:
    path = write_picture(tmp_path / "a.dpx", "rgb24", [RGB], "dpx")
    data = bytearray(path.read_bytes())
    data[801] = 1
    path.write_bytes(data)
    assert any("logarithmic" in text for text in read_picture(path).warnings)


@pytest.mark.parametrize("part", [0.02, 0.3, 0.9])
def test_a_cut_dpx_is_an_error(part: float, tmp_path: Path) -> None:
    whole = write_picture(tmp_path / "a.dpx", "rgb48le", [DEEP], "dpx")
    with pytest.raises(MediaError, match=r"cut\.dpx"):
        read_picture(cut_file(whole, tmp_path / "cut.dpx", part))


@pytest.mark.parametrize("suffix", ["exr", "dpx", "tif", "png"])
def test_a_deep_sequence_keeps_every_step(suffix: str, tmp_path: Path) -> None:
    for number in range(1001, 1005):
        picture = numbered_frame(number, 61, 40).astype(np.uint16) * 257
        path = tmp_path / f"shot.{number}.{suffix}"
        if suffix == "exr":
            write_exr(path, channels(linear(picture)))
        else:
            codec = {"tif": "tiff"}.get(suffix, suffix)
            big = picture.astype(">u2") if suffix == "png" else picture
            write_picture(path, "rgb48be" if suffix == "png" else "rgb48le", [big], codec)
    with open_media(tmp_path) as reader:
        assert (reader.info.frames, reader.info.first_number, reader.info.bit_depth) == (4, 1001, 16)
        for number in (3, 0, 2, 1):
            frame = reader.read(number)
            assert read_number(frame.rgb) == 1001 + number
            wanted = numbered_frame(1001 + number, 61, 40).astype(int) * 257
            assert np.abs(frame.rgb.astype(int) - wanted).max() <= (1 if suffix == "exr" else 0)
            assert (frame.light is not None) == (suffix == "exr")
