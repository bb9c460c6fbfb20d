"""Edge settings on their way through a project into files: steady, despilled, failed, missing packages."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from sam2_studio.batch import exporting
from sam2_studio.batch.exporting import doubt_unmatted, export_project
from sam2_studio.batch.projects import new_project
from sam2_studio.core import commands
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.health import Health
from sam2_studio.core.masks import Mask
from sam2_studio.core.records import tracked_record
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine import closed_form, steady
from sam2_studio.errors import MatteError
from sam2_studio.export.runner import ExportProgress, ExportReport
from sam2_studio.export.spec import ExportSpec
from sam2_studio.media.probe import probe
from tests.media_factory import write_video
from tests.synthetic import moving_scene

FRAMES = 6
SCENE = moving_scene(1, FRAMES, size=(160, 96), radius=22, path=lambda t: (0.5, 0.5))


@pytest.fixture
def project(tmp_path: Path, studio_home: Path) -> Callable[[EdgeSettings], Path]:
    """Makes a project of a tracked subject whose edge chatters on frame 3."""
    clip = write_video(tmp_path / "clip.mp4", SCENE.frames)

    def made(edge: EdgeSettings) -> Path:
        path = tmp_path / "p.cutout"
        file = new_project(path, probe(clip))
        file.history.do(commands.add_object(file.project))
        file.history.do(commands.alter_object(file.project, 1, "Change edge", edge=edge))
        records = []
        for n, truth in enumerate(SCENE.truth):
            mask = Mask.from_array(truth)
            health = Health(chatter=4.0 if n == 3 else 0.5)
            made_of = tracked_record(file.add_mask(mask), mask, score=0.9, absent=False, recipe="nano@1", health=health)
            records.append((1, n, made_of))
        file.history.do(commands.put_masks(file.project, "Track", records))
        file.close()
        return path

    return made


def exported(path: Path, name: str = "out", **edge: object) -> tuple[ExportReport, list[np.ndarray], list[str]]:
    """The report, the pictures and what was said on the way."""
    events = list(export_project(path, ExportSpec(preset="png", target=path.parent / name), edge))
    report, said = events[-1], [event.what for event in events if isinstance(event, ExportProgress)]
    assert isinstance(report, ExportReport)
    return report, [cv2.imread(str(file), cv2.IMREAD_UNCHANGED)[..., ::-1] for file in report.files], said


def test_steadiness_smooths_all_frames_or_the_flagged_one(project: Callable[[EdgeSettings], Path]) -> None:
    path = project(EdgeSettings(matte=True))
    plain = exported(path, "plain")[1]
    _, everywhere, said = exported(path, "all", steady="all")
    assert said[0] == "Looking for cuts"
    assert all((a != b).any() for a, b in zip(plain, everywhere, strict=True))
    flagged = exported(path, "flagged", steady="flagged")[1]
    assert [n for n in range(FRAMES) if (plain[n] != flagged[n]).any()] == [3]
    assert (flagged[3][..., 0] == everywhere[3][..., 0]).all()


def test_a_locked_frame_is_never_smoothed(project: Callable[[EdgeSettings], Path]) -> None:
    path = project(EdgeSettings(matte=True, steady="all"))
    file = ProjectFile.open(path)
    file.history.do(commands.lock_frame(file.project, 1, 2, locked=True))
    file.close()
    plain, calm = exported(path, "plain", steady="")[1], exported(path, "calm")[1]
    assert [n for n in range(FRAMES) if (plain[n] == calm[n]).all()] == [2]


def test_settings_of_one_export_leave_the_project_alone(project: Callable[[EdgeSettings], Path]) -> None:
    path = project(EdgeSettings())
    before = path.read_bytes()
    exported(path, matte=True, despill="green")
    file = ProjectFile.open(path, read_only=True)
    assert file.project.objects[0].edge == EdgeSettings()
    file.close()
    assert path.read_bytes() == before


def test_frames_without_a_soft_edge_are_doubtful_afterwards(
    project: Callable[[EdgeSettings], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project(EdgeSettings(matte=True))
    made, calls = steady.make_matte, []

    def failing(rgb, mask, edge, hair):  # type: ignore[no-untyped-def]
        calls.append(edge.matte)
        if edge.matte and sum(calls) == 3:
            raise MatteError("No.", "Never mind.")
        return made(rgb, mask, edge)

    monkeypatch.setattr(steady, "make_matte", failing)
    report = exported(path)[0]
    assert report.unmatted == ((1, 2),)
    doubt_unmatted(path, report)
    file = ProjectFile.open(path, read_only=True)
    assert file.project.track(1).frames_where(doubtful=True) == (2,)
    file.close()


def test_marking_waits_for_nobody(project: Callable[[EdgeSettings], Path]) -> None:
    path = project(EdgeSettings())
    other = ProjectFile.open(path)
    report = ExportReport(files=(), frames=0, verified=True, faults=(), seconds=0.0, warnings=(), unmatted=((1, 2),))
    doubt_unmatted(path, report)
    other.close()


def test_a_missing_package_is_said_before_anything_is_written(
    project: Callable[[EdgeSettings], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project(EdgeSettings(matte=True, method="best"))
    monkeypatch.setattr(closed_form, "find_spec", lambda name: None)
    monkeypatch.setattr(exporting, "check_installed", closed_form.check_installed)
    with pytest.raises(MatteError, match="pymatting"):
        exported(path)
    assert not (path.parent / "out").exists()
