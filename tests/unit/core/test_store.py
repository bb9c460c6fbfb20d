"""What the project file promises: every edit durable, reopened as it was, refused whole, never changed by a refusal."""

import json
import shutil
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core import commands, schema
from sam2_studio.core.changes import AnyChange, MaskChanged
from sam2_studio.core.commands import Command
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Point
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import Origin
from sam2_studio.errors import ProjectError

from .conftest import State, clip_of, mask_of, record, state_of

Open = Callable[..., ProjectFile]


def seen(path: Path) -> tuple[State, list[tuple[int, Command]], int]:
    """What a reader finds in the file: document, steps, how many are done."""
    reader = ProjectFile.open(path, read_only=True)
    try:
        steps = [(s.id, s.command) for s in reader.history.steps]
        return state_of(reader.project), steps, reader.history.done
    finally:
        reader.close()


def held(file: ProjectFile) -> tuple[State, list[tuple[int, Command]], int]:
    return state_of(file.project), [(s.id, s.command) for s in file.history.steps], file.history.done


def track(file: ProjectFile, frames: range, object_id: int = 1) -> int:
    """A run over `frames` in one step, masks of seeds as their frames."""
    with file.transaction():
        masks = [(object_id, f, record(file.add_mask(mask_of(f)), recipe="nano@1")) for f in frames]
        return file.history.do(commands.put_masks(file.project, "Track", masks))


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
        lambda: history.do(commands.set_markers(project, [*project.markers, commands.Marker(frame, "x")])),
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


# Files that aren't right


def sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


def refused(path: Path, match: str | None = None) -> None:
    """Opening says so in one sentence with a way out, and leaves files and folder alone."""
    before = {p: p.read_bytes() for p in path.parent.iterdir() if p.is_file()}
    for read_only in (False, True):
        with pytest.raises(ProjectError, match=match) as error:
            ProjectFile.open(path, read_only=read_only)
        assert path.name in error.value.message
        assert error.value.way_out
        assert {p: p.read_bytes() for p in path.parent.iterdir() if p.is_file()} == before


@pytest.fixture
def full(file: ProjectFile) -> Path:
    """A closed project with clip, objects, prompts, masks and steps."""
    for _ in range(2):
        file.history.do(commands.add_object(file.project))
    file.history.do(commands.add_point(file.project, 1, 3, PointPrompt(Point(5, 5))))
    file.history.do(commands.set_markers(file.project, [commands.Marker(3, "x")]))
    file.history.do(commands.set_model(file.project, "nano@1"))
    track(file, range(12))
    file.history.undo()
    file.history.redo()
    file.close()
    return file.path


@pytest.mark.parametrize("content", [b"", b"a text\n" * 50, b"SQLite format 3\0", b"SQLite format 3\0" + bytes(4080)])
def test_files_of_other_kinds_are_refused(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    refused(path, "not a sam2_studio project")


def test_another_programs_database_is_refused(path: Path) -> None:
    sql(path, "CREATE TABLE mine (x)", "PRAGMA journal_mode = WAL")
    refused(path, "not a sam2_studio project")


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="There is no project"):
        ProjectFile.open(tmp_path / "none.cutout")
    with pytest.raises(ProjectError):
        ProjectFile.open(tmp_path / "none.cutout", read_only=True)
    with pytest.raises(ProjectError):
        ProjectFile.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_version_is_refused_by_number(full: Path) -> None:
    sql(full, "PRAGMA user_version = 2")
    refused(full, "newer sam2_studio .project version 2; this one knows 1.")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER INSERT ON records BEGIN DELETE FROM masks; END",
        "CREATE TRIGGER sqliteXevil AFTER INSERT ON records BEGIN DELETE FROM masks; END",
        "CREATE VIEW evil AS SELECT * FROM masks",
        "CREATE TABLE more (x)",
        "CREATE INDEX evil ON records (abs(frame))",
        "ALTER TABLE masks ADD COLUMN more",
        "ALTER TABLE masks RENAME COLUMN bits TO bytes",
        "DROP TABLE prompts",
        "PRAGMA user_version = 0",
    ],
)
def test_another_schema_is_refused(statement: str, full: Path) -> None:
    sql(full, statement)
    refused(full, "damaged")


