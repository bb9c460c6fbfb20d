"""Makes the next pictures, several at once, while the last ones are encoded. Knows no picture."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import cv2

T = TypeVar("T")

_AHEAD = 1  # made and not yet taken beside those that are being made, so that memory stays bounded
MOST_ABREAST = 8
_MOST_BYTES = 1 << 30  # of those that are being made
_BYTES_A_PIXEL = 64  # that making one takes at its height


def abreast(pixels: int) -> int:
    """How many pictures of so many pixels had better be made at once: on as many cores as OpenCV is allowed.

    In a worker of a batch, which shares the machine, that is fewer than there are.
    """
    fitting = _MOST_BYTES // (_BYTES_A_PIXEL * pixels)
    return max(1, min(cv2.getNumThreads(), MOST_ABREAST, fitting))


def made_ahead(
    numbers: Sequence[int], begin: Callable[[int], Callable[[], T]], at_once: int
) -> Generator[T, None, None]:
    """What comes of each number, in order; one number several times running is made once.

    `begin` is called in order, on one thread only, not the caller's; what it returns is called on one of `at_once`
    others. Neither is any more after the generator is closed. What either raises comes out where its result would.
    """

    def start(number: int) -> Future[T]:
        return makers.submit(begin(number))

    waiting: deque[Future[Future[T]]] = deque()
    reader = ThreadPoolExecutor(1, thread_name_prefix="pictures")
    makers = ThreadPoolExecutor(at_once, thread_name_prefix="pictures")
    try:
        newest: Future[Future[T]] | None = None
        for place, number in enumerate(numbers):
            if newest is None or number != numbers[place - 1]:
                newest = reader.submit(start, number)
            waiting.append(newest)
            if len(waiting) > at_once + _AHEAD:
                yield waiting.popleft().result().result()
        while waiting:
            yield waiting.popleft().result().result()
    finally:
        reader.shutdown(wait=True, cancel_futures=True)  # first: what it begins goes to the makers
        makers.shutdown(wait=True, cancel_futures=True)
