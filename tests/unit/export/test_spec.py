"""Everything that can stand against an export is said before a pixel is read, with the value and a way out."""

import os
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core.clip import Clip, ClipKind, ColorTags
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Size
from sam2_studio.errors import ExportError, PromptError
from sam2_studio.export.checks import check
from sam2_studio.export.products import planned_files
from sam2_studio.export.spec import ExportSpec, describe, notes, written_size
from sam2_studio.export.treatment import Background, Hiding, parse_background
from tests.exporting import SUBJECT, info_of


def clip(frames: int = 247, size: tuple[int, int] = (4, 4), **info: object) -> Clip:
    return Clip.whole(info_of([np.zeros((size[1], size[0], 3), np.uint8)] * frames, **info))


def refused(spec: ExportSpec, of: Clip) -> ExportError:
    with pytest.raises(ExportError) as caught:
        check(spec, of, [SUBJECT])
    assert caught.value.way_out
    return caught.value


def test_unknown_preset() -> None:
    with pytest.raises(ExportError, match="gif"):
        ExportSpec(preset="gif", target=Path("x.gif"))


def test_nul_in_a_name() -> None:
    with pytest.raises(ExportError, match="can't be the name"):
        ExportSpec(preset="png", target=Path("a\0b.png"))


@pytest.mark.parametrize(
    ("preset", "target", "info", "text"),
    [
        ("after-effects", "a.mov", {}, "Export 247 frames, ProRes 4444"),
        ("png", "a", {"kind": ClipKind.SEQUENCE}, "Export 247 frames, PNG 8 bit"),
        ("matte-video", "a.mkv", {}, "Export 247 frames, FFV1 grey"),
    ],
)
def test_describe(preset: str, target: str, info: dict[str, object], text: str) -> None:
    assert describe(ExportSpec(preset=preset, target=Path(target)), clip(**info)) == text


def test_describe_one_picture() -> None:
    shoe = clip(1, kind=ClipKind.STILL, path="shoe.jpg")
    assert (
        describe(ExportSpec(preset="png", target=Path("shoe.png"), bit_depth=16), shoe)
        == "Export 1 picture, PNG 16 bit"
    )


@pytest.mark.parametrize(
    ("preset", "target", "source", "asked", "depth"),
    [
        ("png", "a.png", 8, None, 8),
        ("png", "a.png", 10, None, 16),
        ("png", "a.png", 10, 8, 8),
        ("after-effects", "a.mov", 8, None, 16),
        ("web", "a.webm", 12, None, 8),
        ("replace", "a.mp4", 10, None, 8),
        ("replace", "a.png", 10, None, 16),
        ("matte-png", "a.png", 12, None, 8),
        ("matte-video", "a.mkv", 8, None, 16),
        ("matte-video", "a.mp4", 8, None, 8),
    ],
)
def test_depth(preset: str, target: str, source: int, asked: int | None, depth: int) -> None:
    assert ExportSpec(preset=preset, target=Path(target), bit_depth=asked).depth(clip(bit_depth=source)) == depth


@pytest.mark.parametrize(
    ("preset", "target", "asked"),
    [("web", "a.webm", 16), ("after-effects", "a.mov", 8), ("matte-video", "a.mp4", 16), ("png", "a.png", 12)],
)
def test_depth_that_is_not_there(tmp_path: Path, preset: str, target: str, asked: int) -> None:
    error = refused(ExportSpec(preset=preset, target=tmp_path / target, bit_depth=asked), clip(1))
    assert f"can't write {asked} bits" in error.message


def test_range_beyond_the_clip(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="240:260"):
        check(ExportSpec(preset="png", target=tmp_path / "a", range=FrameRange(240, 260)), clip(), [SUBJECT])


def test_range_of_the_clip_is_the_default() -> None:
    spec = ExportSpec(preset="png", target=Path("a"))
    assert len(planned_files(spec, clip(5), [SUBJECT])) == 5


def test_missing_folder(tmp_path: Path) -> None:
    error = refused(ExportSpec(preset="web", target=tmp_path / "no" / "a.webm"), clip(1))
    assert str(tmp_path / "no") in error.message
    assert "There is no folder" in refused(ExportSpec(preset="png", target=tmp_path / "no" / "a"), clip(2)).message


def test_folder_that_may_be_made(tmp_path: Path) -> None:
    assert check(ExportSpec(preset="png", target=tmp_path / "new"), clip(1), [SUBJECT])[0].parent == tmp_path / "new"
    assert not (tmp_path / "new").exists()


def test_folder_that_can_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "can't be written to" in refused(ExportSpec(preset="web", target=tmp_path / "a.webm"), clip(1)).message


