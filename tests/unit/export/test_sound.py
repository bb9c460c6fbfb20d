"""Sound copied and cut: read back as samples, compared with the source's."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from sam2_studio.core.frames import FrameRange
from sam2_studio.errors import ExportError
from tests.exporting import Case, still
from tests.media_factory import numbered_frame, write_video

FRAMES = [numbered_frame(n, 32, 32) for n in range(50)]


def with_sound(path: Path, codec: str, start: Fraction = Fraction(0)) -> Path:
    """Two seconds of noise, different at every moment, beside nothing."""
    noise = np.random.default_rng(5).uniform(-0.5, 0.5, 96000).astype(np.float32)
    noise = np.convolve(noise, np.ones(64, np.float32) / 8, "same").astype(np.float32)  # dull, so that codecs keep it
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(noise[None], "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, int(start * 48000), Fraction(1, 48000)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def samples(path: Path) -> np.ndarray:
    resampler = av.AudioResampler("fltp", "mono", 48000)
    with av.open(str(path)) as container:
        parts = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([part.to_ndarray()[0] for part in (*parts, *resampler.resample(None))])


def placed(path: Path) -> np.ndarray:
    """Samples where their times put them, from 0 on."""
    resampler = av.AudioResampler("fltp", "mono", 48000)
    shown, end = np.zeros(200_000, np.float32), 0
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                values, start = part.to_ndarray()[0], round(part.pts * part.time_base * 48000)
                values, start = values[max(0, -start) :], max(0, start)
                end = start + len(values)
                shown[start:end] = values
    return shown[:end]


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation of what both have."""
    length = min(len(a), len(b))
    return float(np.corrcoef(a[:length], b[:length])[0, 1])


@pytest.mark.parametrize(
    ("source", "codec", "preset", "name"),
    [
        ("s.mp4", "aac", "replace", "o.mp4"),
        ("s.mp4", "aac", "after-effects", "o.mov"),
        ("s.wav", "pcm_s16le", "after-effects", "o.mov"),
        ("s.mp3", "libmp3lame", "replace", "o.mp4"),
        ("s.mkv", "aac", "web", "o.webm"),
        ("s.wav", "pcm_s16le", "replace", "o.mp4"),
        ("s.flac", "flac", "after-effects", "o.mov"),
        ("s.ogg", "libopus", "web", "o.webm"),
    ],
)
def test_cut_sound_lies_where_it_was(tmp_path: Path, source: str, codec: str, preset: str, name: str) -> None:
    path = with_sound(tmp_path / source, codec)
    case = Case(still(FRAMES, path=path, audio=codec))
    report = case.run(preset, tmp_path / name, range=FrameRange(10, 35))
    assert report.verified, report.faults
    whole, cut = placed(path), placed(report.files[0])
    assert abs(len(cut) - 48000) <= 4096
    inner = cut[4800:28800]
    best = max(range(-1500, 1501), key=lambda offset: likeness(inner, whole[24000 + offset :]))
    assert likeness(inner, whole[24000 + best :]) > 0.75
    exact = not {"mkv", "webm"} & {path.suffix[1:], name.partition(".")[2]}
    assert abs(best) <= (0 if exact else 48)  # Matroska's times are in milliseconds


def test_sound_that_the_file_can_not_hold_is_encoded_anew(tmp_path: Path) -> None:
    path = with_sound(tmp_path / "s.wav", "pcm_s16le")
    report = Case(still(FRAMES, path=path, audio="pcm_s16le")).run("replace", tmp_path / "o.mp4")
    assert report.warnings == ("The sound (pcm_s16le) was encoded anew as aac.",)
    assert abs(len(samples(report.files[0])) - 96000) <= 2048


def test_lossless_sound_stays_lossless(tmp_path: Path) -> None:
    path = with_sound(tmp_path / "s.flac", "flac")
    report = Case(still(FRAMES, path=path, audio="flac")).run("after-effects", tmp_path / "o.mov")
    assert np.array_equal(samples(report.files[0]), samples(path))


def test_both_are_moved_alike_when_the_clip_starts_late(tmp_path: Path) -> None:
    frames = FRAMES[:25]
    path = write_video(tmp_path / "s.mkv", frames, audio=True, pts=[n + 75 for n in range(25)])
    source = still(frames, path=path, audio="aac")
    source._pts = range(75, 100)
    report = Case(source).run("after-effects", tmp_path / "o.mov")
    with av.open(str(report.files[0])) as container:
        first = [
            next(packet.pts * packet.time_base for packet in container.demux(s) if packet.size)
            for s in container.streams
            if s.type in ("audio", "video")
        ]
    assert first[0] == 0
    with av.open(str(path)) as container:
        begin = next(packet.pts * packet.time_base for packet in container.demux(audio=0) if packet.size)
    heard = samples(report.files[0])
    assert len(heard) == pytest.approx(max(0, (begin + Fraction(len(samples(path)), 48000) - 3) * 48000), abs=2500)


def test_matte_and_silent_clips_have_no_sound(tmp_path: Path) -> None:
    path = with_sound(tmp_path / "s.wav", "pcm_s16le")
    for preset, name, audio in (("matte-video", "m.mkv", "pcm_s16le"), ("replace", "r.mp4", None)):
        report = Case(still(FRAMES[:3], path=path, audio=audio)).run(preset, tmp_path / name)
        with av.open(str(report.files[0])) as container:
            assert not container.streams.audio


def test_sound_that_can_not_be_read_is_left_out_with_a_word(tmp_path: Path) -> None:
    path = tmp_path / "s.mp4"
    path.write_bytes(b"no media" * 100)
    report = Case(still(FRAMES[:3], path=path, audio="aac")).run("replace", tmp_path / "o.mp4")
    assert report.verified
    assert any("s.mp4 is left out" in warning for warning in report.warnings)


def test_source_that_is_gone_is_an_error(tmp_path: Path) -> None:
    case = Case(still(FRAMES[:3], path=tmp_path / "gone.mp4", audio="aac"))
    with pytest.raises(ExportError, match=r"gone\.mp4 is no longer there"):
        case.run("replace", tmp_path / "o.mp4")
    assert list(tmp_path.glob("o*")) + list(tmp_path.glob(".*part")) == []
