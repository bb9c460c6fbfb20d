"""Painted masks in the document: prompts of their frame or for it alone, what grows stale, what is refused."""

from collections.abc import Callable

import pytest
from sam2_studio.core import commands, hand_commands
from sam2_studio.core.commands import Command
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.core.records import lacks_mask, painted_record, prompted_record
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.errors import StudioError

from .conftest import Open, clip_of, held, mask_of, record, seen, state_of

KEYS = (10, 20, 30)
CLICK = PointPrompt(Point(5, 5))


@pytest.fixture
def project() -> Project:
    """An object with prompts on frames 10, 20 and 30, and masks on 0 to 39."""
    project = Project()
    project.apply([commands.ClipChanged(before=None, after=clip_of())])
    project.apply(commands.add_object(project).changes)
    for key in KEYS:
        project.apply(commands.add_point(project, 1, key, CLICK).changes)
    masks = [(1, f, record(f + 1, Origin.PROMPTED if f in KEYS else Origin.TRACKED)) for f in range(40)]
    project.apply(commands.put_masks(project, "Track", masks).changes)
    return project


def painted(mask_id: int, *, alone: bool = False) -> MaskRecord:
    return painted_record(mask_id, mask_of(mask_id), alone=alone)


def paint(project: Project, frame: int, mask_id: int = 90, *, alone: bool = False) -> Command:
    command = hand_commands.paint_masks(project, "Brush", 1, {frame: painted(mask_id, alone=alone)})
    project.apply(command.changes)
    return command


def stale(project: Project) -> list[int]:
    return list(project.track(1).frames_where(stale=True))


def test_a_painted_frame_is_a_mask_prompt_and_its_neighbours_grow_stale(project: Project) -> None:
    paint(project, 15)
    assert project.track(1).get(15) == painted(90)
    assert project.prompts(1, 15) == PromptSet(mask_id=90, given=True)
    assert stale(project) == [11, 12, 13, 14, 16, 17, 18, 19]
    assert project.track(1).keyframes == (10, 15, 20, 30)


def test_painting_over_clicks_takes_their_place(project: Project) -> None:
    paint(project, 20)
    assert project.prompts(1, 20) == PromptSet(mask_id=90, given=True)


def test_painted_for_one_frame_only_nothing_else_changes(project: Project) -> None:
    paint(project, 15, alone=True)
    paint(project, 20, 91, alone=True)
    assert stale(project) == []
    assert not project.prompts(1, 15)
    assert project.prompts(1, 20).points == (CLICK,), "the clicks under it still say where tracking starts"
    assert project.track(1).keyframes == (10, 15, 20, 30), "both are the user's: nothing rewrites them"


def test_a_correction_reaches_past_a_frame_painted_for_itself_but_not_past_clicks_under_it(project: Project) -> None:
    paint(project, 15, alone=True)
    paint(project, 20, 91, alone=True)
    project.apply(commands.add_point(project, 1, 12, CLICK).changes)
    assert stale(project) == [11, 13, 14, 16, 17, 18, 19]


def test_undo_of_a_stroke_is_exact(project: Project) -> None:
    for alone in (False, True):
        before = state_of(project)
        command = paint(project, 15, alone=alone)
        project.apply([change.inverse() for change in reversed(command.changes)])
        assert state_of(project) == before


def test_several_frames_are_one_step_and_none_of_them_is_stale(project: Project) -> None:
    masks = {frame: painted(90 + frame) for frame in (14, 15, 16)}
    command = hand_commands.paint_masks(project, "Import masks", 1, masks)
    project.apply(command.changes)
    assert command.frame == 14
    assert stale(project) == [11, 12, 13, 17, 18, 19]
    assert [project.track(1).get(frame) for frame in masks] == list(masks.values())


def test_an_emptied_mask_says_that_the_object_is_absent() -> None:
    made = painted_record(7, Mask(mask_of(1).size))
    assert (made.absent, made.area) == (True, 0)


@pytest.mark.parametrize("alone", [False, True])
def test_a_click_on_a_painted_frame_starts_from_the_painted_mask(alone: bool, project: Project) -> None:
    paint(project, 20, alone=alone)
    before = project.track(1).get(20)
    assert not lacks_mask(before, project.prompts(1, 20)), "the brush has the last word"
    project.apply(commands.add_point(project, 1, 20, CLICK).changes)
    assert project.prompts(1, 20) == PromptSet((CLICK,), mask_id=90, given=True)
    assert lacks_mask(before, project.prompts(1, 20)), "and the click asks for an answer"


def test_a_box_on_a_frame_painted_for_itself_starts_from_its_mask(project: Project) -> None:
    paint(project, 15, alone=True)
    project.apply(commands.set_box(project, 1, 15, Box(1, 1, 9, 9)).changes)
    assert project.prompts(1, 15) == PromptSet(box=Box(1, 1, 9, 9), mask_id=90, given=True)


