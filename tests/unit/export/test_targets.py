"""What a target means: names, numbers, padding, older runs."""

from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core.clip import Clip, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.errors import ExportError
from sam2_studio.export.formats import PRESETS
from sam2_studio.export.targets import chosen_suffix, planned_paths, source_identities, stale_files
from tests.exporting import info_of


def clip(frames: int = 3, **info: object) -> Clip:
    return Clip.whole(info_of([np.zeros((2, 2, 3), np.uint8)] * frames, **info))


def names(preset: str, target: Path, of: Clip, frames: FrameRange | None = None) -> list[str]:
    within = frames or of.source_range
    paths = planned_paths(PRESETS[preset], target, of, range(within.start, within.stop))
    return [path.relative_to(target.parent).as_posix() for path in paths]


SHOT = {"kind": ClipKind.SEQUENCE, "path": "shot.1001.exr", "pattern": "shot.####.exr", "first_number": 1001}


@pytest.mark.parametrize(
    ("preset", "target", "of", "expected"),
    [
        ("png", "shoe.png", clip(1, kind=ClipKind.STILL, path="shoe.jpg"), ["shoe.png"]),
        ("png", "shoe.PNG", clip(1, kind=ClipKind.STILL, path="shoe.jpg"), ["shoe.PNG"]),
        ("png", "out", clip(1, kind=ClipKind.STILL, path="shoe.jpg"), ["out/shoe.png"]),
        ("png", "out", clip(2), ["out/clip.0000.png", "out/clip.0001.png"]),
        ("png", "out", clip(2, **SHOT), ["out/shot.1001.png", "out/shot.1002.png"]),
        ("png", "hero.png", clip(2, **SHOT), ["hero.1001.png", "hero.1002.png"]),
        ("png", "hero_######.png", clip(2, **SHOT), ["hero_001001.png", "hero_001002.png"]),
        ("png", "hero.#.png", clip(2, first_number=9), ["hero.09.png", "hero.10.png"]),
        ("png", "shot.v2", clip(1), ["shot.v2/clip.0000.png"]),
        ("png", "out", clip(2, first_number=99999), ["out/clip.099999.png", "out/clip.100000.png"]),
        ("after-effects", "out", clip(), ["out.mov"]),
        ("after-effects", "shot.v2", clip(), ["shot.v2.mov"]),
        ("matte-video", "m.mp4", clip(), ["m.mp4"]),
        ("matte-video", "m", clip(), ["m.mkv"]),
    ],
)
def test_planned_names(tmp_path: Path, preset: str, target: str, of: Clip, expected: list[str]) -> None:
    assert names(preset, tmp_path / target, of) == expected


def test_padding_is_that_of_the_source(tmp_path: Path) -> None:
    wide = clip(1, **SHOT | {"pattern": "shot.######.exr"})
    assert names("png", tmp_path / "out", wide) == ["out/shot.001001.png"]


def test_a_range_keeps_the_sources_numbers(tmp_path: Path) -> None:
    assert names("png", tmp_path / "a.png", clip(9), FrameRange(4, 6)) == ["a.0004.png", "a.0005.png"]


def test_an_existing_folder_takes_the_clips_name(tmp_path: Path) -> None:
    (tmp_path / "out.d").mkdir()
    assert names("web", tmp_path / "out.d", clip()) == ["out.d/clip.webm"]
    (tmp_path / "x.png").mkdir()
    assert names("png", tmp_path / "x.png", clip(1)) == ["x.png/clip.0000.png"]


@pytest.mark.parametrize("name", ["x.jpg", "x.mp4", "x.JPEG", "x.bmp"])
@pytest.mark.parametrize("preset", ["png", "after-effects", "web"])
def test_formats_without_alpha_are_refused_for_cutouts(preset: str, name: str) -> None:
    with pytest.raises(ExportError, match="no transparency") as caught:
        chosen_suffix(PRESETS[preset], Path(name))
    assert PRESETS[preset].suffix in caught.value.way_out


@pytest.mark.parametrize(("preset", "name"), [("png", "x.mov"), ("after-effects", "x.webm"), ("matte-png", "x.jpg")])
def test_endings_of_other_presets_are_refused(preset: str, name: str) -> None:
    with pytest.raises(ExportError, match=f"doesn't write {Path(name).suffix}"):
        chosen_suffix(PRESETS[preset], Path(name))


def test_older_longer_runs_are_found(tmp_path: Path) -> None:
    for number in (*range(3), 7, 12):
        (tmp_path / f"a.{number:04d}.png").touch()
    (tmp_path / "b.0009.png").touch()
    files = planned_paths(PRESETS["png"], tmp_path / "a.png", clip(3), range(3))
    assert [path.name for path in stale_files(files)] == ["a.0007.png", "a.0012.png"]
    assert stale_files(files[:1]) == ()


def test_every_picture_of_a_sequence_is_source(tmp_path: Path) -> None:
    for number in (1001, 1002):
        (tmp_path / f"shot.{number}.png").touch()
    (tmp_path / "other.png").touch()
    source = clip(2, **SHOT | {"path": tmp_path / "shot.1001.png"})
    assert len(source_identities(source)) == 2
