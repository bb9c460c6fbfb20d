from collections.abc import Callable, Iterator

import pytest
from sam2_studio.core import commands
from sam2_studio.core.changes import AnyChange, MaskChanged
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Point
from sam2_studio.core.history import History
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.errors import ProjectError

from .conftest import State, clip_of, record, state_of

Reopen = Callable[..., ProjectFile]


def click(file: ProjectFile, frame: int, x: float = 5) -> int:
    return file.history.do(commands.add_point(file.project, 1, frame, PointPrompt(Point(x, 5))))


def feather(file: ProjectFile, value: float) -> int:
    edge = EdgeSettings(feather=value)
    return file.history.do(commands.alter_object(file.project, 1, "Feather", edge=edge))


def mask_at(file: ProjectFile, frame: int, after: MaskRecord) -> list[AnyChange]:
    return [MaskChanged(object_id=1, frame=frame, before=file.project.track(1).get(frame), after=after)]


def on_disk(file: ProjectFile) -> State:
    """The document as a reader of the file sees it."""
    reader = ProjectFile.open(file.path, read_only=True)
    try:
        assert [s.command for s in reader.history.steps] == [s.command for s in file.history.steps]
        assert reader.history.done == file.history.done
        assert [s.nbytes for s in reader.history.steps] == [s.nbytes for s in file.history.steps]
        return state_of(reader.project)
    finally:
        reader.close()


@pytest.fixture
def edited(file: ProjectFile) -> Iterator[ProjectFile]:
    """A project with one object; at the end its document and its file must agree."""
    file.history.do(commands.add_object(file.project))
    yield file
    assert on_disk(file) == state_of(file.project)


def test_undo_and_redo_walk_the_steps(edited: ProjectFile) -> None:
    states = [state_of(edited.project)]
    for frame in (3, 4, 3):
        click(edited, frame)
        states.append(state_of(edited.project))
    for wanted in reversed(states[:-1]):
        assert edited.history.undo()
        assert state_of(edited.project) == wanted == on_disk(edited)
    for wanted in states[1:]:
        assert edited.history.redo()
        assert state_of(edited.project) == wanted == on_disk(edited)
    assert edited.history.redo() is None


def test_many_steps_are_walked_at_once(edited: ProjectFile) -> None:
    states = [state_of(edited.project)]
    for frame in (3, 4, 3, 5):
        click(edited, frame, x=frame)
        states.append(state_of(edited.project))
    told: list[int] = []
    edited.history.observe(lambda: told.append(edited.history.done))
    for done in (2, 5, 1, 4):
        command = edited.history.go_to(done)
        assert command is not None
        assert state_of(edited.project) == states[done - 1] == on_disk(edited)
    assert told == [2, 5, 1, 4], "a walk is one change"
    assert edited.history.go_to(4) is None
    assert edited.history.go_to(6) is None
    assert edited.history.go_to(-1) is None
    assert told == [2, 5, 1, 4]


def test_a_walk_ends_where_the_last_step_was(edited: ProjectFile) -> None:
    for frame in (3, 4, 5):
        click(edited, frame)
    back, forth = edited.history.go_to(1), edited.history.go_to(3)
    assert back is not None
    assert back.frame == 3
    assert forth is not None
    assert forth.frame == 4


def test_labels_say_what_comes_next(edited: ProjectFile) -> None:
    assert (edited.history.undo_label, edited.history.redo_label) == ("Add object 1", "")
    edited.history.undo()
    assert (edited.history.undo_label, edited.history.redo_label) == ("", "Add object 1")
    assert edited.history.undo() is None


def test_a_new_edit_drops_what_was_undone(edited: ProjectFile) -> None:
    first, second = click(edited, 3), click(edited, 4)
    edited.history.undo()
    third = click(edited, 5)
    assert edited.history.redo() is None
    assert [s.id for s in edited.history.steps][1:] == [first, third]
    assert third > second


def test_an_edit_without_effect_is_no_step(edited: ProjectFile) -> None:
    assert edited.history.do(commands.set_source_range(edited.project, FrameRange(0, 100))) == 0
    assert feather(edited, 0) == 0
    assert len(edited.history.steps) == 1


def test_a_dragged_slider_is_one_step(edited: ProjectFile) -> None:
    steps = {feather(edited, value) for value in (1, 2, 3)}
    assert len(steps) == 1
    edited.history.undo()
    thing = edited.project.object(1)
    assert thing is not None
    assert thing.edge.is_neutral
    edited.history.redo()
    thing = edited.project.object(1)
    assert thing is not None
    assert thing.edge.feather == 3


