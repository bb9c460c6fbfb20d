"""The file of the queue: shared by windows, kept through damage, and never half written."""

import json
import threading
from pathlib import Path

import pytest
from sam2_studio.batch.clip_queue import Lines, without
from sam2_studio.batch.queue_file import QueueFile
from sam2_studio.errors import BatchError
from tests.unit.batch.test_clip_queue import ABCD, line, names


def test_what_one_window_adds_another_reads(tmp_path: Path) -> None:
    one, other = QueueFile(tmp_path / "deep" / "queue.json"), QueueFile(tmp_path / "deep" / "queue.json")
    assert other.read() == ()
    assert one.changed_at() == 0
    one.change(lambda lines: (*lines, *ABCD))
    assert other.read() == ABCD
    other.change(lambda lines: without(lines, {"b"}))
    assert names(one.read()) == "acd"
    assert one.changed_at() > 0


def test_changes_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    def add(name: str) -> None:
        def edit(lines: Lines) -> Lines:
            return (*lines, line(name))

        for part in range(10):
            name = f"{name[0]}{part}"
            QueueFile(tmp_path / "queue.json").change(edit)

    threads = [threading.Thread(target=add, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(QueueFile(tmp_path / "queue.json").read()) == 40


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2, "lines": []}', '{"version": 1}', "[" * 100_000, "\xff"]
)
def test_a_damaged_file_is_set_aside_and_said(tmp_path: Path, text: str) -> None:
    path, said = tmp_path / "queue.json", list[str]()
    path.write_text(text, encoding="latin-1")
    file = QueueFile(path, said.append)
    assert file.read() == ()
    [sentence] = said
    assert str(path) + ".kept" in sentence
    assert Path(str(path) + ".kept").read_text(encoding="latin-1") == text
    file.change(lambda lines: ABCD)
    assert file.read() == ABCD


def test_a_damaged_line_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    file = QueueFile(path)
    file.change(lambda lines: ABCD)
    values = json.loads(path.read_text())
    values["lines"][1] = 7
    values["lines"][2]["state"] = "odd"
    path.write_text(json.dumps(values))
    assert names(file.read()) == "ad"


def test_a_disk_that_refuses_leaves_the_queue_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = QueueFile(tmp_path / "queue.json")
    file.change(lambda lines: ABCD)

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(BatchError, match="No space left"):
            file.change(lambda lines: ())
    assert file.read() == ABCD


def test_a_damaged_file_that_stays_is_said(tmp_path: Path) -> None:
    path, said = tmp_path / "queue.json", list[str]()
    path.write_text("{")
    path.with_name("queue.json.kept").mkdir()  # so that it can't be set aside
    (path.with_name("queue.json.kept") / "full").touch()
    file = QueueFile(path, said.append)
    assert file.read() == ()
    assert said == ["The queue of clips can't be used, so it is empty."]
