"""All readers of the window keep no more together than is allowed."""

from pathlib import Path

from sam2_studio.ui.footage import FootageOpener
from tests.media_factory import numbered_frames, write_video


def test_a_smaller_limit_acts_on_what_is_open(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    write_video(clip, numbered_frames(6))
    opener = FootageOpener(1 << 30)
    one, other = opener.open(clip), opener.open(clip)
    for source in (one, other):
        for number in range(6):
            source.read(number)
    frame = one.read(0).nbytes
    assert one.nbytes == other.nbytes == 6 * frame
    opener.set_limit(4 * frame)
    assert one.nbytes == other.nbytes == 2 * frame
    third = opener.open(clip)
    for number in range(6):
        third.read(number)
    assert third.nbytes == 2 * frame
    for source in (one, other, third):
        source.close()
