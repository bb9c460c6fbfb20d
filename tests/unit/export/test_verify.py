"""Reading back finds what is wrong: each test breaks one thing."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core.clip import ColorTags
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Size
from sam2_studio.errors import ExportError
from sam2_studio.export.compose import Picture
from sam2_studio.export.formats import PRESETS, VideoFormat
from sam2_studio.export.images import encode_png
from sam2_studio.export.times import Times, export_times
from sam2_studio.export.verify import png_faults, sampled, verify_pictures, verify_video
from sam2_studio.export.video import VideoWriter
from sam2_studio.export.yuv import ColorCodes, codes_for
from tests.exporting import still

COUNT = 6
RAMP = np.linspace(0, 255, 48).astype(np.uint8)[None].repeat(32, 0)
PRORES = PRESETS["after-effects"].formats[".mov"]
VP9 = PRESETS["web"].formats[".webm"]
MATTE = PRESETS["matte-video"].formats[".mkv"]


def picture(number: int) -> Picture:
    return Picture(rgb=np.full((32, 48, 3), 40 + 20 * number, np.uint8), alpha=RAMP)


def meant() -> dict[int, Picture]:
    return {place: picture(place) for place in sampled(COUNT)}


def times_at(rate: Fraction = Fraction(25), count: int = COUNT) -> Times:
    frames = [np.zeros((2, 2, 3), np.uint8)] * count
    return export_times(still(frames, rate=rate), FrameRange(0, count))


def codes(form: VideoFormat, tags: ColorTags = ColorTags()) -> ColorCodes:
    return codes_for(tags, full_range=form.full_range)


def written(path: Path, form: VideoFormat, *, times: Times | None = None, tags: ColorTags = ColorTags()) -> Path:
    times = times or times_at()
    depth = max(form.pixel_formats)
    writer = VideoWriter(path, form, size=Size(48, 32), depth=depth, times=times, codes=codes(form, tags))
    for number in range(len(times.pts)):
        shown = picture(number)
        writer.write(Picture(alpha=shown.alpha) if form is MATTE else shown)
    writer.finish()
    return path


def faults(path: Path, form: VideoFormat, expected: dict[int, Picture] | None = None, **other: object) -> list[str]:
    settings = {"depth": max(form.pixel_formats), "times": times_at(), "codes": codes(form)} | other
    return verify_video(path, form, meant=meant() if expected is None else expected, **settings)


@pytest.mark.parametrize("form", [PRORES, VP9], ids=["prores", "vp9"])
def test_good_file_has_no_fault(tmp_path: Path, form: VideoFormat) -> None:
    assert faults(written(tmp_path / "a", form), form) == []


@pytest.mark.parametrize("form", [PRORES, VP9], ids=["prores", "vp9"])
def test_other_alpha_is_found(tmp_path: Path, form: VideoFormat) -> None:
    path = written(tmp_path / "a", form)
    other = meant() | {COUNT // 2: Picture(rgb=picture(COUNT // 2).rgb, alpha=255 - RAMP)}
    (fault,) = faults(path, form, other)
    assert fault.startswith(f"The alpha of frame {COUNT // 2 + 1} is off by")


@pytest.mark.parametrize("form", [PRORES, VP9], ids=["prores", "vp9"])
def test_shifted_frames_are_found_by_their_colour(tmp_path: Path, form: VideoFormat) -> None:
    path = written(tmp_path / "a", form)
    other = {place: picture(place + 1) for place in sampled(COUNT)}
    assert [fault.startswith("The colour of frame") for fault in faults(path, form, other)] == [True] * 3


def test_lost_alpha_is_found(tmp_path: Path) -> None:
    opaque = replace(PRORES, pixel_formats={16: "yuv444p10le"}, alpha=False)
    path = written(tmp_path / "a", opaque)
    assert all("its alpha is lost" in fault for fault in faults(path, PRORES))
    assert len(faults(path, PRORES)) == 3


def test_default_decoder_of_vp9_would_lose_the_alpha(tmp_path: Path) -> None:
    path = written(tmp_path / "a", VP9)
    assert any("alpha is lost" in fault for fault in faults(path, replace(VP9, decoder="vp9")))


def test_missing_frames_are_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "a", PRORES, times=times_at(count=COUNT - 1))
    with pytest.raises(ExportError, match="has 5 frames instead of 6"):
        faults(path, PRORES)


def test_other_times_are_found(tmp_path: Path) -> None:
    path = written(tmp_path / "a", PRORES, times=times_at(Fraction(24)))
    found = faults(path, PRORES)
    assert "Frame 2 is shown at 0.041667 s instead of 0.040000 s." in found
    assert "It lasts 0.250000 s instead of 0.240000 s." in found


def test_other_tags_are_found(tmp_path: Path) -> None:
    path = written(tmp_path / "a", PRORES, tags=ColorTags(primaries="bt2020"))
    assert any("colour tags read" in fault for fault in faults(path, PRORES))


def test_lossless_matte_has_no_tolerance(tmp_path: Path) -> None:
    path = written(tmp_path / "a", MATTE)
    exact = {place: Picture(alpha=RAMP) for place in sampled(COUNT)}
    assert faults(path, MATTE, exact) == []
    nearly = RAMP.astype(np.uint16) * np.uint16(257)
    nearly[0, 0] += 300
    (fault,) = faults(path, MATTE, exact | {0: Picture(alpha=nearly)})
    assert "The alpha of frame 1" in fault


@pytest.mark.parametrize("part", [0.0, 0.5])
def test_torn_video_can_not_be_read(tmp_path: Path, part: float) -> None:
    path = written(tmp_path / "a", PRORES)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(ExportError, match="can't be read back"):
        faults(path, PRORES)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_pictures(tmp_path: Path, dtype: type) -> None:
    pixels = np.random.default_rng(2).integers(0, np.iinfo(dtype).max, (5, 7, 4)).astype(dtype)
    good = Picture(rgb=pixels[..., :3], alpha=pixels[..., 3])
    parts = [tmp_path / "0", tmp_path / "1", tmp_path / "2"]
    for part in parts:
        part.write_bytes(encode_png(good))
    assert verify_pictures(parts, dict.fromkeys(range(3), good), png_faults) == []
    off = pixels.copy()
    off[2, 3, 3] ^= 1
    other = Picture(rgb=off[..., :3], alpha=off[..., 3])
    assert verify_pictures(parts, {0: good, 2: other}, png_faults) == ["Picture 3 reads back with other pixels."]
    parts[1].write_bytes(b"")
    assert verify_pictures(parts, {0: good}, png_faults) == ["Picture 2 is empty."]
    parts[0].write_bytes(b"no picture")
    with pytest.raises(ExportError, match="can't be read back"):
        verify_pictures(parts, {0: good}, png_faults)


@pytest.mark.parametrize(("count", "places"), [(1, (0,)), (2, (0, 1)), (3, (0, 1, 2)), (100, (0, 50, 99))])
def test_first_middle_and_last_are_compared(count: int, places: tuple[int, ...]) -> None:
    assert sampled(count) == places
