"""What every reader of footage promises, held against each of them: video, sequence and still."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sam2_studio.errors import MediaError, PromptError
from sam2_studio.media.cache import CachedSource
from sam2_studio.media.open import open_media
from tests.media_factory import numbered_frame, numbered_frames, read_number, write_sequence, write_video

COUNT = 30


def b_frames(folder: Path) -> Path:
    return write_video(folder / "b.mp4", numbered_frames(COUNT), options={"bf": "3", "g": "12"}, audio=True)


def long_gop(folder: Path) -> Path:
    return write_video(folder / "long.mkv", numbered_frames(COUNT), gop=300, rate=Fraction(24000, 1001))


def variable(folder: Path) -> Path:
    times = np.cumsum(np.random.default_rng(7).choice([256, 512, 1024], COUNT)).tolist()
    return write_video(folder / "vfr.mp4", numbered_frames(COUNT), pts=times, time_base=Fraction(1, 15360))


def in_avi(folder: Path) -> Path:
    return write_video(folder / "b.avi", numbered_frames(COUNT), options={"bf": "2", "g": "10"})


def raw(folder: Path) -> Path:
    return write_video(folder / "raw.h264", numbered_frames(COUNT), options={"bf": "2", "g": "10"})


def in_ts(folder: Path) -> Path:
    return write_video(folder / "far.ts", numbered_frames(COUNT), pts=[4000 + i for i in range(COUNT)], gop=10)


def turned(folder: Path) -> Path:
    wide = (np.rot90(numbered_frame(number), 1) for number in range(COUNT))
    return write_video(folder / "turned.mov", (np.ascontiguousarray(frame) for frame in wide), rotation=270)


def deep_alpha(folder: Path) -> Path:
    opaque = np.full((96, 160), 200, np.uint8)
    frames = (np.dstack([numbered_frame(number), opaque]) for number in range(COUNT))
    return write_video(folder / "alpha.mov", frames, codec="prores_ks", pix_fmt="yuva444p10le")


def open_gop(folder: Path) -> Path:
    options = {"x265-params": "open-gop=1:keyint=10:bframes=4:log-level=none"}
    return write_video(folder / "open.mp4", numbered_frames(COUNT), codec="libx265", options=options)


def sequence(folder: Path) -> Path:
    return write_sequence(folder / "shots", range(COUNT))


def still(folder: Path) -> Path:
    Image.fromarray(numbered_frame(0)).save(folder / "still.png")
    return folder / "still.png"


MAKERS = (b_frames, long_gop, variable, in_avi, raw, in_ts, turned, deep_alpha, open_gop, sequence, still)


@pytest.fixture(params=MAKERS, ids=lambda maker: maker.__name__)
def footage(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    maker: Callable[[Path], Path] = request.param
    return maker(tmp_path)


@pytest.fixture(params=["bare", "cached"])
def source(request: pytest.FixtureRequest, footage: Path) -> Iterator[CachedSource]:
    reader = open_media(footage)
    wrapped = reader if request.param == "bare" else CachedSource(reader, limit=200_000)
    yield wrapped
    wrapped.close()


def test_count_order_and_size(source: CachedSource) -> None:
    numbers = [read_number(source.read(number).rgb) for number in range(source.info.frames)]
    assert numbers == list(range(COUNT if source.info.frames > 1 else 1))
    assert {source.read(number).size for number in range(source.info.frames)} == {source.info.size}
    assert (source.info.width, source.info.height) == (160, 96)


def test_random_access_gives_the_bytes_of_a_linear_read(source: CachedSource, footage: Path) -> None:
    with open_media(footage) as linear:
        expected = [linear.read(number).rgb.tobytes() for number in range(linear.info.frames)]
    order = np.random.default_rng(3).integers(0, source.info.frames, 40).tolist()
    order += [*range(source.info.frames - 1, -1, -3), 0, source.info.frames - 1, 0]
    for number in order:
        frame = source.read(number)
        assert frame.number == number
        assert frame.rgb.tobytes() == expected[number], number


def test_depth_and_alpha_are_those_announced(source: CachedSource) -> None:
    frame = source.read(0)
    assert frame.rgb.dtype == (np.uint16 if source.info.bit_depth > 8 else np.uint8)
    assert (frame.alpha is not None) == source.info.alpha
    if frame.alpha is not None:
        assert frame.alpha.dtype == frame.rgb.dtype
        assert frame.alpha.shape == frame.rgb.shape[:2]


def test_times_rise_and_belong_to_the_frames(source: CachedSource) -> None:
    times = [source.timestamp(number) for number in range(source.info.frames)]
    assert all(first.pts < second.pts for first, second in pairwise(times))
    assert len({time.time_base for time in times}) == 1
    assert [source.read(number).timestamp for number in range(source.info.frames)] == times


@pytest.mark.parametrize("beyond", [-1, 0, 1, 1000])
def test_beyond_the_clip_is_an_error_that_names_the_range(source: CachedSource, beyond: int) -> None:
    number = beyond if beyond < 0 else source.info.frames + beyond
    for ask in (source.read, source.timestamp):
        with pytest.raises(PromptError, match=f"0 to {source.info.frames - 1}"):
            ask(number)


def test_pixels_are_read_only(source: CachedSource) -> None:
    frame = source.read(0)
    with pytest.raises(ValueError, match="read-only"):
        frame.rgb[0, 0, 0] = 1


def test_frames_stay_as_they_are_while_others_are_read(source: CachedSource) -> None:
    first = source.read(0)
    before = first.rgb.tobytes()
    for number in range(source.info.frames):
        source.read(number)
    assert first.rgb.tobytes() == before


def test_close_lets_go_of_the_file(source: CachedSource, footage: Path) -> None:
    source.read(source.info.frames - 1)
    source.close()
    held = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert not [path for path in held if path.is_relative_to(footage)]
    with pytest.raises(MediaError, match="closed"):
        source.read(0)
    source.close()
