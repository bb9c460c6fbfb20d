"""Stand-ins for the work on an item of a batch; module functions, for workers import them."""

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sam2_studio.batch.cluster_tasks import ItemTasks
from sam2_studio.batch.item_spans import Divided, Share, Tracked, finish_item, track_part
from sam2_studio.batch.item_work import do_item, failed
from sam2_studio.batch.items import Fate, Item, Outcome, Step
from sam2_studio.batch.lines import Defaults, check_rows
from sam2_studio.batch.manifest import Row
from sam2_studio.core.clip import Clip
from sam2_studio.core.masks import Mask
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.engine.requests import TrackRequest


def items_of(folder: Path, *names: str) -> list[Item]:
    """An item for each name; the files are made where they aren't there."""
    for name in names:
        if not (folder / name).exists():
            (folder / name).write_bytes(b"x")
    rows = [Row(number, {"media": name, "auto": "yes"}) for number, name in enumerate(names, 1)]
    checked = check_rows(rows, folder, folder / "out", Defaults())
    assert not checked.bad
    return list(checked.items)


def shown_on(*frames: Iterable[int], box: tuple[int, int, int, int]) -> dict[str, Any]:
    """A document of prompts: for each object the frames on which it has this box."""
    named = [("abc"[i], shown) for i, shown in enumerate(frames)]
    return {
        "objects": [{"name": name, "prompts": [{"frame": n, "box": list(box)} for n in shown]} for name, shown in named]
    }


def said_of(project: Path) -> list[tuple[int, int, Mask, MaskRecord]]:
    """All that a project says of its masks, with their pixels instead of where those are stored."""
    file = ProjectFile.open(project, read_only=True)
    found = [
        (thing.id, n, file.project.track(thing.id).get(n)) for thing in file.project.objects for n in range(10_000)
    ]
    said = [(i, n, file.mask(record.mask_id), replace(record, mask_id=0)) for i, n, record in found if record]
    file.close()
    return said


def by_name(item: Item) -> Iterator[Step | Outcome]:
    """Does what the footage's name says: die, raise, fail; any other is done."""
    yield Step(item.output, "Working", 1, 2)
    if "die" in item.said:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "raise" in item.said:
        raise ZeroDivisionError("as the name says")
    if "fail" in item.said:
        yield failed(item, "No.")
        return
    yield Outcome(output=item.output, line=item.line, said=item.said, fate=Fate.DONE, written=str(os.getpid()))


def begin_by_name(item: Item, share: Share) -> Iterator[Step | Outcome]:
    """The same on a cluster, never divided."""
    yield from by_name(item)


BY_NAME = ItemTasks(begin=begin_by_name)


def _die_once(item: Item, name: str) -> None:
    """The first worker that comes here is gone."""
    try:
        (item.folder / name).touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def track_or_die(item: Item, clip: Clip, part: TrackRequest) -> Tracked:
    """The real work on a part; the first worker dies after it."""
    tracked = track_part(item, clip, part)
    _die_once(item, ".died-tracking")
    return tracked


def finish_or_die(item: Item, plan: Divided, parts: Sequence[Tracked]) -> Iterator[Step | Outcome]:
    """The real end of the work; the first worker dies when the masks are in the project."""
    for said in finish_item(item, plan, parts):
        _die_once(item, ".died-exporting")
        yield said


DEADLY = ItemTasks(track=track_or_die, finish=finish_or_die)


def real_or_deadly(item: Item) -> Iterator[Step | Outcome]:
    """The real work, but for clips that kill their decoder."""
    if "killer" in item.said:
        os.kill(os.getpid(), signal.SIGSEGV)
    yield from do_item(item)
