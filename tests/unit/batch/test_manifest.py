"""Manifests in three spellings, and the check that names every bad line before any work."""

import json
from pathlib import Path

import pytest
from sam2_studio.batch.items import Item
from sam2_studio.batch.lines import Checked, Defaults, check_rows
from sam2_studio.batch.manifest import read_manifest
from sam2_studio.batch.naming import output_of
from sam2_studio.batch.written import WrittenPrompt
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.engine.requests import Direction
from sam2_studio.errors import BatchError

PLAIN = Defaults()


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """A folder with files of the right names; the check never looks inside."""
    for name in ("a.mp4", "b.mp4", "c.png", "p.cutout", "mask.png", "hair.png"):
        (tmp_path / name).write_bytes(b"x" * 10)
    return tmp_path


def checked(folder: Path, text: str, name: str = "m.csv", defaults: Defaults = PLAIN) -> Checked:
    (folder / name).write_text(text, encoding="utf-8")
    return check_rows(read_manifest(folder / name), folder, folder / "out", defaults)


def only(folder: Path, text: str, name: str = "m.csv", defaults: Defaults = PLAIN) -> Item:
    found = checked(folder, text, name, defaults)
    assert not found.bad
    [item] = found.items
    return item


def test_a_line_says_what_to_cut_out_and_how(footage: Path) -> None:
    item = only(
        footage,
        "media,box,point,not,mask,hair,edge,preset,output,range,direction,stop_at_cuts,window\n"
        'a.mp4,"3:1,2,30,40","5,6;7:8,9","1,1",2:mask.png,2:hair.png,matte=fast;grow=1,web,{preset}/{clip}-{line}.webm,0:9,forward,yes,On\n',
    )
    [subject] = item.subjects
    assert subject.prompts == (
        WrittenPrompt(frame=3, box=Box(1, 2, 30, 40)),
        WrittenPrompt(frame=None, point=PointPrompt(Point(5, 6))),
        WrittenPrompt(frame=7, point=PointPrompt(Point(8, 9))),
        WrittenPrompt(frame=None, point=PointPrompt(Point(1, 1), False)),
        WrittenPrompt(frame=2, mask=footage / "mask.png"),
        WrittenPrompt(frame=2, hair=footage / "hair.png"),
    )
    assert item.edge == {"matte": True, "method": "fast", "grow": 1.0}
    assert (item.export.preset, item.output, item.export.target) == (
        "web",
        "web/a-2.webm",
        footage / "out" / "web" / "a-2.webm",
    )
    assert (item.range, item.direction, item.stop_at_cuts) == (FrameRange(0, 9), Direction.FORWARD, True)
    assert item.window == "on"
    assert (item.media, item.size, item.model) == (footage / "a.mp4", 10, "nano")


def test_json_and_toml_say_the_same(footage: Path) -> None:
    document = {
        "defaults": {"preset": "web", "edge": {"grow": 2, "largest": True}},
        "items": [{"media": "a.mp4", "box": [1, 2, 30, 40]}],
    }
    toml = (
        '[defaults]\npreset = "web"\nedge = {grow = 2, largest = true}\n[[items]]\nmedia = "a.mp4"\nbox = [1,2,30,40]\n'
    )
    item = only(footage, json.dumps(document), "m.json")
    assert item == only(footage, toml, "m.toml")
    assert item.edge == {"grow": 2.0, "largest": True}
    assert item.subjects[0].prompts == (WrittenPrompt(frame=None, box=Box(1, 2, 30, 40)),)
    assert only(footage, json.dumps(document["items"]), "m.json").export.preset == "png"


def test_prompts_may_lie_in_a_file_or_in_the_line(footage: Path) -> None:
    prompts = {"objects": [{"name": "dog", "prompts": [{"frame": 0, "box": [1, 2, 30, 40]}]}]}
    (footage / "p.json").write_text(json.dumps(prompts))
    filed = only(footage, "media,prompts\na.mp4,p.json\n")
    inline = only(footage, json.dumps([{"media": "a.mp4", "prompts": prompts}]), "m.json")
    assert filed.subjects == inline.subjects
    assert filed.subjects[0].name == "dog"


