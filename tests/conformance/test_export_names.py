"""Names that file systems allow and programs stumble over: every export writes them as they are."""

import os
from pathlib import Path

import pytest
from sam2_studio.core.clip import ClipKind
from tests.exporting import Case, names_in, still
from tests.media_factory import numbered_frame

NAMES = [
    "a b",
    "émoji 🎬",
    "שלום",
    "-leading",
    "tab\there",
    "new\nline",
    "x" * 245,
    "per%cent %04d",
    "quote'\"",
    "concat:a|b",
    "a;b&c",
]


@pytest.mark.parametrize("stem", NAMES)
@pytest.mark.parametrize(("preset", "suffix"), [("png", ".png"), ("after-effects", ".mov"), ("web", ".webm")])
def test_names(tmp_path: Path, preset: str, suffix: str, stem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = Case(still([numbered_frame(1, 16, 16)], kind=ClipKind.STILL)).run(preset, Path(stem + suffix))
    assert report.verified, report.faults
    assert names_in(tmp_path) == [stem + suffix]


def test_name_that_is_no_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xfe.mov")
    report = Case(still([numbered_frame(1, 16, 16)])).run("after-effects", tmp_path / name)
    assert names_in(tmp_path) == [name]
    assert report.verified
