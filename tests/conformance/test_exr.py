"""The preset `nuke`, read back by FFmpeg's own EXR decoder and by the OpenEXR library."""

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from sam2_studio.core.clip import ClipKind, ColorTags
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError
from sam2_studio.media.open import open_media
from tests.exporting import READERS, SUBJECT, Case, probe, still
from tests.media_factory import numbered_frame, write_exr

SRGB = ColorTags("pc", "gbr", "bt709", "iec61966-2-1")
needs_ffmpeg = pytest.mark.skipif("ffmpeg" not in READERS, reason="ffmpeg isn't installed")


def by_library(path: Path) -> dict[str, np.ndarray]:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return {name: channel.pixels for name, channel in file.channels().items()}


def by_ffmpeg(path: Path, size: tuple[int, int]) -> dict[str, np.ndarray]:
    command = ["ffmpeg", "-v", "error", "-i", f"file:{path}", "-f", "rawvideo", "-pix_fmt", "gbrapf32le", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    return dict(zip("GBRA", np.frombuffer(data, "<f4").reshape(4, *size), strict=True))


def ramp_case(**info: object) -> Case:
    """One grey level a column, half covered."""
    ramp = np.arange(256, dtype=np.uint8)[None, :, None].repeat(8, 0).repeat(3, 2)
    return Case(still([ramp], **info), alpha=np.full((8, 256), 0.5, np.float32))


@needs_ffmpeg
def test_both_readers_find_linear_colour_times_alpha(tmp_path: Path) -> None:
    report = ramp_case(kind=ClipKind.SEQUENCE, pattern="a.####.png", color=SRGB, first_number=1001).run(
        "nuke", tmp_path / "out.####.exr"
    )
    assert report.verified, report.faults
    assert [path.name for path in report.files] == ["out.1001.exr"]
    coded = np.arange(256) / 255
    light = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    for found in (by_library(report.files[0]), by_ffmpeg(report.files[0], (8, 256))):
        assert np.abs(found["A"] - 0.5).max() <= 1e-4
        for name in "RGB":
            assert np.abs(found[name] - light / 2).max() <= 5e-4
    assert all(values.dtype == np.float16 for values in by_library(report.files[0]).values())


@pytest.mark.parametrize(
    ("transfer", "coded", "light"),
    [
        ("bt709", 0.5, 0.2597),
        ("linear", 0.5, 0.5),
        ("smpte2084", 0.5081, 1.0),  # 100 cd/m2
        ("arib-std-b67", 0.75, 0.2650),
        ("gamma22", 0.5, 0.2176),
        ("iec61966-2-1", 0.5, 0.2140),
    ],
)
def test_light_is_the_standards(tmp_path: Path, transfer: str, coded: float, light: float) -> None:
    flat = np.full((4, 4, 3), round(coded * 65535), np.uint16)
    report = Case(still([flat], color=ColorTags("tv", "bt709", "bt709", transfer))).run("nuke", tmp_path / "o.exr")
    assert by_library(report.files[0])["R"][0, 0] == pytest.approx(light, rel=2e-3)


@pytest.mark.parametrize("compression", ["zip", "dwaa"])
def test_each_object_has_a_layer_under_a_safe_name(tmp_path: Path, compression: str) -> None:
    names = ["man", "Männer 2", "man", "狗", "2nd.man/..", "x" * 60, "MAN"]
    objects = [CutObject(id=n + 1, name=name, color="#000000") for n, name in enumerate(names)]
    left = np.zeros((48, 64), bool)
    left[:, :20] = True

    def mask(object_id: int, frame: int) -> Mask | None:
        return {1: Mask.from_array(left), 2: Mask.from_array(~left)}.get(object_id)

    case = replace(Case(still([numbered_frame(n, 64, 48) for n in range(2)])), objects=objects, masks=mask)
    report = case.run("nuke", tmp_path / "o.exr", compression=compression)
    assert report.verified, report.faults
    for path in report.files:
        found = by_library(path)
        layers = {"man.A", "Manner_2.A", "man_2.A", "object_4.A", "_2nd_man.A", "x" * 27 + ".A", "MAN_3.A"}
        assert set(found) == {"R", "G", "B", "A"} | layers
        assert np.array_equal(found["man.A"], left)
        assert np.array_equal(found["Manner_2.A"], ~left)
        assert not found["man_2.A"].any()
        assert np.array_equal(found["A"], np.ones_like(left))


def test_the_header_has_rate_primaries_and_maker(tmp_path: Path) -> None:
    case = Case(
        still([numbered_frame(1, 32, 32)], rate=Fraction(24000, 1001), color=ColorTags("tv", "bt2020nc", "bt2020"))
    )
    report = case.run("nuke", tmp_path / "o.exr", provenance=True, made_with="nano 1 sha256:ab")
    with OpenEXR.File(str(report.files[0])) as file:
        header = dict(file.header())
    assert header["framesPerSecond"] == Fraction(24000, 1001)
    assert header["chromaticities"][:2] == pytest.approx((0.708, 0.292))
    assert "nano 1 sha256:ab" in header["comments"]
    assert header["compression"] == OpenEXR.ZIP_COMPRESSION


def test_dwaa_is_smaller_and_keeps_alpha(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    alpha = np.linspace(0, 1, 64, dtype=np.float32)[None].repeat(64, 0)
    sizes = {}
    for compression in ("zip", "dwaa"):
        report = Case(still([noise]), alpha=alpha).run("nuke", tmp_path / f"{compression}.exr", compression=compression)
        assert report.verified, report.faults
        sizes[compression] = report.files[0].stat().st_size
        assert np.abs(by_library(report.files[0])["A"] - alpha).max() <= 5e-4
    assert sizes["dwaa"] < sizes["zip"]


def test_an_unknown_compression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="can't be packed by “lzw”"):
        ramp_case().run("nuke", tmp_path / "o.exr", compression="lzw")
    with pytest.raises(ExportError, match="can't be packed by “zip”"):
        ramp_case().run("png", tmp_path / "o.png", compression="zip")


def test_without_the_package_it_is_refused_with_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sam2_studio.export.checks.find_spec", lambda name: None)
    with pytest.raises(ExportError) as caught:
        ramp_case().run("nuke", tmp_path / "o.exr")
    assert caught.value.way_out == f"Install it, then start again: {sys.executable} -m pip install OpenEXR"
    assert ramp_case().run("png", tmp_path / "o.png").verified


def test_verifying_sees_another_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sam2_studio.export import exr

    def spoiled(picture, look):
        wrong = {object_id: alpha // 2 for object_id, alpha in picture.layers.items()}
        return exr.encode_exr(replace(picture, layers=wrong), look)

    monkeypatch.setattr("sam2_studio.export.outputs.encode_exr", spoiled)
    report = ramp_case().run("nuke", tmp_path / "o.exr")
    assert report.faults == (f"Picture 1 has other layers: {SUBJECT.name}.A.",)


@needs_ffmpeg
def test_ffprobe_reads_size_and_format(tmp_path: Path) -> None:
    report = Case(still([numbered_frame(1, 101, 77)])).run("nuke", tmp_path / "o.exr")
    stream = probe(report.files[0])["streams"][0]
    assert (stream["width"], stream["height"], stream["codec_name"]) == (101, 77, "exr")


@pytest.mark.parametrize("compression", ["zip", "dwaa"])
def test_light_brighter_than_white_comes_through(tmp_path: Path, compression: str) -> None:
    """A sun of 40 times white over a scene of 0.18, cut out by a soft mask: in the middle it is as it was."""
    light = np.full((48, 64), 0.18, np.float16)
    light[16:32, 24:40] = 40
    for number in (1001, 1002):
        write_exr(tmp_path / f"shot.{number}.exr", {"R": light, "G": light / 2, "B": light / 4})
    alpha = np.zeros((48, 64), np.float32)
    alpha[8:40, 16:48] = 1
    alpha[8, 16:48] = 0.5
    with open_media(tmp_path / "shot.####.exr") as source:
        report = Case(source, alpha=alpha).run("nuke", tmp_path / "out.####.exr", compression=compression)
    assert report.verified, report.faults
    assert [path.name for path in report.files] == ["out.1001.exr", "out.1002.exr"]
    found = by_library(report.files[1])
    for name, share in (("R", 1), ("G", 2), ("B", 4)):
        assert found[name][24, 32] == pytest.approx(40 / share, rel=0.02)
        assert found[name][36, 20] == pytest.approx(0.18 / share, rel=0.02)
        assert found[name][2, 2] == 0
    assert found["A"][8, 20] == 0.5
