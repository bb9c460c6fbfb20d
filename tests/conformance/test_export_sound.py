"""The sound of an export: the source's own, to the byte, cut to the range."""

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import pytest
from sam2_studio.core.frames import FrameRange
from tests.exporting import Case, still
from tests.media_factory import numbered_frame, write_video


def sounding(tmp_path: Path, suffix: str = ".mp4") -> Case:
    frames = [numbered_frame(n, 64, 48) for n in range(50)]
    path = write_video(
        tmp_path / f"source{suffix}", frames, audio=True, codec="libvpx-vp9" if suffix == ".webm" else "libx264"
    )
    return Case(still(frames, path=path, audio="opus" if suffix == ".webm" else "aac"))


def sound_bytes(path: Path) -> str:
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(container.streams.audio[0]) if packet.size]
    return hashlib.md5(b"".join(packets), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(("preset", "name", "suffix"), [
    ("after-effects", "out.mov", ".mp4"), ("replace", "out.mp4", ".mp4"), ("web", "out.webm", ".webm"),
])  # fmt: skip
def test_sound_is_the_sources_to_the_byte(tmp_path: Path, preset: str, name: str, suffix: str) -> None:
    case = sounding(tmp_path, suffix)
    report = case.run(preset, tmp_path / name)
    assert report.verified, report.faults
    assert sound_bytes(report.files[0]) == sound_bytes(Path(case.source.info.path))
    assert not report.warnings


def heard(path: Path) -> tuple[Fraction, Fraction]:
    """Where the sound begins and ends, in seconds."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    end = frames[-1].pts * frames[-1].time_base + Fraction(frames[-1].samples, frames[-1].sample_rate)
    return frames[0].pts * frames[0].time_base, end


@pytest.mark.parametrize(
    ("preset", "name"), [("after-effects", "out.mov"), ("replace", "out.mp4"), ("web", "out.webm")]
)
def test_sound_is_cut_to_the_range(tmp_path: Path, preset: str, name: str) -> None:
    report = sounding(tmp_path).run(preset, tmp_path / name, range=FrameRange(10, 35))
    begin, end = heard(report.files[0])
    assert abs(begin) <= Fraction(1, 40)
    assert abs(end - 1) <= Fraction(1, 20)
