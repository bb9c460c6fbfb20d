"""What every reader of footage promises, held against each kind of it: video, sequence and still."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core.frames import Frame
from sam2_studio.errors import MediaError, PromptError
from sam2_studio.media.cache import CachedSource
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.open import open_media
from tests.conformance.footage_cases import CASES, Footage
from tests.media_factory import read_number

Opener = Callable[[Path], CachedSource]
OPENERS: dict[str, Opener] = {
    "bare": open_media,
    "isolated": IsolatedSource,
    "cached": lambda path: CachedSource(open_media(path), limit=200_000),
}


@pytest.fixture(scope="module", params=CASES)
def footage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Footage:
    return CASES[request.param](tmp_path_factory.mktemp(request.param))


@pytest.fixture
def source(footage: Footage) -> Iterator[CachedSource]:
    reader = open_media(footage.path)
    yield reader
    reader.close()


def content(frame: Frame) -> tuple[object, ...]:
    parts = (frame.rgb, frame.alpha, frame.light)
    return frame.number, frame.timestamp, *(None if part is None else part.tobytes() for part in parts)


def test_a_linear_read_shows_every_frame_once(source: CachedSource, footage: Footage) -> None:
    frames = [source.read(number) for number in range(source.info.frames)]
    if footage.numbers is not None:
        assert [read_number(frame.rgb) for frame in frames] == footage.numbers
    assert [frame.number for frame in frames] == list(range(source.info.frames))
    assert {(frame.size.width, frame.size.height) for frame in frames} == {footage.size}
    assert (source.info.width, source.info.height) == footage.size


@pytest.mark.parametrize("way", OPENERS)
def test_random_access_gives_the_bytes_of_a_linear_read(way: str, footage: Footage) -> None:
    with open_media(footage.path) as linear:
        expected = [content(linear.read(number)) for number in range(linear.info.frames)]
    source = OPENERS[way](footage.path)
    last = source.info.frames - 1
    order = np.random.default_rng(3).integers(0, last + 1, 12).tolist()
    for number in (*order, *range(last, -1, -5), 0, last, 0):
        assert content(source.read(number)) == expected[number], number
    source.close()


def test_what_is_announced_comes(source: CachedSource, footage: Footage) -> None:
    info, frame = source.info, source.read(0)
    assert (info.bit_depth > 8, info.alpha) == (footage.deep, footage.alpha)
    assert frame.rgb.dtype == (np.uint16 if footage.deep else np.uint8)
    assert (frame.alpha is not None) == footage.alpha
    if frame.alpha is not None:
        assert (frame.alpha.dtype, frame.alpha.shape) == (frame.rgb.dtype, frame.rgb.shape[:2])
    assert {name: getattr(info, name) for name in footage.info} == footage.info
    assert any(footage.warns in text for text in ("", *info.warnings)), info.warnings


def test_times_rise_and_belong_to_the_frames(source: CachedSource) -> None:
    times = [source.timestamp(number) for number in range(source.info.frames)]
    assert all(first.pts < second.pts for first, second in pairwise(times))
    assert len({time.time_base for time in times}) == 1
    assert [source.read(number).timestamp for number in (0, len(times) - 1)] == [times[0], times[-1]]


def test_beyond_the_clip_is_an_error_that_names_the_range(source: CachedSource) -> None:
    info = source.info
    named = f"{info.first_number} to {info.first_number + info.frames - 1}"
    for number in (-1, info.frames, info.frames + 1, info.frames + 1000):
        for ask in (source.read, source.timestamp):
            with pytest.raises(PromptError, match=named):
                ask(number)


def test_frames_are_read_only_and_stay_as_they_are(source: CachedSource) -> None:
    first = source.read(0)
    before = content(first)
    source.read(source.info.frames - 1)
    source.read(source.info.frames // 2)
    assert content(first) == before
    with pytest.raises(ValueError, match="read-only"):
        first.rgb[0, 0, 0] = 1


def test_close_lets_go_of_the_file(source: CachedSource, footage: Footage) -> None:
    source.read(source.info.frames - 1)
    source.close()
    held = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert not [path for path in held if path.is_relative_to(footage.path)]
    with pytest.raises(MediaError, match="closed"):
        source.read(0)
    source.close()
