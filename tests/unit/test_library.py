"""The library as docs/library.md shows it, and what it refuses."""

import doctest
from pathlib import Path

import numpy as np
import pytest
import sam2_studio
from sam2_studio.core.clip import Reading
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import MediaError, ProjectError, PromptError
from tests.media_factory import write_video
from tests.synthetic import moving_scene

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "library.md"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which one works, with a clip and a picture."""
    frames = moving_scene(1, 6, size=(160, 96), radius=22).frames
    write_video(tmp_path / "dog.mp4", frames)
    write_video(tmp_path / "shoe.png", frames[:1], codec="png", pix_fmt="rgb24")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_guide_tells_the_truth(desk: Path) -> None:
    done = doctest.testfile(
        str(GUIDE), module_relative=False, optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    )
    assert done.attempted > 10
    assert done.failed == 0
    assert (desk / "cut.png").exists()


def test_every_name_is_there_and_no_other() -> None:
    for name in sam2_studio.__all__:
        assert getattr(sam2_studio, name) is not None
        assert name in dir(sam2_studio)
    with pytest.raises(AttributeError, match="nothing"):
        sam2_studio.nothing  # type: ignore[attr-defined] # noqa: B018 - that is the point


def test_prompts_answers_and_undo(desk: Path) -> None:
    with sam2_studio.create_project("p.cutout", "dog.mp4") as project:
        thing = project.add_object()
        thing.add_box((40, 25, 110, 85), frame=2)
        mask = thing.segment(2)
        assert mask.any()
        assert thing.frames == (2,)
        np.testing.assert_array_equal(thing.mask(2), mask)
        assert thing.mask(0) is None
        given = np.zeros((96, 160), np.uint8)
        given[10:20, 10:20] = 255
        thing.add_mask(given, frame=4)
        np.testing.assert_array_equal(thing.segment(4), given > 0)
        project.undo()
        assert thing.frames == (2,)
        *_, report = project.track([thing], range=(1, 5), direction="forward")
        assert report.frames == 4
        thing.remove()
        assert project.objects == ()
    assert sam2_studio.open_project("p.cutout", read_only=True).objects == ()


def test_hair_window_and_how_the_footage_is_read_are_kept(desk: Path) -> None:
    with sam2_studio.create_project("p.cutout", "dog.mp4", deinterlace=True, premultiplied=True) as project:
        thing = project.add_object("dog")
        thing.add_box((40, 25, 110, 85))
        strokes = np.zeros((96, 160), bool)
        strokes[20:40, 60:90] = True
        thing.add_hair(strokes, frame=1)
        thing.follow("on")
    file = ProjectFile.open(Path("p.cutout"), read_only=True)
    [stored], clip = file.project.objects, file.project.clip
    assert stored.window == "on"
    assert stored.edge.matte
    assert clip is not None
    assert clip.reading == Reading(deinterlace=True, premultiplied=True)
    place = stored.hair_for(1)
    assert place is not None
    np.testing.assert_array_equal(file.mask(place[1]).to_array(), strokes)
    file.close()


def test_a_frame_on_which_nothing_stands_out_is_said(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sam2_studio.engine.subject.propose_subjects", lambda *_, **__: ())
    with sam2_studio.create_project("p.cutout", "dog.mp4") as project:
        with pytest.raises(PromptError, match="No subject stands out"):
            project.find_subject()
        assert project.objects == ()


def test_what_can_not_be_is_refused(desk: Path) -> None:
    with pytest.raises(MediaError):
        sam2_studio.create_project("q.cutout", "gone.mp4")
    with pytest.raises(ProjectError):
        sam2_studio.create_project("q.mp4", "dog.mp4")
    with sam2_studio.create_project("q.cutout", "dog.mp4") as project:
        thing = project.add_object("dog")
        for wrong in (
            lambda: thing.add_box((9, 9, 1, 1)),
            lambda: thing.add_point((5, 5), frame=6),
            lambda: thing.add_mask(np.zeros((3, 3), bool)),
            lambda: thing.add_hair(np.zeros((3, 3), bool)),
            lambda: thing.add_hair(np.zeros((96, 160), bool), frame=6),
            lambda: thing.follow("left"),
            lambda: project.find_subject(6),
            lambda: thing.segment(0),
            lambda: thing.refine(blur=3),
            lambda: thing.refine(grow=99),
            lambda: project.object_named("cat"),
            lambda: project.track(direction="up"),
            lambda: project.track(range=(0, 99)),
        ):
            with pytest.raises(PromptError):
                wrong()
