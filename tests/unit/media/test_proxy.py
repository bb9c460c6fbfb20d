"""A proxy's frame n stands in for frame n and no other; it is whole or not there; the oldest go when room is short."""

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.errors import MediaError
from sam2_studio.media.open import open_media
from sam2_studio.media.proxy import Proxy, helps, make_proxy, make_room, proxy_path
from tests.media_factory import numbered_frames, read_number, write_video


def info_of(**more: object) -> ClipInfo:
    return ClipInfo(**{"path": "a", "kind": ClipKind.VIDEO, "frames": 100, "width": 640, "height": 360} | more)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, False),
        ({"keyframe_gap": 12}, False),
        ({"keyframe_gap": 13}, True),
        ({"width": 3840, "height": 2160}, True),
        ({"keyframe_gap": 250, "kind": ClipKind.SEQUENCE}, False),
        ({"keyframe_gap": 10, "frames": 10}, False),
    ],
)
def test_slow_footage_is_helped(more: dict[str, object], wanted: bool) -> None:
    assert helps(info_of(**more)) is wanted


def variable(path: Path) -> Path:
    times = np.cumsum(np.random.default_rng(7).choice([256, 512, 1024], 30)).tolist()
    return write_video(path, numbered_frames(30), pts=times, time_base=Fraction(1, 15360), gop=30)


@pytest.mark.parametrize(
    "make",
    [
        variable,
        lambda path: write_video(path, numbered_frames(30, 101, 77), codec="ffv1", pix_fmt="bgr0"),
        lambda path: write_video(path, numbered_frames(30), pts=[n - 3 for n in range(30)], options={"bf": "2"}),
        lambda path: write_video(path, numbered_frames(3, 2400, 1300), codec="ffv1", pix_fmt="bgr0"),
    ],
)
def test_each_frame_stands_for_itself_at_the_footages_size(make: Callable[[Path], Path], tmp_path: Path) -> None:
    with open_media(make(tmp_path / "a.mkv")) as source:
        assert list(make_proxy(source, tmp_path / "proxy.mov"))[-1] == source.info.frames
        proxy = Proxy(tmp_path / "proxy.mov", source.info, lambda: False)
        for number in (2, source.info.frames - 1, 0, 1):
            shown = proxy.read(number, source.timestamp(number))
            exact = source.read(number)
            assert read_number(shown.rgb) == read_number(exact.rgb) == number
            assert (shown.size, shown.timestamp, shown.stand_in) == (exact.size, exact.timestamp, True)
            assert np.abs(shown.rgb.astype(int) - exact.rgb8())[-20:-8, 8:40].mean() < 6
        proxy.close()


def test_a_proxy_broken_off_or_failed_leaves_nothing(tmp_path: Path) -> None:
    with open_media(write_video(tmp_path / "a.mp4", numbered_frames(12))) as source:
        steps = make_proxy(source, tmp_path / "proxies" / "p.mov")
        next(steps)
        steps.close()
        assert list((tmp_path / "proxies").iterdir()) == []
        (tmp_path / "file").write_text("")
        with pytest.raises(MediaError, match="can't be written"):
            list(make_proxy(source, tmp_path / "file" / "p.mov"))
        with pytest.raises(MediaError, match="damaged"):
            list(make_proxy(failing(source), tmp_path / "proxies" / "p.mov"))
        assert list((tmp_path / "proxies").iterdir()) == []


def failing(source: FrameSource) -> FrameSource:
    class Failing:
        info = source.info

        def read(self, number: int) -> object:
            if number == 5:
                raise MediaError("damaged")
            return source.read(number)

    return Failing()  # type: ignore[return-value]


@pytest.fixture
def source(tmp_path: Path) -> Iterator[FrameSource]:
    with open_media(write_video(tmp_path / "a.mp4", numbered_frames(12))) as opened:
        yield opened


def test_another_clips_proxy_is_not_used(source: FrameSource, tmp_path: Path) -> None:
    list(make_proxy(source, tmp_path / "p.mov"))
    other = info_of(frames=13, width=160, height=96)
    with pytest.raises(MediaError, match="isn't the proxy"):
        Proxy(tmp_path / "p.mov", other, lambda: False)
    assert not (tmp_path / "p.mov").exists()


def test_the_ones_used_longest_ago_go_first(tmp_path: Path) -> None:
    for age, name in enumerate("abcd"):
        path = proxy_path(tmp_path, name)
        path.write_bytes(bytes(100))
        os.utime(path, (1000 - age, 1000 - age))
    make_room(tmp_path, 250)
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["a", "b"]
    make_room(tmp_path / "nowhere")
