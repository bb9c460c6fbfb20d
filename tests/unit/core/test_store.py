"""What the project file promises: every edit durable, reopened as it was, refused whole, never changed by a refusal."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core import commands, schema
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Point
from sam2_studio.core.marker_commands import add_marker
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import ProjectError

from .conftest import Open, clip_of, held, mask_of, record, seen, state_of, track


def random_edit(file: ProjectFile, rng: np.random.Generator) -> None:
    """One of everything that the window can do, by chance; what is refused changes nothing."""
    project, history = file.project, file.history
    ids = [o.id for o in project.objects] or [0]
    chosen, frame = int(rng.choice(ids)), int(rng.integers(0, 30))
    steps = history.steps

    def late() -> None:
        step = steps[int(rng.integers(len(steps)))].id if steps else 1
        with file.transaction():
            for number in rng.integers(0, 30, 3).tolist():
                mask = record(file.add_mask(mask_of(number)))
                history.join(step, commands.mask_changes(project, [(chosen, number, mask)]))

    def failing() -> None:
        with suppress(ZeroDivisionError), file.transaction():
            late()
            history.undo()
            raise ZeroDivisionError

    start = int(rng.integers(0, 50))
    edits: list[Callable[[], object]] = [
        lambda: history.do(commands.add_object(project)),
        lambda: history.do(commands.remove_object(project, chosen)),
        lambda: history.do(commands.add_point(project, chosen, frame, PointPrompt(Point(frame + 0.5, 1)))),
        lambda: history.do(commands.clear_prompts(project, chosen, frame)),
        lambda: history.do(commands.alter_object(project, chosen, "Grow", edge=EdgeSettings(grow=frame))),
        lambda: history.do(commands.alter_object(project, chosen, "Lock", locked=bool(rng.random() < 0.3))),
        lambda: history.do(commands.reorder_objects(project, rng.permutation(ids).tolist())),
        lambda: history.do(commands.set_source_range(project, FrameRange(start, start + 50))),
        lambda: history.do(add_marker(project, frame, "x")),
        lambda: history.do(commands.lock_frame(project, chosen, frame, locked=bool(rng.random() < 0.5))),
        lambda: track(file, range(frame, frame + 5), chosen),
        lambda: file.set_footage(clip_of().relinked(f"{frame}.mp4")),
        *[late, failing, history.undo, history.undo, history.undo, history.redo, history.redo] * 2,
    ]
    with suppress(commands.ProjectError, commands.PromptError):
        edits[int(rng.integers(len(edits)))]()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_document_and_file_agree(seed: int, file: ProjectFile, opened: Open) -> None:
    rng = np.random.default_rng(seed)
    for number in range(120):
        random_edit(file, rng)
        if number % 8 == 0:
            assert seen(file.path) == held(file)
    before = held(file)
    file.close()
    again = opened()
    assert held(again) == before
    while again.history.undo():
        pass
    assert again.project.objects == ()
    assert all(not again.project.track(i) for i in range(99))
    while again.history.redo():
        pass
    assert seen(again.path) == held(again)
    for place in state_of(again.project)["masks"]:
        assert again.mask_of(*place) is not None


def test_a_project_at_rest_is_one_file_of_its_own(file: ProjectFile) -> None:
    track(file, range(9))
    file.close()
    assert [p.name for p in file.path.parent.iterdir()] == [file.path.name]
    assert schema.check_is_ours(file.path) is None


def test_an_empty_project_can_be_saved_and_opened(opened: Open, tmp_path: Path) -> None:
    empty = opened()
    for _ in range(2):
        empty.save_copy(tmp_path / "copy.cutout", overwrite=True)
    copy = opened(tmp_path / "copy.cutout")
    assert held(copy)[1:] == ([], 0)
    assert copy.project.clip is None


def test_the_stored_pixels_are_exact(file: ProjectFile, opened: Open) -> None:
    file.history.do(commands.add_object(file.project))
    track(file, range(20))
    file.close()
    again = opened()
    assert all(again.mask_of(1, f) == mask_of(f) for f in range(20))


def test_masks_that_nothing_refers_to_go_at_close_and_their_ids_stay_used(file: ProjectFile, opened: Open) -> None:
    file.history.do(commands.add_object(file.project))
    track(file, range(3))
    given = file.add_mask(mask_of(50))
    file.history.do(commands.set_mask_prompt(file.project, 1, 50, given))
    unused = [file.add_mask(mask_of(seed)) for seed in (60, 61)]
    file.history.undo()
    file.close()
    again = opened()
    assert again.mask(given) == mask_of(50)  # redo needs it
    for mask_id in unused:
        with pytest.raises(ProjectError, match=f"Mask {mask_id} is missing"):
            again.mask(mask_id)
    assert again.add_mask(mask_of(1)) > max(unused)


def test_a_mask_id_of_a_failed_edit_is_not_given_again(file: ProjectFile) -> None:
    def failing() -> int:
        with suppress(ZeroDivisionError), file.transaction():
            given.append(file.add_mask(mask_of(1)))
            raise ZeroDivisionError
        return given[0]

    given: list[int] = []
    first = failing()
    second = file.add_mask(mask_of(2))
    assert second > first
    assert file.mask(second) == mask_of(2)
    with pytest.raises(ProjectError, match="missing"):
        file.mask(first)


def test_object_ids_are_never_used_again(file: ProjectFile, opened: Open) -> None:
    for _ in range(3):
        file.history.do(commands.add_object(file.project))
    file.history.do(commands.remove_object(file.project, 3))
    file.history.undo()
    file.history.undo()
    file.close()
    again = opened()
    again.history.do(commands.add_object(again.project))
    assert [o.id for o in again.project.objects] == [1, 2, 4]
    again.close()
    assert opened().project.highest_object_id == 4


def test_readers_see_finished_edits_while_a_writer_writes(file: ProjectFile, opened: Open) -> None:
    file.history.do(commands.add_object(file.project))
    track(file, range(3))
    reader = opened(read_only=True)
    assert reader.mask_of(1, 2) == mask_of(2)
    with file.transaction():
        track(file, range(3, 6))
        late = opened(read_only=True)
        assert tuple(late.project.track(1)) == (0, 1, 2)
    assert tuple(reader.project.track(1)) == (0, 1, 2)
    assert tuple(opened(read_only=True).project.track(1)) == (0, 1, 2, 3, 4, 5)
    file.close()
    assert reader.mask_of(1, 1) == mask_of(1)


def test_a_reader_is_refused_every_edit(file: ProjectFile, opened: Open) -> None:
    reader = opened(read_only=True)
    before = held(reader)
    for edit in (
        lambda: reader.history.do(commands.add_object(reader.project)),
        lambda: reader.add_mask(mask_of(1)),
        lambda: reader.set_footage(clip_of(5)),
    ):
        with pytest.raises(ProjectError, match="read-only"):
            edit()
    assert held(reader) == before


def test_a_second_writer_is_refused_until_the_first_is_done(file: ProjectFile, path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.cutout"
    link.symlink_to(path)
    for name in (path, link):
        with pytest.raises(ProjectError, match="already open for editing"):
            ProjectFile.open(name)
    with pytest.raises(ProjectError, match="already open"):
        ProjectFile.create(path, overwrite=True)
    file.history.do(commands.add_object(file.project))
    file.close()
    file.close()
    again = ProjectFile.open(path)
    assert len(again.project.objects) == 1
    again.close()


def test_a_second_writer_in_another_process_is_refused(file: ProjectFile) -> None:
    code = "import sys, pathlib; from sam2_studio.core.store import ProjectFile as F; F.open(pathlib.Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, file.path], capture_output=True, text=True, check=False)
    assert "already open for editing" in done.stderr.splitlines()[-1]
    file.history.do(commands.add_object(file.project))
    assert seen(file.path) == held(file)


def test_a_lock_left_by_a_killed_program_keeps_nobody_out(path: Path, opened: Open) -> None:
    opened().close()
    path.with_name(f".{path.name}.lock").touch()
    opened().close()


# Copies


def test_a_copy_holds_everything(file: ProjectFile, opened: Open, tmp_path: Path) -> None:
    file.history.do(commands.add_object(file.project))
    track(file, range(5))
    file.history.undo()
    target = tmp_path / "copy.cutout"
    file.save_copy(target)
    with pytest.raises(ProjectError, match="exists"):
        file.save_copy(target)
    with pytest.raises(ProjectError, match="exists"):
        file.save_copy(file.path, overwrite=True)
    assert seen(target) == held(file)
    copy = opened(target)
    copy.history.redo()
    assert copy.mask_of(1, 4) == mask_of(4)


def test_a_copy_over_a_killed_programs_project_is_not_mended_with_its_log(file: ProjectFile, tmp_path: Path) -> None:
    old = tmp_path / "old.cutout"
    victim = ProjectFile.create(tmp_path / "victim.cutout")
    victim.set_footage(clip_of())
    victim.history.do(commands.add_object(victim.project, "of the old one"))
    for ending in ("", "-wal"):  # as a kill leaves them
        shutil.copy(f"{victim.path}{ending}", f"{old}{ending}")
    victim.close()
    assert seen(old)[0]["objects"][0].name == "of the old one"
    assert old.with_name("old.cutout-wal").stat().st_size > 0
    file.save_copy(old, overwrite=True)
    assert seen(old) == held(file)


@pytest.mark.parametrize("name", ["missing folder/copy.cutout", "a folder", "x" * 300, "file/copy.cutout"])
def test_a_copy_that_can_not_be_written_leaves_nothing(name: str, file: ProjectFile, tmp_path: Path) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ProjectError):
        file.save_copy(tmp_path / name, overwrite=True)
    assert sorted(tmp_path.rglob("*")) == before
    file.history.do(commands.add_object(file.project))


def test_creating_over_an_old_project_keeps_it_where_that_fails(
    path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened().close()
    before = path.read_bytes()

    def full(at: Path) -> None:
        at.write_bytes(b"half")
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(schema, "create", full)
    with pytest.raises(ProjectError, match="disk is full"):
        ProjectFile.create(path, overwrite=True)
    assert path.read_bytes() == before
    assert list(path.parent.glob(".*")) == []


def test_a_new_project_takes_the_place_of_an_old_one_only_if_asked(path: Path, opened: Open) -> None:
    file = opened()
    file.history.do(commands.add_object(file.project))
    file.close()
    with pytest.raises(ProjectError, match="exists"):
        ProjectFile.create(path)
    new = ProjectFile.create(path, overwrite=True)
    assert new.project.objects == ()
    new.close()
