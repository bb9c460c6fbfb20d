"""Makes the next pictures on a thread of their own while the last ones are encoded. Knows no picture."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_AHEAD = 2  # made and not yet taken, so that memory stays bounded


def made_ahead(numbers: Sequence[int], make: Callable[[int], T]) -> Generator[T, None, None]:
    """What `make` gives for each number, in order; one number several times running is made once.

    `make` is called on one thread only, not the caller's, and no more after the generator is closed. What it raises
    comes out where its result would.
    """
    waiting: deque[Future[T]] = deque()
    pool = ThreadPoolExecutor(1, thread_name_prefix="pictures")
    try:
        newest: Future[T] | None = None
        for place, number in enumerate(numbers):
            if newest is None or number != numbers[place - 1]:
                newest = pool.submit(make, number)
            waiting.append(newest)
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
