"""The project file's tables, how they are made, checked and opened; knows no document.

A project is one SQLite database. `application_id` says that it is ours, `user_version` which schema it has.
"""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sam2_studio.errors import ProjectError

APPLICATION_ID = 0x53325354  # "S2ST"
VERSION = 1
SUFFIX = ".cutout"
_MAGIC = b"SQLite format 3\0"

_TABLES = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE objects (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE prompts (object INTEGER, frame INTEGER, value TEXT NOT NULL, PRIMARY KEY (object, frame)) WITHOUT ROWID;
CREATE TABLE masks (id INTEGER PRIMARY KEY AUTOINCREMENT, width INTEGER, height INTEGER,
  "left" INTEGER, top INTEGER, columns INTEGER, rows INTEGER, bits BLOB NOT NULL);
CREATE TABLE records (object INTEGER, frame INTEGER, mask INTEGER, origin TEXT, score REAL, absent INTEGER,
  stale INTEGER, locked INTEGER, recipe TEXT, area INTEGER, PRIMARY KEY (object, frame)) WITHOUT ROWID;
CREATE TABLE steps (id INTEGER PRIMARY KEY, label TEXT, frame INTEGER, merge_key TEXT);
CREATE TABLE step_changes (step INTEGER, ordinal INTEGER, value TEXT, PRIMARY KEY (step, ordinal)) WITHOUT ROWID;
"""
_NAMES = {"facts", "objects", "prompts", "masks", "records", "steps", "step_changes"}


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open a connection that trusts nothing in the file's schema. Raises sqlite3.Error."""
    uri = f"file:{quote(str(path))}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def create(path: Path) -> None:
    """Write an empty project at `path`, which must not exist. Raises sqlite3.Error, OSError."""
    path.open("xb").close()
    connection = connect(path, read_only=False)
    connection.executescript(f"BEGIN; {_TABLES} PRAGMA application_id = {APPLICATION_ID}; COMMIT;")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.close()


def check_is_ours(path: Path) -> None:
    """Look at the file without opening it as a database.

    Raises:
        ProjectError: it is missing, empty or no project of ours.
    """
    if not path.is_file():
        raise ProjectError(f"There is no project “{path}”.", "Check the name, or open the clip to start anew.")
    with path.open("rb") as file:
        head = file.read(100)
    if head[:16] != _MAGIC or int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise ProjectError(f"“{path}” is not a sam2_studio project, or its head is damaged.", "Open another file.")


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Check version, schema and pages.

    Raises:
        ProjectError: newer than this program, not the schema that we write, or damaged.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise ProjectError(
            f"“{path}” was written by a newer sam2_studio (project version {version}; this one knows {VERSION}).",
            "Update sam2_studio to open it; the file was not changed.",
        )
    rows = connection.execute("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").fetchall()
    if version != VERSION or {kind for kind, _ in rows} != {"table"} or {name for _, name in rows} != _NAMES:
        raise damaged(path)
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise damaged(path)


def damaged(path: Path) -> ProjectError:
    return ProjectError(f"The project “{path}” is damaged.", "Open a copy of it; the file was not changed.")
