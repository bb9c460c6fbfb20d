"""A cancelled download ends at once, whatever it waits for, and keeps what came (faults C5, W5)."""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sam2_studio.networks.download import DownloadProgress, fetch, part_path
from sam2_studio.networks.download_part import PartFile
from tests.downloading import DATA, DIGEST, got, keep, plain_surroundings, target_in
from tests.loopback import Loopback, ranged, stalled

HALF = len(DATA) // 2


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_surroundings(monkeypatch)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return target_in(tmp_path)


def cancelled_when(
    sight: Callable[[DownloadProgress], bool], url: str, target: Path, **options: float
) -> list[DownloadProgress]:
    """Cancel a fetch as soon as its progress is as wanted; it must end by that and by nothing else."""
    seen: list[DownloadProgress] = []

    async def collect(reached: asyncio.Event) -> None:
        async for progress in fetch(url, target, sha256=DIGEST, **options):  # type: ignore[arg-type]
            seen.append(progress)
            if sight(progress):
                reached.set()

    async def run() -> None:
        reached = asyncio.Event()
        task = asyncio.create_task(collect(reached))
        await asyncio.wait({task, waiting := asyncio.create_task(reached.wait())}, return_when="FIRST_COMPLETED")
        waiting.cancel()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert not target.exists()
    return seen


@pytest.mark.parametrize("came", [1, 1000, HALF, len(DATA) - 1])
def test_a_cancel_ends_a_stall_at_once_and_keeps_what_came(target: Path, came: int) -> None:
    with Loopback([ranged(DATA, until=came, then=stalled), ranged(DATA)]) as server:
        cancelled_when(lambda progress: progress.done == came, server.url, target, patience=1e6)
        assert server.stalled.is_set()
        assert not server.release.is_set()  # the server hasn't moved: the cancel alone ended it
        assert part_path(target).read_bytes() == DATA[:came]
        got(server.url, target)
    assert server.ranges == [None, came]
    assert target.read_bytes() == DATA


def test_a_cancel_ends_the_wait_for_an_answer(target: Path) -> None:
    with Loopback([stalled]) as server:
        cancelled_when(lambda _: server.stalled.is_set(), server.url, target, patience=1e6)
        assert not server.release.is_set()
    assert list(target.parent.iterdir()) == []  # nothing came, nothing is left


def test_a_cancel_ends_the_wait_for_a_secure_connection(target: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/weights.pt"
        heard = threading.Event()

        def listen() -> None:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)
                heard.set()
                with suppress(OSError):
                    while connection.recv(4096):
                        pass

        thread = threading.Thread(target=listen)
        thread.start()
        cancelled_when(lambda _: heard.is_set(), url, target, patience=1e6)
        thread.join()


def test_a_cancel_ends_the_wait_for_a_name(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, over = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        asked.set()
        over.wait()
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    async def run() -> None:
        async for _ in fetch("http://models.invalid/w.pt", target, sha256=DIGEST, patience=1e6):
            if asked.is_set():
                break

    async def cancel() -> bool:
        task = asyncio.create_task(run())
        await asyncio.to_thread(asked.wait)
        task.cancel()
        await asyncio.wait({task})
        early = not over.is_set()
        over.set()
        return early

    assert asyncio.run(cancel())


def test_a_cancel_ends_the_pause_between_two_tries(target: Path) -> None:
    with Loopback([ranged(DATA, until=HALF)]) as server:
        cancelled_when(lambda progress: progress.stage == "retrying", server.url, target, pause=1e6)
    assert part_path(target).read_bytes() == DATA[:HALF]
    assert len(server.requests) == 1


def test_a_cancel_while_kept_bytes_are_hashed_waits_for_the_slice_under_way(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(target, DATA[:HALF])
    begun, go_on, states = threading.Event(), threading.Event(), []
    read_on = PartFile.read_on

    def slow(part: PartFile) -> bool:
        begun.set()
        go_on.wait()
        states.append(part._file.closed)
        return read_on(part)

    monkeypatch.setattr(PartFile, "read_on", slow)

    async def run() -> None:
        async for _ in fetch("http://127.0.0.1:9/w.pt", target, sha256=DIGEST):
            pass

    async def cancel() -> None:
        task = asyncio.create_task(run())
        await asyncio.to_thread(begun.wait)
        task.cancel()
        await asyncio.wait({task}, timeout=0)
        task.cancel()  # again, as an impatient user does
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert states == [False]  # one slice, and the file was open under it
    assert part_path(target).read_bytes() == DATA[:HALF]
