"""Frames are kept within a bound, read once, ahead in the direction of play, for several threads."""

from collections.abc import Sequence
from threading import Barrier, Thread

import numpy as np
import pytest
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frames import Frame
from sam2_studio.media.cache import CachedSource
from tests.fakes import ArraySource

COUNT = 20
BYTES = 4 * 4 * 3


class Counting(ArraySource):
    """An ArraySource that notes what was read, and that nobody reads while somebody reads."""

    def __init__(self, frames: Sequence[np.ndarray]) -> None:
        super().__init__(frames, ClipInfo(path="x", kind=ClipKind.VIDEO, frames=len(frames), width=4, height=4))
        self.seen: list[int] = []
        self.closed = self.inside = self.crowded = False

    def read(self, number: int) -> Frame:
        self.crowded |= self.inside
        self.inside = True
        self.seen.append(number)
        frame = super().read(number)
        self.inside = False
        return frame

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def source() -> Counting:
    return Counting([np.full((4, 4, 3), number, np.uint8) for number in range(COUNT)])


def test_a_kept_frame_is_not_read_again(source: Counting) -> None:
    cache = CachedSource(source)
    assert cache.read(3) is cache.read(3)
    assert source.seen == [3]
    assert cache.holds(3)
    assert not cache.holds(4)


def test_the_bytes_stay_within_the_limit_and_the_oldest_go_first(source: Counting) -> None:
    cache = CachedSource(source, limit=3 * BYTES)
    for number in (0, 1, 2):
        cache.read(number)
    cache.read(0)
    cache.read(3)
    assert cache.nbytes == 3 * BYTES
    assert [cache.holds(number) for number in range(4)] == [True, False, True, True]


def test_a_frame_larger_than_the_limit_is_still_handed_out(source: Counting) -> None:
    cache = CachedSource(source, limit=1)
    assert cache.read(5).rgb[0, 0, 0] == 5
    assert cache.read(6).rgb[0, 0, 0] == 6
    assert cache.nbytes == BYTES


def test_clear_forgets_all(source: Counting) -> None:
    cache = CachedSource(source)
    cache.read(1)
    cache.clear()
    assert cache.nbytes == 0
    cache.read(1)
    assert source.seen == [1, 1]


def test_close_closes_the_reader(source: Counting) -> None:
    cache = CachedSource(source)
    cache.read(1)
    cache.close()
    assert source.closed
    assert cache.nbytes == 0


@pytest.mark.parametrize(
    ("number", "direction", "expected"),
    [(5, 1, [6, 7, 8, 9]), (5, -1, [1, 2, 3, 4]), (18, 1, [19]), (2, -1, [0, 1]), (0, -1, []), (19, 1, [])],
)
def test_prefetch_reads_ahead_step_by_step_and_ends(
    number: int, direction: int, expected: list[int], source: Counting
) -> None:
    cache = CachedSource(source)
    cache.read(number)
    source.seen.clear()
    steps = 0
    while cache.prefetch(number, direction, 4):
        steps += 1
        assert len(source.seen) == steps
    assert source.seen == expected


def test_prefetch_reads_no_more_than_fits(source: Counting) -> None:
    cache = CachedSource(source, limit=4 * BYTES)
    cache.read(5)
    while cache.prefetch(5, 1, 10):
        assert len(source.seen) < 10
    assert source.seen == [5, 6, 7, 8]
    assert cache.holds(5)


def test_many_threads_get_right_frames_and_the_reader_one_at_a_time(source: Counting) -> None:
    cache = CachedSource(source, limit=6 * BYTES)
    gate, wrong = Barrier(4), []

    def work(seed: int) -> None:
        gate.wait()
        for number in np.random.default_rng(seed).integers(0, COUNT, 200).tolist():
            if int(cache.read(number).rgb[0, 0, 0]) != number:
                wrong.append(number)

    threads = [Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert not source.crowded
    assert cache.nbytes <= 6 * BYTES
