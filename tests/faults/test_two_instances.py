"""Two programs, one project: the second reads, and knows whose it is; a dead one's lock heals (fault W4)."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sam2_studio.core import commands
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.lock import WriterLock
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import LockedError

HOLD = """
import sys
from pathlib import Path
from sam2_studio.core.store import ProjectFile
file = ProjectFile.open(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
file.close()
"""


@contextmanager
def holder(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another program that has the project open for editing."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        if process.poll() is None:
            process.stdin.write("\n")
            process.stdin.flush()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = ProjectFile.create(tmp_path / "dog.cutout")
    info = ClipInfo(path="clip.mp4", kind=ClipKind.VIDEO, frames=9, width=80, height=45)
    file.set_footage(Clip.whole(info))
    file.history.do(commands.add_object(file.project))
    file.close()
    return tmp_path / "dog.cutout"


def test_the_second_is_refused_with_the_owner_named_and_may_read(path: Path) -> None:
    with holder(path) as process:
        with pytest.raises(LockedError, match=f"process {process.pid}"):
            ProjectFile.open(path)
        reader = ProjectFile.open(path, read_only=True)
        assert len(reader.project.objects) == 1
        reader.close()
    assert process.returncode == 0
    ProjectFile.open(path).close()


def test_a_killed_owners_lock_heals(path: Path) -> None:
    with holder(path) as process:
        process.kill()
        assert process.wait() == -signal.SIGKILL
    lock_file = path.with_name(f".{path.name}.lock")
    assert lock_file.exists(), "the killed one could not tidy up"
    file = ProjectFile.open(path)
    assert not file.read_only
    assert file.other_host == ""
    file.close()
    assert not lock_file.exists()


def test_a_process_number_used_again_keeps_nobody_out(path: Path) -> None:
    with holder(path) as living:
        other = path.with_name("other.cutout")
        other.with_name(f".{other.name}.lock").write_text(f"{living.pid} somewhere")
        lock = WriterLock.take(other)
        assert lock.other_host == "somewhere"
        lock.release()
