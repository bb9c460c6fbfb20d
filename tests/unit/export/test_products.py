"""Which files one export makes, of all objects together or of each its own, and what stands in a target's name."""

from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core.clip import Clip, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError
from sam2_studio.export.products import planned_products
from sam2_studio.export.spec import ExportSpec
from tests.exporting import info_of

OBJECTS = [CutObject(id=n + 1, name=name, color="#000000") for n, name in enumerate(("man", "the ball", "man"))]
NAMES = ("man", "the ball", "man_2")
SHOT = {"kind": ClipKind.SEQUENCE, "path": "shot.1001.exr", "pattern": "shot.####.exr", "first_number": 1001}


def clip(frames: int = 2, **info: object) -> Clip:
    return Clip.whole(info_of([np.zeros((2, 2, 3), np.uint8)] * frames, **info))


def names(preset: str, target: Path, of: Clip, **more: object) -> list[str]:
    spec = ExportSpec(preset=preset, target=target, **more)
    return [
        path.relative_to(target.parent).as_posix()
        for each in planned_products(spec, of, OBJECTS)
        for path in each.files
    ]


@pytest.mark.parametrize(
    ("preset", "target", "of", "expected"),
    [
        ("web", "a.webm", clip(), ["a-man.webm", "a-the ball.webm", "a-man_2.webm"]),
        ("web", "{object} of {clip}.webm", clip(), ["man of clip.webm", "the ball of clip.webm", "man_2 of clip.webm"]),
        ("web", "shot.v2", clip(), ["shot.v2-man.webm", "shot.v2-the ball.webm", "shot.v2-man_2.webm"]),
        ("png", "a.png", clip(1), ["a-man.png", "a-the ball.png", "a-man_2.png"]),
        ("png", "a.####.png", clip(1, **SHOT), ["a-man.1001.png", "a-the ball.1001.png", "a-man_2.1001.png"]),
        ("png", "####.png", clip(1, **SHOT), ["man.1001.png", "the ball.1001.png", "man_2.1001.png"]),
        ("png", "out", clip(1, **SHOT), [f"out/shot-{name}.1001.png" for name in NAMES]),
        ("png", "{clip}_{preset}_{object}_##.png", clip(1), [f"clip_png_{name}_00.png" for name in NAMES]),
    ],
)  # fmt: skip
def test_files_of_their_own(tmp_path: Path, preset: str, target: str, of: Clip, expected: list[str]) -> None:
    assert names(preset, tmp_path / target, of, separate=True) == expected


def test_each_product_has_its_object() -> None:
    spec = ExportSpec(preset="web", target=Path("a.webm"), separate=True, object_ids=(3, 1))
    assert [[thing.id for thing in each.objects] for each in planned_products(spec, clip(), OBJECTS)] == [[3], [1]]


def test_a_step_keeps_the_sources_numbers(tmp_path: Path) -> None:
    found = names("png", tmp_path / "a.png", clip(12, **SHOT), range=FrameRange(1, 10), step=4)
    assert found == ["a.1002.png", "a.1006.png", "a.1010.png"]


def test_an_object_in_the_name_needs_files_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="names an object"):
        names("web", tmp_path / "{object}.webm", clip())
