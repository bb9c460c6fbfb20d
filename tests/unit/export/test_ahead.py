"""Working ahead: begun in order on one other thread, made on several, never far ahead, at an end when nobody asks."""

import threading
from collections.abc import Callable

import pytest
from sam2_studio.export import ahead
from sam2_studio.export.ahead import MOST_ABREAST, abreast, made_ahead

PATIENCE = 60  # s; a limit for a hung program, not a measure


def made_in(begun: list[int]) -> Callable[[int], Callable[[], int]]:
    """Notes what is begun, and gives ten times the number."""

    def begin(number: int) -> Callable[[], int]:
        begun.append(number)
        return lambda: number * 10

    return begin


@pytest.mark.parametrize("at_once", [1, 3])
def test_results_come_in_order_and_all_is_begun_in_order_on_one_other_thread(at_once: int) -> None:
    begun: list[tuple[int, str]] = []
    makers = set()

    def begin(number: int) -> Callable[[], int]:
        begun.append((number, threading.current_thread().name))

        def make() -> int:
            makers.add(threading.current_thread())
            return number * 10

        return make

    assert list(made_ahead(range(50), begin, at_once)) == [number * 10 for number in range(50)]
    assert [number for number, _ in begun] == list(range(50))
    assert len({name for _, name in begun}) == 1
    assert len(makers) <= at_once
    assert threading.current_thread() not in makers


def test_several_are_made_at_once_and_still_come_in_order() -> None:
    both = threading.Barrier(2, timeout=PATIENCE)

    def begin(number: int) -> Callable[[], int]:
        def make() -> int:
            both.wait()  # neither ends before the other began
            return number

        return make

    assert list(made_ahead(range(6), begin, 2)) == list(range(6))


def test_a_number_that_comes_again_is_made_once() -> None:
    begun: list[int] = []
    assert list(made_ahead([1, 2, 2, 2, 3, 3, 1], made_in(begun), 2)) == [10, 20, 20, 20, 30, 30, 10]
    assert begun == [1, 2, 3, 1]


@pytest.mark.parametrize("at_once", [1, 3])
def test_few_are_begun_before_one_is_taken(at_once: int) -> None:
    begun: list[int] = []
    results = made_ahead(range(100), made_in(begun), at_once)
    for taken in range(1, 20):
        next(results)
        assert len(begun) <= taken + at_once + 1
    results.close()
    assert len(begun) <= 20 + at_once + 1


def test_nothing_is_begun_or_made_after_the_end() -> None:
    begun: list[int] = []
    results = made_ahead(range(100), made_in(begun), 2)
    next(results)
    results.close()
    count = len(begun)
    assert not [t.name for t in threading.enumerate() if "pictures" in t.name]
    assert len(begun) == count


@pytest.mark.parametrize("early", [True, False])
def test_what_is_raised_comes_out_at_its_place(early: bool) -> None:
    def make(number: int) -> int:
        if number == 4:
            raise ValueError("four")
        return number

    def begin(number: int) -> Callable[[], int]:
        if early:
            make(number)
        return lambda: make(number)

    results = made_ahead(range(10), begin, 2)
    assert [next(results) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="four"):
        next(results)
    assert not [t.name for t in threading.enumerate() if "pictures" in t.name]


def test_nothing_at_all() -> None:
    assert list(made_ahead([], made_in([]), 2)) == []


def test_how_many_at_once_follows_the_cores_and_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead.cv2, "getNumThreads", lambda: 64)
    assert abreast(1920 * 1080) == MOST_ABREAST
    assert 1 <= abreast(3840 * 2160) < MOST_ABREAST
    assert abreast(1 << 30) == 1
    monkeypatch.setattr(ahead.cv2, "getNumThreads", lambda: 1)
    assert abreast(100) == 1
