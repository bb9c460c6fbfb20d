"""Cuts are searched for once a clip."""

import json
from pathlib import Path

import pytest
from sam2_studio.batch import cuts
from sam2_studio.batch.cuts import kept_cuts, look_for_cuts
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.engine.cuts import Looked
from tests.fakes import ArraySource
from tests.synthetic import moving_scene


@pytest.fixture
def source() -> ArraySource:
    frames = [*moving_scene(1, 10, size=(160, 96)).frames, *moving_scene(2, 10, size=(160, 96)).frames]
    return ArraySource(frames, ClipInfo(path="", kind=ClipKind.VIDEO, frames=20, width=160, height=96))


def test_what_was_found_is_kept(source: ArraySource) -> None:
    assert kept_cuts("abc", 20) is None
    assert len(list(look_for_cuts(source, "abc"))) == 20
    assert kept_cuts("abc", 20) == Looked(20, (10,))
    assert list(look_for_cuts(source, "abc")) == [Looked(20, (10,))]
    assert kept_cuts("abd", 20) is None
    assert kept_cuts("abc", 21) is None


def test_a_search_that_was_left_keeps_nothing(source: ArraySource) -> None:
    steps = look_for_cuts(source, "abc")
    for _ in range(15):
        next(steps)
    steps.close()  # type: ignore[attr-defined] # it is a generator
    assert kept_cuts("abc", 20) is None


def test_without_a_fingerprint_nothing_is_kept(source: ArraySource, studio_home: Path) -> None:
    assert list(look_for_cuts(source, ""))[-1] == Looked(20, (10,))
    assert not (studio_home / "cache").exists()


@pytest.mark.parametrize(
    "values",
    [
        [],
        {"method": 0, "frames": 20, "cuts": [10]},
        {"method": 1, "frames": 20},
        {"method": 1, "frames": 20, "cuts": [10, 10]},
        {"method": 1, "frames": 20, "cuts": [12, 10]},
        {"method": 1, "frames": 20, "cuts": [True]},
        {"method": 1, "frames": 20, "cuts": [0]},
        {"method": 1, "frames": 20, "cuts": [20]},
        {"method": 1, "frames": 20, "cuts": "10"},
    ],
)
def test_what_is_damaged_or_of_another_method_is_searched_for_again(
    values: object, source: ArraySource, studio_home: Path
) -> None:
    file = studio_home / "cache" / "cuts" / "abc.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(values))
    assert kept_cuts("abc", 20) is None
    assert list(look_for_cuts(source, "abc"))[-1].cuts == (10,)
    assert kept_cuts("abc", 20) == Looked(20, (10,))


def test_a_folder_that_cannot_be_written_costs_the_memory_of_it_only(source: ArraySource, studio_home: Path) -> None:
    studio_home.mkdir()
    (studio_home / "cache").write_text("a file")
    assert list(look_for_cuts(source, "abc"))[-1] == Looked(20, (10,))


def test_the_oldest_are_dropped(source: ArraySource, studio_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "MOST_KEPT", 2)
    for name in "abc":
        list(look_for_cuts(source, name))
    assert len(list((studio_home / "cache" / "cuts").iterdir())) == 2
    assert kept_cuts("c", 20) is not None
