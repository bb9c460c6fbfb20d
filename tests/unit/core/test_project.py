import pytest
from sam2_studio.core.changes import AnyChange, MaskChanged, ModelChanged, ObjectChanged, PromptsChanged
from sam2_studio.core.geometry import Box
from sam2_studio.core.objects import CutObject
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import PromptSet

from .conftest import record, state_of

FIRST = CutObject(id=1, name="first", color="#000000", order=2)
SECOND = CutObject(id=2, name="second", color="#000000", order=1)
CHANGES: tuple[AnyChange, ...] = (
    ObjectChanged(object_id=1, before=None, after=FIRST),
    ObjectChanged(object_id=2, before=None, after=SECOND),
    PromptsChanged(object_id=1, frame=4, before=None, after=PromptSet(box=Box(0, 0, 1, 1))),
    MaskChanged(object_id=1, frame=4, before=None, after=record(1)),
    MaskChanged(object_id=1, frame=4, before=record(1), after=record(2)),
    ModelChanged(before=None, after="nano@1"),
)


def test_a_new_project_is_empty() -> None:
    project = Project()
    assert (project.clip, project.objects, project.markers, project.model) == (None, (), (), "")
    assert not project.prompts(1, 0)
    assert not project.track(1)


def test_changes_are_made_in_order_and_taken_back_in_reverse() -> None:
    project = Project()
    empty = state_of(project)
    project.apply(CHANGES)
    assert project.objects == (SECOND, FIRST)
    assert project.track(1).get(4) == record(2)
    assert project.prompted_frames(1) == (4,)
    project.apply([change.inverse() for change in reversed(CHANGES)])
    assert state_of(project) == empty
    assert project.highest_object_id == 2


def test_observers_are_told_once_after_all_changes() -> None:
    project = Project()
    told: list[tuple[int, int]] = []
    end = project.observe(lambda changes: told.append((len(changes), len(project.objects))))
    project.apply(CHANGES)
    end()
    project.apply(CHANGES)
    assert told == [(6, 2)]


def test_an_observer_that_raises_keeps_nothing_from_the_others() -> None:
    project = Project()
    told: list[int] = []

    def broken(changes: tuple[AnyChange, ...]) -> None:
        raise RuntimeError("broken")

    project.observe(lambda changes: told.append(1))
    project.observe(broken)
    project.observe(lambda changes: told.append(2))
    with pytest.raises(RuntimeError, match="broken"):
        project.apply(CHANGES)
    assert told == [1, 2]
    assert project.objects == (SECOND, FIRST)


def test_an_observer_may_end_itself() -> None:
    project = Project()
    told: list[int] = []

    def once(changes: tuple[AnyChange, ...]) -> None:
        told.append(len(changes))
        end()

    end = project.observe(once)
    project.apply(CHANGES)
    project.apply(CHANGES)
    assert told == [6]
