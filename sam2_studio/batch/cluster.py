"""Runs items on a Dask cluster: the same work as on this machine, with the same results. Needs the extra `cluster`.

A task is an item. Never more tasks are out than there are workers, so that the scheduler stays small and large items go
first. Whatever is wrong with a worker, its version, its model, is found before it gets work.
"""

from collections import Counter, deque
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from socket import gethostname
from typing import TYPE_CHECKING

from sam2_studio import __version__
from sam2_studio.batch.item_work import failed
from sam2_studio.batch.items import Item, Outcome, Step
from sam2_studio.batch.pool import Work, next_item
from sam2_studio.batch.serving import compute_on, outcome_of
from sam2_studio.batch.written import WrittenSubject
from sam2_studio.engine.device import cores
from sam2_studio.engine.digests import digest_of
from sam2_studio.engine.model_files import find_model
from sam2_studio.errors import BatchError, ModelError

if TYPE_CHECKING:
    from distributed import Client, Future, as_completed

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


@dataclass(frozen=True)
class About:
    """What a worker says of itself.

    Attributes:
        versions: Of the program and of what decides its results.
        digests: Sha256 by model; "" where it isn't there.
    """

    versions: str
    host: str
    cores: int
    digests: Mapping[str, str]


class DaskCluster:
    """The workers of a scheduler.

    Args:
        address: Of the scheduler, such as `tcp://10.0.0.5:8786`.
        work: Does one item; a function of a module that the workers have.
        mounts: Folders that have other names there.
    """

    def __init__(self, address: str, work: Work, mounts: Sequence[Mount] = ()) -> None:
        self._address, self._work, self._mounts = address, work, tuple(mounts)

    def run(self, items: Sequence[Item]) -> Generator[Step | Outcome, None, None]:
        """Do all items. A task whose worker is lost is given to another one. Closing it takes back what is waiting.

        Raises:
            BatchError: the scheduler can't be reached or is lost, or a worker isn't fit.
        """
        from distributed import as_completed

        client = _connected(self._address)
        waiting = deque(items)
        running: dict[Future, Item] = {}
        try:
            threads = _checked_threads(client, items)
            finished = as_completed(loop=client.loop)
            self._submit(client, waiting, running, finished, threads)
            for future in finished:
                item = running.pop(future)
                yield _result(future, item)
                self._submit(client, waiting, running, finished, threads)
        finally:
            client.cancel(list(running))
            client.close()

    def _submit(
        self,
        client: "Client",
        waiting: deque[Item],
        running: "dict[Future, Item]",
        finished: "as_completed",
        threads: int,
    ) -> None:
        """Give every free worker an item."""
        room = max(1, sum(client.nthreads().values())) - len(running)
        for _ in range(room):
            item = next_item(waiting, running.values())
            if item is None:
                return
            future = client.submit(do_there, mapped(item, self._mounts), self._work, threads, versions(), pure=False)
            running[future] = item
            finished.add(future)


def do_there(item: Item, work: Work, threads: int, wanted: str) -> Outcome:
    """Do an item in a worker of a cluster."""
    if versions() != wanted:
        return failed(item, f"The worker on {gethostname()} has {versions()}, not {wanted}. Install the same.")
    compute_on(threads)
    return outcome_of(item, work, lambda step: None)


def versions() -> str:
    """Of the program and of torch, whose results differ from version to version."""
    return f"sam2_studio {__version__} with torch {version('torch')}"


def about(models: Sequence[str]) -> About:
    """What this process is, as a worker."""
    return About(versions(), gethostname(), cores(), {name: _digest(name) for name in models})


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


def _digest(model: str) -> str:
    try:
        return digest_of(find_model(model).path)
    except (OSError, ModelError):
        return ""


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


def _result(future: "Future", item: Item) -> Outcome:
    from distributed.scheduler import KilledWorker

    error = future.exception()
    if error is None:
        outcome: Outcome = future.result()
        return outcome
    if isinstance(error, KilledWorker):
        return failed(item, "Every worker that tried it died. Its footage may be damaged, or memory ran out.")
    return failed(item, f"The cluster couldn't do it: {error!r}. See the log of its workers.")
