"""The top of a worker's process: takes items from a pipe, does them, and says how far it is."""

import contextlib
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import NoReturn

from sam2_studio.batch.item_work import Ended, failed
from sam2_studio.batch.items import Item, Outcome, Step
from sam2_studio.engine.allocator import keep_freed_memory
from sam2_studio.engine.device import use_threads
from sam2_studio.engine.shortage import is_shortage, shortage_told

READY = "ready"
_PAUSE = 0.2  # seconds between two steps that are told

_log = logging.getLogger(__name__)


def serve(pipe: Connection, work: Callable[[Item], Iterator[Step | Outcome]], threads: int) -> None:
    """Do items until the pipe is closed.

    Ctrl+C reaches all processes of a terminal: the parent decides. SIGTERM ends the work in an orderly way, and so
    does a parent that is gone, when the next step is told.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # blocked by whoever started this
    signal.signal(signal.SIGTERM, _end)
    compute_on(threads)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send(READY)
        while True:
            _do(pipe.recv(), pipe, work)


def outcome_of(item: Item, work: Iterator[Step | Ended], tell: Callable[[Step], object]) -> Ended | Outcome:
    """Do what is to be done for an item and return what it ends with, whatever happens; `tell` hears of its steps."""
    try:
        for said in work:
            if not isinstance(said, Step):
                return said
            tell(said)
    except (BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:  # noqa: BLE001 - the top of a worker: one item's surprise must not end the others
        _log.exception("unexpected error in %s", item.said)
        said_so = shortage_told() if is_shortage(error) else f"Something unexpected happened: {error!r}."
        return failed(item, str(said_so))
    return failed(item, "The work ended without a result.")


def _do(item: Item, pipe: Connection, work: Callable[[Item], Iterator[Step | Outcome]]) -> None:
    last = 0.0

    def tell(step: Step) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _PAUSE:
            last = now
            pipe.send(step)

    pipe.send(outcome_of(item, work(item), tell))


def compute_on(threads: int) -> None:
    """Let the network and OpenCV use so many threads of this process, and keep what they free for the next frame."""
    import cv2

    keep_freed_memory()
    use_threads(threads)
    cv2.setNumThreads(threads)


def _end(number: int, frame: object) -> NoReturn:
    sys.exit(0)
