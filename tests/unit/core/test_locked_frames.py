"""No edit rewrites a locked frame: every command there is, tried on each kind of locked mask."""

import inspect
from collections.abc import Callable
from types import ModuleType

import pytest
from sam2_studio.core import commands, hand_commands, marker_commands, object_commands
from sam2_studio.core.changes import MaskChanged
from sam2_studio.core.commands import Command
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.object_commands import Operation, StoredMask
from sam2_studio.core.project import Project
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.errors import StudioError

from .conftest import clip_of, record

CLICK = PointPrompt(Point(5, 5))
LOCKED = {5: Origin.TRACKED, 10: Origin.PROMPTED, 15: Origin.PAINTED, 20: Origin.RETOUCHED}
MODULES = (commands, hand_commands, marker_commands, object_commands)

Edit = Callable[[Project, int], Command]

# Each is tried on a locked frame of object 1; marker commands know no masks.
EDITS: dict[str, Edit] = {
    "set_source_range": lambda p, f: commands.set_source_range(p, FrameRange(f + 1, 40)),
    "set_model": lambda p, f: commands.set_model(p, "other@1"),
    "add_object": lambda p, f: commands.add_object(p),
    "alter_object": lambda p, f: commands.alter_object(p, 1, "Rename", name="thing"),
    "reorder_objects": lambda p, f: commands.reorder_objects(p, [2, 1]),
    "add_point": lambda p, f: commands.add_point(p, 1, f, CLICK),
    "move_point": lambda p, f: commands.move_point(p, 1, f, 0, Point(9, 9)),
    "remove_point": lambda p, f: commands.remove_point(p, 1, f, 0),
    "set_box": lambda p, f: commands.set_box(p, 1, f, Box(1, 1, 9, 9)),
    "set_mask_prompt": lambda p, f: commands.set_mask_prompt(p, 1, f, None),
    "clear_prompts": lambda p, f: commands.clear_prompts(p, 1, f),
    "clear_track": lambda p, f: commands.clear_track(p, 1),
    "lock_frame": lambda p, f: commands.lock_frame(p, 1, f, locked=True),
    "accept_frames": lambda p, f: commands.accept_frames(p, 1, range(40)),
    "doubt_mattes": lambda p, f: commands.doubt_mattes(p, [(1, n) for n in range(40)]),
    "put_masks": lambda p, f: commands.put_masks(p, "Track", [(1, f, record(99)), (1, f + 1, record(98))]),
    "paint_masks": lambda p, f: hand_commands.paint_masks(p, "Brush", 1, {f: record(99, Origin.PAINTED)}),
    "paint_hair": lambda p, f: hand_commands.paint_hair(p, "Hair", 1, f, 99),
    "copy_mask": lambda p, f: hand_commands.copy_mask(p, 1, f + 1, f, alone=False),
    "use_painted": lambda p, f: hand_commands.use_painted(p, 1, f, tracked=True),
    "remove_painted": lambda p, f: hand_commands.remove_painted(p, 1, f),
    "duplicate_object": lambda p, f: object_commands.duplicate_object(p, 1),
    "combine": lambda p, f: combined(p, Operation.MERGE),
    "combine by subtraction": lambda p, f: combined(p, Operation.SUBTRACT),
    "use_painted alone": lambda p, f: hand_commands.use_painted(p, 1, f, tracked=False),
    "copy_mask alone": lambda p, f: hand_commands.copy_mask(p, 1, f + 1, f, alone=True),
    "add_point beside": lambda p, f: commands.add_point(p, 1, f + 1, CLICK),
    "paint_masks beside": lambda p, f: hand_commands.paint_masks(p, "Brush", 1, {f - 1: record(99, Origin.PAINTED)}),
}
WITHOUT_MASKS = {"set_reading", "set_markers", "add_marker", "edit_marker", "move_marker", "remove_marker"}
GONE_AS_A_WHOLE = {"remove_object"}  # undo brings it back


@pytest.fixture
def project() -> Project:
    """Two objects with masks on 40 frames; of the first one frame of each kind is locked, with prompts under it."""
    made = Project()
    made.apply([commands.ClipChanged(before=None, after=clip_of())])
    for _ in range(2):
        made.apply(commands.add_object(made).changes)
    for frame in LOCKED:
        made.apply(commands.add_point(made, 1, frame, CLICK).changes)
    masks = [
        (n, f, record(40 * n + f, LOCKED.get(f, Origin.TRACKED), recipe="nano@1", health=0.2, area=9))
        for n in (1, 2)
        for f in range(40)
    ]
    made.apply(commands.put_masks(made, "Track", masks).changes)
    for frame in LOCKED:
        made.apply(commands.lock_frame(made, 1, frame, locked=True).changes)
    return made


def combined(project: Project, operation: Operation) -> Command:
    pairs = object_commands.pairs_of(project, operation, 1, 2)
    return object_commands.combine(project, operation, 1, 2, dict.fromkeys(pairs, StoredMask(500, 20)))


def locked(project: Project) -> dict[int, MaskRecord | None]:
    return {frame: project.track(1).get(frame) for frame in LOCKED}


@pytest.mark.parametrize("frame", LOCKED)
@pytest.mark.parametrize("edit", EDITS)
def test_a_locked_frame_stays_as_it_is(edit: str, frame: int, project: Project) -> None:
    before = locked(project)
    assert all(each is not None and each.locked for each in before.values())
    try:
        command = EDITS[edit](project, frame)
    except StudioError:
        return  # refused, and nothing was changed: a command alters nothing while it is built
    project.apply(command.changes)
    assert locked(project) == before


@pytest.mark.parametrize("frame", LOCKED)
def test_what_settles_or_grows_stale_passes_it_by(frame: int, project: Project) -> None:
    changes: list[MaskChanged] = commands.settled_changes(project, [(1, f) for f in range(40)])
    changes += commands.stale_span(project, 1, frame)
    assert not {change.frame for change in changes} & set(LOCKED)


def test_every_command_is_tried() -> None:
    names = {name for module in MODULES for name in commands_of(module)}
    assert names - WITHOUT_MASKS - GONE_AS_A_WHOLE == {edit.split()[0] for edit in EDITS}


def commands_of(module: ModuleType) -> list[str]:
    functions = inspect.getmembers(module, inspect.isfunction)
    own = [(name, f) for name, f in functions if f.__module__ == module.__name__ and not name.startswith("_")]
    return [name for name, function in own if inspect.signature(function).return_annotation is Command]