def test_projects_and_auto_need_no_prompts(footage: Path) -> None:
    found = checked(footage, "media,project,auto\n,p.cutout,\na.mp4,,yes\n")
    assert [(item.is_project, item.auto) for item in found.items] == [(True, False), (False, True)]
    assert only(footage, "media\na.mp4\n", defaults=Defaults(auto=True)).auto


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("gone.mp4,,yes,,,", "no file"),
        ("a.mp4,,,,,", "no prompt"),
        ('a.mp4,"1,2,3",,,,', "a box is"),
        ('a.mp4,"9,9,1,1",,,,', "holds nothing"),
        ('a.mp4,"0,0,9,nan",,,,', "holds nothing"),
        ('a.mp4,"1,2,30,40",yes,,,', "auto finds"),
        ("a.mp4,,maybe,,,", "yes or no"),
        ("p.cutout,,yes,,,", "its own prompts"),
        ("a.mp4,,yes,none,,", "no export preset"),
        ("a.mp4,,yes,png,../x.png,", "leads out"),
        ("a.mp4,,yes,png,/x.png,", "leads out"),
        ("a.mp4,,yes,png,.hidden,", "hidden"),
        ("a.mp4,,yes,png,{who}.png,", "means nothing"),
        ("a.mp4,,yes,png,x.mov,", "doesn't write .mov"),
        ("a.mp4,,yes,,,sam3", "no model called sam3"),
        ("a.mp4,,yes,,,sam2.1-tiny", "isn't on this machine"),
        ("a.mp4,,yes,,,,,more", "cells beyond"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(line: str, why: str, footage: Path) -> None:
    found = checked(footage, f'media,box,auto,preset,output,model\nb.mp4,"0:1,2,3,4"\n\n{line}\nc.png,,yes\n')
    assert [item.line for item in found.items] == [2, 5]
    [bad] = found.bad
    assert bad.line == 4
    assert bad.said == line.split(",")[0]
    assert why in bad.reason


def test_two_lines_never_write_to_one_place(footage: Path) -> None:
    found = checked(footage, "media,auto,output\na.mp4,yes,x\nb.mp4,yes,X\n")
    assert [(bad.line, "Line 2" in bad.reason) for bad in found.bad] == [(3, True)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.txt", "media\n"),
        ("m.csv", "media,box\n"),
        ("m.csv", 'media\n"a'),
        ("m.json", "{"),
        ("m.json", "{}"),
        ("m.json", '{"items": [1]}'),
        ("m.toml", "a ="),
    ],
)
def test_what_is_no_manifest_is_refused(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BatchError, match=name):
        read_manifest(tmp_path / name)
    with pytest.raises(BatchError, match="none"):
        read_manifest(tmp_path / "none.csv")


def test_another_window_is_named(footage: Path) -> None:
    [bad] = checked(footage, "media,auto,window\na.mp4,yes,maybe\n").bad
    assert "one of auto, on, off" in bad.reason


@pytest.mark.parametrize(("prompts", "why"), [("hair.png,", "shows no subject"), ("none.png,yes", "auto finds")])
def test_hair_goes_with_a_prompt(prompts: str, why: str, footage: Path) -> None:
    [bad] = checked(footage, f"media,hair,auto\na.mp4,{prompts}\n").bad
    assert why in bad.reason
    [bad] = checked(footage, 'media,point,hair\na.mp4,"5,6",none.png\n').bad
    assert "There is no picture" in bad.reason


def test_other_separators_and_a_mark_of_order_are_read(footage: Path) -> None:
    assert only(footage, "\ufeffMedia;Auto\na.mp4;yes\n").auto


def test_what_spreadsheets_and_hands_leave_behind_is_no_mistake(footage: Path) -> None:
    found = checked(footage, ' Media , BOX ,\r\n,,,,,\r\n a.mp4 , "1,2,3,4",,,\r\n\r\n')
    assert [(item.line, item.said) for item in found.items] == [(3, "a.mp4")]
    assert found.bad == ()


def test_a_cell_under_no_name_is_not_passed_over(footage: Path) -> None:
    [bad] = checked(footage, "media,auto,\na.mp4,yes,grow=3\n").bad
    assert (bad.line, "beyond the named columns" in bad.reason) == (2, True)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("media,auto\nschön.mp4,yes\n".encode("latin-1"), "line 2 has bytes that are no text"),
        ("media\na.mp4\n".encode("utf-16"), "line 1 has bytes that are no text"),
        (b"a.mp4,yes\nb.mp4,yes\n", "names no column media"),
        (b"media,box,point,box\n", "two columns box"),
        (b'media,box\na.mp4,"1,2,3,4"\nb.mp4,"1,2,3,4\n', "line 3"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_told_with_the_place(data: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes(data)
    with pytest.raises(BatchError, match=why) as caught:
        read_manifest(tmp_path / "m.csv")
    assert caught.value.way_out


def test_pictures_become_files_and_clips_folders(footage: Path) -> None:
    assert output_of("{clip}", footage / "c.png", line=1, preset="png") == "c.png"
    assert output_of("{clip}", footage / "a.mp4", line=1, preset="png") == "a"
    assert output_of("{folder}_{clip}", Path("shots/s.####.png"), line=1, preset="png") == "shots_s"


def test_the_check_reads_no_footage(footage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(Path, "open", lambda self, *_, **__: opened.append(self))
    lines = "\n".join(f"a.mp4,yes,o{number}" for number in range(50))
    rows = read_manifest_text(footage, f"media,auto,output\n{lines}\n", monkeypatch)
    assert len(check_rows(rows, footage, footage / "out", PLAIN).items) == 50
    assert opened == []


def read_manifest_text(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: text)
    return read_manifest(folder / "m.csv")
