"""Runs items on processes of this machine. A worker that dies takes its item with it and is replaced. No torch here.

Workers are spawned, never forked; each computes on a few threads of its own and loads a model once.
"""

import contextlib
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import connection, get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from sam2_studio.batch.item_work import failed
from sam2_studio.batch.items import Item, Outcome, Step
from sam2_studio.batch.serving import READY, serve
from sam2_studio.errors import BatchError

Work = Callable[[Item], Iterator[Step | Outcome]]
PoolRun = Generator[Step | Outcome, None, None]
Take = Callable[[Sequence[Item]], Item | None]

_PATIENCE = 10.0  # seconds that a worker has to tidy up when it is told to stop


@dataclass
class _Worker:
    """A process, our end of its pipe, and what it works on.

    Attributes:
        is_ready: Whether it ever answered.
    """

    process: BaseProcess
    pipe: Connection
    item: Item | None = None
    is_ready: bool = False


class WorkerPool:
    """A number of processes, made when a run starts and gone when it ends.

    Args:
        workers: How many, at least 1.
        threads: On which each computes.
        work: Does one item; a function of a module, for the processes import it.
    """

    def __init__(self, workers: int, threads: int, work: Work) -> None:
        self._count, self._threads, self._work = workers, threads, work
        self._context = get_context("spawn")
        self._stop_heard, self._stop_told = self._context.Pipe(duplex=False)

    def stop(self) -> None:
        """End the run that goes on, or the next one, soon; from any thread."""
        self._stop_told.send(None)

    def run(self, items: Sequence[Item]) -> PoolRun:
        """Do all items, in their order as far as workers are free; closing it stops the workers.

        Items of the same project are never done at the same time.

        Raises:
            BatchError: a worker doesn't even start.
        """
        waiting = deque(items)
        yield from self.run_as_told(lambda busy: next_item(waiting, busy), at_most=len(waiting))

    def run_as_told(self, take: Take, *, at_most: int) -> PoolRun:
        """Do the items that `take` hands out one at a time, whenever a worker is free; see `run`.

        Args:
            take: Given what is being done, the next item; None where there is none now. The run ends when it says so
                while nothing is being done.
            at_most: Items that there can be: no more workers are started.
        """
        workers = [self._started() for _ in range(min(self._count, at_most))]
        try:
            while workers and self._hand_out(take, workers):
                for ready in connection.wait([*(worker.pipe for worker in workers), self._stop_heard]):
                    if ready is self._stop_heard:
                        self._stop_heard.recv()
                        return
                    place = next(i for i, worker in enumerate(workers) if worker.pipe is ready)
                    yield from self._hear(workers, place)
        finally:
            _stop(workers)

    def _started(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs, self._work, self._threads), daemon=True)
        with _deaf_to_ctrl_c():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def _hand_out(self, take: Take, workers: Sequence[_Worker]) -> bool:
        """Give the free workers something to do; whether anything is being done, or may be yet."""
        is_over = False
        for worker in workers:
            if worker.item is not None or not worker.is_ready:
                continue
            worker.item = take([other.item for other in workers if other.item is not None])
            if worker.item is None:
                is_over = True
                continue
            with contextlib.suppress(OSError):  # it is dead: its pipe will say so
                worker.pipe.send(worker.item)
        return not is_over or any(worker.item for worker in workers)

    def _hear(self, workers: list[_Worker], place: int) -> PoolRun:
        worker = workers[place]
        try:
            said = worker.pipe.recv()
        except (EOFError, OSError):
            workers[place] = self._started()
            yield from _lost(worker, alone=self._count == 1)
            return
        if said == READY:
            worker.is_ready = True
            return
        if isinstance(said, Outcome):
            worker.item = None
        yield said


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Start processes that don't hear Ctrl+C, which reaches all of a terminal's: it would end one loudly that loads.

    It isn't lost: this thread hears of it afterwards.
    """
    resource_tracker.ensure_running()  # it is started with the first process, and lets this thread hear again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def next_item(waiting: deque[Item], busy: Iterable[Item]) -> Item | None:
    """Take out the first item whose project nobody works on; None where there is none."""
    projects = {item.media for item in busy if item.is_project}
    for item in waiting:
        if item.media not in projects:
            waiting.remove(item)
            return item
    return None


def _lost(worker: _Worker, *, alone: bool) -> Iterator[Outcome]:
    """What became of the item of a worker that died."""
    worker.pipe.close()
    worker.process.join()
    reason = _reason(worker.process.exitcode)
    if not worker.is_ready:
        raise BatchError(f"A worker can't start: {reason}.", "See the log, or try --workers 1.")
    if worker.item is not None:
        cure = f"Its footage may be damaged; or memory ran out{'' if alone else ': try fewer --workers'}."
        yield failed(worker.item, f"The worker died of it: {reason}. {cure}")


def _reason(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        try:
            return f"ended by {signal.Signals(-exitcode).name}"
        except ValueError:
            return f"ended by signal {-exitcode}"
    return f"it ended with status {exitcode}"


def _stop(workers: Sequence[_Worker]) -> None:
    """Let each worker tidy up and end."""
    for worker in workers:
        if worker.item is None and worker.is_ready:
            worker.pipe.close()
        else:
            worker.process.terminate()
    for worker in workers:
        worker.process.join(_PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.pipe.close()
