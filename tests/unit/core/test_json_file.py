"""JSON files: read as they are, written whole or not at all."""

import os
from pathlib import Path

import pytest
from sam2_studio.core.json_file import read_json, write_json


def test_what_is_written_is_read_and_nothing_else_lies_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    write_json(path, {"ä": [1, None]})
    assert read_json(path) == {"ä": [1, None]}
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_a_value_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, callers take their defaults
        read_json(path)


def test_a_write_that_fails_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, 1)
    path.with_name(f".a.json.{os.getpid()}.part").mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        write_json(path, 2)
    assert read_json(path) == 1
