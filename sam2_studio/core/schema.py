"""The project file's tables, how they are made, checked and opened; knows no document.

A project is one SQLite database. `application_id` says that it is ours, `user_version` which schema it has.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sam2_studio.errors import ProjectError

APPLICATION_ID = 0x53325354  # "S2ST"
VERSION = 2
SUFFIX = ".cutout"
_MAGIC = b"SQLite format 3\0"

_TABLES = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE objects (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE prompts (object INTEGER, frame INTEGER, value TEXT NOT NULL, PRIMARY KEY (object, frame)) WITHOUT ROWID;
CREATE TABLE masks (id INTEGER PRIMARY KEY AUTOINCREMENT, width INTEGER, height INTEGER,
  "left" INTEGER, top INTEGER, columns INTEGER, rows INTEGER, bits BLOB NOT NULL);
CREATE TABLE records (object INTEGER, frame INTEGER, mask INTEGER, origin TEXT, score REAL, absent INTEGER,
  stale INTEGER, locked INTEGER, recipe TEXT, area INTEGER, health REAL, reasons TEXT, accepted INTEGER,
  PRIMARY KEY (object, frame)) WITHOUT ROWID;
CREATE TABLE steps (id INTEGER PRIMARY KEY, label TEXT, frame INTEGER, merge_key TEXT);
CREATE TABLE step_changes (step INTEGER, ordinal INTEGER, value TEXT, PRIMARY KEY (step, ordinal)) WITHOUT ROWID;
"""
_RECORDS_OF_1 = """
CREATE TABLE records (object INTEGER, frame INTEGER, mask INTEGER, origin TEXT, score REAL, absent INTEGER,
  stale INTEGER, locked INTEGER, recipe TEXT, area INTEGER, PRIMARY KEY (object, frame)) WITHOUT ROWID;
"""
_LONGEST_VALUE = 64 << 20  # bytes of one mask, packed, or one text: far above ours, far below the machine's memory
_READ_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open a connection that trusts nothing in the file's schema. Raises sqlite3.Error."""
    uri = f"file:{quote(str(path))}?mode={'ro' if read_only else 'rw'}"
    # a project is opened on one thread and then used on another, never by two at a time
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5, check_same_thread=False)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def create(path: Path) -> None:
    """Write an empty project at `path`, which must not exist. Raises sqlite3.Error, OSError."""
    path.open("xb").close()
    with closing(connect(path, read_only=False)) as connection:
        fill(connection)


def fill(connection: sqlite3.Connection) -> None:
    """Make an empty project of an empty database. Raises sqlite3.Error."""
    marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
    connection.executescript(f"BEGIN; {_TABLES} {marks} COMMIT;")


def prepare_writing(connection: sqlite3.Connection) -> None:
    """Choose the journal. Raises sqlite3.Error."""
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    # without a WAL only FULL keeps the file whole through a power cut
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if mode == 'wal' else 'FULL'}")


def check_is_ours(path: Path) -> None:
    """Look at the file without opening it as a database.

    Raises:
        ProjectError: it is missing, empty or no project of ours.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except (FileNotFoundError, NotADirectoryError) as error:
        message = f"There is no project “{path}”."
        raise ProjectError(message, "Check the name, or open the clip to start anew.") from error
    except OSError as error:
        raise ProjectError(f"“{path}” can't be read: {error.strerror}.", "Check its permissions.") from error
    if head[:16] != _MAGIC or int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise not_ours(path)


def check(connection: sqlite3.Connection, path: Path) -> int:
    """Check version, schema and pages, and return the version, which may be an older one.

    Raises:
        ProjectError: not ours, newer than this program, not the schema that we write, or damaged.
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise not_ours(path)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise ProjectError(
            f"“{path}” was written by a newer sam2_studio (project version {version}; this one knows {VERSION}).",
            "Update sam2_studio to open it; the file was not changed.",
        )
    if version < 1 or connection.execute(_READ_SCHEMA).fetchall() != _own_schema(version):
        raise damaged(path)
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise damaged(path)
    return int(version)


def _own_schema(version: int) -> list[tuple[str, ...]]:
    """Word for word what a file must hold: a trigger, a view or a table that isn't a plain one runs code."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_TABLES)
        if version == 1:
            connection.executescript(f"DROP TABLE records; {_RECORDS_OF_1}")
        return connection.execute(_READ_SCHEMA).fetchall()


def not_ours(path: Path) -> ProjectError:
    return ProjectError(f"“{path}” is not a sam2_studio project, or its head is damaged.", "Open another file.")


def damaged(path: Path) -> ProjectError:
    return ProjectError(f"The project “{path}” is damaged.", "Open a copy of it; the file was not changed.")
