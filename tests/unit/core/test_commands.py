from collections.abc import Callable

import pytest
from sam2_studio.core import commands
from sam2_studio.core.changes import MaskChanged
from sam2_studio.core.commands import Command
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.marker_commands import add_marker, edit_marker, move_marker, remove_marker
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import Origin
from sam2_studio.errors import ProjectError, PromptError, StudioError

from .conftest import clip_of, mask_of, record, state_of

KEYS = (10, 20, 30)
CLICK = PointPrompt(Point(5, 5))


@pytest.fixture
def project() -> Project:
    """Two objects; the first has prompts on frames 10, 20 and 30, and masks on 0 to 39; a marker."""
    project = Project()
    project.apply([commands.ClipChanged(before=None, after=clip_of())])
    for _ in range(2):
        project.apply(commands.add_object(project).changes)
    for key in KEYS:
        project.apply(commands.add_point(project, 1, key, CLICK).changes)
    masks = [(1, f, record(f + 1, Origin.PROMPTED if f in KEYS else Origin.TRACKED)) for f in range(40)]
    project.apply(commands.put_masks(project, "Track", masks).changes)
    project.apply(add_marker(project, 4, "a").changes)
    return project


def stale(project: Project) -> list[int]:
    return list(project.track(1).frames_where(stale=True))


