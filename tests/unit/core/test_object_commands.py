"""Duplicate, merge, subtract: every case of two records, by ids and by pixels, undone to the last value."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sam2_studio.core import commands
from sam2_studio.core.commands import Command
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Point
from sam2_studio.core.hand_commands import paint_masks
from sam2_studio.core.masks import Mask
from sam2_studio.core.object_commands import (
    Operation,
    StoredMask,
    combine,
    combined,
    duplicate_object,
    left_alone,
    pairs_of,
)
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.core.records import lacks_mask, painted_record
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.errors import ProjectError, PromptError

from .conftest import Open, clip_of, held, record, seen, state_of

MERGE, SUBTRACT = Operation.MERGE, Operation.SUBTRACT
MAN, BALL = 1, 2
CLICK = PointPrompt(Point(5, 5))


def block(left: int, width: int = 20) -> Mask:
    pixels = np.zeros((48, 64), bool)
    pixels[10:30, left : left + width] = True
    return Mask.from_array(pixels)


def put(file: ProjectFile, object_id: int, frame: int, mask: Mask, origin: Origin, **fields: object) -> MaskRecord:
    """Store a mask and set its record, whatever was there; painted ones become prompts."""
    with file.transaction():
        mask_id = file.add_mask(mask)
        if origin in (Origin.PAINTED, Origin.RETOUCHED):
            made = painted_record(mask_id, mask, alone=origin is Origin.RETOUCHED)
            file.history.do(paint_masks(file.project, "Paint", object_id, {frame: made}))
            return made
        made = record(mask_id, origin, area=mask.area, **fields)
        file.history.do(commands.put_masks(file.project, "Put", [(object_id, frame, made)]))
    return made


@pytest.fixture
def file(opened: Open) -> ProjectFile:
    """A project with the objects man and ball and no masks."""
    made = opened()
    made.set_footage(clip_of())
    for name in ("man", "ball"):
        made.history.do(commands.add_object(made.project, name))
    return made


def do(file: ProjectFile, operation: Operation, object_id: int = MAN, other_id: int = BALL) -> Command:
    """The whole way that a caller goes."""
    with file.transaction():
        made = {}
        for a, b in pairs_of(file.project, operation, object_id, other_id):
            mask, other = file.mask(a), file.mask(b)
            result = combined(operation, mask, other)
            mask_id = a if result is mask else b if result is other else file.add_mask(result)
            made[a, b] = StoredMask(mask_id, result.area)
        command = combine(file.project, operation, object_id, other_id, made)
        file.history.do(command)
    return command


def pixels(file: ProjectFile, frame: int, object_id: int = MAN) -> NDArray[np.bool_]:
    mask = file.mask_of(object_id, frame)
    assert mask is not None
    return mask.to_array()


def found(file: ProjectFile, frame: int, object_id: int = MAN) -> MaskRecord:
    at = file.project.track(object_id).get(frame)
    assert at is not None
    return at


# Duplicate


def test_a_duplicate_has_everything_of_its_original_and_shares_its_masks(file: ProjectFile) -> None:
    project = file.project
    file.history.do(commands.add_object(project, "tree"))
    file.history.do(commands.alter_object(project, MAN, "Feather", edge=EdgeSettings(feather=2), locked=True))
    file.history.do(commands.alter_object(project, MAN, "Unlock", locked=False))
    file.history.do(commands.add_point(project, MAN, 4, CLICK))
    put(file, MAN, 4, block(0), Origin.PROMPTED, recipe="nano@1 prompts x")
    put(file, MAN, 5, block(1), Origin.TRACKED, stale=True, health=0.3)
    file.history.do(commands.lock_frame(project, MAN, 4, locked=True))
    command = duplicate_object(project, MAN)
    copy = command.changes[0].object_id  # type: ignore[union-attr]
    file.history.do(command)

    made = project.object(copy)
    assert made is not None
    assert (made.name, made.edge, made.visible, made.locked) == ("man copy", EdgeSettings(feather=2), True, False)
    assert made.color != project.object(MAN).color  # type: ignore[union-attr]
    assert [o.name for o in project.objects] == ["man", "man copy", "ball", "tree"]
    assert project.prompts(copy, 4) == project.prompts(MAN, 4)
    assert {f: project.track(copy).get(f) for f in project.track(copy)} == {4: found(file, 4), 5: found(file, 5)}


def test_duplicates_find_names_of_their_own(file: ProjectFile) -> None:
    for object_id in (MAN, MAN, 3):
        file.history.do(duplicate_object(file.project, object_id))
    assert {o.name for o in file.project.objects} == {"man", "ball", "man copy", "man copy 2", "man copy 3"}
    file.history.do(commands.alter_object(file.project, BALL, "Rename", name="b" * 80))
    file.history.do(duplicate_object(file.project, BALL))
    assert max(len(o.name) for o in file.project.objects) == 80


def test_a_locked_object_can_be_duplicated_and_its_copy_is_free(file: ProjectFile) -> None:
    file.history.do(commands.alter_object(file.project, MAN, "Lock", locked=True))
    file.history.do(duplicate_object(file.project, MAN))
    assert [o.locked for o in file.project.objects] == [True, False, False]


# Merge


def test_a_merge_unites_what_both_have_and_takes_the_other_away(file: ProjectFile) -> None:
    put(file, MAN, 1, block(0), Origin.TRACKED, recipe="nano@1/fast", score=0.9, health=0.8)
    put(file, BALL, 1, block(30), Origin.TRACKED, recipe="nano@1/fast", score=0.7, health=0.4, reasons="islands:2")
    put(file, MAN, 2, block(0), Origin.TRACKED)
    theirs = put(file, BALL, 3, block(30), Origin.TRACKED, stale=True)
    do(file, MERGE)
    assert [o.name for o in file.project.objects] == ["man"]
    assert list(file.project.track(BALL)) == []
    assert np.array_equal(pixels(file, 1), block(0).to_array() | block(30).to_array())
    assert np.array_equal(pixels(file, 2), block(0).to_array())
    assert found(file, 3) == theirs
    first = found(file, 1)
    assert (first.origin, first.score, first.health, first.reasons) == (Origin.TRACKED, 0.7, 0.4, "islands:2")
    assert (first.model, first.area, first.stale) == ("nano@1", 800, False)


@pytest.mark.parametrize("stale", [MAN, BALL])
def test_what_is_merged_of_a_stale_mask_is_stale(file: ProjectFile, stale: int) -> None:
    for object_id in (MAN, BALL):
        put(file, object_id, 1, block(30 * (object_id - 1)), Origin.TRACKED, stale=object_id == stale)
    do(file, MERGE)
    assert found(file, 1).stale


def test_an_absence_that_is_stale_makes_the_merged_frame_stale(file: ProjectFile) -> None:
    empty = Mask(block(0).size)
    put(file, MAN, 1, block(0), Origin.TRACKED)
    put(file, BALL, 1, empty, Origin.TRACKED, absent=True, stale=True)
    put(file, MAN, 2, empty, Origin.TRACKED, absent=True)
    put(file, BALL, 2, block(30), Origin.TRACKED)
    do(file, MERGE)
    assert found(file, 1).stale
    assert np.array_equal(pixels(file, 1), block(0).to_array())
    assert not found(file, 2).absent
    assert np.array_equal(pixels(file, 2), block(30).to_array())


@pytest.mark.parametrize("key", [MAN, BALL])
def test_a_keyframe_of_either_becomes_a_mask_that_tracking_starts_from(file: ProjectFile, key: int) -> None:
    project = file.project
    file.history.do(commands.add_point(project, key, 1, CLICK))
    put(file, key, 1, block(0), Origin.PROMPTED)
    put(file, MAN + BALL - key, 1, block(30), Origin.TRACKED, stale=True)
    do(file, MERGE)
    united = found(file, 1)
    assert (united.origin, united.stale) == (Origin.PAINTED, False)
    assert project.prompts(MAN, 1) == PromptSet(mask_id=united.mask_id, given=True)
    assert not lacks_mask(united, project.prompts(MAN, 1))


def test_prompts_of_frames_that_only_the_other_has_move_over_whole(file: ProjectFile) -> None:
    file.history.do(commands.add_point(file.project, BALL, 7, CLICK))
    theirs = put(file, BALL, 7, block(30), Origin.PROMPTED)
    said = file.project.prompts(BALL, 7)
    do(file, MERGE)
    assert (found(file, 7), file.project.prompts(MAN, 7)) == (theirs, said)
    assert file.project.prompted_frames(BALL) == ()


def test_a_retouched_frame_stays_one_without_a_keyframe_of_the_other(file: ProjectFile) -> None:
    put(file, MAN, 1, block(0), Origin.RETOUCHED)
    put(file, BALL, 1, block(30), Origin.TRACKED)
    do(file, MERGE)
    assert found(file, 1).origin is Origin.RETOUCHED
    assert not file.project.prompts(MAN, 1)


def test_masks_that_hold_each_other_are_not_stored_again(file: ProjectFile) -> None:
    large = put(file, MAN, 1, block(0, 40), Origin.TRACKED)
    put(file, BALL, 1, block(5, 10), Origin.TRACKED)
    put(file, MAN, 2, block(5, 10), Origin.TRACKED)
    also_large = put(file, BALL, 2, block(0, 40), Origin.TRACKED)
    do(file, MERGE)
    assert (found(file, 1).mask_id, found(file, 2).mask_id) == (large.mask_id, also_large.mask_id)


# Subtract


def test_subtracting_takes_away_what_both_have_and_leaves_the_other(file: ProjectFile) -> None:
    put(file, MAN, 1, block(0), Origin.TRACKED, recipe="nano@1", health=0.4, reasons="islands:2")
    put(file, BALL, 1, block(10), Origin.TRACKED, stale=True)
    untouched = put(file, MAN, 2, block(0), Origin.TRACKED)
    apart = put(file, MAN, 3, block(0), Origin.TRACKED)
    put(file, BALL, 3, block(40), Origin.TRACKED)
    put(file, MAN, 4, block(5, 10), Origin.TRACKED)
    put(file, BALL, 4, block(0, 40), Origin.TRACKED)
    theirs = {f: file.project.track(BALL).get(f) for f in file.project.track(BALL)}
    do(file, SUBTRACT)
    assert np.array_equal(pixels(file, 1), block(0).to_array() & ~block(10).to_array())
    first = found(file, 1)
    assert (first.origin, first.stale, first.health, first.area, first.model) == (
        Origin.TRACKED, True, 0.4, 200, "nano@1",
    )  # fmt: skip
    assert (found(file, 2), found(file, 3)) == (untouched, apart)
    assert found(file, 4).absent
    assert not pixels(file, 4).any()
    assert {f: file.project.track(BALL).get(f) for f in file.project.track(BALL)} == theirs


@pytest.mark.parametrize(
    ("origin", "becomes"),
    [
        (Origin.PROMPTED, Origin.PAINTED),
        (Origin.PAINTED, Origin.PAINTED),
        (Origin.RETOUCHED, Origin.RETOUCHED),
        (Origin.TRACKED, Origin.TRACKED),
    ],
)
def test_what_the_user_made_stays_the_users_after_subtracting(
    file: ProjectFile, origin: Origin, becomes: Origin
) -> None:
    put(file, MAN, 1, block(0), origin)
    put(file, BALL, 1, block(10), Origin.PAINTED)
    do(file, SUBTRACT)
    after = found(file, 1)
    assert after.origin is becomes
    expected = PromptSet(mask_id=after.mask_id, given=True) if becomes is Origin.PAINTED else PromptSet()
    assert file.project.prompts(MAN, 1) == expected


def test_a_locked_object_may_be_subtracted_but_not_changed(file: ProjectFile) -> None:
    put(file, MAN, 1, block(0), Origin.TRACKED)
    put(file, BALL, 1, block(10), Origin.TRACKED)
    file.history.do(commands.alter_object(file.project, BALL, "Lock", locked=True))
    for operation, changed, other in ((MERGE, MAN, BALL), (MERGE, BALL, MAN), (SUBTRACT, BALL, MAN)):
        with pytest.raises(PromptError, match="ball is locked"):
            pairs_of(file.project, operation, changed, other)
        with pytest.raises(PromptError, match="ball is locked"):
            combine(file.project, operation, changed, other, {})
    do(file, SUBTRACT)
    assert found(file, 1).area == 200


# Both


@pytest.mark.parametrize("operation", Operation)
def test_locked_frames_stay_as_they_are(file: ProjectFile, operation: Operation) -> None:
    for frame in (1, 2):
        put(file, MAN, frame, block(0), Origin.TRACKED)
        put(file, BALL, frame, block(10), Origin.TRACKED)
    file.history.do(commands.lock_frame(file.project, MAN, 1, locked=True))
    file.history.do(commands.lock_frame(file.project, BALL, 2, locked=True))
    before = found(file, 1)
    assert left_alone(file.project, MAN, BALL) == (1,)
    do(file, operation)
    assert found(file, 1) == before
    assert found(file, 2).area == (600 if operation is MERGE else 200)
    assert not found(file, 2).locked, "what both make together nobody has confirmed"


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("waiting", [MAN, BALL])
def test_a_frame_whose_clicks_were_not_answered_is_waited_for(
    file: ProjectFile, operation: Operation, waiting: int
) -> None:
    file.history.do(commands.add_point(file.project, waiting, 1, CLICK))
    for tracked in (False, True):
        if tracked:
            put(file, waiting, 1, block(0), Origin.TRACKED)
        with pytest.raises(PromptError, match="isn't there yet"):
            pairs_of(file.project, operation, MAN, BALL)


@pytest.mark.parametrize("operation", Operation)
def test_an_object_is_not_combined_with_itself_or_with_none(file: ProjectFile, operation: Operation) -> None:
    for object_id, other_id in ((MAN, MAN), (MAN, 9), (9, MAN)):
        with pytest.raises(ProjectError):
            pairs_of(file.project, operation, object_id, other_id)


def a_pair_of_tracks(file: ProjectFile) -> None:
    """Every kind of record beside every other."""
    frame = 0
    kinds: list[tuple[Origin, bool] | None] = [*((origin, full) for origin in Origin for full in (True, False)), None]
    for first in kinds:
        for second in kinds:
            for object_id, left, kind in ((MAN, 0, first), (BALL, 10, second)):
                if kind is not None:
                    mask = block(left) if kind[1] else Mask(block(0).size)
                    put(file, object_id, frame, mask, kind[0], **({} if kind[1] else {"absent": True}))
            frame += 1


EDITS: dict[str, Callable[[ProjectFile], object]] = {
    "duplicate": lambda f: f.history.do(duplicate_object(f.project, MAN)),
    "merge": lambda f: do(f, MERGE),
    "subtract": lambda f: do(f, SUBTRACT),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_it_is_one_step_undone_and_redone_exactly_and_the_file_says_the_same(
    file: ProjectFile, path: Path, edit: Callable[[ProjectFile], object]
) -> None:
    a_pair_of_tracks(file)
    before, steps = state_of(file.project), file.history.done
    edit(file)
    after = state_of(file.project)
    assert after != before
    assert file.history.done == steps + 1
    assert file.history.undo_label.split()[0] in ("Duplicate", "Merge", "Subtract")
    for _ in range(2):
        assert seen(path) == held(file)
        file.history.undo()
        assert state_of(file.project) == before
        assert seen(path) == held(file)
        file.history.redo()
        assert state_of(file.project) == after
    masks = {o.id: {f: file.mask_of(o.id, f) for f in file.project.track(o.id)} for o in file.project.objects}
    file.close()
    again = ProjectFile.open(path)
    assert state_of(again.project) == after
    assert {o: {f: again.mask_of(o, f) for f in by_frame} for o, by_frame in masks.items()} == masks
    again.history.undo()
    assert state_of(again.project) == before
    assert all(again.mask_of(o.id, f) is not None for o in again.project.objects for f in again.project.track(o.id))
    again.close()


@pytest.mark.parametrize("operation", Operation)
def test_every_frame_of_every_two_kinds_has_the_pixels_that_were_asked_for(
    file: ProjectFile, operation: Operation
) -> None:
    a_pair_of_tracks(file)
    masks = {
        (o, f): pixels(file, f, o) if f in file.project.track(o) else np.zeros((48, 64), bool)
        for o in (MAN, BALL)
        for f in range(81)
    }
    do(file, operation)
    for frame in range(81):
        a, b = masks[MAN, frame], masks[BALL, frame]
        expected = a | b if operation is MERGE else a & ~b
        if frame in file.project.track(MAN):
            assert np.array_equal(pixels(file, frame), expected)
            assert found(file, frame).area == np.count_nonzero(expected)
            assert found(file, frame).absent == (not expected.any())
        else:
            assert not expected.any()


def test_an_edit_changes_nothing_by_itself(file: ProjectFile) -> None:
    a_pair_of_tracks(file)
    before = state_of(file.project)
    for operation in Operation:
        made = {pair: StoredMask(900 + pair[0], 1) for pair in pairs_of(file.project, operation, MAN, BALL)}
        assert combine(file.project, operation, MAN, BALL, made).changes
    assert duplicate_object(file.project, MAN).changes
    assert state_of(file.project) == before
