"""Files are whole or not there; whatever fails, the old ones stay."""

import errno
import os
from pathlib import Path

import pytest
from sam2_studio.errors import ExportError
from sam2_studio.export.staging import PartFile, Staging, explained, part_path, write_part


def test_parts_get_their_names_only_at_the_end(tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b"]
    files[0].write_bytes(b"old")
    staging = Staging(files)
    for part in staging.parts:
        write_part(part, b"new")
    assert files[0].read_bytes() == b"old"
    assert not files[1].exists()
    staging.publish()
    assert [path.read_bytes() for path in files] == [b"new", b"new"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a", "b"]


def test_discard_leaves_what_was(tmp_path: Path) -> None:
    old = tmp_path / "a"
    old.write_bytes(b"old")
    staging = Staging([old])
    write_part(staging.parts[0], b"new")
    staging.discard()
    assert old.read_bytes() == b"old"
    assert not staging.parts[0].exists()


def test_folder_made_for_the_parts_goes_with_them(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    staging = Staging([folder / "a"])
    write_part(staging.parts[0], b"x")
    staging.discard()
    assert not folder.exists()


def test_folder_stays_once_published_and_if_it_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    staging = Staging([folder / "a"])
    write_part(staging.parts[0], b"x")
    staging.publish()
    staging.discard()
    assert (folder / "a").read_bytes() == b"x"
    Staging([folder / "b"]).discard()
    assert folder.is_dir()


def test_part_names_fit_and_differ() -> None:
    long = [Path("/x") / f"{'ü' * 120}{number:04d}.png" for number in range(2)]
    parts = [part_path(path) for path in long]
    assert all(len(os.fsencode(part.name)) <= 255 for part in parts)
    assert parts[0] != parts[1]
    assert part_path(Path("/x/a.png")) == Path("/x/.a.png.part")


class Full:
    """A file on a full disk: what is written into it is refused."""

    closed = False

    def __init__(self, code: int) -> None:
        self._code = code

    def write(self, data: bytes) -> int:
        raise OSError(self._code, os.strerror(self._code))

    def flush(self) -> None:
        raise OSError(self._code, os.strerror(self._code))

    def close(self) -> None:
        self.closed = True


def test_part_file_remembers_what_an_encoder_swallows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "open", lambda path, mode: Full(errno.ENOSPC))
    file = PartFile(tmp_path / "a")
    with pytest.raises(OSError, match="No space"):
        file.write(b"x")
    file.close()
    file.close()
    with pytest.raises(OSError, match="No space"):
        file.check()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_full_disk_is_named_with_the_need(code: int) -> None:
    error = explained(OSError(code, "x"), Path("/out/a.mov"), 3_200_000)
    assert error.message == "The disk is full at /out/a.mov: about 4 MB more are needed."
    assert "folder" in error.way_out


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENAMETOOLONG, errno.EIO])
def test_other_causes_are_named_and_nothing_else(code: int) -> None:
    error = explained(OSError(code, os.strerror(code)), Path("/out/a.mov"))
    assert error.message == f"/out/a.mov can't be written: {os.strerror(code)}."


def test_rename_that_fails_says_so(tmp_path: Path) -> None:
    target = tmp_path / "a"
    staging = Staging([target])
    write_part(staging.parts[0], b"new")
    target.mkdir()
    (target / "full").touch()
    with pytest.raises(ExportError, match=r"a can't be written"):
        staging.publish()
    staging.discard()
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []
