"""A batch from items to the report, with a stand-in for whoever does the work, and once with the network itself."""

import json
import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sam2_studio.batch.batch_run import Progress, run_batch
from sam2_studio.batch.item_work import do_item, project_path
from sam2_studio.batch.items import BadLine, Item, Outcome, Step
from sam2_studio.batch.lines import Defaults, check_rows
from sam2_studio.batch.manifest import Row
from sam2_studio.batch.records import DONE, Record, Records, key_of
from sam2_studio.batch.report import DATA, PAGE, BatchReport
from sam2_studio.core.commands import add_object
from sam2_studio.core.store import ProjectFile
from tests.batch_work import by_name, items_of
from tests.media_factory import write_video
from tests.synthetic import moving_scene


@dataclass
class Here:
    """Does items in this process."""

    work: object = by_name
    seen: list[str] = field(default_factory=list)

    def run(self, items: Sequence[Item]) -> Generator[Step | Outcome, None, None]:
        for item in items:
            self.seen.append(item.said)
            yield from self.work(item)  # type: ignore[operator] # a function


def finished(items: Sequence[Item], folder: Path, executor: Here, bad: Sequence[BadLine] = ()) -> BatchReport:
    *_, report = run_batch(items, folder, executor, bad=bad)
    assert isinstance(report, BatchReport)
    return report


def test_the_largest_goes_first_and_the_report_follows_the_manifest(tmp_path: Path) -> None:
    for name, size in (("a.mp4", 1), ("b.mp4", 9), ("fail.mp4", 5)):
        (tmp_path / name).write_bytes(b"x" * size)
    here = Here()
    items = items_of(tmp_path, "a.mp4", "b.mp4", "fail.mp4")
    report = finished(items, tmp_path / "out", here, [BadLine(9, "<x>.mp4", "no & never")])
    assert here.seen == ["b.mp4", "fail.mp4", "a.mp4"]
    assert [one.said for one in report.outcomes] == ["a.mp4", "b.mp4", "fail.mp4"]
    expected = {
        "done": 2,
        "skipped": 0,
        "failed": [
            {"item": "fail.mp4", "error": "No.", "line": 3},
            {"item": "<x>.mp4", "error": "no & never", "line": 9},
        ],
    }
    assert report.to_json() == expected
    assert json.loads((tmp_path / "out" / DATA).read_text())["failed"] == expected["failed"]
    page = (tmp_path / "out" / PAGE).read_text()
    assert "&lt;x&gt;.mp4" in page
    assert "no &amp; never" in page
    assert "2 done, 0 skipped, 2 failed (1 wrong line) in" in page
    titles = ["Wrong lines in the manifest: 1", "Failed: 1", "Done: 2"]
    assert re.findall("<h2>(.*?)</h2>", page) == titles
    assert "Notes" not in page


def test_a_stopped_batch_leaves_a_report(tmp_path: Path) -> None:
    run = run_batch(items_of(tmp_path, "a.mp4", "b.mp4"), tmp_path / "out", Here())
    while not (isinstance(event := next(run), Progress) and event.done == 1):
        pass
    run.close()
    assert "1 done, 0 skipped, 0 failed, 1 not reached" in (tmp_path / "out" / PAGE).read_text()


def test_what_a_dead_worker_left_claimed_has_failed(tmp_path: Path) -> None:
    [item] = items_of(tmp_path, "fail.mp4")
    records = Records(tmp_path / "out")
    records.write(item.output, Record(fate="claimed", files={"fail/fail.0000.png": 0}))
    finished([item], tmp_path / "out", Here())
    record = records.read(item.output)
    assert record is not None
    assert (record.fate, record.error, list(record.files)) == ("failed", "No.", ["fail/fail.0000.png"])


def test_done_means_the_same_inputs_and_whole_files(tmp_path: Path) -> None:
    [item] = items_of(tmp_path, "a.mp4")
    records, file = Records(tmp_path / "out"), tmp_path / "out" / "a.png"
    assert not records.is_done(item)
    file.parent.mkdir()
    file.write_bytes(b"123")
    records.write(item.output, Record(fate=DONE, key=key_of(item), files={"a.png": 3}))
    assert records.is_done(item)
    for other in (
        replace(item, edge={"grow": 1.0}),
        replace(item, auto=False),
        replace(item, model_sha256="0"),
        replace(item, export=replace(item.export, preset="matte-png")),
    ):
        assert not records.is_done(other)
    file.write_bytes(b"12")
    assert not records.is_done(item)
    file.write_bytes(b"123")
    item.media.write_bytes(b"changed")
    assert not records.is_done(item)


def test_a_damaged_record_counts_as_none(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.write("a", Record(fate=DONE, files={}))
    [file] = tmp_path.rglob("*.json")
    for text in (
        "",
        "{}",
        "[]",
        '{"fate": "done", "files": 3}',
        '{"fate":"odd","key":"","project":"","error":"","files":{}}',
    ):
        file.write_text(text)
        assert records.read("a") is None


@pytest.fixture
def clip_items(tmp_path: Path) -> list[Item]:
    """A clip of four frames and one of its frames as a picture, to be cut out by the network."""
    frames = moving_scene(1, 4, size=(160, 96), radius=22).frames
    write_video(tmp_path / "clip.mp4", frames)
    write_video(tmp_path / "still.png", frames[:1], codec="png", pix_fmt="rgb24")
    rows = [Row(1, {"media": "clip.mp4", "box": "40,25,110,85"}), Row(2, {"media": "still.png", "box": "40,25,110,85"})]
    return list(check_rows(rows, tmp_path, tmp_path / "out", Defaults()).items)


def test_the_work_itself(clip_items: list[Item], tmp_path: Path) -> None:
    """Cut out, skipped, made anew where a file is gone, never over foreign files, never over hand work."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "still.png").write_text("somebody's own")
    report = finished(clip_items, out, Here(do_item))
    assert [(one.said, one.frames) for one in report.done] == [("clip.mp4", 4)]
    assert "exists already" in report.failures[0][2]
    assert (out / "still.png").read_text() == "somebody's own"

    (out / "still.png").unlink()
    report = finished(clip_items, out, Here(do_item))
    assert [(one.said, one.written) for one in report.done] == [("still.png", "still.png")]
    assert [said for _, said, _ in report.skipped] == ["clip.mp4"]

    (out / "clip" / "clip.0002.png").unlink()
    report = finished(clip_items, out, Here(do_item))
    assert [one.said for one in report.done] == ["clip.mp4"]

    project = project_path(clip_items[0])
    file = ProjectFile.open(project)
    file.history.do(add_object(file.project))
    file.close()
    (out / "clip" / "clip.0002.png").unlink()
    report = finished(clip_items, out, Here(do_item))
    assert "was worked on" in report.failures[0][2]

    rows = [Row(1, {"project": str(project), "output": "again"})]
    [item] = check_rows(rows, tmp_path, out, Defaults()).items
    report = finished([item], out, Here(do_item))
    assert report.done[0].frames == 4
    assert finished([item], out, Here(do_item)).skipped
