from pathlib import Path

import pytest
from sam2_studio.core.lock import WriterLock, may_be_held
from sam2_studio.errors import ProjectError


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