def test_a_view_in_a_tables_place_is_refused(full: Path) -> None:
    sql(full, "ALTER TABLE prompts RENAME TO old", "CREATE VIEW prompts AS SELECT * FROM old")
    refused(full, "damaged")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE objects SET value = 'no json'",
        "UPDATE objects SET value = '[]'",
        "UPDATE objects SET value = X'ff'",
        "UPDATE objects SET id = id + 10",
        "UPDATE objects SET value = CAST(X'ff22' AS TEXT)",
        "UPDATE prompts SET frame = 'x'",
        "UPDATE prompts SET object = -1",
        'UPDATE prompts SET value = \'{"points": [["a", 1, true]], "box": null, "mask": null}\'',
        "UPDATE records SET frame = frame - 5",
        "UPDATE records SET frame = 'x' || frame",
        "UPDATE records SET mask = 'seven'",
        "UPDATE records SET mask = NULL",
        "UPDATE records SET score = 'high'",
        "UPDATE records SET score = 9e999",
        "UPDATE records SET origin = 'guessed'",
        "UPDATE facts SET value = 'x' WHERE key = 'done'",
        "UPDATE facts SET value = '-1' WHERE key = 'done'",
        "UPDATE facts SET value = '1e9' WHERE key = 'highest_object_id'",
        f"UPDATE facts SET value = '{10**30}' WHERE key = 'highest_object_id'",
        "UPDATE facts SET value = '{}' WHERE key = 'clip'",
        "UPDATE facts SET value = 'null' WHERE key = 'clip'",
        "UPDATE facts SET value = '[1]' WHERE key = 'clip'",
        f"UPDATE facts SET value = '{'[' * 100_000}' WHERE key = 'clip'",
        "UPDATE facts SET value = '[[]]' WHERE key = 'markers'",
        "UPDATE steps SET frame = 'x'",
        "UPDATE steps SET label = NULL",
        "UPDATE step_changes SET value = '{}'",
        "UPDATE sqlite_sequence SET seq = 'x'",
    ],
)
def test_rows_that_make_no_sense_are_refused(statement: str, full: Path) -> None:
    sql(full, statement)
    refused(full, "damaged")


def test_too_many_objects_are_refused(full: Path) -> None:
    sql(
        full,
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
        "INSERT INTO objects SELECT i, (SELECT value FROM objects WHERE id = 1) FROM n",
    )
    refused(full, "damaged")


@pytest.mark.parametrize(
    "change",
    [
        f"bits = X'{zlib.compress(bytes(32 << 20), 9).hex()}'",
        "bits = X'00'",
        "bits = 'text'",
        "width = 'wide'",
        "width = 1099511627776, columns = 1099511627776",
        '"left" = -5',
        "rows = 0",
        "columns = columns + 100",
        "bits = zeroblob(80000000)",
    ],
)
def test_a_damaged_mask_costs_that_mask_alone(change: str, full: Path, opened: Open) -> None:
    sql(full, f"UPDATE masks SET {change} WHERE id = 1")
    file = opened()
    with pytest.raises(ProjectError, match="damaged"):
        file.mask(1)
    assert file.mask(2) == mask_of(1)
    file.history.do(commands.add_object(file.project))


@pytest.mark.parametrize("missing", [1, 4095, 4096, 4097, 9000, 20000])
def test_a_cut_file_is_refused_but_for_a_last_page_that_costs_a_mask(missing: int, full: Path, opened: Open) -> None:
    whole = seen(full)
    full.write_bytes(full.read_bytes()[:-missing])
    if missing >= 4096:
        refused(full)
        return
    with suppress(ProjectError):
        file = opened()
        assert held(file) == whole
        for mask_id in range(1, 13):
            with suppress(ProjectError):
                assert file.mask(mask_id) == mask_of(mask_id - 1)


@pytest.mark.parametrize("length", [1, 15, 99, 100, 511, 4096, 4097])
def test_the_start_of_a_file_is_refused(length: int, full: Path) -> None:
    full.write_bytes(full.read_bytes()[:length])
    refused(full)


