"""Work in steps, the most urgent first; newer work of the same key replaces older. Knows no Qt, no torch, no thread.

A job is a generator: every item that it yields is handed on, and after each the most urgent living job goes on, so that
a click gets its answer between two frames of a track run. Whoever calls `step` computes; anyone may submit and cancel.
"""

import itertools
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from sam2_studio.errors import Cancelled


class Priority(IntEnum):
    """Small goes first; jobs of one priority go in the order in which they came."""

    MODEL = 0
    CLICK = 1
    PREVIEW = 2
    TRACK = 3
    IDLE = 4


class CancelToken:
    """Says that work isn't wanted any more; may be set from any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def cancel(self) -> None:
        self._event.set()

    def check(self) -> None:
        """Raise Cancelled where it was cancelled; for long work between two yields."""
        if self.cancelled:
            raise Cancelled


Work = Callable[[CancelToken], Iterator[object]]


@dataclass(eq=False)
class Job:
    """One run of work.

    Attributes:
        id: Rises.
        key: Newer work of this key cancels it; "" for never.
        priority: How urgent.
        token: Cancels it.
    """

    id: int
    key: str
    priority: Priority
    token: CancelToken
    work: Work = field(repr=False)
    on_item: Callable[[object], None] = field(repr=False)
    on_end: Callable[[BaseException | None], None] = field(repr=False)
    steps: Iterator[object] | None = field(default=None, repr=False)


class JobQueue:
    """Jobs waiting or under way."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._ids = itertools.count(1)
        self._jobs: list[Job] = []

    def submit(
        self,
        work: Work,
        *,
        on_item: Callable[[object], None],
        on_end: Callable[[BaseException | None], None],
        key: str = "",
        priority: Priority = Priority.IDLE,
    ) -> Job:
        """Add a job; living jobs of the same key are cancelled.

        Args:
            work: Makes the generator, on the thread that steps.
            on_item: Gets each item, on the thread that steps.
            on_end: Called once, there too: None after the last item, Cancelled, or the error that ended it.
            key: What the job is for: "click 3 120".
            priority: How urgent.
        """
        with self._condition:
            job = Job(next(self._ids), key, priority, CancelToken(), work, on_item, on_end)
            if key:
                self._cancel(key)
            self._jobs.append(job)
            self._condition.notify_all()
        return job

    def cancel(self, key: str) -> None:
        """Cancel the jobs of a key; they end before any other step is made."""
        with self._condition:
            self._cancel(key)
            self._condition.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until there is work; whether there is."""
        with self._condition:
            return self._condition.wait_for(lambda: bool(self._jobs), timeout)

    def wake(self) -> None:
        """Let `wait` look again: its caller has to end."""
        with self._condition:
            self._condition.notify_all()

    def step(self) -> bool:
        """End what was cancelled, else take the most urgent job to its next item; False where there is none."""
        with self._condition:
            job = min(self._jobs, key=lambda j: (not j.token.cancelled, j.priority, j.id), default=None)
        if job is None:
            return False
        try:
            job.token.check()
            if job.steps is None:
                job.steps = job.work(job.token)
            job.on_item(next(job.steps))
        except StopIteration:
            self._end(job, None)
        except Cancelled as error:
            self._end(job, error)
        except Exception as error:  # noqa: BLE001 - handed on: one job's fault must not end the others
            self._end(job, error)
        return True

    def run_until_idle(self) -> None:
        """Step until no job is left: for the command line and tests."""
        while self.step():
            pass

    def cancel_all(self) -> None:
        """Cancel every job and end it."""
        with self._condition:
            for job in self._jobs:
                job.token.cancel()
        self.run_until_idle()

    def _cancel(self, key: str) -> None:
        for job in self._jobs:
            if job.key == key:
                job.token.cancel()

    def _end(self, job: Job, error: BaseException | None) -> None:
        with self._condition:
            self._jobs.remove(job)
        if isinstance(job.steps, Generator):
            job.steps.close()
        job.on_end(error)
