"""Projects made and tracked without a window, with the network itself on a small clip."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.batch.exporting import export_project, object_ids
from sam2_studio.batch.pipeline import TrackProgress, TrackReport, track_project
from sam2_studio.batch.projects import add_subjects, check_project_path, new_project
from sam2_studio.batch.prompts import Subject
from sam2_studio.batch.snapshot import track_request
from sam2_studio.core.commands import add_point, lock_frame
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.health import Health, Reason, Symptom
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import Origin
from sam2_studio.engine.models import Model, load_model
from sam2_studio.engine.requests import Direction
from sam2_studio.engine.review import Reviewer
from sam2_studio.errors import ExportError, MediaError, ProjectError, PromptError
from sam2_studio.export.runner import ExportReport
from sam2_studio.export.spec import ExportSpec
from sam2_studio.media.probe import probe
from tests.media_factory import numbered_frames, write_video
from tests.synthetic import moving_scene

FRAMES = 6


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("nano", "cpu")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4", moving_scene(1, FRAMES, size=(160, 96), radius=22).frames)


@pytest.fixture
def file(tmp_path: Path, clip: Path) -> Iterator[ProjectFile]:
    made = new_project(tmp_path / "p.cutout", probe(clip))
    yield made
    made.close()


def boxed(frame: int = 2) -> Subject:
    return Subject("thing", {frame: PromptSet(box=Box(40, 25, 110, 85))})


def test_hair_and_window_go_into_the_project_and_hair_turns_the_matte_on(file: ProjectFile) -> None:
    strokes = Mask.from_array(np.eye(96, 160) > 0)
    subject = replace(boxed(), hair={1: strokes, 4: strokes})
    add_subjects(file, [subject], EdgeSettings(method="best", grow=1), "on")
    [thing] = file.project.objects
    assert [(frame, file.mask(mask_id)) for frame, mask_id in thing.hair] == [(1, strokes), (4, strokes)]
    assert thing.edge == EdgeSettings(matte=True, method="best", grow=1)
    assert thing.window == track_request(file, [thing.id], Direction.BOTH, FrameRange(0, 1)).objects[0].window == "on"


def report_of(events: Iterator[TrackProgress | TrackReport]) -> TrackReport:
    *_, last = events
    assert isinstance(last, TrackReport)
    return last


def test_a_run_fills_every_frame_and_says_so(file: ProjectFile, model: Model) -> None:
    report = report_of(track_project(file, model, add_subjects(file, [boxed()])))
    assert (report.frames, report.model, report.project) == (FRAMES, "nano", file.path)
    [thing] = report.objects
    assert (thing.id, thing.name, thing.frames) == (1, "thing", FRAMES)
    track = file.project.track(1)
    assert {n: record.origin for n in track if (record := track.get(n))} == {
        n: Origin.PROMPTED if n == 2 else Origin.TRACKED for n in range(FRAMES)
    }
    assert file.project.model == model.recipe


def test_records_hold_the_health_that_the_tracker_found(
    file: ProjectFile, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Health(0.2, (Reason(Symptom.AREA, -40),))
    monkeypatch.setattr(Reviewer, "judge", lambda *_, **__: found)
    report = report_of(track_project(file, model, add_subjects(file, [boxed()])))
    records = [file.project.track(1).get(n) for n in range(FRAMES)]
    tracked = [r for r in records if r and r.origin is Origin.TRACKED]
    assert {(r.health, r.reasons.split()[0]) for r in tracked} == {(0.2, "area:-40")}  # chatter stands behind it
    assert report.objects[0].doubtful == (0, 1, 3, 4, 5)


def test_each_mask_is_on_disk_before_the_next(file: ProjectFile, model: Model) -> None:
    events = track_project(file, model, add_subjects(file, [boxed(0)]))
    for event in events:
        if isinstance(event, TrackProgress) and event.done:
            other = ProjectFile.open(file.path, read_only=True)
            assert len(other.project.track(1)) >= event.done
            other.close()


def test_closing_the_run_keeps_what_came(file: ProjectFile, model: Model) -> None:
    events = track_project(file, model, add_subjects(file, [boxed(0)]))
    while next(events).done < 3:  # type: ignore[union-attr] # progress until then
        pass
    events.close()  # type: ignore[attr-defined] # it is a generator
    assert sorted(file.project.track(1)) == [0, 1, 2]


def masks_of(file: ProjectFile) -> dict[int, Mask | None]:
    return {n: file.mask_of(1, n) for n in file.project.track(1)}


def two_sided() -> Subject:
    return Subject("thing", {n: PromptSet(box=Box(40, 25, 110, 85)) for n in (0, 5)})


@pytest.mark.parametrize("steps", [1, 3, 6, 8, 11])
def test_a_run_broken_off_anywhere_and_made_again_gives_the_same_masks(
    steps: int, file: ProjectFile, model: Model, tmp_path: Path, clip: Path
) -> None:
    unbroken = new_project(tmp_path / "unbroken.cutout", probe(clip))
    report_of(track_project(unbroken, model, add_subjects(unbroken, [two_sided()])))
    events = track_project(file, model, add_subjects(file, [two_sided()]))
    for _ in range(steps):
        next(events)
    events.close()  # type: ignore[attr-defined] # it is a generator
    report_of(track_project(file, model, [1]))
    assert masks_of(file) == masks_of(unbroken)
    assert not file.project.track(1).frames_where(stale=True)
    unbroken.close()


def test_frames_whose_other_side_is_still_to_come_are_stale(file: ProjectFile, model: Model) -> None:
    events = track_project(file, model, add_subjects(file, [two_sided()]))
    stale = []
    for _ in events:
        now = file.project.track(1).frames_where(stale=True)
        if not stale or now != stale[-1]:
            stale.append(now)
    assert stale == [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), (1, 2, 3), (1, 2), (1,), ()]


def test_one_undo_takes_the_whole_run_back(file: ProjectFile, model: Model) -> None:
    report_of(track_project(file, model, add_subjects(file, [boxed()])))
    file.history.undo()
    assert sorted(file.project.track(1)) == [2]
    file.history.redo()
    assert sorted(file.project.track(1)) == list(range(FRAMES))


def test_a_changed_prompt_is_answered_anew_and_locked_frames_stay(file: ProjectFile, model: Model) -> None:
    ids = add_subjects(file, [boxed()])
    report_of(track_project(file, model, ids))
    file.history.do(lock_frame(file.project, 1, 4, locked=True))
    before = {n: file.project.track(1).get(n) for n in range(FRAMES)}
    file.history.do(add_point(file.project, 1, 2, PointPrompt(Point(150, 90), False)))
    report_of(track_project(file, model, ids))
    after = {n: file.project.track(1).get(n) for n in range(FRAMES)}
    assert after[4] == before[4]
    assert after[2] is not None
    assert before[2] is not None
    assert after[2].recipe != before[2].recipe
    assert not file.project.track(1).frames_where(stale=True)


def test_a_range_is_kept_to(file: ProjectFile, model: Model) -> None:
    report = report_of(track_project(file, model, add_subjects(file, [boxed()]), within=FrameRange(3, 5)))
    assert report.frames == 2
    assert sorted(file.project.track(1)) == [2, 3, 4]
    with pytest.raises(PromptError):
        report_of(track_project(file, model, [1], within=FrameRange(3, 3)))


def test_it_stops_at_cuts_where_that_is_asked(tmp_path: Path, model: Model) -> None:
    shots = [moving_scene(seed, 8, size=(160, 96), radius=22).frames for seed in (1, 2, 3)]
    clip = write_video(tmp_path / "shots.mp4", [frame for shot in shots for frame in shot])
    made = new_project(tmp_path / "shots.cutout", probe(clip))
    ids = add_subjects(made, [boxed(10)])
    events = list(track_project(made, model, ids, stop_at_cuts=True))
    assert {event.what for event in events if isinstance(event, TrackProgress)} == {"Looking for cuts", "Tracking"}
    assert sorted(made.project.track(1)) == list(range(8, 16))
    assert report_of(iter(events)).cuts == (8, 16)
    report = report_of(track_project(made, model, ids))
    assert (report.cuts, len(made.project.track(1))) == (None, 24)
    made.close()


def test_the_clip_is_checked_before_work(file: ProjectFile, model: Model, clip: Path) -> None:
    ids = add_subjects(file, [boxed()])
    write_video(clip, numbered_frames(3))
    with pytest.raises(MediaError, match="3 frames"):
        report_of(track_project(file, model, ids))


def test_a_project_is_exported_beside_its_open_editor(file: ProjectFile, model: Model, tmp_path: Path) -> None:
    report_of(track_project(file, model, add_subjects(file, [boxed()])))
    *_, report = export_project(file.path, ExportSpec(preset="png", target=tmp_path / "out"))
    assert isinstance(report, ExportReport)
    assert (report.frames, report.verified) == (FRAMES, True)
    assert all(path.exists() for path in report.files)


def test_names_become_ids(file: ProjectFile) -> None:
    add_subjects(file, [boxed(), Subject("other", {0: PromptSet((PointPrompt(Point(3, 3)),))})])
    assert object_ids(file.project, ["other", "thing"]) == (2, 1)
    with pytest.raises(ExportError, match="nobody"):
        object_ids(file.project, ["nobody"])


def test_places_where_no_project_can_be(tmp_path: Path) -> None:
    (tmp_path / "folder.cutout").mkdir()
    (tmp_path / "there.cutout").touch()
    for name in ("p.mp4", "folder.cutout", "there.cutout", "none/p.cutout"):
        with pytest.raises(ProjectError, match=name.split("/")[0]):
            check_project_path(tmp_path / name, overwrite=False)
    check_project_path(tmp_path / "there.cutout", overwrite=True)
