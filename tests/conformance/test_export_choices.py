"""Step, size, constant rate and files of their own, read back by FFmpeg's command line where it is, else by PyAV."""

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import OpenEXR
import pytest
from PIL import Image
from sam2_studio.core.clip import ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError
from sam2_studio.export.scaling import parse_scale
from tests.exporting import READERS, Case, Pixels, info_of, probe, still
from tests.fakes import ArraySource
from tests.media_factory import numbered_frame, read_number

needs_ffprobe = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe isn't installed")
READ = READERS.get("ffmpeg", READERS["av"])


def numbers_in(path: Path) -> list[int]:
    return [read_number(np.rint(pixels.rgb).astype(np.uint8)) for pixels in READ(path)]


def times_in(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


@needs_ffprobe
@pytest.mark.parametrize(("preset", "name"), [("after-effects", "o.mov"), ("web", "o.webm"), ("replace", "o.mp4")])
def test_a_step_halves_the_rate_and_keeps_the_length(tmp_path: Path, preset: str, name: str) -> None:
    case = Case(still([numbered_frame(n, 192, 96) for n in range(60)], rate=Fraction(30)))
    report = case.run(preset, tmp_path / name, range=FrameRange(10, 40), step=2)
    assert report.verified, report.faults
    assert report.frames == 15
    assert any(w == "One frame in 2 is written: the rate becomes 15, speed and sound stay." for w in report.warnings)
    assert numbers_in(report.files[0]) == list(range(10, 40, 2))
    facts = probe(report.files[0])
    assert facts["streams"][0]["r_frame_rate"] == "15/1"
    assert float(facts["format"]["duration"]) == pytest.approx(1.0, abs=0.002)


def test_a_step_of_numbered_pictures_keeps_their_numbers(tmp_path: Path) -> None:
    info = {"kind": ClipKind.SEQUENCE, "pattern": "s.####.png", "first_number": 1001}
    case = Case(still([numbered_frame(n, 96, 64) for n in range(11)], **info))
    report = case.run("png", tmp_path / "out", step=5)
    assert [path.name for path in report.files] == ["s.1001.png", "s.1006.png", "s.1011.png"]
    assert [numbers_in(path)[0] for path in report.files] == [0, 5, 10]


@needs_ffprobe
def test_a_timecode_is_counted_at_the_new_rate(tmp_path: Path) -> None:
    case = Case(still([numbered_frame(n, 64, 48) for n in range(20)], rate=Fraction(24), timecode="01:00:00:06"))
    report = case.run("after-effects", tmp_path / "o.mov", step=2, range=FrameRange(4, 20))
    assert probe(report.files[0])["streams"][0]["tags"]["timecode"] == "01:00:00:05"


def varying() -> ArraySource:
    """Frames of 1/60, 1/30 and 1/15 s at a base of 1/60 s; a rate of 30."""
    lengths = [1, 2, 4, 2, 1, 1, 4, 2, 2, 1]
    frames = [numbered_frame(n, 192, 96) for n in range(len(lengths))]
    pts = [180 + sum(lengths[:n]) for n in range(len(lengths))]
    info = info_of(frames, variable_rate=True, duration=sum(lengths) / 60, rate=Fraction(30))
    return ArraySource(frames, info, pts=pts, time_base=Fraction(1, 60))


@pytest.mark.parametrize(("preset", "name"), [("after-effects", "o.mov"), ("replace", "o.mp4"), ("web", "o.webm")])
def test_a_varying_rate_becomes_constant_by_the_stated_rule(tmp_path: Path, preset: str, name: str) -> None:
    report = Case(varying()).run(preset, tmp_path / name, constant_rate=True)
    assert report.verified, report.faults
    # starts at 0 1 3 7 9 10 11 15 17 19, ends at 20 sixtieths; the middles are 1 3 5 ... 19
    assert numbers_in(report.files[0]) == [1, 2, 2, 3, 4, 6, 6, 7, 8, 9]
    slack = Fraction(1, 2000) if name.endswith("webm") else 0
    for place, time in enumerate(times_in(report.files[0])):
        assert abs(time - Fraction(place, 30)) <= slack
    assert any("varying rate becomes 30" in warning for warning in report.warnings)


def test_a_varying_rate_is_kept_with_a_step(tmp_path: Path) -> None:
    report = Case(varying()).run("after-effects", tmp_path / "o.mov", step=3)
    assert report.verified, report.faults
    assert numbers_in(report.files[0]) == [0, 3, 6, 9]
    assert times_in(report.files[0]) == [Fraction(n, 60) for n in (0, 7, 11, 19)]


def test_pictures_of_a_constant_rate_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="can't be made of a constant rate"):
        Case(varying()).run("png", tmp_path / "out", constant_rate=True)


