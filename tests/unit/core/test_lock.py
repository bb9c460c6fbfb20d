import socket
from pathlib import Path

import pytest
from sam2_studio.core.lock import WriterLock, may_be_held
from sam2_studio.errors import LockedError, ProjectError


def test_one_holder_at_a_time(path: Path) -> None:
    first = WriterLock.take(path)
    assert may_be_held(path)
    with pytest.raises(ProjectError, match="already open for editing"):
        WriterLock.take(path)
    first.release()
    first.release()
    assert not may_be_held(path)
    WriterLock.take(path).release()
    assert list(path.parent.iterdir()) == []


def test_the_holder_is_named(path: Path) -> None:
    held = WriterLock.take(path)
    with pytest.raises(LockedError, match="in this window"):
        WriterLock.take(path)
    held.release()


def test_a_lock_left_behind_on_this_computer_heals_in_silence(path: Path) -> None:
    path.with_name(f".{path.name}.lock").write_text(f"1 {socket.gethostname()}")
    lock = WriterLock.take(path)
    assert lock.other_host == ""
    lock.release()


@pytest.mark.parametrize("words", ["", "x", "12", b"\xff\xfe 3", "9" * 4000])
def test_a_lock_file_of_nonsense_is_free(path: Path, words: str | bytes) -> None:
    path.with_name(f".{path.name}.lock").write_bytes(words.encode() if isinstance(words, str) else words)
    lock = WriterLock.take(path)
    assert lock.other_host == ""
    lock.release()


def test_a_lock_left_behind_on_another_computer_is_told(path: Path) -> None:
    path.with_name(f".{path.name}.lock").write_text("4711 render-07.local")
    lock = WriterLock.take(path)
    assert lock.other_host == "render-07.local"
    lock.release()


def test_the_lock_follows_links(path: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "folder" / "link"
    link.symlink_to(path)
    held = WriterLock.take(link)
    assert may_be_held(path)
    held.release()


def test_where_nothing_can_be_locked_the_lock_is_free(tmp_path: Path) -> None:
    for name in ("no folder/project", "x" * 255):
        lock = WriterLock.take(tmp_path / name)
        assert not may_be_held(tmp_path / name)
        lock.release()
