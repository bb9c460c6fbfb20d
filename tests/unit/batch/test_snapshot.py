"""Which frames are tracked again after a correction."""

from collections.abc import Iterable

import pytest
from sam2_studio.batch.snapshot import frames_to_retrack
from sam2_studio.core.changes import MaskChanged, ObjectChanged
from sam2_studio.core.objects import CutObject
from sam2_studio.core.project import Project
from sam2_studio.core.tracks import MaskRecord, Origin


@pytest.fixture
def project() -> Project:
    """Keyframes on 0, 10 and 20 of 30 tracked frames; 5 is retouched for itself alone."""
    made = Project()
    made.apply([ObjectChanged(object_id=1, before=None, after=CutObject(id=1, name="a", color="#fff"))])
    origins = dict.fromkeys((0, 10, 20), Origin.PROMPTED) | {5: Origin.RETOUCHED}
    put(made, {n: MaskRecord(mask_id=n + 1, origin=origins.get(n, Origin.TRACKED)) for n in range(30)})
    return made


def put(project: Project, records: dict[int, MaskRecord]) -> None:
    project.apply([MaskChanged(object_id=1, frame=n, before=None, after=record) for n, record in records.items()])


def make_stale(project: Project, frames: Iterable[int]) -> None:
    put(project, {n: record.made_stale() for n in frames if (record := project.track(1).get(n))})


def test_all_of_a_stretch_in_which_something_is_stale(project: Project) -> None:
    assert frames_to_retrack(project, 1) == ()
    make_stale(project, [12])
    assert frames_to_retrack(project, 1) == tuple(range(11, 20))
    make_stale(project, [25, 26])
    assert frames_to_retrack(project, 1) == (*range(11, 20), *range(21, 30))


def test_a_frame_for_itself_alone_parts_nothing_and_stays(project: Project) -> None:
    make_stale(project, [7])
    assert frames_to_retrack(project, 1) == (1, 2, 3, 4, 6, 7, 8, 9)


def test_accepted_frames_stay_unless_they_are_stale(project: Project) -> None:
    put(project, {n: MaskRecord(mask_id=99, origin=Origin.TRACKED, accepted=True) for n in (11, 12)})
    make_stale(project, [12, 13])
    assert frames_to_retrack(project, 1) == tuple(range(12, 20))


def test_keyframes_and_locked_objects_are_left_alone(project: Project) -> None:
    make_stale(project, [10])
    assert frames_to_retrack(project, 1) == ()
    make_stale(project, [12])
    locked = CutObject(id=1, name="a", color="#fff", locked=True)
    project.apply([ObjectChanged(object_id=1, before=project.object(1), after=locked)])
    assert frames_to_retrack(project, 1) == ()
