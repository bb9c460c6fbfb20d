"""Files that aren't right: what isn't ours, newer, altered or damaged is refused whole and left as it was."""

import sqlite3
import zlib
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core import commands
from sam2_studio.core.geometry import Point
from sam2_studio.core.marker_commands import add_marker
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.schema import VERSION
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import ProjectError

from .conftest import Open, held, mask_of, seen, state_of, track


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
    file.history.do(add_marker(file.project, 3, "x"))
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
    sql(full, f"PRAGMA user_version = {VERSION + 1}")
    refused(full, f"newer sam2_studio .project version {VERSION + 1}; this one knows {VERSION}.")


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
        "PRAGMA user_version = 1",
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
        "UPDATE records SET health = 'good'",
        "UPDATE records SET health = NULL",
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
