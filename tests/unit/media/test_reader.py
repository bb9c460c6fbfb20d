"""What is particular to the video reader: seeking, turning, depth, alpha, damage, descriptors."""

import logging
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.errors import MediaError
from sam2_studio.media import reader as module
from sam2_studio.media.reader import VideoReader
from tests.media_factory import numbered_frame, numbered_frames, plane_frame, read_number, write_video

OPEN_FILES = Path("/proc/self/fd")


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every place that a reader lets its decoder start at."""
    seen: list[int] = []
    start_at = VideoReader._start_at

    def spy(self: VideoReader, key: int) -> None:
        seen.append(key)
        start_at(self, key)

    monkeypatch.setattr(VideoReader, "_start_at", spy)
    return seen


def test_a_linear_read_never_seeks(tmp_path: Path, starts: list[int]) -> None:
    with VideoReader(write_video(tmp_path / "a.mp4", numbered_frames(60), options={"bf": "2", "g": "10"})) as reader:
        for number in range(60):
            reader.read(number)
    assert len(starts) == 1


def test_a_target_ahead_in_the_same_gop_is_decoded_on_to(tmp_path: Path, starts: list[int]) -> None:
    with VideoReader(write_video(tmp_path / "a.mp4", numbered_frames(60), gop=60)) as reader:
        for number in (0, 20, 40, 59):
            assert read_number(reader.read(number).rgb) == number
    assert len(starts) == 1


def test_a_far_target_is_sought_at_its_own_keyframe(tmp_path: Path, starts: list[int]) -> None:
    path = write_video(tmp_path / "a.mp4", numbered_frames(100), options={"g": "20", "sc_threshold": "0", "bf": "0"})
    with VideoReader(path) as reader:
        assert read_number(reader.read(85).rgb) == 85
        assert read_number(reader.read(15).rgb) == 15
    assert starts[1:] == [4, 0]


def test_a_seek_that_lands_elsewhere_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_video(tmp_path / "a.mkv", numbered_frames(60), options={"g": "10", "bf": "0"})
    with VideoReader(path) as reader:
        sizes = reader.index.key_sizes
        sizes[:] = sizes + 1  # as if the file held other packets than the scan saw
        assert [read_number(reader.read(number).rgb) for number in (55, 5, 31)] == [55, 5, 31]
        assert not reader._seekable


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_display_matrix_is_applied_once(rotation: int, mirrored: bool, tmp_path: Path) -> None:
    shown = np.full((64, 96, 3), 60, np.uint8)
    shown[:16, :24] = (230, 40, 40)
    stored = np.rot90(shown[:, ::-1] if mirrored else shown, -rotation // 90)
    frames = [np.ascontiguousarray(stored)] * 3
    path = write_video(tmp_path / "a.mp4", frames, rotation=rotation, hflip=mirrored, options={"crf": "5"})
    with VideoReader(path) as reader:
        frame = reader.read(1)
        assert (reader.info.width, reader.info.height) == (96, 64)
        assert reader.info.rotation == rotation
        assert np.abs(frame.rgb.astype(int) - shown)[4:12, 4:20].max() < 12
        assert np.abs(frame.rgb.astype(int) - shown)[24:, 32:].max() < 12


def test_ten_bits_stay_ten_bits(tmp_path: Path) -> None:
    luma = np.tile(np.linspace(64, 940, 877).astype(np.uint16), (16, 1))[:, :876]
    chroma = np.full((8, 438), 512, np.uint16)
    frames = [plane_frame("yuv420p10le", [luma, chroma, chroma])] * 2
    path = write_video(tmp_path / "ramp.mkv", frames, codec="ffv1", pix_fmt="yuv420p10le", color_range="tv",
                       matrix="bt2020nc", primaries="bt2020", transfer="smpte2084")  # fmt: skip
    with VideoReader(path) as reader:
        row = reader.read(0).rgb[8]
        assert row.dtype == np.uint16
        assert len(np.unique(row[:, 1])) == 876
        assert np.diff(row[:, 1].astype(int)).max() <= 65535 / 876 + 1
        assert row[0].tolist() == [0, 0, 0]
        assert reader.info.bit_depth == 10
        assert (reader.info.color.transfer, reader.info.color.primaries) == ("smpte2084", "bt2020")


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "tolerance"),
    [
        ("a.mov", "prores_ks", "yuva444p10le", 1),
        ("a.mkv", "ffv1", "bgra", 0),
        ("b.mkv", "ffv1", "yuva444p10le", 1),
        ("a.mov", "png", "rgba", 0),
        ("a.mov", "qtrle", "argb", 0),
        ("a.webm", "libvpx-vp9", "yuva420p", 20),
    ],
)
def test_alpha_comes_with_the_frame(name: str, codec: str, pix_fmt: str, tolerance: int, tmp_path: Path) -> None:
    ramp = np.tile(np.arange(250, dtype=np.uint8), (141, 1))
    frames = [np.dstack([numbered_frame(number, 250, 141), ramp]) for number in range(3)]
    metadata = {"alpha_mode": "1"} if codec == "libvpx-vp9" else None
    path = write_video(tmp_path / name, frames, codec=codec, pix_fmt=pix_fmt, metadata=metadata, options={"crf": "10"})
    with VideoReader(path) as reader:
        alpha = reader.read(2).alpha
        assert reader.info.alpha
        assert alpha is not None
        full = np.iinfo(alpha.dtype).max
        assert np.abs(alpha.astype(float) / full * 255 - ramp).max() <= tolerance
        assert read_number(reader.read(2).rgb) == 2


def test_a_damaged_frame_is_held_and_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_video(tmp_path / "a.mov", numbered_frames(10), codec="png", pix_fmt="rgb24")
    data = bytearray(path.read_bytes())
    place = -1
    for _ in range(6):
        place = data.index(b"\x89PNG", place + 1)
    data[place : place + 8] = bytes(8)
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING), VideoReader(path) as reader:
        assert reader.info.frames == 10
        assert [read_number(reader.read(number).rgb) for number in range(10)] == [0, 1, 2, 3, 4, 4, 6, 7, 8, 9]
        assert read_number(reader.read(5).rgb) == 4
    assert len([record for record in caplog.records if "Frame 5" in record.getMessage()]) == 1


def test_a_stream_that_changes_its_size_is_put_into_the_first_size(tmp_path: Path) -> None:
    first = write_video(tmp_path / "1.ts", numbered_frames(5, 320, 180))
    later = [number + 5 for number in range(5)]
    second = write_video(tmp_path / "2.ts", numbered_frames(5, 160, 120), pts=later, pix_fmt="yuv444p")
    both = tmp_path / "both.ts"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    with VideoReader(both) as reader:
        sizes = {reader.read(number).size for number in range(reader.info.frames)}
        assert sizes == {reader.info.size}
        assert reader.info.frames == 10
        last = reader.read(9).rgb
        assert not last[:, :30].any()
        assert last[:, 160].any()


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (101, 77), (1919, 1079), (640, 32)])
def test_odd_and_extreme_sizes_are_read(size: tuple[int, int], tmp_path: Path) -> None:
    frames = [numbered_frame(number, *size) for number in range(2)]
    with VideoReader(write_video(tmp_path / "a.mkv", frames, codec="ffv1", pix_fmt="bgr0")) as reader:
        assert (reader.info.width, reader.info.height) == size
        assert np.array_equal(reader.read(1).rgb, frames[1])


def test_a_picture_stored_bottom_up_stands_upright(tmp_path: Path) -> None:
    frames = [numbered_frame(number, 64, 48) for number in range(2)]
    upside_down = [np.ascontiguousarray(frame[::-1, :, ::-1]) for frame in frames]
    path = write_video(tmp_path / "a.avi", (plane_frame("bgr24", [frame]) for frame in upside_down), codec="rawvideo",
                       pix_fmt="bgr24")  # fmt: skip
    with VideoReader(path) as reader:
        assert np.array_equal(reader.read(1).rgb, frames[1][::-1])
    data = bytearray(path.read_bytes())
    place = data.index(b"strf") + 8 + 8  # biHeight: positive means bottom-up
    height = int.from_bytes(data[place : place + 4], "little", signed=True)
    data[place : place + 4] = (-height).to_bytes(4, "little", signed=True)
    path.write_bytes(data)
    with VideoReader(path) as reader:
        assert np.array_equal(reader.read(1).rgb, frames[1])


def test_what_the_file_is(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "a.mov", numbered_frames(100), rate=Fraction(24000, 1001), timecode="00:00:41:16", audio=True,
        codec="prores_ks", pix_fmt="yuv422p10le", color_range="tv", matrix="bt709", primaries="bt709", transfer="bt709",
    )  # fmt: skip
    with VideoReader(path) as reader:
        info = reader.info
    assert (info.frames, info.rate, info.timecode, info.audio) == (100, Fraction(24000, 1001), "00:00:41:16", "aac")
    assert info.duration == pytest.approx(100 * 1001 / 24000)
    assert (info.pixel_format, info.bit_depth, info.color.matrix) == ("yuv422p10le", 10, "bt709")
    assert info.first_number == 0
    assert info.warnings == ()


def test_interlaced_footage_is_told(tmp_path: Path) -> None:
    options = {"flags": "+ildct+ilme", "top": "1"}
    path = write_video(tmp_path / "a.mpg", numbered_frames(12, 720, 576), codec="mpeg2video", options=options)
    with VideoReader(path) as reader:
        assert reader.info.frames == 12
        assert [warning for warning in reader.info.warnings if "interlaced" in warning]


def test_files_are_let_go_of_and_can_be_renamed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", numbered_frames(12), gop=4)
    before = len(list(OPEN_FILES.iterdir()))
    for _ in range(30):
        with VideoReader(path) as reader:
            for number in (9, 1, 5):
                reader.read(number)
        assert len(list(OPEN_FILES.iterdir())) == before
    path.rename(tmp_path / "b.mp4")


def test_a_file_that_went_away_is_named(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.h264", numbered_frames(12))
    with VideoReader(path) as reader:
        reader.read(8)
        path.unlink()
        with pytest.raises(MediaError, match=r"no file .*a\.h264"):
            reader.read(2)


def test_a_failed_open_leaves_nothing_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_video(tmp_path / "a.mp4", numbered_frames(4))

    def refuse(*_: object, **__: object) -> None:
        raise MediaError("no")

    monkeypatch.setattr(module, "describe_video", refuse)
    before = len(list(OPEN_FILES.iterdir()))
    with pytest.raises(MediaError, match="no"):
        VideoReader(path)
    assert len(list(OPEN_FILES.iterdir())) == before


def test_every_frame_of_the_sample_by_itself(sample_clip: Path) -> None:
    with VideoReader(sample_clip) as linear:
        expected = {number: hash(linear.read(number).rgb.tobytes()) for number in range(132)}
        times = [linear.timestamp(number).pts for number in range(132)]
    assert len(set(times)) == 132
    with VideoReader(sample_clip) as reader:
        for number in (131, 0, 66, 65, 130, 13):
            assert hash(reader.read(number).rgb.tobytes()) == expected[number]
