"""The tasks of a run that are out on a cluster: items, and the parts of long ones. Needs the extra `cluster`."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sam2_studio.batch.cluster_tasks import ItemTasks, Terms, begin_there, finish_there, track_there
from sam2_studio.batch.item_spans import Divided, Share
from sam2_studio.batch.item_work import failed
from sam2_studio.batch.items import Item, Outcome

if TYPE_CHECKING:
    from distributed import Client, Future, as_completed


@dataclass(eq=False)
class _Job:
    """An item that is out.

    Attributes:
        item: As this machine calls it.
        there: As the workers do.
        parts: Those of its parts that aren't tracked yet.
    """

    item: Item
    there: Item
    started: float = field(default_factory=time.monotonic)
    is_divided: bool = False
    parts: "set[Future]" = field(default_factory=set)


class Outstanding:
    """All tasks that are out."""

    def __init__(self, client: "Client", finished: "as_completed", tasks: ItemTasks, terms: Terms, least: int) -> None:
        self._client, self._finished, self._tasks, self._terms, self._least = client, finished, tasks, terms, least
        self._jobs: dict[Future, _Job] = {}

    @property
    def items(self) -> list[Item]:
        return [job.item for job in self._jobs.values()]

    @property
    def is_empty(self) -> bool:
        return not self._jobs

    @property
    def room(self) -> int:
        """How many workers have nothing to do."""
        busy = sum(len(job.parts) or 1 for job in set(self._jobs.values()))
        return max(0, self._workers - busy)

    @property
    def _workers(self) -> int:
        return max(1, len(self._client.nthreads()))

    def begin(self, there: Item, item: Item) -> None:
        """Give an item out."""
        share = Share(self._workers, self._least)
        future = self._submit(begin_there, there, self._tasks, share, self._terms)
        self._jobs[future] = _Job(item, there)

    def next_outcome(self) -> Iterator[Outcome]:
        """Wait for a task; the outcome of its item, if it was the last of it."""
        future = next(self._finished)
        job = self._jobs.pop(future, None)
        if job is None:
            return
        if future in job.parts:
            job.parts.remove(future)
        elif isinstance(ended := _ended(future, job.item), Divided):
            self._divide(job, ended, future)
        else:
            yield self._over(job, ended)

    def take_back(self) -> None:
        """Let nobody begin with what is still waiting."""
        self._client.cancel(list(self._jobs))

    def _divide(self, job: _Job, plan: Divided, ready: "Future") -> None:
        """Give out the parts of an item, and what puts them together, by whoever made it ready if that still is."""
        at = [worker for workers in self._client.who_has([ready]).values() for worker in workers]
        parts = [self._submit(track_there, job.there, self._tasks, plan.clip, part, self._terms) for part in plan.parts]
        last = self._submit(
            finish_there,
            job.there,
            self._tasks,
            replace(plan, parts=()),
            parts,
            self._terms,
            workers=at or None,
            allow_other_workers=True,
        )
        job.is_divided, job.parts = True, set(parts)
        self._jobs |= dict.fromkeys([*parts, last], job)

    def _over(self, job: _Job, outcome: Outcome) -> Outcome:
        """Forget the parts of an item that is done; the outcome with its time."""
        left = [future for future, other in self._jobs.items() if other is job]
        for future in left:
            del self._jobs[future]
        self._client.cancel(left)
        return replace(outcome, seconds=time.monotonic() - job.started) if job.is_divided else outcome

    def _submit(self, task: Callable[..., object], *words: object, **more: object) -> "Future":
        future = self._client.submit(task, *words, pure=False, **more)
        self._finished.add(future)
        return future


def _ended(future: "Future", item: Item) -> Outcome | Divided:
    from distributed.scheduler import KilledWorker

    error = future.exception()
    if error is None:
        ended: Outcome | Divided = future.result()
        return ended
    if isinstance(error, KilledWorker):
        return failed(item, "Every worker that tried it died. Its footage may be damaged, or memory ran out.")
    return failed(item, f"The cluster couldn't do it: {error!r}. See the log of its workers.")
