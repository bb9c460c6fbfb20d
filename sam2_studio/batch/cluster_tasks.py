"""What a worker of a cluster is asked to do: functions of modules, which every machine has. Knows no scheduler."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from socket import gethostname

from sam2_studio import __version__
from sam2_studio.batch.item_spans import Divided, Share, Tracked, begin_item, finish_item, track_part
from sam2_studio.batch.item_work import failed
from sam2_studio.batch.items import Item, Outcome, Step
from sam2_studio.batch.serving import compute_on, outcome_of
from sam2_studio.core.clip import Clip
from sam2_studio.engine.device import cores
from sam2_studio.engine.digests import digest_of
from sam2_studio.engine.model_files import find_model
from sam2_studio.engine.requests import TrackRequest
from sam2_studio.errors import ModelError


@dataclass(frozen=True, kw_only=True)
class ItemTasks:
    """How an item is done: functions of modules, for workers import them.

    Attributes:
        begin: Does it, or makes it ready to be tracked in parts.
        track: Does a part.
        finish: Puts the parts together.
    """

    begin: Callable[[Item, Share], Iterator[Step | Outcome | Divided]] = begin_item
    track: Callable[[Item, Clip, TrackRequest], Tracked] = track_part
    finish: Callable[[Item, Divided, Sequence[Tracked]], Iterator[Step | Outcome]] = finish_item


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


@dataclass(frozen=True)
class Terms:
    """What every task tells its worker: threads to compute on, and the versions that it must have."""

    threads: int
    versions: str


def begin_there(item: Item, tasks: ItemTasks, share: Share, terms: Terms) -> Outcome | Divided:
    """Do an item in a worker of a cluster, or make it ready to be tracked in parts."""
    if refusal := _taken_up(terms):
        return failed(item, refusal)
    return outcome_of(item, tasks.begin(item, share), _untold)


def track_there(item: Item, tasks: ItemTasks, clip: Clip, part: TrackRequest, terms: Terms) -> Tracked:
    """Track a part of an item in a worker of a cluster. What nobody expects comes out: the scheduler tells it."""
    if refusal := _taken_up(terms):
        return Tracked(error=refusal)
    return tasks.track(item, clip, part)


def finish_there(item: Item, tasks: ItemTasks, plan: Divided, parts: Sequence[Tracked], terms: Terms) -> Outcome:
    """Put the parts of an item together in a worker of a cluster."""
    if refusal := _taken_up(terms):
        return failed(item, refusal)
    return outcome_of(item, tasks.finish(item, plan, parts), _untold)


def versions() -> str:
    """Of the program and of torch, whose results differ from version to version."""
    return f"sam2_studio {__version__} with torch {version('torch')}"


def about(models: Sequence[str]) -> About:
    """What this process is, as a worker."""
    return About(versions(), gethostname(), cores(), {name: _digest(name) for name in models})


def _taken_up(terms: Terms) -> str:
    """Get ready to compute; why this worker can't, "" where it can."""
    if versions() != terms.versions:
        return f"The worker on {gethostname()} has {versions()}, not {terms.versions}. Install the same."
    compute_on(terms.threads)
    return ""


def _untold(step: Step) -> None:
    """Nobody listens while a task is done."""


def _digest(model: str) -> str:
    try:
        return digest_of(find_model(model).path)
    except (OSError, ModelError):
        return ""