def test_another_edit_between_two_drags_parts_them(edited: ProjectFile) -> None:
    first = feather(edited, 1)
    click(edited, 3)
    second = feather(edited, 2)
    edited.history.undo()
    third = feather(edited, 3)
    assert len({first, second, third}) == 3


def test_a_drag_after_undo_starts_a_step_of_its_own(edited: ProjectFile) -> None:
    feather(edited, 1)
    click(edited, 3)
    edited.history.undo()
    feather(edited, 2)
    edited.history.undo()
    thing = edited.project.object(1)
    assert thing is not None
    assert thing.edge.feather == 1


def test_a_late_mask_joins_the_click_that_asked_for_it(edited: ProjectFile) -> None:
    before = state_of(edited.project)
    step = click(edited, 3)
    click(edited, 9)
    assert edited.history.join(step, mask_at(edited, 3, record(1)))
    after = state_of(edited.project)
    edited.history.undo()
    edited.history.undo()
    assert state_of(edited.project) == before == on_disk(edited)
    edited.history.redo()
    edited.history.redo()
    assert state_of(edited.project) == after


def test_two_masks_of_one_frame_in_one_step_are_both_taken_back(edited: ProjectFile) -> None:
    before = state_of(edited.project)
    step = click(edited, 3)
    assert edited.history.join(step, mask_at(edited, 3, record(1)))
    assert edited.history.join(step, mask_at(edited, 3, record(2)))
    edited.history.undo()
    assert state_of(edited.project) == before == on_disk(edited)
    edited.history.redo()
    assert edited.project.track(1).get(3) == record(2)


def test_a_late_mask_of_an_undone_or_dropped_step_is_refused(edited: ProjectFile) -> None:
    step = click(edited, 3)
    edited.history.undo()
    late = mask_at(edited, 3, record(1))
    assert not edited.history.join(step, late)
    edited.history.redo()
    assert edited.history.join(step, late)
    edited.history.undo()
    click(edited, 4)
    assert not edited.history.join(step, late)
    assert not edited.history.join(0, late)
    assert 3 not in edited.project.track(1)


def test_a_late_mask_of_a_frame_edited_since_is_refused(edited: ProjectFile) -> None:
    step = click(edited, 3)
    edited.history.do(commands.put_masks(edited.project, "Paint", [(1, 3, record(5))]))
    assert not edited.history.join(step, mask_at(edited, 3, record(6)))
    edited.history.undo()
    assert not edited.history.join(step, mask_at(edited, 3, record(6)))  # redo would meet another state
    assert edited.history.join(step, mask_at(edited, 4, record(6)))


def test_of_late_masks_those_that_fit_come_in(edited: ProjectFile) -> None:
    step = click(edited, 3)
    edited.history.do(commands.put_masks(edited.project, "Paint", [(1, 4, record(5))]))
    late = [change for frame in (3, 4, 5) for change in mask_at(edited, frame, record(6))]
    assert not edited.history.join(step, late)
    assert edited.history.join_what_fits(step, late) == 2
    assert [edited.project.track(1).get(f) for f in (3, 4, 5)] == [record(6), record(5), record(6)]
    assert edited.history.join_what_fits(step, late[1:2]) == 0
    assert edited.history.join_what_fits(99, late) == 0
    edited.history.undo()
    edited.history.undo()
    assert len(edited.project.track(1)) == 0


def test_a_late_mask_of_an_object_removed_since_is_refused(edited: ProjectFile) -> None:
    step = click(edited, 3)
    edited.history.do(commands.remove_object(edited.project, 1))
    edited.history.undo()
    assert not edited.history.join(step, mask_at(edited, 50, record(6)))  # redo would leave it without an object


def test_the_count_is_bounded(opened: Reopen) -> None:
    file = opened()
    file.set_footage(clip_of())
    history = History(file.project, file, most_steps=5)
    for number in range(12):
        history.do(commands.set_model(file.project, f"m@{number}"))
    assert [s.command.changes[0].after for s in history.steps] == [f"m@{n}" for n in range(7, 12)]
    while history.undo():
        pass
    assert file.project.model == "m@6"
    reader = opened(read_only=True)
    assert (len(reader.history.steps), reader.history.done, reader.project.model) == (5, 0, "m@6")


