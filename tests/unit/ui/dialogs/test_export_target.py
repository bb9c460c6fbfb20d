"""Default names, and names that follow another preset."""

from pathlib import Path

import pytest
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.export.formats import PRESETS
from sam2_studio.ui.dialogs.export_target import default_target, follow_preset, in_format

SUFFIXES = frozenset(suffix for preset in PRESETS.values() for suffix in preset.formats)


def clip_of(path: str, kind: ClipKind = ClipKind.VIDEO, pattern: str = "") -> Clip:
    frames = 1 if kind is ClipKind.STILL else 50
    return Clip.whole(ClipInfo(path=path, kind=kind, frames=frames, width=8, height=8, pattern=pattern))


@pytest.mark.parametrize(
    ("clip", "preset", "name"),
    [
        (clip_of("a/dog.mp4"), "after-effects", "a/dog-cutout.mov"),
        (clip_of("a/dog.mp4"), "png", "a/dog-cutout"),
        (clip_of("a/dog.mp4"), "matte-video", "a/dog-matte.mkv"),
        (clip_of("a/dog.mp4"), "replace", "a/dog-composite.mp4"),
        (clip_of("a/shoe.jpg", ClipKind.STILL), "png", "a/shoe-cutout.png"),
        (clip_of("a/shot.1001.exr", ClipKind.SEQUENCE, "shot.####.exr"), "png", "a/shot-cutout"),
        (clip_of("a/0001.png", ClipKind.SEQUENCE, "####.png"), "web", "a/frames-cutout.webm"),
    ],
)
def test_default_names(clip: Clip, preset: str, name: str) -> None:
    assert default_target(clip, PRESETS[preset]) == Path(name)
    assert default_target(clip, PRESETS[preset], Path("b")) == Path("b") / Path(name).name


@pytest.mark.parametrize(
    ("typed", "preset", "name"),
    [
        ("x/mine.mov", "web", "x/mine.webm"),
        ("x/mine.mov", "png", "x/mine"),
        ("x/mine", "png", "x/mine"),
        ("x/mine.####.png", "matte-png", "x/mine.####.png"),
        ("x/mine.v2", "web", "x/mine.v2.webm"),
        ("x/mine.mp4", "matte-video", "x/mine.mp4"),
    ],
)
def test_typed_names_follow(typed: str, preset: str, name: str) -> None:
    assert follow_preset(Path(typed), clip_of("a/dog.mp4"), PRESETS[preset], SUFFIXES) == Path(name)


@pytest.mark.parametrize(
    ("target", "preset", "suffix", "name"),
    [
        ("x/dog.mp4", "replace", ".png", "x/dog.####.png"),
        ("x/dog.####.png", "replace", ".mp4", "x/dog.mp4"),
        ("x/dog.json", "shapes", ".svg", "x/dog.####.svg"),
        ("x/dog.####.svg", "shapes", ".json", "x/dog.json"),
        ("x/dog.mkv", "matte-video", ".mp4", "x/dog.mp4"),
        ("x/dog.v2", "matte-video", ".mp4", "x/dog.v2.mp4"),
        ("x/####.png", "replace", ".mp4", "x/####.mp4"),
    ],
)
def test_another_kind_of_file(target: str, preset: str, suffix: str, name: str) -> None:
    assert in_format(Path(target), clip_of("a/dog.mp4"), PRESETS[preset], suffix, SUFFIXES) == Path(name)


def test_another_kind_of_file_of_a_still() -> None:
    still = clip_of("a/shoe.jpg", ClipKind.STILL)
    assert in_format(Path("x/shoe.svg"), still, PRESETS["shapes"], ".json", SUFFIXES) == Path("x/shoe.json")
    assert in_format(Path("x/shoe.json"), still, PRESETS["shapes"], ".svg", SUFFIXES) == Path("x/shoe.svg")
