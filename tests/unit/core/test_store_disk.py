"""A disk that refuses: the edit is refused as a message, and document and file still agree."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from sam2_studio.core import commands
from sam2_studio.core.changes import AnyChange, MaskChanged
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import Origin
from sam2_studio.errors import ProjectError

from .conftest import Open, clip_of, held, record, seen, state_of, track


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
