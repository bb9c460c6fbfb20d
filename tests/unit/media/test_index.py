"""The frame index agrees with a full decode, whatever the container does with times."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from sam2_studio.errors import MediaError
from sam2_studio.media.index import build_index
from tests.media_factory import cut_file, numbered_frames, shift_edit_list, write_video

COUNT = 40


def decoded(path: Path) -> list[int | None]:
    """Times of a decode from start to end, by another way than the index goes."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type, stream.codec_context.thread_count = "SLICE", 1
        times: list[int | None] = []
        demuxed = container.demux(stream)
        while True:
            try:
                packet = next(demuxed)
            except (StopIteration, av.FFmpegError):
                break
            try:
                times += [frame.pts for frame in packet.decode()]
            except av.FFmpegError:
                continue
    return times


def vfr_times() -> list[int]:
    return [int(t) for t in np.cumsum(np.random.default_rng(1).choice([256, 512, 1024], COUNT))]


CLIPS: dict[str, Callable[[Path], Path]] = {
    "b_frames": lambda d: write_video(d / "a.mp4", numbered_frames(COUNT), options={"bf": "3", "g": "12"}),
    "long_gop": lambda d: write_video(d / "a.mkv", numbered_frames(COUNT), gop=500),
    "vfr": lambda d: write_video(
        d / "a.mp4", numbered_frames(COUNT), pts=vfr_times(), time_base=Fraction(1, 15360), options={"bf": "2"}
    ),
    "negative_mkv": lambda d: write_video(
        d / "a.mkv", numbered_frames(COUNT), pts=[n * 40 - 100 for n in range(COUNT)], time_base=Fraction(1, 1000)
    ),
    "negative_mp4": lambda d: write_video(d / "a.mp4", numbered_frames(COUNT), pts=[n - 3 for n in range(COUNT)]),
    "wrapping_ts": lambda d: write_video(
        d / "a.ts",
        numbered_frames(COUNT),
        pts=[n * 3600 + 95443 * 90000 for n in range(COUNT)],
        time_base=Fraction(1, 90000),
    ),
    "edit_list_mid_gop": lambda d: shift_edit_list(
        write_video(d / "a.mp4", numbered_frames(COUNT), options={"bf": "2", "g": "20"}), 3, 512
    ),
    "edit_list_second_gop": lambda d: shift_edit_list(
        write_video(d / "a.mp4", numbered_frames(COUNT), options={"bf": "2", "g": "20"}), 25, 512
    ),
    "avi_b_frames": lambda d: write_video(d / "a.avi", numbered_frames(COUNT), options={"bf": "2", "g": "12"}),
    "packed_mpeg4": lambda d: write_video(d / "a.avi", numbered_frames(COUNT), codec="mpeg4", options={"bf": "2"}),
    "raw_h264": lambda d: write_video(d / "a.h264", numbered_frames(COUNT), options={"bf": "2"}),
    "vp8_hidden": lambda d: write_video(
        d / "a.webm", numbered_frames(COUNT), codec="libvpx", options={"auto-alt-ref": "1", "lag-in-frames": "16"}
    ),
    "open_gop": lambda d: write_video(
        d / "a.mp4", numbered_frames(COUNT), options={"bf": "3", "g": "10", "x264-params": "open-gop=1"}
    ),
    "mpeg_ps": lambda d: write_video(d / "a.mpg", numbered_frames(COUNT), codec="mpeg2video", options={"bf": "2"}),
    "gif": lambda d: write_video(d / "a.gif", numbered_frames(COUNT), codec="gif", pix_fmt="rgb8"),
}


@pytest.mark.parametrize("make", CLIPS.values(), ids=CLIPS.keys())
def test_count_and_times_agree_with_a_full_decode(make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path)
    index = build_index(path)
    expected = decoded(path)
    assert len(index) == len(expected)
    assert np.all(np.diff(index.pts) > 0)
    if index.own_pts is not None:
        assert index.own_pts.tolist() == expected


