"""Playing: by the clock, at the clip's own times, dropping frames rather than running late."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.clip_times import ClipTimes
from sam2_studio.core.frames import FrameRange
from sam2_studio.ui.playback import FASTEST, Playhead

FRAMES = 100


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def clip_of(start: int = 0, stop: int = FRAMES, rate: Fraction = Fraction(25)) -> Clip:
    info = ClipInfo(path="a.mp4", kind=ClipKind.VIDEO, frames=FRAMES, width=16, height=9, rate=rate)
    return replace(Clip.whole(info), source_range=FrameRange(start, stop))


@pytest.fixture
def playhead(qtbot: QtBot, clock: Clock) -> Iterator[Playhead]:
    made = Playhead(clock=clock)
    made.set_clip(clip_of())
    yield made
    made.stop()


def after(playhead: Playhead, clock: Clock, seconds: float) -> int:
    """The frame shown that much later."""
    clock.now += seconds
    playhead._tick()
    return playhead.frame


def test_the_clock_says_which_frame_is_due(playhead: Playhead, clock: Clock) -> None:
    moves: list[tuple[int, int]] = []
    playhead.moved.connect(lambda frame, way: moves.append((frame, way)))
    playhead.play_forwards()
    assert [after(playhead, clock, s) for s in (0.001, 0.04, 0.001, 0.4)] == [0, 1, 1, 11]
    assert moves == [(1, 1), (11, 1)], "frames in between are dropped, none is shown twice"


def test_it_does_not_drift_over_a_long_time(playhead: Playhead, clock: Clock) -> None:
    playhead.set_clip(clip_of(rate=Fraction(30000, 1001)))
    playhead.play_forwards()
    frames = [after(playhead, clock, 0.0101) for _ in range(300)]
    assert frames[-1] == int(300 * 0.0101 * 30000 / 1001)


def test_a_varying_rate_is_played_by_its_own_times(playhead: Playhead, clock: Clock) -> None:
    lengths = np.where(np.arange(FRAMES) % 2, 0.1, 0.02)
    playhead.set_times(ClipTimes(np.concatenate([[0.0], np.cumsum(lengths)])))
    playhead.play_forwards()
    assert [after(playhead, clock, s) for s in (0.021, 0.09, 0.02, 0.09)] == [1, 1, 2, 3]


def test_times_of_other_footage_are_passed_over(playhead: Playhead, clock: Clock) -> None:
    playhead.set_times(ClipTimes.even(3, Fraction(1)))
    playhead.play_forwards()
    assert after(playhead, clock, 0.041) == 1


def test_each_further_press_doubles_the_speed(playhead: Playhead, clock: Clock) -> None:
    speeds: list[int] = []
    playhead.speed_changed.connect(speeds.append)
    for _ in range(5):
        playhead.play_forwards()
    assert speeds == [1, 2, 4, FASTEST]
    assert after(playhead, clock, 0.201) == 40


def test_changing_speed_goes_on_from_where_it_is(playhead: Playhead, clock: Clock) -> None:
    playhead.play_forwards()
    assert after(playhead, clock, 0.401) == 10
    playhead.play_forwards()
    assert after(playhead, clock, 0.2) == 20


def test_backwards(playhead: Playhead, clock: Clock) -> None:
    playhead.go_to(50)
    playhead.play_backwards()
    assert [after(playhead, clock, s) for s in (0.0, 0.039, 0.002, 0.2)] == [50, 50, 49, 44]
    playhead.play_backwards()
    assert playhead.speed == -2
    assert after(playhead, clock, 0.2) == 34


def test_turning_round_starts_at_the_clips_own_rate(playhead: Playhead, clock: Clock) -> None:
    playhead.play_forwards()
    playhead.play_forwards()
    after(playhead, clock, 1)
    playhead.play_backwards()
    assert (playhead.frame, playhead.speed) == (50, -1)


def test_it_stops_at_out_and_starts_again_at_in(playhead: Playhead, clock: Clock) -> None:
    playhead.set_clip(clip_of(20, 40))
    playhead.go_to(35)
    playhead.toggle()
    assert after(playhead, clock, 3) == 39
    assert not playhead.is_playing
    playhead.toggle()
    assert playhead.frame == 20
    playhead.stop()
    playhead.play_backwards()
    assert playhead.frame == 39
    assert after(playhead, clock, 3) == 20
    assert not playhead.is_playing


@pytest.mark.parametrize(("way", "frames"), [(1, [39, 20, 21]), (-1, [20, 39, 38])])
def test_a_loop_stays_between_in_and_out(playhead: Playhead, clock: Clock, way: int, frames: list[int]) -> None:
    playhead.set_clip(clip_of(20, 40))
    playhead.set_loop(True)
    playhead.go_to(22 if way < 0 else 37)
    (playhead.play_forwards if way > 0 else playhead.play_backwards)()
    assert [after(playhead, clock, s) for s in (0.101, 0.02, 0.04)] == frames
    assert playhead.is_playing
    assert 20 <= after(playhead, clock, 123.456) < 40


def test_scrubbing_while_it_plays_goes_on_from_there(playhead: Playhead, clock: Clock) -> None:
    playhead.play_forwards()
    after(playhead, clock, 0.5)
    playhead.go_to(70)
    assert after(playhead, clock, 0.041) == 71


def test_scrubbing_beyond_out_stops(playhead: Playhead) -> None:
    playhead.set_clip(clip_of(20, 40))
    playhead.go_to(30)
    playhead.play_forwards()
    playhead.go_to(60)
    assert (playhead.frame, playhead.is_playing) == (60, False)


def test_other_footage_stops_it_and_another_range_does_not(playhead: Playhead) -> None:
    playhead.play_forwards()
    playhead.set_clip(clip_of(0, 50))
    assert playhead.is_playing
    playhead.set_clip(None)
    assert not playhead.is_playing
    playhead.play_forwards()
    assert not playhead.is_playing


def test_the_real_clock_moves_it(qtbot: QtBot) -> None:
    made = Playhead()
    made.set_clip(clip_of(rate=Fraction(50)))
    made.play_forwards()
    qtbot.waitUntil(lambda: made.frame >= 5)
    made.stop()
