"""Downloads onto disks that are full, failing or shared with another run (faults C5, D2)."""

import asyncio
import errno
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sam2_studio.networks.download import fetch, part_bytes, part_path
from sam2_studio.networks.download_part import PartFile
from tests.downloading import DATA, DIGEST, failure, got, keep, plain_surroundings, target_in
from tests.loopback import Loopback, chunked, ranged, stalled, whole

HALF = len(DATA) // 2


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_surroundings(monkeypatch)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return target_in(tmp_path)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_write_that_fails_keeps_what_was_written(
    target: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: int
) -> None:
    calls, write = [], PartFile.write

    def failing(part: PartFile, data: bytes) -> None:
        calls.append(data)
        if len(calls) == call:
            raise OSError(number, "failed")
        write(part, data)

    monkeypatch.setattr(PartFile, "write", failing)
    with Loopback([chunked([DATA[:1000], DATA[1000:HALF], DATA[HALF:]]), ranged(DATA)]) as server:
        error = failure(server.url, target, expected_bytes=len(DATA))
        kept = b"".join(calls[:-1])
        assert f"The folder {target.parent} can't take the file: " in str(error)
        assert "more are needed" in str(error)
        assert part_bytes(target) == len(kept)
        assert DATA.startswith(kept)
        got(server.url, target)  # as soon as there is room
    assert target.read_bytes() == DATA


def test_a_full_disk_in_the_middle_of_a_write_keeps_the_first_half_of_it(target: Path) -> None:
    code = (
        "import asyncio, resource, sys, pathlib\n"
        "from sam2_studio.networks.download import fetch, DownloadError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_001, 100_001))\n"
        "async def run():\n"
        "    async for _ in fetch(sys.argv[1], pathlib.Path(sys.argv[2]), sha256=sys.argv[3], pause=0): pass\n"
        "try: asyncio.run(run())\n"
        "except DownloadError as error: print(error, error.way_out)\n"
    )
    with Loopback([ranged(DATA)]) as server:
        command = [sys.executable, "-W", "error", "-c", code, server.url, str(target), DIGEST]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"{target.parent} can't take the file" in done.stdout
        assert "0.2 MB more are needed" in done.stdout
        assert part_path(target).read_bytes() == DATA[:100_001]
        got(server.url, target)
    assert server.ranges == [None, 100_001]
    assert target.read_bytes() == DATA


@pytest.mark.parametrize("step", ["sync", "publish", "restart", "read_on"])
def test_a_disk_that_fails_later_or_earlier_is_told_too(
    target: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def failing(_: PartFile) -> None:
        raise OSError(errno.EIO, "Input/output error")

    keep(target, DATA[:HALF])
    monkeypatch.setattr(PartFile, step, failing)
    with Loopback([whole(DATA)]) as server:
        assert "Input/output error" in str(failure(server.url, target))
    assert part_path(target).exists()


@pytest.mark.parametrize("size", [None, len(DATA)])
@pytest.mark.parametrize("kept", [0, HALF])
def test_room_is_looked_for_before_the_bytes_come(
    target: Path, monkeypatch: pytest.MonkeyPatch, size: int | None, kept: int
) -> None:
    free = len(DATA) - kept - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    if kept:
        keep(target, DATA[:kept])
    with Loopback([ranged(DATA)]) as server:
        error = failure(server.url, target, expected_bytes=size)
        assert str(target.parent) in str(error)
        assert "needs 0." in str(error)
        assert len(server.requests) == (0 if size else 1)
        assert part_bytes(target) == kept
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free + 1))
        got(server.url, target, expected_bytes=size)
    assert target.read_bytes() == DATA


def test_a_disk_that_does_not_tell_its_room_is_tried(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(_: Path) -> None:
        raise OSError(errno.ENOSYS, "not here")

    monkeypatch.setattr(shutil, "disk_usage", silent)
    with Loopback([whole(DATA)]) as server:
        got(server.url, target, expected_bytes=len(DATA))
    assert target.read_bytes() == DATA


def test_places_where_no_file_can_be_are_told_before_anything_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "taken.pt.part").mkdir()
    (tmp_path / "lost.pt.part").symlink_to(tmp_path / "nowhere" / "x")
    places = ["file/weights.pt", "folder", "taken.pt", "lost.pt", "a" * 253]
    with Loopback([whole(DATA)]) as server:
        for place in places:
            assert "can't take the file" in str(failure(server.url, tmp_path / place)), place
    assert server.requests == []
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_a_second_run_for_the_same_file_is_refused_while_the_first_goes_on(target: Path) -> None:
    async def run(url: str) -> str:
        first = fetch(url, target, sha256=DIGEST)
        async for progress in first:
            if progress.done == HALF:
                break
        try:
            async for _ in fetch(url, target, sha256=DIGEST):
                pass
        except Exception as error:  # noqa: BLE001 - told below
            return str(error)
        finally:
            await first.aclose()
        return ""

    with Loopback([ranged(DATA, until=HALF, then=stalled), ranged(DATA)]) as server:
        assert asyncio.run(run(server.url)) == f"Another run fetches the same file into {target.parent} already."
        assert len(server.requests) == 1
        assert part_path(target).read_bytes() == DATA[:HALF]
        got(server.url, target)


def test_a_lock_on_a_file_that_was_renamed_meanwhile_is_no_lock(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    flock, calls = fcntl.flock, []

    def other_run_ends_first(file: object, how: int) -> None:
        calls.append(file)
        if len(calls) == 1:
            part_path(target).rename(target)
        flock(file, how)  # type: ignore[arg-type]

    target.write_bytes(b"published by the other run")
    monkeypatch.setattr(fcntl, "flock", other_run_ends_first)
    with PartFile(target) as part:
        part.write(b"mine")
    assert len(calls) == 2
    assert target.read_bytes() == b""  # what the other run published wasn't written to
    assert part_path(target).read_bytes() == b"mine"


def test_a_disk_without_locks_will_do(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def none_here(_: object, __: int) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(fcntl, "flock", none_here)
    with Loopback([whole(DATA)]) as server:
        got(server.url, target)
    assert target.read_bytes() == DATA