def test_the_last_click_taken_back_leaves_what_was_painted(project: Project) -> None:
    paint(project, 15)
    project.apply(commands.add_point(project, 1, 15, CLICK).changes)
    answer = prompted_record(99, mask_of(9), score=0.9, recipe="nano@1", prompts=project.prompts(1, 15))
    project.apply(commands.put_masks(project, "Mask", [(1, 15, answer)]).changes)
    project.apply(commands.remove_point(project, 1, 15, 0).changes)
    assert project.prompts(1, 15) == PromptSet(mask_id=90, given=True)
    assert lacks_mask(project.track(1).get(15), project.prompts(1, 15)), "its mask is to be put back"


def test_clearing_the_prompt_of_a_painted_frame_removes_its_mask(project: Project) -> None:
    paint(project, 15)
    project.apply(commands.clear_prompts(project, 1, 15).changes)
    assert 15 not in project.track(1)
    assert not project.prompts(1, 15)


def test_a_retouched_mask_goes_alone(project: Project) -> None:
    paint(project, 20, alone=True)
    project.apply(hand_commands.remove_painted(project, 1, 20).changes)
    assert 20 not in project.track(1)
    assert project.prompts(1, 20).points == (CLICK,)
    assert stale(project) == []


def test_a_painted_mask_goes_with_the_prompt_that_it_is(project: Project) -> None:
    paint(project, 20)
    project.apply(hand_commands.remove_painted(project, 1, 20).changes)
    assert 20 not in project.track(1)
    assert not project.prompts(1, 20)
    assert stale(project) == [*range(11, 20), *range(21, 30)]


def test_a_painted_frame_can_be_kept_from_tracking_and_given_back_to_it(project: Project) -> None:
    paint(project, 15)
    project.apply(hand_commands.use_painted(project, 1, 15, tracked=False).changes)
    assert project.track(1).get(15) == painted(90, alone=True)
    assert not project.prompts(1, 15)
    project.apply(hand_commands.use_painted(project, 1, 15, tracked=True).changes)
    assert project.track(1).get(15) == painted(90)
    assert project.prompts(1, 15) == PromptSet(mask_id=90, given=True)


def test_what_is_left_alone_already_keeps_the_clicks_under_it(project: Project) -> None:
    paint(project, 20, alone=True)
    before = state_of(project)
    project.apply(hand_commands.use_painted(project, 1, 20, tracked=False).changes)
    assert state_of(project) == before


def test_a_copy_shares_the_pixels_and_counts_as_painted(project: Project) -> None:
    command = hand_commands.copy_mask(project, 1, 20, 21, alone=False)
    project.apply(command.changes)
    copied = project.track(1).get(21)
    assert copied is not None
    assert (copied.mask_id, copied.origin, command.frame) == (21, Origin.PAINTED, 21)
    assert project.prompts(1, 21) == PromptSet(mask_id=21, given=True)


def locked_object(project: Project) -> None:
    project.apply(commands.alter_object(project, 1, "Lock", locked=True).changes)


def locked_frame(project: Project) -> None:
    paint(project, 15)
    project.apply(commands.lock_frame(project, 1, 15, locked=True).changes)


@pytest.mark.parametrize(
    ("prepare", "edit"),
    [
        (locked_object, lambda p: paint(p, 15)),
        (locked_object, lambda p: hand_commands.copy_mask(p, 1, 10, 15, alone=False)),
        (locked_frame, lambda p: paint(p, 15)),
        (locked_frame, lambda p: hand_commands.copy_mask(p, 1, 10, 15, alone=True)),
        (locked_frame, lambda p: hand_commands.use_painted(p, 1, 15, tracked=False)),
        (locked_frame, lambda p: hand_commands.remove_painted(p, 1, 15)),
        (lambda p: None, lambda p: paint(p, 100)),
        (lambda p: None, lambda p: paint(p, -1)),
        (lambda p: None, lambda p: hand_commands.paint_masks(p, "Brush", 9, {3: painted(1)})),
        (lambda p: None, lambda p: hand_commands.copy_mask(p, 1, 50, 51, alone=False)),
        (lambda p: None, lambda p: hand_commands.use_painted(p, 1, 11, tracked=True)),
        (lambda p: None, lambda p: hand_commands.remove_painted(p, 1, 11)),
        (lambda p: None, lambda p: hand_commands.paint_masks(Project(), "Brush", 1, {3: painted(1)})),
    ],
)
def test_what_can_not_be_painted_is_refused(
    prepare: Callable[[Project], None], edit: Callable[[Project], Command], project: Project
) -> None:
    prepare(project)
    before = state_of(project)
    with pytest.raises(StudioError) as refused:
        edit(project)
    assert refused.value.way_out
    assert state_of(project) == before


def test_painted_frames_are_in_the_project_file_and_come_back_after_undo_and_redo(
    file: ProjectFile, opened: Open
) -> None:
    file.history.do(commands.add_object(file.project))
    for frame, alone in ((3, False), (4, True)):
        with file.transaction():
            mask_id = file.add_mask(mask_of(frame))
            made = painted_record(mask_id, mask_of(frame), alone=alone)
            file.history.do(hand_commands.paint_masks(file.project, "Brush", 1, {frame: made}))
    assert seen(file.path) == held(file)
    after = held(file)
    for _ in range(2):
        file.history.undo()
    assert not list(file.project.track(1))
    for _ in range(2):
        file.history.redo()
    assert held(file) == after
    assert file.mask_of(1, 4) == mask_of(4)
