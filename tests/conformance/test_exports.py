"""Every preset, written and read back by readers that share no code with the package."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from sam2_studio.core.clip import ClipKind, ColorTags
from sam2_studio.core.frames import FrameRange
from sam2_studio.errors import ExportError
from sam2_studio.export.runner import ExportProgress, ExportReport
from sam2_studio.export.treatment import Background, Hiding
from tests.exporting import BT709, READERS, Case, Pixels, info_of, names_in, probe, still
from tests.fakes import ArraySource
from tests.media_factory import numbered_frame, read_number, write_video

Reader = Callable[[Path], list[Pixels]]

# preset, file, worst alpha error of 255, mean colour error of 255
CUTOUTS = [
    pytest.param("png", "out.png", 0.01, 0.01, id="png"),
    pytest.param("after-effects", "out.mov", 1.0, 1.0, id="after-effects"),
    pytest.param("web", "out.webm", 24.0, 3.0, id="web"),
]
MATTES = [
    pytest.param("matte-png", "out.png", 0.01, id="matte-png"),
    pytest.param("matte-video", "out.mkv", 0.01, id="ffv1"),
    pytest.param("matte-video", "out.mp4", 6.0, id="h264"),
]
EVERY = [
    pytest.param("png", "out.png", id="png"),
    pytest.param("after-effects", "out.mov", id="after-effects"),
    pytest.param("web", "out.webm", id="web"),
    pytest.param("matte-png", "out.png", id="matte-png"),
    pytest.param("matte-video", "out.mkv", id="ffv1"),
    pytest.param("matte-video", "out.mp4", id="h264"),
    pytest.param("replace", "out.mp4", id="replace"),
    pytest.param("replace", "out.png", id="replace-png"),
    pytest.param("resolve", "out.mov", id="resolve"),
    pytest.param("pixelate", "out.mp4", id="pixelate"),
    pytest.param("pixelate", "out.png", id="pixelate-png"),
    pytest.param("blur", "out.mp4", id="blur"),
    pytest.param("blur", "out.png", id="blur-png"),
]
OTHERS = [
    pytest.param("nuke", "out.exr", id="nuke"),
    pytest.param("shapes", "out.json", id="shapes"),
    pytest.param("shapes", "out.svg", id="shapes-svg"),
]
PATCHES = [
    (0, 0, 0),
    (50, 50, 50),
    (200, 200, 200),
    (255, 255, 255),
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (250, 5, 100),
]
needs_ffprobe = pytest.mark.skipif("ffmpeg" not in READERS, reason="ffmpeg isn't installed")


@pytest.fixture(params=sorted(READERS))
def reader(request: pytest.FixtureRequest) -> Reader:
    return READERS[request.param]


def alpha_ramp(width: int = 256, height: int = 32) -> np.ndarray:
    """Every one of the 256 levels, once a column."""
    return np.broadcast_to(np.linspace(0, 1, width, dtype=np.float32), (height, width)).copy()


def patches(height: int = 32) -> np.ndarray:
    """Columns of 32 pixels, grey and saturated."""
    return np.repeat(np.array(PATCHES, np.uint8), 32, 0)[None].repeat(height, 0)


@pytest.mark.parametrize(("preset", "name", "alpha_error", "color_error"), CUTOUTS)
def test_cutout_keeps_alpha_ramp_and_colour(
    tmp_path: Path, reader: Reader, preset: str, name: str, alpha_error: float, color_error: float
) -> None:
    case = Case(still([np.full((32, 256, 3), (180, 90, 40), np.uint8)] * 3), alpha=alpha_ramp())
    report = case.run(preset, tmp_path / name)
    assert report.verified, report.faults
    found = [pixels for path in report.files for pixels in reader(path)]
    assert len(found) == 3
    for pixels in found:
        assert np.abs(pixels.alpha - alpha_ramp() * 255).max() <= alpha_error + (0.5 if preset == "png" else 0.0)
        inside = pixels.alpha > 128
        assert np.abs(pixels.rgb[inside] - (180, 90, 40)).mean() <= color_error


def test_prores_has_a_fourth_plane_with_every_level(tmp_path: Path) -> None:
    case = Case(still([np.full((32, 256, 3), 90, np.uint8)]), alpha=alpha_ramp())
    (pixels,) = READERS["av"](case.run("after-effects", tmp_path / "out.mov").files[0])
    assert np.array_equal(np.rint(pixels.alpha), np.rint(alpha_ramp() * 255))


@pytest.mark.parametrize("tags", [BT709, ColorTags("tv", "smpte170m", "smpte170m", "smpte170m"), ColorTags()], ids=str)
def test_prores_patches_are_the_formulas(tmp_path: Path, reader: Reader, tags: ColorTags) -> None:
    report = Case(still([patches()], color=tags)).run("after-effects", tmp_path / "out.mov")
    assert report.verified, report.faults
    (pixels,) = reader(report.files[0])
    for place, colour in enumerate(PATCHES):
        inner = pixels.rgb[8:-8, place * 32 + 8 : place * 32 + 24]
        assert np.abs(inner - colour).max() <= 1.5, colour


@pytest.mark.parametrize(("preset", "name"), [("replace", "out.mp4"), ("web", "out.webm")])
def test_subsampled_patches_are_within_two(tmp_path: Path, reader: Reader, preset: str, name: str) -> None:
    report = Case(still([patches()] * 4)).run(preset, tmp_path / name)
    assert report.verified, report.faults
    for pixels in reader(report.files[0]):
        for place, colour in enumerate(PATCHES):
            inner = pixels.rgb[8:-8, place * 32 + 10 : place * 32 + 22]
            assert np.abs(inner.mean((0, 1)) - colour).max() <= 2, colour


def test_premultiplied_colour_is_the_straight_one_times_alpha(tmp_path: Path, reader: Reader) -> None:
    case = Case(still([np.full((32, 256, 3), (180, 90, 40), np.uint8)]), alpha=alpha_ramp())
    report = case.run("resolve", tmp_path / "out.mov", premultiplied=True)
    assert report.verified, report.faults
    assert any("premultiplied" in warning for warning in report.warnings)
    (pixels,) = reader(report.files[0])
    meant = np.array((180, 90, 40)) * alpha_ramp()[..., None]
    assert np.abs(pixels.rgb - meant).mean() <= 1.0
    assert np.abs(pixels.alpha - alpha_ramp() * 255).max() <= 1.0


@pytest.mark.parametrize("name", ["out.mp4", "out.png"])
def test_a_pixelated_face_is_gone_and_the_rest_is_as_it_was(tmp_path: Path, reader: Reader, name: str) -> None:
    face = np.zeros((64, 96), np.float32)
    face[20:44, 30:62] = 1
    picture = np.repeat(np.repeat(np.random.default_rng(4).integers(20, 236, (32, 48), np.uint8), 2, 0), 2, 1)
    case = Case(still([np.stack([picture] * 3, -1)] * 2), alpha=face)
    report = case.run("pixelate", tmp_path / name, hiding=Hiding(strength=8))
    assert report.verified, report.faults
    found = [pixels for path in report.files for pixels in reader(path)]
    cells = np.zeros((64, 96), bool)
    cells[16:48, 24:64] = True  # whole squares of 8 that the face touches
    for pixels in found:
        grey = pixels.rgb.mean(-1)
        assert np.abs(grey - picture)[~cells].mean() <= 3
        for top in range(16, 48, 8):
            for left in range(24, 64, 8):
                shown = grey[top + 1 : top + 7, left + 1 : left + 7]
                assert np.abs(shown - picture[top : top + 8, left : left + 8].mean()).max() <= 12


@pytest.mark.parametrize("grey", [50, 200])
def test_five_generations_do_not_drift(tmp_path: Path, grey: int) -> None:
    picture = np.full((32, 32, 3), grey, np.uint8)
    for generation in range(5):
        path = tmp_path / f"{generation}.mov"
        Case(still([picture])).run("after-effects", path)
        picture = np.rint(READERS["av"](path)[0].rgb).astype(np.uint8)
    assert np.abs(picture.astype(int) - grey).max() <= 1


@pytest.mark.parametrize(("preset", "name", "error"), MATTES)
def test_matte_is_the_alpha(tmp_path: Path, reader: Reader, preset: str, name: str, error: float) -> None:
    report = Case(still([numbered_frame(1, 256, 32)] * 3), alpha=alpha_ramp()).run(preset, tmp_path / name)
    assert report.verified, report.faults
    for path in report.files:
        for pixels in reader(path):
            assert np.abs(pixels.rgb[..., 1] - alpha_ramp() * 255).max() <= error + 0.5


def test_hole_shows_what_lies_behind(tmp_path: Path, reader: Reader) -> None:
    alpha = np.ones((64, 64), np.float32)
    alpha[16:48, 16:48] = 0
    case = Case(still([np.full((64, 64, 3), 30, np.uint8)] * 2), alpha=alpha)
    for preset, name in (("png", "out.png"), ("after-effects", "out.mov"), ("web", "out.webm")):
        pixels = reader(case.run(preset, tmp_path / name).files[0])[0]
        shown = pixels.rgb * pixels.alpha[..., None] / 255 + np.array([255, 0, 255]) * (
            1 - pixels.alpha[..., None] / 255
        )
        assert np.abs(shown[24:40, 24:40] - (255, 0, 255)).max() <= 3
        assert np.abs(shown[:8] - 30).max() <= 3


@pytest.mark.parametrize("size", [(101, 77), (1, 1), (2, 3)], ids=str)
@pytest.mark.parametrize(("preset", "name"), EVERY)
def test_odd_sizes(tmp_path: Path, reader: Reader, preset: str, name: str, size: tuple[int, int]) -> None:
    width, height = size
    report = Case(still([numbered_frame(n, width, height) for n in range(3)])).run(preset, tmp_path / name)
    assert report.verified, report.faults
    found = [pixels for path in report.files for pixels in reader(path)]
    padded = (height + height % 2, width + width % 2) if name.endswith(".mp4") else (height, width)
    assert [pixels.alpha.shape for pixels in found] == [padded] * 3
    assert any("padded" in warning for warning in report.warnings) == (padded != (height, width))


def test_sixteen_bits_survive_without_a_stop_at_eight(tmp_path: Path) -> None:
    ramp = np.arange(4096, dtype=np.uint16).reshape(16, 256) * np.uint16(16)
    case = Case(still([np.repeat(ramp[..., None], 3, 2)]))
    (pixels,) = READERS["av"](case.run("png", tmp_path / "out.png").files[0])
    assert np.array_equal(np.rint(pixels.rgb[..., 0] * 257).astype(int), ramp)
    (pixels,) = READERS["av"](case.run("after-effects", tmp_path / "out.mov").files[0])
    assert len(np.unique(np.rint(pixels.rgb[..., 1] * 4))) > 700


def test_sixteen_bit_alpha_and_matte(tmp_path: Path) -> None:
    alpha = (np.arange(4096, dtype=np.float32) / 4095).reshape(16, 256)
    case = Case(still([np.full((16, 256, 3), 9, np.uint8)]), alpha=alpha)
    for preset, name in (("png", "a.png"), ("matte-png", "b.png"), ("matte-video", "c.mkv")):
        (pixels,) = READERS["av"](case.run(preset, tmp_path / name, bit_depth=16).files[0])
        found = pixels.alpha if preset == "png" else pixels.rgb[..., 0]
        assert len(np.unique(np.rint(found * 257))) == 4096


@needs_ffprobe
@pytest.mark.parametrize(
    ("preset", "name"), [("after-effects", "out.mov"), ("web", "out.webm"), ("replace", "out.mp4")]
)
def test_tags_rate_and_timecode(tmp_path: Path, preset: str, name: str) -> None:
    info = {"rate": Fraction(24000, 1001), "timecode": "00:00:41:16"}
    case = Case(still([numbered_frame(n, 64, 48) for n in range(10)], **info))
    report = case.run(preset, tmp_path / name, range=FrameRange(2, 10))
    assert report.verified, report.faults
    facts = probe(report.files[0])
    stream = facts["streams"][0]
    assert stream["r_frame_rate"] == "24000/1001"
    assert (stream["color_range"], stream["color_space"]) == ("tv", "bt709")
    assert (stream["color_primaries"], stream["color_transfer"]) == ("bt709", "bt709")
    assert float(facts["format"]["duration"]) == pytest.approx(8 * 1001 / 24000, abs=0.001)
    assert stream["tags"].get("timecode") == ("00:00:41:18" if preset == "after-effects" else None)


@needs_ffprobe
def test_web_says_that_it_has_alpha(tmp_path: Path) -> None:
    report = Case(still([numbered_frame(1, 64, 48)])).run("web", tmp_path / "out.webm")
    assert probe(report.files[0])["streams"][0]["tags"]["ALPHA_MODE"] == "1"


@needs_ffprobe
@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
@pytest.mark.parametrize(("preset", "name"), [*EVERY[1:3], EVERY[6]])
def test_hdr_keeps_its_tags(tmp_path: Path, preset: str, name: str, transfer: str) -> None:
    tags = ColorTags("tv", "bt2020nc", "bt2020", transfer)
    report = Case(still([numbered_frame(1, 64, 48)], color=tags)).run(preset, tmp_path / name)
    stream = probe(report.files[0])["streams"][0]
    assert (stream["color_space"], stream["color_primaries"], stream["color_transfer"]) == tuple(
        tags.__dict__.values()
    )[1:]
    eight = preset in ("web", "replace")
    assert any("HDR" in warning for warning in report.warnings) == eight


@needs_ffprobe
def test_matte_of_hdr_carries_no_hdr_tags(tmp_path: Path) -> None:
    tags = ColorTags("tv", "bt2020nc", "bt2020", "smpte2084")
    for name in ("out.mkv", "out.mp4"):
        report = Case(still([numbered_frame(1, 64, 48)], color=tags)).run("matte-video", tmp_path / name)
        stream = probe(report.files[0])["streams"][0]
        assert (stream["color_range"], stream["color_transfer"]) == ("pc", "bt709")


def varying(tmp_path: Path, *, base: Fraction, durations: list[int]) -> ArraySource:
    frames = [numbered_frame(n, 96, 64) for n in range(len(durations))]
    pts = [1000 + sum(durations[:n]) for n in range(len(durations))]
    info = info_of(frames, variable_rate=True, duration=float(sum(durations) * base), rate=Fraction(30))
    return ArraySource(frames, info, pts=pts, time_base=base)


@pytest.mark.parametrize(("preset", "name"), [one for one in EVERY if not str(one.id).endswith("png")])
def test_variable_rate_keeps_every_time(tmp_path: Path, preset: str, name: str) -> None:
    durations = [512, 256, 1024, 512, 256, 256, 1024, 640]
    case = Case(varying(tmp_path, base=Fraction(1, 15360), durations=durations))
    report = case.run(preset, tmp_path / name)
    assert report.verified, report.faults
    with av.open(str(report.files[0])) as container:
        stream = container.streams.video[0]
        times = [frame.pts * frame.time_base for frame in container.decode(stream)]
    meant = [Fraction(sum(durations[:n]), 15360) for n in range(len(durations))]
    slack = 0 if name.endswith((".mov", ".mp4")) else Fraction(1, 2000)
    assert max(abs(a - b) for a, b in zip(times, meant, strict=True)) <= slack


@pytest.mark.parametrize(("preset", "name"), [("replace", "out.mp4"), ("after-effects", "out.mov")])
def test_last_frame_keeps_its_length(tmp_path: Path, preset: str, name: str) -> None:
    case = Case(varying(tmp_path, base=Fraction(1, 360000), durations=[10, 11, 13, 21]))
    report = case.run(preset, tmp_path / name)
    with av.open(str(report.files[0])) as container:
        stream = container.streams.video[0]
        assert stream.duration * stream.time_base == Fraction(55, 360000)


@pytest.mark.parametrize(
    ("preset", "name"), [("replace", "out.mp4"), ("after-effects", "out.mov"), ("web", "out.webm")]
)
def test_frames_are_the_right_ones(tmp_path: Path, preset: str, name: str) -> None:
    case = Case(still([numbered_frame(n, 192, 96) for n in range(30)]))
    report = case.run(preset, tmp_path / name, range=FrameRange(7, 19))
    found = [read_number(np.rint(pixels.rgb).astype(np.uint8)) for pixels in READERS["av"](report.files[0])]
    assert found == list(range(7, 19))


@pytest.mark.parametrize(("preset", "name"), EVERY + OTHERS)
def test_cancel_at_every_step_leaves_nothing(tmp_path: Path, preset: str, name: str) -> None:
    case = Case(still([numbered_frame(n, 32, 32) for n in range(4)]))
    folder = tmp_path / "out"
    folder.mkdir()
    steps = sum(isinstance(step, ExportProgress) for step in case.steps(preset, folder / name))
    for path in folder.iterdir():
        path.write_bytes(b"old")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for stop in range(1, steps + 1):
        run = case.steps(preset, folder / name, overwrite=True)
        for _ in range(stop):
            next(run)
        run.close()
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(("preset", "name"), EVERY + OTHERS)
def test_overwriting_is_asked_for(tmp_path: Path, preset: str, name: str) -> None:
    case = Case(still([numbered_frame(n, 32, 32) for n in range(2)]))
    first = case.run(preset, tmp_path / name)
    before = [path.read_bytes() for path in first.files]
    with pytest.raises(ExportError, match="exists already"):
        case.run(preset, tmp_path / name)
    assert [path.read_bytes() for path in first.files] == before
    assert case.run(preset, tmp_path / name, overwrite=True).verified


@pytest.mark.parametrize("how", ["same", "hardlink", "symlink", "dots", "folder link"])
def test_source_is_never_replaced(tmp_path: Path, how: str) -> None:
    source = write_video(tmp_path / "source.mov", [numbered_frame(n, 32, 32) for n in range(2)])
    before = source.read_bytes()
    (tmp_path / "sub").mkdir()
    target = {
        "same": source,
        "hardlink": tmp_path / "hard.mov",
        "symlink": tmp_path / "soft.mov",
        "dots": tmp_path / "sub" / ".." / "source.mov",
        "folder link": tmp_path / "linked" / "source.mov",
    }[how]
    (tmp_path / "hard.mov").hardlink_to(source)
    (tmp_path / "soft.mov").symlink_to(source)
    (tmp_path / "linked").symlink_to(tmp_path)
    case = Case(still([numbered_frame(n, 32, 32) for n in range(2)], path=source))
    with pytest.raises(ExportError, match="is the source itself"):
        case.run("after-effects", target, overwrite=True)
    assert source.read_bytes() == before


DISK_FULL = """
    import resource, sys
    from pathlib import Path
    import numpy as np
    from sam2_studio.errors import ExportError
    from tests.exporting import Case, still

    preset, target, limit = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    noise = np.random.default_rng(1).integers(0, 256, (6, 96, 128, 3)).astype(np.uint8)
    case = Case(still(list(noise)), alpha=(noise[0, ..., 0] / 255).astype(np.float32))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        case.run(preset, target, overwrite=True)
    except ExportError as error:
        print(error)
        sys.exit(7)