@pytest.mark.parametrize(
    ("preset", "name", "size", "expected"),
    [
        ("png", "o.png", "50%", (51, 39)),
        ("after-effects", "o.mov", "50%", (51, 39)),
        ("replace", "o.mp4", "50%", (52, 40)),
        ("replace", "o.mp4", "204x", (204, 156)),
        ("web", "o.webm", "x30", (39, 30)),
        ("matte-video", "o.mkv", "33%", (34, 26)),
        ("matte-video", "o.mp4", "33%", (34, 26)),
        ("nuke", "o.exr", "300%", (306, 234)),
    ],
)
def test_sizes(tmp_path: Path, preset: str, name: str, size: str, expected: tuple[int, int]) -> None:
    case = Case(still([numbered_frame(n, 102, 78) for n in range(2)]))
    report = case.run(preset, tmp_path / name, scale=parse_scale(size))
    assert report.verified, report.faults
    with av.open(str(report.files[0])) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == expected
    assert any(f"to {expected[0]}x{expected[1]}" in warning for warning in report.warnings)


@pytest.mark.parametrize("size", ["50%", "25%", "200%"])
def test_scaling_keeps_colour_under_soft_edges(tmp_path: Path, size: str) -> None:
    """A red disc on green: no pixel of the cutout turns green or dark."""
    rows, columns = np.mgrid[:64, :64]
    distance = np.hypot(rows - 31.5, columns - 31.5)
    alpha = np.clip(20.5 - distance, 0, 1).astype(np.float32)
    picture = np.where((distance < 24)[..., None], (200, 30, 30), (20, 220, 20)).astype(np.uint8)
    report = Case(still([picture]), alpha=alpha).run("png", tmp_path / "o.png", scale=parse_scale(size))
    (pixels,) = READ(report.files[0])
    seen = pixels.alpha > 8
    assert np.abs(pixels.rgb[seen] - (200, 30, 30)).max() <= 12
    share = (float(size.rstrip("%")) / 100) ** 2
    assert pixels.alpha.sum() / 255 == pytest.approx(alpha.sum() * share, rel=0.02)


OBJECTS = (CutObject(id=1, name="left", color="#111111"), CutObject(id=2, name="../right", color="#222222"))
LEFT = np.zeros((48, 64), bool)
LEFT[:, :32] = True


def two_objects(count: int = 3) -> Case:
    def mask(object_id: int, frame: int) -> Mask | None:
        return None if (object_id, frame) == (2, 1) else Mask.from_array(LEFT if object_id == 1 else ~LEFT)

    return replace(Case(still([numbered_frame(n, 64, 48) for n in range(count)])), objects=OBJECTS, masks=mask)


