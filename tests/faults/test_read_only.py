"""Folders and projects that may not be written: they open for reading, and that is said (fault W1)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sam2_studio.core import commands
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.store import ProjectFile

NOBODY = 65534
OPEN = """
import os
import sys
from pathlib import Path
import sam2_studio.core.migrations
from sam2_studio.ui.project_opener import ProjectOpener
if os.geteuid() == 0:  # root may write anywhere
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
opener = ProjectOpener(Path(sys.argv[1]))
file, why = opener._open()
print(file.read_only, len(file.project.objects), why)
file.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    file = ProjectFile.create(folder / "dog.cutout")
    file.set_footage(Clip.whole(ClipInfo(path="clip.mp4", kind=ClipKind.VIDEO, frames=9, width=80, height=45)))
    file.history.do(commands.add_object(file.project))
    file.close()
    return file.path


def opened_by_a_normal_user(path: Path) -> str:
    """What a user gets who isn't root."""
    if os.geteuid() == 0:
        for folder in (path.parent, *path.parent.parents[:4]):
            if folder.stat().st_mode & 0o005 != 0o005 and folder != path.parent:
                folder.chmod(folder.stat().st_mode | 0o005)
    command = [sys.executable, "-c", OPEN, str(path), str(NOBODY)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_read_only_folder(path: Path) -> None:
    before = path.read_bytes()
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        said = opened_by_a_normal_user(path)
    finally:
        path.parent.chmod(0o755)
    assert said.startswith("True 1 “dog.cutout” can't be written where it is.")
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_the_same_folder_with_leave_to_write(path: Path) -> None:
    path.chmod(0o666)
    path.parent.chmod(0o777)
    assert opened_by_a_normal_user(path).startswith("False 1 None")
