"""Every preset x every kind of source, through our own readers, and read back by ffprobe: count, size, times, sound."""

import json
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sam2_studio.core.clip import ClipKind
from sam2_studio.export.formats import PRESETS, PictureFormat, ShapeFormat, VideoFormat
from sam2_studio.export.treatment import Background
from sam2_studio.media.open import open_media
from tests.exporting import READERS, Case
from tests.media_factory import numbered_frame, numbered_frames, read_number, write_sequence, write_video

pytestmark = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe isn't installed")
COUNT, WIDTH, HEIGHT = 4, 96, 64
TICKS = [0, 3, 4, 9]  # of the varying source, in 60ths of a second; the last one is shown for 5


def constant(folder: Path) -> Path:
    return write_video(folder / "clip.mp4", numbered_frames(COUNT, WIDTH, HEIGHT))


def varying(folder: Path) -> Path:
    frames = numbered_frames(COUNT, WIDTH, HEIGHT)
    return write_video(folder / "clip.mp4", frames, pts=TICKS, time_base=Fraction(1, 60))


def ten_bit(folder: Path) -> Path:
    frames = (numbered_frame(n, WIDTH, HEIGHT).astype(np.uint16) * 257 for n in range(COUNT))
    return write_video(folder / "clip.mkv", frames, codec="ffv1", pix_fmt="yuv422p10le")


def rotated(folder: Path) -> Path:
    upright = (np.ascontiguousarray(np.rot90(numbered_frame(n, WIDTH, HEIGHT))) for n in range(COUNT))
    return write_video(folder / "clip.mp4", upright, rotation=-90)


def odd(folder: Path) -> Path:
    return write_video(folder / "clip.mkv", numbered_frames(COUNT, 97, 65), codec="ffv1", pix_fmt="yuv444p")


def sequence(folder: Path) -> Path:
    return write_sequence(folder / "shot", range(1001, 1001 + COUNT), width=WIDTH, height=HEIGHT)


def still(folder: Path) -> Path:
    return write_sequence(folder, [7], "shoe.png", width=WIDTH, height=HEIGHT) / "shoe.png"


def alpha_in(folder: Path) -> Path:
    half = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
    half[:, WIDTH // 2 :] = 0
    frames = (np.dstack([numbered_frame(n, WIDTH, HEIGHT), half]) for n in range(COUNT))
    return write_video(
        folder / "clip.mov", frames, codec="prores_ks", pix_fmt="yuva444p10le", options={"profile": "4444"}
    )


def sound(folder: Path) -> Path:
    return write_video(folder / "clip.mp4", numbered_frames(COUNT, WIDTH, HEIGHT), audio=True)


SOURCES: list[Callable[[Path], Path]] = [constant, varying, ten_bit, rotated, odd, sequence, still, alpha_in, sound]
WRITTEN = [(preset.name, suffix) for preset in PRESETS.values() for suffix in preset.formats]


@pytest.fixture(scope="module", params=SOURCES, ids=lambda make: make.__name__)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with open_media(request.param(tmp_path_factory.mktemp("source"))) as source:
        yield Case(source)


def probed(path: Path) -> dict[str, Any]:
    what = "stream=codec_type,width,height,nb_read_packets:packet=pts_time,stream_index"
    command = ["ffprobe", "-v", "error", "-count_packets", "-show_entries", what, "-of", "json", f"file:{path}"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


@pytest.mark.parametrize(("preset", "suffix"), WRITTEN, ids=lambda part: str(part))
def test_every_preset_of_every_source(case: Case, tmp_path: Path, preset: str, suffix: str) -> None:
    info, written = case.source.info, PRESETS[preset].formats[suffix]
    report = case.run(preset, tmp_path / f"out{suffix}")
    assert report.verified, report.faults
    assert report.frames == info.frames
    if isinstance(written, PictureFormat):
        check_pictures(case, report.files, suffix)
    elif isinstance(written, VideoFormat):
        check_video(case, report.files[0], written)
    else:
        assert isinstance(written, ShapeFormat)
        found = json.loads(report.files[0].read_text(encoding="utf-8"))
        assert [image["frame"] for image in found["images"]] == [info.first_number + n for n in range(info.frames)]


def check_pictures(case: Case, files: tuple[Path, ...], suffix: str) -> None:
    info = case.source.info
    numbered = [f"out.{info.first_number + n:04d}{suffix}" for n in range(info.frames)]
    assert [path.name for path in files] == (numbered if info.frames > 1 else [f"out{suffix}"])
    if suffix != ".svg":
        [stream] = probed(files[-1])["streams"]
        assert (stream["width"], stream["height"]) == (info.width, info.height)


def check_video(case: Case, path: Path, written: VideoFormat) -> None:
    info, found = case.source.info, probed(path)
    [stream] = [each for each in found["streams"] if each["codec_type"] == "video"]
    even = written.even
    assert stream["width"] == info.width + (info.width % 2 if even else 0)
    assert stream["height"] == info.height + (info.height % 2 if even else 0)
    assert int(stream["nb_read_packets"]) == info.frames
    times = sorted(float(packet["pts_time"]) for packet in found["packets"] if packet["stream_index"] == 0)
    start = case.source.timestamp(0).seconds
    meant = [float(case.source.timestamp(n).seconds - start) for n in range(info.frames)]
    if info.kind is not ClipKind.VIDEO:
        meant = [n / float(info.rate) for n in range(info.frames)]
    assert times == pytest.approx(meant, abs=0.0006 if written.tick else 0.00002)
    has_sound = any(each["codec_type"] == "audio" for each in found["streams"])
    assert has_sound == (info.audio is not None and bool(written.sound_codecs))


@pytest.mark.parametrize(("preset", "name"), [("png", "out.png"), ("after-effects", "o.mov"), ("replace", "o.mp4")])
def test_each_frame_is_the_sources_own(case: Case, tmp_path: Path, preset: str, name: str) -> None:
    report = case.run(preset, tmp_path / name, background=Background(color="#000000"))
    read = READERS["ffmpeg"]
    found = [read_number(np.rint(pixels.rgb).astype(np.uint8)) for path in report.files for pixels in read(path)]
    assert found == [read_number(case.source.read(n).rgb) for n in range(case.source.info.frames)]


def test_the_sources_own_alpha_limits_the_cutout(case: Case, tmp_path: Path) -> None:
    alpha = case.source.read(0).alpha
    report = case.run("matte-png", tmp_path / "out.png")
    pixels = READERS["ffmpeg"](report.files[0])[0]
    meant = np.full(pixels.alpha.shape, 255.0) if alpha is None else alpha * (255.0 / np.iinfo(alpha.dtype).max)
    assert np.abs(pixels.rgb[..., 0] - meant).max() <= 1
