import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from sam2_studio.core.preferences import MOST_RECENT, VERSION, Preferences

OTHER = Preferences(
    theme="light",
    language="de",
    model="large",
    device="cpu",
    second_look=False,
    snap=False,
    overlay_opacity=1.0,
    ground="picture",
    ground_color="#102030",
    ground_picture="Käfer.png",
    onion_frames=5,
    recent_files=("b", "a"),
    dtype="bfloat16",
    export_preset="prores",
    export_folder="Käfer",
    frame_cache_bytes=5,
    feature_cache_bytes=6,
    proxies=True,
    threads=2,
    brush_size=7,
    brush_in_picture=True,
    stop_at_cuts=True,
    timecode=True,
    tour_seen=True,
    keys={"undo": ("Ctrl+U", "Alt+Backspace"), "redo": ()},
    folded_sections=("edge",),
    window_geometry="AdnQywAD",
    timeline_splitter="AAAA",
    panel_splitter="BBBB",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "preferences.json"


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def test_without_a_file_all_is_default(path: Path) -> None:
    assert Preferences.load(path) == Preferences()
    assert not path.parent.exists()


def test_what_is_saved_is_loaded(path: Path) -> None:
    OTHER.save(path)
    assert Preferences.load(path) == OTHER
    assert all(a != b for a, b in zip(vars(OTHER).values(), vars(Preferences()).values(), strict=True))
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        b"\xff\xfe",
        "[" * 200_000,
        json.dumps({"version": VERSION + 1}),
        '{"version": "new"}',
        "\0",
    ],
)
def test_a_file_that_makes_no_sense_is_set_aside(text: str | bytes, path: Path) -> None:
    write(path, text)
    before = path.read_bytes()
    assert Preferences.load(path) == Preferences()
    assert not path.exists()
    assert path.with_name("preferences.json.kept").read_bytes() == before
    OTHER.save(path)
    assert Preferences.load(path) == OTHER


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("theme", "pink"),
        ("theme", 3),
        ("theme", ["dark"]),
        ("model", None),
        ("snap", 1),
        ("threads", True),
        ("threads", -1),
        ("threads", 1.5),
        ("overlay_opacity", 1.01),
        ("overlay_opacity", float("nan")),
        ("overlay_opacity", "0,5"),
        ("ground", "sand"),
        ("ground_color", "green"),
        ("onion_frames", 0),
        ("onion_frames", 6),
        ("frame_cache_bytes", 10**30),
        ("recent_files", "a"),
        ("recent_files", {"a": 1}),
        ("keys", ["Ctrl+U"]),
        ("keys", "Ctrl+U"),
    ],
)
def test_one_value_that_makes_no_sense_costs_that_value_alone(key: str, value: object, path: Path) -> None:
    OTHER.save(path)
    write(path, json.dumps(json.loads(path.read_text()) | {key: value}))
    default = getattr(Preferences(), key)
    assert Preferences.load(path) == replace(OTHER, **{key: default})


def test_recent_files_are_bounded_and_text(path: Path) -> None:
    write(path, json.dumps({"recent_files": [1, *map(str, range(50))]}))
    assert Preferences.load(path).recent_files == tuple(map(str, range(MOST_RECENT)))


def test_keys_that_are_no_text_are_left_out(path: Path) -> None:
    write(path, json.dumps({"keys": {"undo": ["Ctrl+U", 3], "redo": "Ctrl+R", "quit": []}}))
    assert Preferences.load(path).keys == {"undo": ("Ctrl+U",), "quit": ()}


def test_a_whole_number_is_a_share_too(path: Path) -> None:
    write(path, '{"overlay_opacity": 1}')
    assert Preferences.load(path).overlay_opacity == 1.0


def test_keys_of_another_version_are_kept(path: Path) -> None:
    write(path, json.dumps({"wheel": {"turns": 3}, "theme": "light"}))
    Preferences(theme="system").save(path)
    assert json.loads(path.read_text())["wheel"] == {"turns": 3}
    assert Preferences.load(path).theme == "system"


def test_a_folder_in_its_place_does_not_keep_the_program_from_starting(path: Path) -> None:
    path.mkdir(parents=True)
    assert Preferences.load(path) == Preferences()


def test_a_failed_save_leaves_the_old_file(path: Path) -> None:
    OTHER.save(path)
    path.with_name(f".{path.name}.{os.getpid()}.part").mkdir()
    with pytest.raises(OSError, match="part"):
        Preferences().save(path)
    assert Preferences.load(path) == OTHER
