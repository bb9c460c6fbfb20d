"""Working ahead: in order, on one other thread, never far ahead, and at an end when nobody asks any more."""

import threading

import pytest
from sam2_studio.export.ahead import made_ahead


def test_results_come_in_order_from_one_other_thread() -> None:
    threads = set()

    def make(number: int) -> int:
        threads.add(threading.current_thread())
        return number * 10

    assert list(made_ahead(range(50), make)) == [number * 10 for number in range(50)]
    assert len(threads) == 1
    assert threading.current_thread() not in threads


def test_a_number_that_comes_again_is_made_once() -> None:
    made: list[int] = []
    assert list(made_ahead([1, 2, 2, 2, 3, 3, 1], lambda n: made.append(n) or n)) == [1, 2, 2, 2, 3, 3, 1]
    assert made == [1, 2, 3, 1]


def test_no_more_than_three_are_made_before_one_is_taken() -> None:
    made: list[int] = []
    results = made_ahead(range(100), lambda n: made.append(n) or n)
    for taken in range(1, 20):
        next(results)
        assert len(made) <= taken + 2
    results.close()
    assert len(made) <= 21


def test_what_is_raised_comes_out_at_its_place() -> None:
    def make(number: int) -> int:
        if number == 4:
            raise ValueError("four")
        return number

    results = made_ahead(range(10), make)
    assert [next(results) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="four"):
        next(results)
    assert threading.active_count() == 1 or all("pictures" not in t.name for t in threading.enumerate())


def test_nothing_at_all() -> None:
    assert list(made_ahead([], lambda n: n)) == []