EDITS: dict[str, Callable[[Project], Command]] = {
    "range": lambda p: commands.set_source_range(p, FrameRange(3, 50)),
    "model": lambda p: commands.set_model(p, "nano@12"),
    "add marker": lambda p: add_marker(p, 9, "b"),
    "edit marker": lambda p: edit_marker(p, 4, "b"),
    "move marker": lambda p: move_marker(p, 4, 7),
    "remove marker": lambda p: remove_marker(p, 4),
    "add object": lambda p: commands.add_object(p, "thing"),
    "remove object": lambda p: commands.remove_object(p, 1),
    "rename": lambda p: commands.alter_object(p, 1, "Rename", name="thing"),
    "edge": lambda p: commands.alter_object(p, 1, "Feather", edge=EdgeSettings(feather=2)),
    "reorder": lambda p: commands.reorder_objects(p, [2, 1]),
    "add point": lambda p: commands.add_point(p, 1, 15, CLICK),
    "move point": lambda p: commands.move_point(p, 1, 20, 0, Point(9, 9)),
    "remove point": lambda p: commands.remove_point(p, 1, 20, 0),
    "box": lambda p: commands.set_box(p, 1, 20, Box(1, 1, 9, 9)),
    "mask prompt": lambda p: commands.set_mask_prompt(p, 1, 20, 5),
    "clear prompts": lambda p: commands.clear_prompts(p, 1, 20),
    "clear track": lambda p: commands.clear_track(p, 1),
    "lock": lambda p: commands.lock_frame(p, 1, 5, locked=True),
    "masks": lambda p: commands.put_masks(p, "Paint", [(1, 3, record(90, Origin.PAINTED)), (2, 3, record(91))]),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_is_pure_and_its_inverse_takes_it_back(edit: Callable[[Project], Command], project: Project) -> None:
    before = state_of(project)
    command = edit(project)
    assert state_of(project) == before
    project.apply(command.changes)
    after = state_of(project)
    assert after != before
    assert command.label
    for _ in range(2):
        project.apply([change.inverse() for change in reversed(command.changes)])
        assert state_of(project) == before
        project.apply(command.changes)
        assert state_of(project) == after


@pytest.mark.parametrize(
    ("frame", "wanted"),
    [
        (10, (*range(10), *range(11, 20))),
        (15, (*range(11, 15), *range(16, 20))),
        (30, (*range(21, 30), *range(31, 40))),
    ],
)
def test_only_tracked_masks_between_the_neighbouring_keyframes_grow_stale(
    frame: int, wanted: tuple[int, ...], project: Project
) -> None:
    project.apply(commands.add_point(project, 1, frame, CLICK).changes)
    assert stale(project) == list(wanted)


def test_a_locked_frame_bounds_the_stale_span_and_stays_as_it_is(project: Project) -> None:
    project.apply(commands.lock_frame(project, 1, 15, locked=True).changes)
    locked = project.track(1).get(15)
    project.apply(commands.add_point(project, 1, 10, CLICK).changes)
    assert stale(project) == [*range(10), *range(11, 15)]
    project.apply(commands.put_masks(project, "Track", [(1, 15, record(99)), (1, 16, record(98))]).changes)
    assert project.track(1).get(15) == locked
    assert project.track(1).get(16) == record(98)


def test_locking_a_stale_frame_confirms_it(project: Project) -> None:
    project.apply(commands.add_point(project, 1, 10, CLICK).changes)
    project.apply(commands.lock_frame(project, 1, 12, locked=True).changes)
    assert 12 not in stale(project)
    project.apply(commands.lock_frame(project, 1, 12, locked=False).changes)
    assert 12 not in stale(project)


@pytest.mark.parametrize("edit", ["add point", "remove point", "box", "mask prompt", "clear track", "remove object"])
def test_a_locked_object_is_left_alone(edit: str, project: Project) -> None:
    project.apply(commands.alter_object(project, 1, "Lock", locked=True).changes)
    with pytest.raises(PromptError, match="object 1 is locked"):
        EDITS[edit](project)
    assert not commands.put_masks(project, "Track", [(1, 3, record(99))]).changes


def test_clearing_prompts_removes_the_mask_they_made_and_no_other(project: Project) -> None:
    project.apply(commands.clear_prompts(project, 1, 20).changes)
    assert 20 not in project.track(1)
    project.apply(commands.put_masks(project, "Paint", [(1, 30, record(99, Origin.PAINTED))]).changes)
    project.apply(commands.clear_prompts(project, 1, 30).changes)
    assert project.track(1).get(30) == record(99, Origin.PAINTED)


def test_clearing_a_track_keeps_what_the_user_made(project: Project) -> None:
    project.apply(commands.clear_track(project, 1).changes)
    assert tuple(project.track(1)) == KEYS


@pytest.mark.parametrize(
    "edit",
    [
        lambda p: commands.clear_prompts(p, 1, 15),
        lambda p: commands.set_box(p, 1, 15, None),
        lambda p: commands.set_mask_prompt(p, 1, 15, None),
        lambda p: commands.reorder_objects(p, [o.id for o in p.objects][:0]),
    ],
)
def test_an_edit_that_alters_nothing_has_no_changes(edit: Callable[[Project], Command], project: Project) -> None:
    assert edit(project).changes == ()


def test_several_masks_of_one_frame_in_a_batch_follow_one_another(project: Project) -> None:
    changes = commands.mask_changes(project, [(2, 7, record(50)), (2, 7, record(51))])
    assert [(c.before, c.after) for c in changes] == [(None, record(50)), (record(50), record(51))]
    locked = [(2, 7, record(50, locked=True)), (2, 7, record(51))]
    assert [c.after for c in commands.mask_changes(project, locked)] == [record(50, locked=True)]


def test_masks_of_a_removed_object_are_dropped(project: Project) -> None:
    project.apply(commands.remove_object(project, 2).changes)
    assert commands.put_masks(project, "Track", [(2, 3, record(99))]).changes == ()


def test_ids_and_names_are_never_given_twice(project: Project) -> None:
    project.apply(commands.remove_object(project, 2).changes)
    added = commands.add_object(project, " object  1 ").changes[0]
    assert isinstance(added, commands.ObjectChanged)
    assert added.after is not None
    assert (added.object_id, added.after.name) == (3, "object 1 2")


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\0b", "a\u202eb", "object 2"])
def test_a_name_that_can_not_be_is_refused(name: str, project: Project) -> None:
    with pytest.raises(ProjectError):
        commands.alter_object(project, 1, "Rename", name=name)


@pytest.mark.parametrize(
    "edit",
    [
        lambda p: commands.add_point(p, 1, 100, CLICK),
        lambda p: commands.add_point(p, 1, -1, CLICK),
        lambda p: commands.add_point(p, 1, 5, PointPrompt(Point(64, 5))),
        lambda p: commands.add_point(p, 9, 5, CLICK),
        lambda p: commands.move_point(p, 1, 20, 1, Point(5, 5)),
        lambda p: commands.move_point(p, 1, 20, 0, Point(-5, 5)),
        lambda p: commands.remove_point(p, 1, 20, -1),
        lambda p: commands.remove_point(p, 1, 5, 0),
        lambda p: commands.set_box(p, 1, 5, Box(70, 0, 90, 9)),
        lambda p: commands.set_box(p, 1, 100, Box(0, 0, 9, 9)),
        lambda p: commands.lock_frame(p, 2, 5, locked=True),
        lambda p: commands.set_source_range(p, FrameRange(0, 101)),
        lambda p: commands.remove_object(p, 9),
        lambda p: commands.add_point(Project(), 1, 5, CLICK),
    ],
)
def test_what_is_not_there_is_refused(edit: Callable[[Project], Command], project: Project) -> None:
    with pytest.raises(StudioError) as refused:
        edit(project)
    assert refused.value.way_out


def test_a_digest_tells_sets_of_prompts_apart(project: Project) -> None:
    prompts = project.prompts(1, 10)
    others = [prompts.with_point(CLICK), prompts.with_box(Box(0, 0, 1, 1)), prompts.with_mask(1, given=False), prompts]
    assert len({commands.prompt_digest(p) for p in others}) == 4


def test_removing_an_object_takes_all_that_it_has(project: Project) -> None:
    project.apply(commands.remove_object(project, 1).changes)
    assert (len(project.track(1)), project.prompted_frames(1)) == (0, ())
    assert all(isinstance(c, MaskChanged) for c in commands.clear_track(project, 2).changes)


def test_the_first_click_on_a_tracked_frame_corrects_its_mask_and_the_last_one_lets_go_of_it(project: Project) -> None:
    known = {frame: project.track(1).get(frame) for frame in project.track(1)}
    frame, tracked = next((f, r) for f, r in known.items() if r is not None and r.origin is Origin.TRACKED)
    for _ in range(2):
        project.apply(commands.add_point(project, 1, frame, CLICK).changes)
        assert project.prompts(1, frame).mask_id == tracked.mask_id
    for _ in range(2):
        project.apply(commands.remove_point(project, 1, frame, 0).changes)
    assert not project.prompts(1, frame)


def test_accepted_frames_are_no_longer_doubtful_until_tracked_again(file: ProjectFile) -> None:
    file.history.do(commands.add_object(file.project))
    poor = [(1, f, record(file.add_mask(mask_of(f)), health=0.2, reasons="area:-40")) for f in range(4)]
    file.history.do(commands.put_masks(file.project, "Track", [*poor, (1, 4, record(9, health=0.9))]))
    track = file.project.track(1)
    step = commands.accept_frames(file.project, 1, [2, 1, 4, 77])
    assert (step.label, step.frame, [c.frame for c in step.changes]) == ("Accept 2 frames", 1, [1, 2])  # type: ignore[union-attr]
    file.history.do(step)
    assert track.frames_where(doubtful=True) == (0, 3)
    kept = track.get(2)
    assert kept is not None
    assert (kept.health, kept.reasons, kept.accepted) == (0.2, "area:-40", True)
    file.history.undo()
    assert track.frames_where(doubtful=True) == (0, 1, 2, 3)
    file.history.redo()
    file.history.do(commands.put_masks(file.project, "Track", poor[2:3]))
    assert track.frames_where(doubtful=True) == (0, 2, 3)


def test_nothing_doubtful_nothing_to_accept(file: ProjectFile) -> None:
    file.history.do(commands.add_object(file.project, "man"))
    file.history.do(commands.put_masks(file.project, "Track", [(1, 0, record(file.add_mask(mask_of(1))))]))
    for frames in ([0], [5], []):
        with pytest.raises(PromptError, match="No mask of man is in doubt here"):
            commands.accept_frames(file.project, 1, frames)
    file.history.do(commands.put_masks(file.project, "Track", [(1, 0, record(1, health=0.1))]))
    file.history.do(commands.alter_object(file.project, 1, "Lock object", locked=True))
    with pytest.raises(PromptError, match="locked"):
        commands.accept_frames(file.project, 1, [0])


def test_frames_without_a_soft_edge_become_doubtful_once(file: ProjectFile) -> None:
    file.history.do(commands.add_object(file.project))
    masks = [(1, f, record(file.add_mask(mask_of(f)), health=0.9, reasons="")) for f in range(3)]
    file.history.do(commands.put_masks(file.project, "Track", masks))
    file.history.do(commands.lock_frame(file.project, 1, 2, locked=True))
    step = commands.doubt_mattes(file.project, [(1, 1), (1, 2), (1, 9), (5, 0)])
    assert [(c.object_id, c.frame) for c in step.changes] == [(1, 1)]  # type: ignore[union-attr]
    file.history.do(step)
    kept = file.project.track(1).get(1)
    assert kept is not None
    assert (kept.doubtful, kept.reasons) == (True, "matte:0")
    assert not commands.doubt_mattes(file.project, [(1, 1)]).changes
    file.history.undo()
    assert file.project.track(1).frames_where(doubtful=True) == ()
