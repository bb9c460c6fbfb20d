"""Stand-ins for the work on an item of a batch; module functions, for workers import them."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

from sam2_studio.batch.item_work import do_item, failed
from sam2_studio.batch.items import Fate, Item, Outcome, Step
from sam2_studio.batch.lines import Defaults, check_rows
from sam2_studio.batch.manifest import Row


def items_of(folder: Path, *names: str) -> list[Item]:
    """An item for each name; the files are made where they aren't there."""
    for name in names:
        if not (folder / name).exists():
            (folder / name).write_bytes(b"x")
    rows = [Row(number, {"media": name, "auto": "yes"}) for number, name in enumerate(names, 1)]
    checked = check_rows(rows, folder, folder / "out", Defaults())
    assert not checked.bad
    return list(checked.items)


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


def real_or_deadly(item: Item) -> Iterator[Step | Outcome]:
    """The real work, but for clips that kill their decoder."""
    if "killer" in item.said:
        os.kill(os.getpid(), signal.SIGSEGV)
    yield from do_item(item)
