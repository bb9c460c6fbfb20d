"""An item divided among workers, here one after the other in this process: the same as when it is done whole."""

import pickle
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sam2_studio.batch.item_spans import Divided, Share, Tracked, begin_item, finish_item, track_part
from sam2_studio.batch.item_work import do_item, project_path
from sam2_studio.batch.items import Fate, Item, Outcome
from sam2_studio.batch.lines import Defaults, check_rows
from sam2_studio.batch.manifest import Row
from sam2_studio.batch.records import Records
from sam2_studio.core.store import ProjectFile
from tests.batch_work import said_of, shown_on
from tests.media_factory import write_video
from tests.synthetic import moving_scene

FRAMES = 8
pytestmark = pytest.mark.usefixtures("one_thread")


def item_to(folder: Path, footage: Path) -> Item:
    """A clip with an object shown on three frames, and another one."""
    prompts = shown_on((0, 3, 6), (4,), box=(40, 25, 110, 85))
    [item] = check_rows([Row(1, {"media": "clip.mp4", "prompts": prompts})], footage, folder, Defaults()).items
    return item


@pytest.fixture
def item(tmp_path: Path) -> Item:
    write_video(tmp_path / "clip.mp4", moving_scene(1, FRAMES, size=(160, 96), radius=22).frames)
    return item_to(tmp_path / "apart", tmp_path)


def begun(item: Item, share: Share) -> Outcome | Divided:
    *_, ended = begin_item(item, share)
    assert isinstance(ended, Outcome | Divided)
    return ended


def finished(item: Item, plan: Divided, parts: list[Tracked]) -> Outcome:
    *_, outcome = finish_item(item, plan, parts)
    assert isinstance(outcome, Outcome)
    return outcome


def test_in_parts_it_becomes_what_it_becomes_whole(item: Item, tmp_path: Path) -> None:
    *_, whole = do_item(at_once := item_to(tmp_path / "whole", tmp_path))
    assert isinstance(whole, Outcome)
    plan = begun(item, Share(4, 1))
    assert isinstance(plan, Divided)
    assert len(plan.parts) == 3
    parts = [pickle.loads(pickle.dumps(track_part(item, plan.clip, part))) for part in reversed(plan.parts)]
    for _ in range(2):  # a worker may be lost on the way: another one does it again
        outcome = finished(item, plan, parts)
    assert replace(outcome, seconds=0) == replace(whole, seconds=0)
    assert outcome.fate is Fate.DONE
    assert said_of(project_path(item)) == said_of(project_path(at_once))
    assert len(said_of(project_path(item))) == 2 * FRAMES
    assert files_of(item.folder) == files_of(at_once.folder)
    assert Records(item.folder).is_done(item)
    with closing(ProjectFile.open(project_path(item), read_only=True)) as file:
        assert [step.command.label for step in file.history.steps][-1] == "Track"

    (item.folder / "clip" / "clip.0000.png").unlink()
    assert isinstance(begun(item, Share(4, FRAMES * 2)), Outcome), "too short to be divided"


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*.png")}


def test_what_goes_wrong_on_the_way(item: Item) -> None:
    """A part that fails leaves what others made; a project that was worked on is left as it is."""
    plan = begun(item, Share(4, 1))
    assert isinstance(plan, Divided)
    good = track_part(item, plan.clip, plan.parts[0])
    moved = track_part(item, plan.clip.relinked("gone.mp4"), plan.parts[1])
    assert "gone.mp4" in moved.error
    outcome = finished(item, plan, [good, moved])
    assert (outcome.fate, outcome.error) == (Fate.FAILED, moved.error)
    record = Records(item.folder).read(item.output)
    assert record is not None
    assert record.error == moved.error
    kept = said_of(project_path(item))
    assert len(kept) > len(good.results)

    outcome = finished(item, plan, [good, track_part(item, plan.clip, plan.parts[1])])
    assert "was changed while it was tracked" in outcome.error
    assert said_of(project_path(item)) == kept