"""


@pytest.mark.parametrize(
    ("preset", "name"), [one for one in EVERY + OTHERS if one.id != "pixelate-png"]
)  # fits in 3,000 bytes
@pytest.mark.parametrize("limit", [0, 40, 3000])
def test_disk_full(tmp_path: Path, preset: str, name: str, limit: int) -> None:
    numbered = name.endswith((".png", ".exr", ".svg"))
    old = tmp_path / (f"out.0000{Path(name).suffix}" if numbered else name)
    old.write_bytes(b"old")
    command = [sys.executable, "-c", textwrap.dedent(DISK_FULL), preset, str(tmp_path / name), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 7, done.stderr
    assert "The disk is full at" in done.stdout
    assert str(tmp_path) in done.stdout
    assert names_in(tmp_path) == [old.name]
    assert old.read_bytes() == b"old"


def test_disk_full_has_a_twin_that_works(tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(DISK_FULL), "png", str(tmp_path / "out.png"), str(10_000_000)]
    assert subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode == 0
    assert len(names_in(tmp_path)) == 6


def test_replace_lays_the_subject_over_a_colour(tmp_path: Path, reader: Reader) -> None:
    alpha = np.zeros((64, 64), np.float32)
    alpha[:, 32:] = 1
    case = Case(still([np.full((64, 64, 3), 200, np.uint8)] * 3), alpha=alpha)
    report = case.run("replace", tmp_path / "out.mp4", background=Background(color="#203040"))
    pixels = reader(report.files[0])[1]
    assert np.abs(pixels.rgb[8:-8, 8:24] - (0x20, 0x30, 0x40)).max() <= 3
    assert np.abs(pixels.rgb[8:-8, 40:-8] - 200).max() <= 3


def test_report_of_a_still(tmp_path: Path) -> None:
    case = Case(still([numbered_frame(1, 40, 30)], path="shoe.jpg", kind=ClipKind.STILL))
    *progress, report = case.steps("png", tmp_path / "shoe.png")
    assert isinstance(report, ExportReport)
    assert report.files == (tmp_path / "shoe.png",)
    assert (report.frames, report.verified, report.faults, report.warnings) == (1, True, (), ())
    assert [(step.done, step.total) for step in progress] == [(0, 1), (1, 1), (1, 1)]
    assert progress[0].seconds_left is None
    assert progress[-1].seconds_left == 0
