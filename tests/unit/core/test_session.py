"""What a session had open is found again after it was killed, and only then."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sam2_studio.core.session import Left, Session

KILLED = """
import sys, os, signal
from pathlib import Path
from sam2_studio.core.session import Session
session = Session(Path(sys.argv[1]))
session.note(Path(os.fsdecode(bytes.fromhex(sys.argv[2]))), restored=sys.argv[3] == "again")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


def killed(folder: Path, project: Path, word: str = "first") -> None:
    """A session of another process that ends by kill -9."""
    arguments = [str(folder), os.fsencode(project).hex(), word]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_killed_session_is_found_once(folder: Path, tmp_path: Path) -> None:
    killed(folder, tmp_path / "a.cutout")
    assert Session(folder).left_behind() == [Left(tmp_path / "a.cutout", again=False)]
    assert Session(folder).left_behind() == []
    assert list(folder.iterdir()) == []


def test_a_session_that_ended_left_nothing(folder: Path, tmp_path: Path) -> None:
    session = Session(folder)
    session.note(tmp_path / "a.cutout")
    session.note(tmp_path / "b.cutout")
    session.note(None)
    session.note(tmp_path / "c.cutout")
    session.end()
    session.end()
    assert list(folder.iterdir()) == []


def test_a_living_session_is_left_alone(folder: Path, tmp_path: Path) -> None:
    session = Session(folder)
    session.note(tmp_path / "a.cutout")
    assert Session(folder).left_behind() == []
    session.end()


def test_the_newest_comes_first_whatever_the_clock_says(folder: Path, tmp_path: Path) -> None:
    for number, name in enumerate(("a", "b", "c")):
        killed(folder, tmp_path / name, "again" if name == "c" else "first")
        entry = max(folder.iterdir(), key=lambda path: int(path.stem))
        os.utime(entry, (10_000 - 1000 * number,) * 2)  # the clock was set back
    assert Session(folder).left_behind() == [
        Left(tmp_path / "c", again=True),
        Left(tmp_path / "b", again=False),
        Left(tmp_path / "a", again=False),
    ]


def test_any_name_is_kept(folder: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"K\xe4fer \xf0\x9f\x90\x9e\n.cutout")
    killed(folder, tmp_path / name)
    assert Session(folder).left_behind()[0].project == tmp_path / name


@pytest.mark.parametrize(
    "words", [b"", b"{", b"[]", b'{"project": 3, "restored": false}', b'{"project": "zz"}', b"\xff"]
)
def test_a_damaged_entry_is_no_session(folder: Path, words: bytes) -> None:
    folder.mkdir()
    (folder / "1.session").write_bytes(words)
    (folder / "notes.txt").write_text("not ours")
    assert Session(folder).left_behind() == []
    assert [path.name for path in folder.iterdir() if path.suffix != ".session"] == ["notes.txt"]


def test_a_folder_that_can_not_be_made_costs_nothing_but_the_recovery(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    session = Session(tmp_path / "file" / "sessions")
    session.note(tmp_path / "a.cutout")
    assert session.left_behind() == []
    session.end()