@pytest.mark.parametrize("name", ["01_dog.mp4", "04_coffee.mp4", "05_default_juggle.mp4", "bigbuckbunny.mp4"])
@pytest.mark.shared_media
def test_real_clips_agree_with_a_full_decode(name: str, shared_media: Path) -> None:
    index = build_index(shared_media / name)
    assert index.pts.tolist() == decoded(shared_media / name)
    assert not index.variable_rate
    assert (
        index.rate
        == {"0": Fraction(30000, 1001), "05": Fraction(24), "bi": Fraction(25)}[
            "0" if name[:2] in ("01", "04") else name[:2]
        ]
    )
    assert index.warnings == ()


def test_frames_that_an_edit_list_hides_are_not_counted(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", numbered_frames(COUNT), options={"bf": "2"})
    whole = len(build_index(path))
    assert len(build_index(shift_edit_list(path, 3, 512))) == whole - 3


@pytest.mark.parametrize("part", [0.3, 0.5, 0.9])
def test_a_cut_file_counts_what_decodes_and_says_what_is_missing(part: float, tmp_path: Path) -> None:
    whole = write_video(
        tmp_path / "whole.mp4", numbered_frames(200), options={"g": "20"}, container_options={"movflags": "faststart"}
    )
    path = cut_file(whole, tmp_path / "cut.mp4", part)
    index = build_index(path)
    assert 0 < len(index) < 200
    assert len(index) == len(decoded(path))
    assert len(index.warnings) == 1
    assert f"{len(index)} of about 200 frames are there, {200 - len(index)} are missing" in index.warnings[0]


def test_a_cut_matroska_says_how_much_is_missing(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mkv", numbered_frames(200), gop=20)
    index = build_index(cut_file(whole, tmp_path / "cut.mkv", 0.5))
    assert "cut short" in index.warnings[0]
    assert index.duration < 8


def test_a_file_without_any_frame_is_an_error(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mkv", numbered_frames(20))
    head = whole.read_bytes().index(b"\x1f\x43\xb6\x75")  # the first cluster
    (tmp_path / "head.mkv").write_bytes(whole.read_bytes()[:head])
    with pytest.raises(MediaError, match=r"head\.mkv"):
        build_index(tmp_path / "head.mkv")


def test_times_that_are_missing_are_made_and_reported_once(tmp_path: Path) -> None:
    index = build_index(write_video(tmp_path / "a.h264", numbered_frames(COUNT)))
    assert index.own_pts is None
    assert len(index.warnings) == 1
    assert index.rate == 25
    assert index.duration == pytest.approx(COUNT / 25)


def test_doubled_and_falling_times_are_mended_once(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.ts", numbered_frames(COUNT), options={"bf": "0"}, gop=10)
    doubled = bytearray(path.read_bytes())
    stamps = [place for place in range(len(doubled) - 14) if _is_video_pes(doubled, place)]
    assert len(stamps) == COUNT
    doubled[stamps[11] + 9 : stamps[11] + 14] = doubled[stamps[10] + 9 : stamps[10] + 14]
    doubled[stamps[21] + 9 : stamps[21] + 14] = doubled[stamps[15] + 9 : stamps[15] + 14]
    path.write_bytes(doubled)
    index = build_index(path)
    assert len(index) == COUNT
    assert np.all(np.diff(index.pts) > 0)
    assert [warning for warning in index.warnings if "mended" in warning]


def _is_video_pes(data: bytearray, place: int) -> bool:
    return data[place : place + 4] == b"\x00\x00\x01\xe0" and bool(data[place + 7] & 0x80)


def test_the_last_frame_keeps_its_length(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", numbered_frames(COUNT), rate=Fraction(20))
    index = build_index(path)
    assert index.last_duration == 50
    assert index.duration == pytest.approx(2.0)
    assert index.variable_rate is False


def test_a_lying_number_of_frames_is_not_believed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", numbered_frames(COUNT), codec="mjpeg", pix_fmt="yuvj420p")
    data = bytearray(path.read_bytes())
    place = data.index(b"strh") + 8 + 32  # dwLength of the stream header
    data[place : place + 4] = (9999).to_bytes(4, "little")
    path.write_bytes(data)
    assert len(build_index(path)) == COUNT
