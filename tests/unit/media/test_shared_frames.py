"""Frames in shared memory: looked at where they lie, never written over meanwhile, copied when slots run out."""

import os
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.geometry import Size
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.shared_frames import FrameShape, SlotPool, SlotWriter
from tests.media_factory import numbered_frames, read_number, write_video

SIZE = Size(64, 48)


class Pair:
    """Both sides of the memory in one process."""

    def __init__(self, slots: int, **shape: Any) -> None:
        self.shape = FrameShape(**{"size": SIZE, "deep": False, "alpha": True, "light": False} | shape)
        self.pool = SlotPool(slots * self.shape.room)
        self.pool.set_room(self.shape)
        self.writer = SlotWriter(os.dup(self.pool.descriptor))
        self.writer.set_room(self.pool.room)
        self.slots: list[int] = []

    def frame(self, value: int, alpha: bool = False) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """One more frame, all of it `value`, as it comes through."""
        self.writer.forget(self.pool.cool())
        self.slots += self.pool.grant(2)
        kind = np.uint16 if self.shape.deep else np.uint8
        rgb = np.full((SIZE.height, SIZE.width, 3), value, kind)
        written = Frame(value, rgb, Timestamp(0, Fraction(1)), np.full(rgb.shape[:2], value, kind) if alpha else None)
        slot = self.slots.pop(0)
        shown, covered, _ = self.pool.take(self.writer.put(written, slot), slot)
        assert shown is not None
        return shown, covered

    def close(self) -> None:
        self.writer.close()
        self.pool.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair(6)
    yield made
    made.close()


def is_copy(pixels: NDArray[Any]) -> bool:
    base = pixels.base
    return base is None or not isinstance(base, np.ndarray) or base.flags.owndata


def test_a_frame_lies_in_its_slot_and_cannot_be_written(pair: Pair) -> None:
    rgb, alpha = pair.frame(7, alpha=True)
    assert not is_copy(rgb)
    assert alpha is not None
    assert (rgb == 7).all()
    assert (alpha == 7).all()
    for pixels in (rgb, alpha):
        with pytest.raises(ValueError, match="read-only"):
            pixels[0] = 1
        with pytest.raises(ValueError, match="cannot set WRITEABLE"):
            pixels.setflags(write=True)


def test_no_frame_that_is_looked_at_is_ever_written_over(pair: Pair) -> None:
    """Kept in every order and for any time: each holds what it held, or is a copy of it."""
    random = np.random.default_rng(4)
    kept: dict[int, NDArray[Any]] = {}
    copies = 0
    for value in range(1, 80):
        kept[value], _ = pair.frame(value)
        copies += is_copy(kept[value])
        for gone in random.permutation(list(kept))[: random.integers(0, 3)]:
            del kept[int(gone)]
        assert all((pixels == number).all() for number, pixels in kept.items())
    assert 0 < copies < 79


@pytest.mark.parametrize(
    "look",
    [
        lambda a: a[10:20, ::2, 1], lambda a: a.reshape(-1)[5:], lambda a: memoryview(a)[3:9], np.transpose,
        lambda a: a.view(np.int8), lambda a: np.lib.stride_tricks.sliding_window_view(a, 3, 1),
        lambda a: QImage(a.data, SIZE.width, SIZE.height, 3 * SIZE.width, QImage.Format.Format_RGB888),
        lambda a: a.ravel().data.cast("B"), lambda a: np.frombuffer(a, np.uint8)[::-1], lambda a: [a.flat, a.T[0]],
    ],
)  # fmt: skip
def test_whatever_looks_at_the_pixels_keeps_their_slot(pair: Pair, look: Any) -> None:
    seen = look(pair.frame(1)[0])
    assert seen is not None
    assert not pair.pool._free
    del seen
    assert len(pair.pool._free) == 1


def test_when_slots_run_out_frames_are_copied_and_later_not_any_more(pair: Pair) -> None:
    kept = [pair.frame(value)[0] for value in range(1, 9)]
    assert [is_copy(pixels) for pixels in kept] == [False] * 4 + [True] * 4
    assert [int(pixels[0, 0, 0]) for pixels in kept] == list(range(1, 9))
    assert os.fstat(pair.pool.descriptor).st_blocks * 512 <= 6 * pair.shape.room + 4096
    kept.clear()
    assert not is_copy(pair.frame(9)[0])


def test_memory_of_free_slots_goes_back_to_the_system() -> None:
    pair = Pair(100)
    kept = [pair.frame(value)[0] for value in range(50)]
    taken = os.fstat(pair.pool.descriptor).st_blocks
    kept.clear()
    pair.frame(1)
    left = os.fstat(pair.pool.descriptor).st_blocks
    assert left * 5 < taken
    again = [pair.frame(value)[0] for value in range(100, 150)]
    assert all((pixels == 100 + n).all() for n, pixels in enumerate(again))
    assert os.fstat(pair.pool.descriptor).st_blocks <= taken * 1.1
    pair.close()


def test_frames_outlive_the_memory_and_both_sides() -> None:
    pair = Pair(8, deep=True)
    rgb, alpha = pair.frame(5, alpha=True)
    pair.close()
    del pair
    assert (rgb == 5).all()
    assert alpha is not None
    assert (alpha == 5).all()


def test_many_small_frames_take_few_file_descriptors() -> None:
    before = psutil.Process().num_fds()
    pair = Pair(5000)
    kept = [pair.frame(value % 251)[0] for value in range(2000)]
    assert not any(is_copy(pixels) for pixels in kept)
    assert all((pixels == value % 251).all() for value, pixels in enumerate(kept))
    assert psutil.Process().num_fds() < before + 12
    pair.close()
    kept.clear()
    assert psutil.Process().num_fds() == before


def test_frames_may_be_dropped_on_any_thread(pair: Pair) -> None:
    kept = [pair.frame(value)[0] for value in range(1, 4)]
    thread = threading.Thread(target=kept.clear)
    thread.start()
    thread.join()
    assert len(pair.pool._free) == 3


def test_slots_that_were_not_granted_or_are_too_small_are_refused(pair: Pair) -> None:
    slot = pair.pool.grant(2)[0]
    with pytest.raises(ValueError, match="no such slot"):
        pair.pool.take(pair.shape, 2 * pair.shape.room)
    with pytest.raises(ValueError, match="too small"):
        pair.pool.take(FrameShape(size=Size(640, 480), deep=False, alpha=False, light=False), slot)
    pair.pool.take(pair.shape, slot)
    with pytest.raises(ValueError, match="no such slot"):
        pair.pool.take(pair.shape, slot)


def test_frames_of_another_process_stay_when_others_are_read_and_it_opens_something_else(tmp_path: Path) -> None:
    for name, first in (("a.mkv", 0), ("b.mkv", 100)):
        frames = list(numbered_frames(112))[first : first + 12]
        write_video(tmp_path / name, frames, codec="ffv1", pix_fmt="bgr0")
    with IsolatedSource(tmp_path / "a.mkv") as source:
        kept = [source.read(number).rgb for number in (0, 1, 2, 3, 8, 5, 6, 11, 0)]
        assert not any(is_copy(pixels) for pixels in kept)
    with IsolatedSource(tmp_path / "b.mkv") as source:
        kept += [source.read(number).rgb for number in range(12)]
    numbers = [read_number(pixels) for pixels in kept]
    assert numbers == [0, 1, 2, 3, 8, 5, 6, 11, 0, *range(100, 112)]
