"""What a run does with objects, masks and failures, and what it reports."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError, MediaError
from sam2_studio.export import runner
from sam2_studio.export.runner import ExportProgress
from tests.exporting import SUBJECT, Case, names_in, still
from tests.media_factory import numbered_frame

FRAMES = [numbered_frame(n, 40, 30) for n in range(5)]


def half(left: bool) -> Mask:
    pixels = np.zeros((30, 40), bool)
    pixels[:, :20] = left
    pixels[:, 20:] = not left
    return Mask.from_array(pixels)


def thing(number: int, **more: object) -> CutObject:
    return CutObject(id=number, name=f"Object {number}", color="#000000", **more)


def two(*objects: CutObject, **more: object) -> Case:
    return Case(still(FRAMES), objects=objects, masks=lambda i, frame: half(i == 1), **more)


def alpha_of(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))[..., 3]


def test_all_visible_objects_are_exported_together(tmp_path: Path) -> None:
    report = two(thing(1), thing(2)).run("png", tmp_path / "a.png")
    assert np.all(alpha_of(report.files[0]) == 255)


def test_hidden_objects_are_left_out(tmp_path: Path) -> None:
    report = two(thing(1), thing(2, visible=False)).run("png", tmp_path / "a.png")
    assert np.all(alpha_of(report.files[0])[:, :20] == 255)
    assert not alpha_of(report.files[0])[:, 20:].any()


def test_named_objects_are_exported_even_if_hidden(tmp_path: Path) -> None:
    report = two(thing(1), thing(2, visible=False)).run("png", tmp_path / "a.png", object_ids=(2,))
    assert not alpha_of(report.files[0])[:, :20].any()
    assert np.all(alpha_of(report.files[0])[:, 20:] == 255)


def test_object_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no object 7") as caught:
        two(thing(1)).run("png", tmp_path / "a.png", object_ids=(7,))
    assert "1 (Object 1)" in caught.value.way_out


def test_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no visible object"):
        two(thing(1, visible=False)).run("png", tmp_path / "a.png")


def test_touching_objects_with_one_setting_show_no_seam(tmp_path: Path) -> None:
    made: list[Mask] = []

    def soft(frame: Frame, mask: Mask, edge: EdgeSettings, ids: tuple[int, ...]) -> Matte:
        made.append(mask)
        return Matte.from_mask(mask)

    case = two(thing(1), thing(2))
    case._matte = soft  # type: ignore[method-assign]
    case.run("png", tmp_path / "a.png")
    assert [mask.area for mask in made] == [1200] * 5
    made.clear()
    case.objects = (thing(1), thing(2, edge=EdgeSettings(grow=1)))
    case.run("png", tmp_path / "b.png")
    assert [mask.area for mask in made] == [600] * 10


def test_checks_come_before_the_first_step(tmp_path: Path) -> None:
    with pytest.raises(ExportError):
        two(thing(1)).steps("png", tmp_path / "no" / "a.png")


def test_frames_without_masks_are_transparent_and_counted(tmp_path: Path) -> None:
    empty = Mask(Size(40, 30))
    masks = {0: half(True), 1: None, 2: empty, 3: None, 4: half(True)}
    case = Case(still(FRAMES, first_number=1001), masks=lambda i, frame: masks[frame])
    report = case.run("png", tmp_path / "a.png")
    assert [bool(alpha_of(path).any()) for path in report.files] == [True, False, False, False, True]
    assert report.warnings == ("2 frames have no mask and show nothing of the subject: 1002, 1004.",)
    assert not np.asarray(Image.open(report.files[1])).any()


def test_mask_of_another_size(tmp_path: Path) -> None:
    case = Case(still(FRAMES), masks=lambda i, frame: Mask(Size(4, 4)))
    with pytest.raises(ExportError, match="is 4x4, the picture 40x30"):
        case.run("png", tmp_path / "a.png")
    assert names_in(tmp_path) == []


def test_foreground_is_asked_for_soft_edges_only(tmp_path: Path) -> None:
    asked: list[int] = []

    def green(rgb: np.ndarray, matte: Matte, parts: object) -> np.ndarray:
        asked.append(1)
        return np.broadcast_to(np.array([0, 200, 0], rgb.dtype), rgb.shape)

    Case(still(FRAMES), foreground=green).run("png", tmp_path / "hard.png")
    assert asked == []
    soft = np.full((30, 40), 0.5, np.float32)
    report = Case(still(FRAMES), alpha=soft, foreground=green).run("png", tmp_path / "soft.png")
    assert len(asked) == 5
    assert np.asarray(Image.open(report.files[0]))[5, 5].tolist() == [0, 200, 0, 128]


def test_foreground_is_asked_where_a_screens_light_is_to_go(tmp_path: Path) -> None:
    told: list[EdgeSettings] = []

    def seen(rgb: np.ndarray, matte: Matte, parts: Sequence[tuple[Matte, EdgeSettings]]) -> np.ndarray:
        told.extend(edge for _, edge in parts)
        return rgb

    edge = EdgeSettings(despill="green")
    Case(still(FRAMES), objects=(replace(SUBJECT, edge=edge),), foreground=seen).run("png", tmp_path / "a.png")
    assert told == [edge] * 5


def test_a_matte_that_fails_makes_way_for_the_clean_mask_and_is_told(tmp_path: Path) -> None:
    subject = replace(SUBJECT, edge=EdgeSettings(matte=True))
    case = Case(still(FRAMES), objects=(subject,), fails_on=frozenset({1, 3}))
    report = case.run("png", tmp_path / "a.png")
    assert report.unmatted == ((subject.id, 1), (subject.id, 3))
    assert report.warnings == ("No soft edge could be made on 2 frames, the clean mask is used: 1, 3.",)
    assert sorted(case.asked) == [False] * 2 + [True] * 5
    assert all(alpha_of(path).all() for path in report.files)


def test_progress_counts_every_frame(tmp_path: Path) -> None:
    *steps, report = Case(still(FRAMES)).steps("png", tmp_path / "a.png")
    assert all(isinstance(step, ExportProgress) for step in steps)
    assert [(step.done, step.what) for step in steps] == [(n, "Writing") for n in range(6)] + [(5, "Checking")]
    assert all(step.total == 5 for step in steps)
    assert report.frames == 5


class Breaks:
    """A source that fails at its third frame."""

    def __init__(self) -> None:
        self._whole = still(FRAMES)
        self.info = self._whole.info
        self.timestamp = self._whole.timestamp

    def read(self, number: int) -> object:
        if number == 2:
            raise MediaError("Frame 2 is damaged.")
        return self._whole.read(number)

    def close(self) -> None:
        """Holds nothing."""


@pytest.mark.parametrize(("preset", "name"), [("png", "out"), ("web", "a.webm"), ("after-effects", "a.mov")])
def test_failure_on_the_way_leaves_nothing(tmp_path: Path, preset: str, name: str) -> None:
    with pytest.raises(MediaError, match="Frame 2"):
        Case(Breaks()).run(preset, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir() if path.name != "studio-home"] == []


def test_fault_found_in_reading_back_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sam2_studio.export.outputs.verify_pictures", lambda parts, meant, faults_of: ["Picture 1 is wrong."]
    )
    report = Case(still(FRAMES)).run("png", tmp_path / "a.png")
    assert (report.verified, report.faults) == (False, ("Picture 1 is wrong.",))


def test_source_that_changed_meanwhile(tmp_path: Path) -> None:
    case = Case(still(FRAMES))
    with pytest.raises(ExportError, match="has changed"):
        list(
            runner.run_export(
                runner.ExportSpec(preset="png", target=tmp_path / "a.png"),
                source=still(FRAMES[:3]),
                clip=case.clip,
                objects=case.objects,
                masks=lambda i, frame: None,
                matte=case._matte,
                foreground=case.foreground,
            )
        )


def test_older_longer_run_is_named(tmp_path: Path) -> None:
    for number in (1, 7, 8):
        (tmp_path / f"a.{number:04d}.png").touch()
    report = Case(still(FRAMES)).run("png", tmp_path / "a.png", overwrite=True)
    assert report.warnings == ("2 files of an older export lie beside the new ones: a.0007.png, a.0008.png.",)


def test_provenance_only_by_choice(tmp_path: Path) -> None:
    case = Case(still(FRAMES))
    plain = case.run("png", tmp_path / "a.png", made_with="nano 12ab")
    with Image.open(plain.files[0]) as picture:
        picture.load()
        assert picture.text == {}
    told = case.run("png", tmp_path / "b.png", made_with="nano 12ab", provenance=True)
    with Image.open(told.files[0]) as picture:
        picture.load()
        assert "nano 12ab" in picture.text["Software"]
    for preset, name in (("after-effects", "c.mov"), ("web", "c.webm"), ("replace", "c.mp4")):
        report = case.run(preset, tmp_path / name, made_with="nano 12ab", provenance=True)
        with av.open(str(report.files[0])) as container:
            tags = {key.lower(): value for key, value in container.metadata.items()}
        assert "nano 12ab" in tags["comment"]


def test_several_at_once_give_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soft = np.linspace(0, 1, 30 * 40, dtype=np.float32).reshape(30, 40)
    written = []
    for at_once in (1, 4):
        monkeypatch.setattr(runner, "abreast", lambda pixels, at_once=at_once: at_once)
        case = Case(still(FRAMES), alpha=soft, masks=lambda i, frame: None if frame == 2 else half(left=frame % 2 == 0))
        report = case.run("png", tmp_path / f"{at_once}.png")
        assert report.warnings == ("1 frame has no mask and shows nothing of the subject: 2.",)
        written.append([path.read_bytes() for path in report.files])
    assert written[0] == written[1]


def test_memory_holds_three_pictures_whatever_the_length(tmp_path: Path) -> None:
    steps = Case(still(FRAMES * 8)).steps("png", tmp_path / "a.png")
    next(steps)
    run = steps.gi_frame.f_locals["self"]
    for _ in steps:
        assert len(run.works[0].meant) <= 3
