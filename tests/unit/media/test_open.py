"""Whatever is named opens with the right reader, or says why not."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.errors import MediaError
from sam2_studio.media.open import fingerprint, open_media
from sam2_studio.media.probe import probe
from tests.media_factory import (
    cut_file,
    numbered_frame,
    numbered_frames,
    write_cover,
    write_sequence,
    write_sound,
    write_video,
)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("clip") / "a.mp4", numbered_frames(12))


def picture(path: Path, number: int = 3) -> Path:
    Image.fromarray(numbered_frame(number)).save(path)
    return path


def refused(path: Path | str, *words: str) -> None:
    """Assert that opening says all `words` and a way out."""
    with pytest.raises(MediaError) as caught:
        probe(path)
    for word in words:
        assert word in caught.value.message
    assert caught.value.way_out.endswith(".")


def test_each_kind_is_known(clip: Path, tmp_path: Path) -> None:
    folder = write_sequence(tmp_path / "shots", range(4))
    assert probe(clip).kind is ClipKind.VIDEO
    assert probe(folder).kind is ClipKind.SEQUENCE
    assert probe(folder / "shot.####.png").frames == 4
    assert probe(folder / "shot.0002.png").kind is ClipKind.STILL
    assert probe(picture(tmp_path / "still.webp")).kind is ClipKind.STILL
    assert probe(picture(tmp_path / "picture.with.no.suffix.png").rename(tmp_path / "bare")).kind is ClipKind.STILL


def test_info_survives_json(clip: Path) -> None:
    info = probe(clip)
    assert ClipInfo.from_json(info.to_json()) == info


def test_moving_pictures_are_videos_and_still_ones_stills(tmp_path: Path) -> None:
    frames = [Image.fromarray(numbered_frame(number)) for number in range(5)]
    for name in ("a.gif", "a.png"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], duration=40)
        assert (probe(tmp_path / name).kind, probe(tmp_path / name).frames) == (ClipKind.VIDEO, 5)
        frames[0].save(tmp_path / name)
        assert probe(tmp_path / name).kind is ClipKind.STILL


def test_bad_files_are_refused_with_cause_and_way_out(clip: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).bytes(1 << 20)
    for name in ("text.mp4", "text.txt", "text.png"):
        (tmp_path / name).write_text("a line of text\n" * 99)
    refused(tmp_path / "text.mp4", "text.mp4", "text file")
    refused(tmp_path / "text.txt", "text.txt", "text file")
    refused(tmp_path / "text.png", "text.png", "not a picture")
    for name in ("noise.mp4", "noise.png", "noise"):
        (tmp_path / name).write_bytes(noise)
        refused(tmp_path / name, name)
    (tmp_path / "empty.mp4").write_bytes(b"")
    refused(tmp_path / "empty.mp4", "empty.mp4", "0 bytes")
    (tmp_path / "one.mp4").write_bytes(b"\x00")
    refused(tmp_path / "one.mp4", "one.mp4")
    refused(tmp_path / "missing.mp4", "no file", "missing.mp4")
    refused(clip / "inside.mp4", "no file")
    (tmp_path / "folder").mkdir()
    refused(tmp_path / "folder", "holds no pictures")
    refused(cut_file(clip, tmp_path / "cut.mp4", 0.5), "cut.mp4", "cut short", "moov")


def test_a_name_that_says_another_kind_is_refused(clip: Path, tmp_path: Path) -> None:
    refused(picture(tmp_path / "a.png").rename(tmp_path / "a.mp4"), "named like a video", "PNG")
    refused(clip.rename(clip.with_suffix(".jpg")), "named like a picture")
    clip.with_suffix(".jpg").rename(clip)
    assert probe(picture(tmp_path / "b.png").rename(tmp_path / "b.jpg")).kind is ClipKind.STILL


def test_sound_and_covers_are_no_video(tmp_path: Path) -> None:
    refused(write_sound(tmp_path / "a.m4a"), "a.m4a has no video stream")
    refused(write_sound(tmp_path / "a.wav", codec="pcm_s16le"), "no video stream")
    refused(write_cover(tmp_path / "c.mp4"), "no video stream", "cover picture is not a video")


def test_pipes_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    refused(tmp_path / "pipe.mp4", "pipe")
    refused("/dev/zero", "/dev/zero")


@pytest.mark.parametrize(
    "name", ["http://127.0.0.1:9/a.mp4", "concat:a.mp4|b.mp4", "file:a.mp4", "pipe:0", "lavfi:testsrc", "a\0b.mp4"]
)
def test_urls_and_protocols_are_never_opened(name: str, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clip.parent)
    with pytest.raises(MediaError):
        probe(name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.mp4\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", "ffconcat version 1.0\nfile a.mp4\n"),
        ("list.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n"),
    ],
)
def test_playlists_lead_nowhere(name: str, text: str, clip: Path, tmp_path: Path) -> None:
    os.link(clip, tmp_path / "a.mp4")
    (tmp_path / name).write_text(text)
    refused(tmp_path / name, name)


@pytest.mark.parametrize(
    "name",
    ["with space.mp4", "ünï🎬.mp4", "-dash.mp4", "a%04d.mp4", "a####.mp4", "file:x.mp4", "line\nbreak.mp4",
     "x" * 251 + ".mp4", os.fsdecode(b"\xff\xfe.mp4")],
)  # fmt: skip
def test_odd_names_open(name: str, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.link(clip, tmp_path / name)
    assert probe(tmp_path / name).frames == 12
    monkeypatch.chdir(tmp_path)
    assert probe(name).frames == 12


def test_odd_names_of_pictures_open(tmp_path: Path) -> None:
    for name in ("a%04d.png", "a####.png", "ünï 🎬.png", "-dash.png"):
        assert probe(picture(tmp_path / name)).kind is ClipKind.STILL
    folder = write_sequence(tmp_path / "50% of #1", range(3), "a b%.{:03d}.png")
    assert probe(folder).frames == 3
    assert probe(folder / "a b%.###.png").frames == 3


def test_a_huge_clip_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", numbered_frames(2, 640, 360))
    with pytest.raises(MediaError, match="640x360 pixels, over the limit of 230,399 pixels"):
        open_media(path, pixel_limit=640 * 360)
    open_media(path, pixel_limit=640 * 360 + 1).close()


def test_a_fingerprint_knows_a_moved_file_and_a_changed_one(clip: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved.mp4"
    moved.write_bytes(clip.read_bytes())
    assert fingerprint(moved) == fingerprint(clip)
    moved.write_bytes(clip.read_bytes()[:-1] + b"x")
    assert fingerprint(moved) != fingerprint(clip)
    assert len(fingerprint(clip)) == 64


def test_a_fingerprint_of_a_sequence_is_the_same_by_folder_and_pattern(tmp_path: Path) -> None:
    folder = write_sequence(tmp_path / "shots", range(4))
    first = fingerprint(folder)
    assert first == fingerprint(folder / "shot.####.png")
    write_sequence(folder, [4])
    assert fingerprint(folder) != first
    with pytest.raises(MediaError, match="no file"):
        fingerprint(tmp_path / "missing.mp4")
