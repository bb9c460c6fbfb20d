"""Projects of older versions: upgraded on a copy, the old file kept, whole whatever happens in between (fault P5)."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sam2_studio.core import commands, migrations
from sam2_studio.core.schema import VERSION
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.errors import ProjectError

from .conftest import Open, mask_of, record, seen, state_of

GOLDEN = Path(__file__).parent / "data" / "version-1.cutout"
KEPT = "a project.v1.cutout"


@pytest.fixture
def old(path: Path) -> Path:
    """A project as version 1 wrote it."""
    shutil.copy(GOLDEN, path)
    return path


def version(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def masks(file: ProjectFile) -> dict[int, MaskRecord | None]:
    track = file.project.track(1)
    return {frame: track.get(frame) for frame in track}


def check_upgraded(file: ProjectFile) -> None:
    """What was put into the golden file, and the health that its scores tell of."""
    assert [o.name for o in file.project.objects] == ["man", "ball"]
    assert (file.project.model, file.project.markers[0].text) == ("nano@12", "here")
    assert (file.project.prompted_frames(1), file.project.prompted_frames(2)) == ((0, 2), (3,))
    found = masks(file)
    assert list(found) == list(range(10))
    assert {f: r.origin for f, r in found.items() if r and r.origin is not Origin.TRACKED} == {
        0: Origin.PROMPTED,
        9: Origin.PAINTED,
    }
    assert [round(r.health, 2) for r in found.values() if r] == [1, 1, 1, 1, 1, 1, 0.25, 1, 0.45, 1]
    assert [r.reasons for r in found.values() if r and r.doubtful] == ["score:20", "score:28"]
    assert file.project.track(1).frames_where(doubtful=True) == (6, 8)
    assert file.mask_of(1, 3) is not None
    assert not any(r.accepted for r in found.values() if r)


def test_version_1_is_upgraded_and_kept(old: Path, opened: Open) -> None:
    file = opened()
    check_upgraded(file)
    assert version(old) == VERSION
    assert sorted(p.name for p in old.parent.iterdir() if p.suffix == ".cutout") == ["a project.cutout", KEPT]
    assert old.with_name(KEPT).read_bytes() == GOLDEN.read_bytes()
    file.close()
    check_upgraded(opened())


def test_its_history_goes_all_the_way_back_and_forth(old: Path, opened: Open) -> None:
    file = opened()
    before = state_of(file.project)
    while file.history.undo():
        pass
    assert (file.project.objects, masks(file)) == ((), {})
    while file.history.redo():
        pass
    file.history.undo()  # the last step was undone in the golden file
    assert state_of(file.project) == before


def test_ids_are_never_given_again(old: Path, opened: Open) -> None:
    with closing(sqlite3.connect(old)) as db:
        (highest,) = db.execute("SELECT seq FROM sqlite_sequence").fetchone()
    assert opened().add_mask(mask_of(1)) == highest + 1


def test_a_reader_sees_it_upgraded_and_changes_nothing(old: Path) -> None:
    file = ProjectFile.open(old, read_only=True)
    check_upgraded(file)
    file.close()
    assert old.read_bytes() == GOLDEN.read_bytes()
    assert [p.name for p in old.parent.iterdir()] == [old.name]


def test_a_reader_and_the_next_writer_see_the_same(old: Path, opened: Open) -> None:
    before = seen(old)
    opened().close()
    assert seen(old) == before


def test_an_older_file_kept_before_is_not_written_over(old: Path, opened: Open) -> None:
    old.with_name(KEPT).write_text("mine")
    check_upgraded(opened())
    assert old.with_name(KEPT).read_text() == "mine"
    assert old.with_name("a project.v1 2.cutout").read_bytes() == GOLDEN.read_bytes()


def test_without_links_the_old_file_is_copied(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr("os.link", refuse)
    kept = migrations.keep(old, 1)
    assert kept.read_bytes() == old.read_bytes() == GOLDEN.read_bytes()
    assert sorted(p.name for p in old.parent.iterdir()) == [old.name, KEPT]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER INSERT ON records BEGIN DELETE FROM masks; END",
        "ALTER TABLE records ADD COLUMN health REAL",
        "UPDATE records SET score = 'high'",
        "UPDATE records SET origin = 'guessed'",
        "UPDATE step_changes SET value = '{}'",
        "UPDATE step_changes SET value = 'no json'",
        'UPDATE step_changes SET value = \'{"kind": "mask", "before": [1], "after": 1, "object_id": 1, "frame": 2}\'',
        "UPDATE objects SET value = '[]'",
    ],
)
def test_a_damaged_old_file_is_refused_and_left_alone(statement: str, old: Path) -> None:
    with closing(sqlite3.connect(old)) as db:
        db.execute(statement)
        db.commit()
    before = old.read_bytes()
    for read_only in (True, False):
        with pytest.raises(ProjectError, match="damaged"):
            ProjectFile.open(old, read_only=read_only)
    assert old.read_bytes() == before
    assert [p.name for p in old.parent.iterdir()] == [old.name]


def test_an_edit_that_was_still_in_the_journal_comes_along(old: Path, opened: Open) -> None:
    """A killed writer of version 1 leaves its last edits in a `-wal`."""
    script = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA journal_mode = WAL')\n"
        "db.execute(\"UPDATE facts SET value = 'nano@13' WHERE key = 'model'\")\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(old)], check=True)
    assert old.with_name(f"{old.name}-wal").exists()
    assert opened().project.model == "nano@13"
    with closing(sqlite3.connect(old.with_name(KEPT))) as db:
        assert db.execute("SELECT value FROM facts WHERE key = 'model'").fetchone() == ("nano@13",)


@pytest.mark.parametrize("point", ["upgrade", "keep", "kept", "replace", "replaced"])
def test_killed_while_upgrading(point: str, old: Path, opened: Open) -> None:
    """Kill -9 before the rows are there, before and after the old file is kept, and before and after the change."""
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from sam2_studio.core import migrations\n"
        "from sam2_studio.core.store import ProjectFile\n"
        "def dying(call, after):\n"
        "    def instead(*arguments):\n"
        "        if after: call(*arguments)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return instead\n"
        "point = sys.argv[2]\n"
        "owners = {'up': (migrations, 'upgrade'), 'ke': (migrations, 'keep'), 're': (Path, 'replace')}\n"
        "owner, name = owners[point[:2]]\n"
        "setattr(owner, name, dying(getattr(owner, name), point in ('kept', 'replaced')))\n"
        "ProjectFile.open(Path(sys.argv[1]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(old), point], check=False)
    assert done.returncode == -signal.SIGKILL
    assert version(old) == (VERSION if point == "replaced" else 1)
    check_upgraded(opened())
    assert sorted(p.name for p in old.parent.iterdir() if p.suffix == ".cutout") == ["a project.cutout", KEPT]
    assert old.with_name(KEPT).read_bytes() == GOLDEN.read_bytes()


def test_todays_records_come_back_as_they_are(opened: Open, path: Path) -> None:
    file = opened()
    made = record(1, health=0.25, reasons="area:-40 lost:7", accepted=True)

    file.history.do(commands.add_object(file.project))
    file.history.do(commands.put_masks(file.project, "Track", [(1, 3, made)]))
    file.close()
    again = opened()
    assert again.project.track(1).get(3) == made
    again.history.undo()
    again.history.redo()
    assert again.project.track(1).get(3) == made