def test_existing_files(tmp_path: Path) -> None:
    (tmp_path / "a.0002.png").touch()
    spec = ExportSpec(preset="png", target=tmp_path / "a.png")
    assert "a.0002.png exists already" in refused(spec, clip(5)).message
    assert len(check(ExportSpec(preset="png", target=tmp_path / "a.png", overwrite=True), clip(5), [SUBJECT])) == 5


def test_existing_link_to_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a.webm").symlink_to(tmp_path / "gone")
    assert "exists already" in refused(ExportSpec(preset="web", target=tmp_path / "a.webm"), clip(1)).message


def test_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "a.0000.png").mkdir()
    spec = ExportSpec(preset="png", target=tmp_path / "a.png", overwrite=True)
    assert "is a folder" in refused(spec, clip(2)).message


def test_sequence_onto_itself(tmp_path: Path) -> None:
    for number in (1001, 1002):
        (tmp_path / f"shot.{number}.png").touch()
    of = clip(
        2,
        kind=ClipKind.SEQUENCE,
        path=tmp_path / "shot.1001.png",
        pattern="shot.####.png",
        first_number=1001,
    )
    assert "is the source itself" in refused(ExportSpec(preset="png", target=tmp_path, overwrite=True), of).message


def test_name_that_is_too_long(tmp_path: Path) -> None:
    spec = ExportSpec(preset="web", target=tmp_path / ("ü" * 126 + ".webm"))
    assert "257 bytes long" in refused(spec, clip(1)).message


@pytest.mark.parametrize("color", ["red", "#FFF", "#GGGGGG", "FFFFFF", "#FFFFFF\n", ""])
def test_no_colour(color: str) -> None:
    with pytest.raises(ExportError, match="is no colour"):
        Background(color=color)


@pytest.mark.parametrize("blur", [0, -1, 501, float("nan"), float("inf")])
def test_no_blur(blur: float) -> None:
    with pytest.raises(ExportError, match="can't be blurred"):
        Background(blur=blur)


@pytest.mark.parametrize("strength", [0, 1.9, -5, 501, float("nan"), float("inf")])
def test_no_strength(strength: float) -> None:
    with pytest.raises(ExportError, match="The strength can't be"):
        Hiding(strength=strength)


@pytest.mark.parametrize(("size", "strength"), [((1920, 1080), 30), ((1080, 1920), 30), ((64, 48), 8)])
def test_the_strength_follows_the_picture_unless_it_is_given(size: tuple[int, int], strength: float) -> None:
    assert Hiding().strength_for(Size(*size)) == strength
    assert Hiding(strength=5).strength_for(Size(*size)) == 5


def test_only_some_presets_premultiply(tmp_path: Path) -> None:
    assert ExportSpec(preset="resolve", target=tmp_path / "a.mov", premultiplied=True).premultiplied
    with pytest.raises(ExportError, match="web doesn't premultiply") as caught:
        ExportSpec(preset="web", target=tmp_path / "a.webm", premultiplied=True)
    assert "resolve" in caught.value.way_out


@pytest.mark.parametrize(
    ("text", "background"),
    [
        ("#102030", Background(color="#102030")),
        ("blur:12.5", Background(blur=12.5)),
        ("sky.png", Background(picture=Path("sky.png"))),
    ],
)
def test_a_background_as_it_is_typed(text: str, background: Background) -> None:
    assert parse_background(text) == background


@pytest.mark.parametrize("text", ["#12", "blur:", "blur:x", "blur:0"])
def test_a_background_that_is_none(text: str) -> None:
    with pytest.raises(ExportError):
        parse_background(text)


def test_no_fit() -> None:
    with pytest.raises(ExportError, match='"stretch"'):
        Background(fit="stretch")


def test_background_that_is_gone(tmp_path: Path) -> None:
    spec = ExportSpec(preset="replace", target=tmp_path / "a.mp4", background=Background(picture=tmp_path / "no.png"))
    assert "no.png isn't there" in refused(spec, clip(1)).message


def test_padding_is_said_before_the_run() -> None:
    odd = clip(1, size=(101, 77))
    spec = ExportSpec(preset="replace", target=Path("a.mp4"))
    assert written_size(spec, odd) == Size(102, 78)
    assert any("101x77 is padded to 102x78" in note for note in notes(spec, odd))
    assert written_size(ExportSpec(preset="web", target=Path("a.webm")), odd) == Size(101, 77)


def test_rounded_times_and_hdr_are_said_before_the_run() -> None:
    hdr = clip(1, variable_rate=True, color=ColorTags("tv", "bt2020nc", "bt2020", "smpte2084"))
    said = notes(ExportSpec(preset="web", target=Path("a.webm")), hdr)
    assert any("1/1000 second" in note for note in said)
    assert any("HDR" in note for note in said)
    assert notes(ExportSpec(preset="after-effects", target=Path("a.mov")), hdr) == ()
