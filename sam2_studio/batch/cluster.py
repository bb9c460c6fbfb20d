"""Runs items on a Dask cluster: the same work as on this machine, with the same results. Needs the extra `cluster`.

A task is an item, or a part of a long one. Items are handed out while workers are free, so that the scheduler stays
small and large items go first. Whatever is wrong with a worker, its version, its model, is found before it gets work.
"""

from collections import Counter, deque
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sam2_studio.batch.cluster_run import Outstanding
from sam2_studio.batch.cluster_tasks import About, ItemTasks, Terms, about, versions
from sam2_studio.batch.items import Item, Outcome, Step
from sam2_studio.batch.pool import next_item
from sam2_studio.batch.written import WrittenSubject
from sam2_studio.errors import BatchError

if TYPE_CHECKING:
    from distributed import Client

LEAST_FRAMES = 120  # of a part: less isn't worth that another worker opens the clip
_SECONDS = 20  # to reach the scheduler
_INSTALL = "pip install 'sam2-studio[cluster]'"


@dataclass(frozen=True)
class Mount:
    """A folder that is called `there` on the workers and `here` on this machine."""

    here: Path
    there: Path

    @classmethod
    def parse(cls, text: str) -> "Mount":
        """`HERE=THERE`. Raises ValueError."""
        here, _, there = text.partition("=")
        if not here or not there:
            raise ValueError(f"“{text}”: a mount is HERE=THERE, such as /shots=/net/shots.")
        return cls(Path(here).absolute(), Path(there))


class DaskCluster:
    """The workers of a scheduler.

    Args:
        address: Of the scheduler, such as `tcp://10.0.0.5:8786`.
        tasks: How an item is done.
        mounts: Folders that have other names there.
        least: Frames of a part into which a long item is divided, all objects counted.
    """

    def __init__(
        self, address: str, tasks: ItemTasks = ItemTasks(), mounts: Sequence[Mount] = (), *, least: int = LEAST_FRAMES
    ) -> None:
        self._address, self._tasks, self._mounts, self._least = address, tasks, tuple(mounts), least

    def run(self, items: Sequence[Item]) -> Generator[Step | Outcome, None, None]:
        """Do all items. A task whose worker is lost is given to another one. Closing it takes back what is waiting.

        Raises:
            BatchError: the scheduler can't be reached or is lost, or a worker isn't fit.
        """
        client = _connected(self._address)
        try:
            from distributed import as_completed

            threads = _checked_threads(client, items)
            finished = as_completed(loop=client.loop)
            out = Outstanding(client, finished, self._tasks, Terms(threads, versions()), self._least)
            try:
                yield from self._hand_out(deque(items), out)
            finally:
                out.take_back()
        finally:
            client.close()

    def _hand_out(self, waiting: deque[Item], out: Outstanding) -> Generator[Step | Outcome, None, None]:
        while True:
            while out.room and (item := next_item(waiting, out.items)) is not None:
                out.begin(mapped(item, self._mounts), item)
            if out.is_empty:
                return
            yield from out.next_outcome()


def mapped(item: Item, mounts: Sequence[Mount]) -> Item:
    """The item with its paths as the workers call them."""
    if not mounts:
        return item

    def there(path: Path) -> Path:
        for mount in mounts:
            if path.is_relative_to(mount.here):
                return mount.there / path.relative_to(mount.here)
        return path

    picture = item.export.background.picture
    background = replace(item.export.background, picture=None if picture is None else there(picture))
    return replace(
        item,
        media=there(item.media),
        folder=there(item.folder),
        export=replace(item.export, target=there(item.export.target), background=background),
        subjects=tuple(
            WrittenSubject(
                s.name,
                tuple(replace(p, mask=p.mask and there(p.mask), hair=p.hair and there(p.hair)) for p in s.prompts),
            )
            for s in item.subjects
        ),
        known_as=item.media,
    )


def _connected(address: str) -> "Client":
    try:
        from distributed import Client
    except ImportError as error:
        raise BatchError("A cluster needs the packages dask and distributed.", f"Install them: {_INSTALL}") from error
    try:
        return Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise BatchError(f"There is no scheduler at {address}.", "Start one: dask scheduler") from error


def _checked_threads(client: "Client", items: Sequence[Item]) -> int:
    """Threads on which each worker computes, the same for all. Raises BatchError where a worker isn't fit."""
    wanted = {item.model: item.model_sha256 for item in items}
    found: dict[str, About] = client.run(about, list(wanted))
    if not found:
        raise BatchError("The scheduler has no workers.", "Start some: dask worker ADDRESS --nthreads 1")
    for address, one in found.items():
        _check(address, one, wanted)
    if any(threads > 1 for threads in client.nthreads().values()):
        raise BatchError("A worker has several threads, and a model serves one.", "Start them with --nthreads 1.")
    workers = Counter(one.host for one in found.values())
    return max(1, min(one.cores // workers[one.host] for one in found.values()))


def _check(address: str, one: About, wanted: Mapping[str, str]) -> None:
    if one.versions != versions():
        raise BatchError(f"The worker {address} has {one.versions}, this is {versions()}.", "Install the same there.")
    for model, digest in one.digests.items():
        if digest != wanted[model]:
            told = f"has another file of {model}" if digest else f"doesn't have {model}"
            raise BatchError(f"The worker {address} {told}.", f"Run there: sam2-studio models get {model}")