def page_flips(path: Path, seeds: range) -> None:
    """Flip bytes here and there: opening is refused and changes nothing, or what opens can be used."""
    whole = path.read_bytes()
    for seed in seeds:
        rng = np.random.default_rng(seed)
        harmed = bytearray(whole)
        for at in rng.integers(0, len(whole), int(rng.choice([1, 8, 200]))).tolist():
            harmed[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(harmed)
        try:
            file = ProjectFile.open(path)
        except ProjectError:
            assert path.read_bytes() == harmed
            assert [p.name for p in path.parent.iterdir()] == [path.name]
            continue
        with suppress(ProjectError):
            for place in state_of(file.project)["masks"]:
                with suppress(ProjectError):
                    file.mask_of(*place)
            while file.history.undo():
                pass
            while file.history.redo():
                pass
            file.history.do(commands.add_object(file.project))
        file.close()


def test_flipped_bytes_are_seen_or_harmless(full: Path) -> None:
    page_flips(full, range(60))


@pytest.mark.fault
def test_flipped_bytes_are_seen_or_harmless_long(full: Path) -> None:
    page_flips(full, range(60, 700))


# A disk that refuses


def test_a_full_disk_refuses_the_edit_and_nothing_else(file: ProjectFile, opened: Open) -> None:
    file.history.do(commands.add_object(file.project))
    step = track(file, range(5))
    file.history.do(commands.add_object(file.project))
    file.history.undo()
    before = held(file)
    told: list[tuple[AnyChange, ...]] = []
    file.project.observe(told.append)
    (pages,) = file._db.execute("PRAGMA page_count").fetchone()
    file._db.execute(f"PRAGMA max_page_count = {pages}")
    big = "m" * 500_000
    late = [MaskChanged(object_id=1, frame=9, before=None, after=record(9, Origin.TRACKED, recipe=big))]
    for edit in (
        lambda: file.history.do(commands.set_model(file.project, big)),
        lambda: file.history.join(step, late),
        lambda: track(file, range(2000, 2400)),
        lambda: file.set_footage(clip_of().relinked(big)),
    ):
        with pytest.raises(ProjectError, match="full") as error:
            edit()
        assert error.value.way_out
        assert held(file) == before == seen(file.path)
    assert told == []
    file._db.execute("PRAGMA max_page_count = 1000000")
    assert file.history.join(step, late)
    file.history.redo()
    file.history.do(commands.set_model(file.project, big))
    assert seen(file.path) == held(file)


def test_a_limit_of_the_file_size_refuses_the_edit_and_nothing_else(path: Path, opened: Open) -> None:
    """In a process of its own: the kernel refuses each write beyond the limit, and then allows it again."""
    code = """
import json, pathlib, resource, sys
from sam2_studio.core import commands
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import ProjectError
file = ProjectFile.create(pathlib.Path(sys.argv[1]))
file.history.do(commands.add_object(file.project))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
refused = 0
for number in range(20):
    try:
        file.history.do(commands.set_model(file.project, f"{number} " + "m" * 30_000))
    except ProjectError:
        refused += 1
    reader = ProjectFile.open(file.path, read_only=True)
    assert reader.project.model == file.project.model, number
    assert len(reader.history.steps) == len(file.history.steps), number
    reader.close()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
file.history.do(commands.set_model(file.project, "after"))
steps = len(file.history.steps)
file.close()
print(json.dumps([refused, steps]))
"""
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    refusals, steps = json.loads(done.stdout)
    assert refusals > 0
    again = opened()
    assert (again.project.model, len(again.history.steps)) == ("after", steps)


def test_a_failed_part_of_a_wider_edit_fails_the_whole(file: ProjectFile) -> None:
    file.history.do(commands.add_object(file.project))
    before = held(file)

    def wider() -> None:
        with file.transaction():
            file.history.do(commands.set_model(file.project, "a"))
            with suppress(ZeroDivisionError), file.transaction():
                raise ZeroDivisionError
            assert held(file) == before
            file.history.do(commands.set_model(file.project, "b"))

    with pytest.raises(ProjectError):
        wider()
    assert held(file) == before == seen(file.path)
    file.history.do(commands.set_model(file.project, "c"))
    assert seen(file.path) == held(file)


def test_a_closed_project_refuses_edits_as_a_message(opened: Open, path: Path) -> None:
    file = opened()
    file.close()
    with pytest.raises(ProjectError):
        file.history.do(commands.add_object(file.project))
    assert seen(path)[0] == state_of(file.project)