def test_the_bytes_are_bounded_but_the_newest_step_stays(opened: Reopen) -> None:
    file = opened()
    history = History(file.project, file, most_bytes=1000)
    history.do(commands.set_model(file.project, "a" * 400))
    assert len(history.steps) == 1
    history.do(commands.set_model(file.project, "b"))
    history.do(commands.set_model(file.project, "c" * 5000))
    assert [s.command.changes[0].after for s in history.steps] == ["c" * 5000]
    assert sum(s.nbytes for s in history.steps) > 1000


def test_a_step_that_grows_drops_older_ones_and_never_itself(opened: Reopen) -> None:
    file = opened()
    file.set_footage(clip_of())
    history = History(file.project, file, most_bytes=3000)
    history.do(commands.add_object(file.project))
    step = history.do(commands.put_masks(file.project, "Track", [(1, 0, record(1))]))
    history.do(commands.set_model(file.project, "nano"))
    for frame in range(1, 40):
        assert history.join(step, mask_at(file, frame, record(frame)))
    assert next(s.id for s in history.steps) == step
    history.undo()
    history.undo()
    assert (history.undo(), len(file.project.track(1))) == (None, 0)
    reader = opened(read_only=True)
    assert (reader.history.done, len(reader.project.track(1))) == (0, 0)


def test_the_stack_tells_its_observers_after_each_change(edited: ProjectFile) -> None:
    told: list[tuple[str, int]] = []
    edited.history.observe(lambda: told.append((edited.history.undo_label, len(edited.project.prompted_frames(1)))))
    step = click(edited, 3)
    edited.history.join(step, mask_at(edited, 3, record(1)))
    edited.history.undo()
    edited.history.redo()
    assert told == [("Add point", 1), ("Add point", 1), ("Add object 1", 0), ("Add point", 1)]


def test_an_observer_may_edit(edited: ProjectFile) -> None:
    def follow(changes: tuple[AnyChange, ...]) -> None:
        if not edited.project.model:
            edited.history.do(commands.set_model(edited.project, "nano"))

    end = edited.project.observe(follow)
    click(edited, 3)
    end()
    assert [s.command.label for s in edited.history.steps] == ["Add object 1", "Add point", "Change model"]
    while edited.history.undo():
        pass


@pytest.mark.parametrize("late", [False, True])
def test_a_wider_edit_that_fails_is_taken_back_everywhere(late: bool, edited: ProjectFile) -> None:
    step = click(edited, 3)
    click(edited, 4)
    edited.history.undo()
    before, steps = state_of(edited.project), edited.history.steps
    told: list[int] = []
    edited.history.observe(lambda: told.append(edited.history.done))

    def wider() -> None:
        with edited.transaction():
            edited.history.join(step, mask_at(edited, 3, record(1)))
            edited.history.join(step, mask_at(edited, 9, record(2)))
            click(edited, 7)
            edited.history.undo()
            if late:
                raise ProjectError("full", "")
            edited.write_step(step, commands.Command(label=object(), changes=()))  # type: ignore[arg-type]

    with pytest.raises(ProjectError):
        wider()
    assert state_of(edited.project) == before == on_disk(edited)
    assert (edited.history.steps, edited.history.done) == (steps, 2)
    assert told[-1] == 2
    edited.history.redo()
    assert edited.project.prompted_frames(1) == (3, 4)


def test_footage_that_moved_is_not_moved_back_by_undo(edited: ProjectFile) -> None:
    edited.history.do(commands.set_source_range(edited.project, FrameRange(10, 20)))
    clip = edited.project.clip
    assert clip is not None
    edited.set_footage(clip.relinked("moved.mp4"))
    for walk in (edited.history.undo, edited.history.redo):
        walk()
        assert edited.project.clip is not None
        assert edited.project.clip.info.path == "moved.mp4"
        assert on_disk(edited) == state_of(edited.project)
    assert edited.project.clip is not None
    assert edited.project.clip.source_range == FrameRange(10, 20)


def test_in_and_out_of_longer_footage_fall_back_to_what_fits(edited: ProjectFile) -> None:
    edited.history.do(commands.set_source_range(edited.project, FrameRange(10, 90)))
    edited.set_footage(clip_of(frames=50))
    edited.history.undo()
    edited.history.redo()
    assert edited.project.clip == clip_of(frames=50)
