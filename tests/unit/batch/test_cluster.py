"""What a cluster is told and asked, without one; tests/faults/test_cluster.py has a real one."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sam2_studio.batch import cluster
from sam2_studio.batch.cluster import DaskCluster, Mount, mapped
from sam2_studio.batch.cluster_tasks import Terms, about, begin_there, finish_there, track_there, versions
from sam2_studio.batch.item_spans import Divided, Share, Tracked
from sam2_studio.batch.items import Outcome
from sam2_studio.batch.lines import Defaults, check_rows
from sam2_studio.batch.manifest import Row
from sam2_studio.batch.records import key_of
from sam2_studio.errors import BatchError
from sam2_studio.networks.catalogue import NANO
from tests.batch_work import BY_NAME, items_of


def test_paths_are_those_of_the_workers(tmp_path: Path) -> None:
    for name in ("a.mp4", "mask.png", "hair.png"):
        (tmp_path / name).write_bytes(b"x")
    rows = [Row(1, {"media": "a.mp4", "mask": "0:mask.png", "hair": "0:hair.png"})]
    [item] = check_rows(rows, tmp_path, tmp_path / "out", Defaults()).items
    there = mapped(item, [Mount(tmp_path / "elsewhere", Path("no")), Mount.parse(f"{tmp_path}=/net/shots")])
    assert there.media == Path("/net/shots/a.mp4")
    assert there.folder == Path("/net/shots/out")
    assert there.export.target == Path("/net/shots/out/a")
    pictures = [(prompt.mask, prompt.hair) for prompt in there.subjects[0].prompts]
    assert pictures == [(Path("/net/shots/mask.png"), None), (None, Path("/net/shots/hair.png"))]
    assert there.known_as == item.media
    assert mapped(item, []) is item


def test_the_same_contents_are_the_same_work_on_any_mount(tmp_path: Path) -> None:
    keys = set()
    for mount in ("one", "two"):
        folder = tmp_path / mount
        folder.mkdir()
        for name in ("a.mp4", "mask.png", "hair.png"):
            (folder / name).write_bytes(b"x")
        keys |= _keys(folder)
    assert len(keys) == 1
    (folder / "hair.png").write_bytes(b"y")
    assert not keys & _keys(folder)


def _keys(folder: Path) -> set[str]:
    rows = [Row(1, {"media": "a.mp4", "mask": "0:mask.png", "hair": "0:hair.png"})]
    return {key_of(item) for item in check_rows(rows, folder, folder / "out", Defaults()).items}


@pytest.mark.parametrize("text", ["", "a", "=b", "a="])
def test_what_is_no_mount_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="HERE=THERE"):
        Mount.parse(text)


def test_a_worker_says_what_it_is_and_one_that_differs_is_refused() -> None:
    one, wanted = about(["nano", "sam2-tiny"]), {"nano": NANO.sha256}
    assert one.digests == {"nano": NANO.sha256, "sam2-tiny": ""}
    good = replace(one, digests=wanted)
    cluster._check("tcp://w", good, wanted)
    for bad, said in (
        (replace(good, versions="sam2_studio 0.0.1"), "0.0.1"),
        (replace(good, digests={"nano": "1"}), "another file of nano"),
        (replace(good, digests={"nano": ""}), "doesn't have nano"),
    ):
        with pytest.raises(BatchError, match=said):
            cluster._check("tcp://w", bad, wanted)


def test_a_worker_that_came_later_is_checked_too(tmp_path: Path, one_thread: None) -> None:
    [item] = items_of(tmp_path, "a.mp4")
    fit, other, share = Terms(1, versions()), Terms(1, "sam2_studio 0.0.1"), Share(2, 1)
    done = begin_there(item, BY_NAME, share, fit)
    assert isinstance(done, Outcome)
    assert done.error == ""
    plan = Divided(clip=None, parts=(), key="", project="", notices=())  # type: ignore[arg-type] # not looked at
    refused = [
        begin_there(item, BY_NAME, share, other),
        track_there(item, BY_NAME, None, None, other),  # type: ignore[arg-type] # not looked at
        finish_there(item, BY_NAME, plan, [], other),
    ]
    for each in refused:
        assert isinstance(each, Outcome | Tracked)
        assert "0.0.1" in each.error


def test_a_machine_without_dask_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BatchError, match=r"needs the packages dask and distributed.*cluster"):
        list(DaskCluster("tcp://127.0.0.1:1", BY_NAME).run(items_of(tmp_path, "a.mp4")))