@pytest.mark.parametrize(
    ("preset", "name"), [("matte-video", "o.mkv"), ("matte-png", "o.####.png"), ("matte-png", "out")]
)
def test_each_object_has_files_of_its_own(tmp_path: Path, preset: str, name: str) -> None:
    report = two_objects().run(preset, tmp_path / name, separate=True)
    assert report.verified, report.faults
    assert report.frames == 3
    found: dict[str, list[Pixels]] = {"left": [], "right": []}
    for path in report.files:
        found["left" if "left" in path.name else "right"] += READ(path)
    for pixels in found["left"]:
        assert np.array_equal(pixels.rgb[..., 0] > 127, LEFT)
    for frame, pixels in enumerate(found["right"]):
        assert np.array_equal(pixels.rgb[..., 0] > 127, np.zeros_like(LEFT) if frame == 1 else ~LEFT)
    assert report.warnings == ("../right: 1 frame has no mask and shows nothing of the subject: 1.",)
    assert all(path.is_relative_to(tmp_path) and ".." not in path.relative_to(tmp_path).parts for path in report.files)


def test_what_is_wrong_with_one_of_several_is_said_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sam2_studio.export.outputs.verify_video", lambda part, form, **more: ["It is wrong."])
    report = two_objects().run("matte-video", tmp_path / "o.mkv", separate=True)
    assert report.faults == ("left: It is wrong.", "../right: It is wrong.")


def test_a_failure_in_the_second_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    steps = two_objects().steps("matte-video", tmp_path / "o.mkv", separate=True)
    for _ in range(3):
        next(steps)
    assert len(list(tmp_path.glob(".*.part"))) == 2
    steps.close()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


@pytest.mark.parametrize(("preset", "name"), [("png", "o.png"), ("after-effects", "o.mov"), ("web", "o.webm")])
def test_provenance_holds_nothing_personal(tmp_path: Path, preset: str, name: str) -> None:
    case = Case(still([numbered_frame(1, 64, 48)], path="/volumes/somebody/secret/clip.mp4"))
    report = case.run(preset, tmp_path / name, provenance=True, made_with="nano 1 sha256:ab12")
    data = report.files[0].read_bytes()
    assert b"nano 1 sha256:ab12" in data
    for private in (b"somebody", b"secret", str(tmp_path).encode()):
        assert private not in data


@needs_ffprobe
@pytest.mark.parametrize(
    ("preset", "name"), [("after-effects", "o.mov"), ("replace", "o.mp4"), ("web", "o.webm"), ("matte-video", "o.mkv")]
)
def test_the_shape_of_pixels_is_kept_or_made_square(tmp_path: Path, preset: str, name: str) -> None:
    case = Case(still([numbered_frame(1, 90, 72)], pixel_aspect=Fraction(16, 15)))
    kept = case.run(preset, tmp_path / name)
    assert kept.verified, kept.faults
    stream = probe(kept.files[0])["streams"][0]
    says = name.endswith((".mov", ".mp4"))
    assert (stream["width"], stream["height"]) == ((90, 72) if says else (96, 72))
    assert stream.get("sample_aspect_ratio", "1:1") == ("16:15" if says else "1:1")
    assert any(("Pixels keep their shape, 16:15" if says else "can't say the shape") in w for w in kept.warnings)
    square = case.run(preset, tmp_path / name, overwrite=True, square_pixels=True)
    assert square.verified, square.faults
    stream = probe(square.files[0])["streams"][0]
    assert (stream["width"], stream["height"]) == (96, 72)
    assert stream.get("sample_aspect_ratio", "1:1") == "1:1"


def test_png_says_the_shape_of_pixels(tmp_path: Path) -> None:
    """As pixels a unit: wide pixels are fewer across. FFmpeg takes it the other way round."""
    report = Case(still([numbered_frame(1, 90, 72)], pixel_aspect=Fraction(4, 3))).run("png", tmp_path / "o.png")
    with Image.open(report.files[0]) as picture:
        assert picture.info["aspect"] == (3, 4)


def test_openexr_says_the_shape_of_pixels(tmp_path: Path) -> None:
    report = Case(still([numbered_frame(1, 90, 72)], pixel_aspect=Fraction(4, 3))).run("nuke", tmp_path / "o.exr")
    with OpenEXR.File(str(report.files[0])) as file:
        assert file.header()["pixelAspectRatio"] == pytest.approx(4 / 3)
