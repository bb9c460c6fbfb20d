"""Downloads that go well, and those taken up again: what the server is asked, what lies on the disk, what is told."""

import asyncio
import hashlib
import subprocess
import sys
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import pytest
from sam2_studio.networks.download import fetch, part_bytes, part_path
from sam2_studio.networks.download_progress import WINDOW, RateMeter, moment
from tests.downloading import DATA, DIGEST, got, keep, plain_surroundings
from tests.loopback import Exchange, Loopback, Script, answer, chunked, hung_up, ranged, raw, redirect, stalled, whole

HALF = len(DATA) // 2


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_surroundings(monkeypatch)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "models" / "weights.pt"


def with_part(target: Path, data: bytes) -> Path:
    """The target, with bytes of an earlier run beside it."""
    keep(target, data)
    return target


def assert_published(target: Path) -> None:
    assert target.read_bytes() == DATA
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_file_is_fetched_into_a_folder_that_was_not_there(target: Path) -> None:
    with Loopback([whole(DATA)]) as server:
        seen = got(server.url, target, expected_bytes=len(DATA))
    assert_published(target)
    assert seen[0].stage == "verifying"
    assert "fetching" in [progress.stage for progress in seen]
    assert (seen[-1].done, seen[-1].total, seen[-1].stage) == (len(DATA), len(DATA), "verifying")
    assert server.ranges == [None]


def test_the_request_tells_nothing_about_the_user(target: Path) -> None:
    with Loopback([whole(DATA)]) as server:
        got(server.url, target)
    headers = server.requests[0].headers
    assert headers["user-agent"] == "sam2-studio"
    assert headers["accept-encoding"] == "identity"
    assert headers.keys() <= {"host", "accept", "accept-encoding", "connection", "user-agent"}


def test_the_digest_may_be_written_in_capitals(target: Path) -> None:
    with Loopback([whole(DATA)]) as server:
        got(server.url, target, sha256=DIGEST.upper())
    assert_published(target)


@pytest.mark.parametrize("to", ["/there.pt", "weights.pt?2"])
def test_redirects_are_followed(target: Path, to: str) -> None:
    with Loopback([redirect(to, "301 Moved"), redirect(to, "307 Temporary"), whole(DATA)]) as server:
        got(server.url, target)
    assert_published(target)
    assert server.requests[-1].line == f"GET /{to.removeprefix('/')} HTTP/1.1"


def test_a_redirect_keeps_the_range(target: Path) -> None:
    with Loopback([redirect("/there.pt"), ranged(DATA)]) as server:
        got(server.url, with_part(target, DATA[:HALF]))
    assert_published(target)
    assert server.ranges == [HALF, HALF]


@pytest.mark.parametrize(
    "pieces", [[DATA], [DATA[:1], DATA[1:9], DATA[9:]], [DATA[n : n + 1000] for n in range(0, len(DATA), 1000)]]
)
def test_a_size_that_nobody_tells_is_no_hindrance(target: Path, pieces: list[bytes]) -> None:
    with Loopback([chunked(pieces)]) as server:
        seen = got(server.url, target)
    assert_published(target)
    assert seen[0].total is None
    assert seen[-1].total == len(DATA)


def test_what_had_the_name_before_stays_until_the_new_file_is_whole(target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(b"old")
    with Loopback([whole(DATA)]) as server:
        got(server.url, target)  # looks at each progress
    assert_published(target)


def test_only_missing_bytes_are_fetched_by_the_next_run(target: Path) -> None:
    with_part(target, DATA[:HALF])
    assert part_bytes(target) == HALF
    with Loopback([ranged(DATA)]) as server:
        seen = got(server.url, target, expected_bytes=len(DATA))
    assert_published(target)
    assert server.ranges == [HALF]
    assert "if-range" not in server.requests[0].headers
    assert min(progress.done for progress in seen if progress.stage == "fetching") >= HALF


@pytest.mark.parametrize("size", [None, len(DATA)])
def test_a_part_that_is_whole_is_published_without_asking(target: Path, size: int | None) -> None:
    with Loopback([hung_up]) as server:
        got(server.url, with_part(target, DATA), expected_bytes=size)
    assert_published(target)
    assert server.requests == []


@pytest.mark.parametrize(
    "cuts", [[1000], [0, 0, 0, 0], [1000, 1000, 1000, 1000], [1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 9, 0, 0, 0, 99]]
)
def test_a_cut_connection_goes_on_from_where_it_was(target: Path, cuts: list[int]) -> None:
    with Loopback([*(ranged(DATA, until=cut) for cut in cuts), ranged(DATA)]) as server:
        seen = got(server.url, target, expected_bytes=len(DATA))
    assert_published(target)
    best = [max([0, *cuts[:n]]) for n in range(len(cuts) + 1)]
    assert server.ranges == [have or None for have in best]
    waits = [after.done for before, after in pairwise(seen) if before.stage != after.stage == "retrying"]
    assert waits == best[1:]


def test_a_chunked_answer_without_its_end_is_a_cut(target: Path) -> None:
    with Loopback([chunked([DATA[:HALF]], whole=False), ranged(DATA)]) as server:
        got(server.url, target)
    assert_published(target)
    assert server.ranges == [None, HALF]


def test_a_chunked_answer_that_ends_too_early_is_a_cut_where_the_size_is_known(target: Path) -> None:
    with Loopback([chunked([DATA[:HALF]]), ranged(DATA)]) as server:
        got(server.url, target, expected_bytes=len(DATA))
    assert_published(target)
    assert server.ranges == [None, HALF]


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ({"ETag": '"a"'}, '"a"'),
        ({"ETag": 'W/"a"'}, None),
        ({"Last_Modified": "Mon, 29 Jul 2024 10:00:00 GMT"}, "Mon, 29 Jul 2024 10:00:00 GMT"),
        ({}, None),
    ],
)
def test_between_tries_the_same_file_is_asked_for(target: Path, named: dict[str, str], asked: str | None) -> None:
    with Loopback([ranged(DATA, until=HALF, **named), ranged(DATA)]) as server:
        got(server.url, target)
    assert_published(target)
    assert server.requests[1].headers.get("if-range") == asked


def test_a_file_that_changed_meanwhile_is_fetched_anew(target: Path) -> None:
    old = bytes(len(DATA))
    with Loopback([ranged(old, until=HALF, ETag='"old"'), ranged(DATA, ETag='"new"')]) as server:
        got(server.url, target)
    assert_published(target)
    assert server.requests[1].headers["if-range"] == '"old"'


def test_a_server_that_goes_on_with_another_file_is_found_out_by_its_name(target: Path) -> None:
    def other(exchange: Exchange) -> None:
        exchange.head(
            "206 Partial Content",
            Content_Range=f"bytes {HALF}-{len(DATA) - 1}/{len(DATA)}",
            Content_Length=len(DATA) - HALF,
            ETag='"new"',
        )
        exchange.send(DATA[HALF:])

    with Loopback([ranged(bytes(len(DATA)), until=HALF, ETag='"old"'), other, whole(DATA)]) as server:
        got(server.url, target)
    assert_published(target)
    assert server.ranges == [None, HALF, None]


def test_a_server_without_ranges_begins_again(target: Path) -> None:
    with Loopback([whole(DATA)]) as server:
        seen = got(server.url, with_part(target, DATA[:HALF]))
    assert_published(target)
    assert server.ranges == [HALF]
    assert max(progress.done for progress in seen) == len(DATA)


def wrong_part(place: str, length: int | None = None) -> bytes:
    lengths = "" if length is None else f"Content-Length: {length}\r\n"
    return f"HTTP/1.1 206 Partial Content\r\n{place}{lengths}Connection: close\r\n\r\n".encode() + DATA[HALF:]


@pytest.mark.parametrize(
    "unusable",
    [
        answer("416 Range Not Satisfiable", Content_Range=f"bytes */{HALF - 1}"),
        raw(wrong_part("", len(DATA) - HALF)),
        raw(wrong_part(f"Content-Range: bytes 0-{len(DATA) - 1}/{len(DATA)}\r\n")),
        raw(wrong_part(f"Content-Range: bytes {HALF + 1}-{len(DATA) - 1}/{len(DATA)}\r\n")),
        raw(wrong_part(f"Content-Range: bytes {HALF}-{len(DATA) - 1}/{len(DATA)}\r\n", 7)),
        raw(wrong_part(f"Content-Range: bytes {HALF}-{len(DATA)}/{len(DATA)}\r\n")),
        raw(wrong_part(f"Content-Range: bytes {HALF}-{HALF - 1}/{len(DATA)}\r\n")),
        raw(wrong_part(f"Content-Range: bytes {HALF}-{len(DATA)}/{len(DATA) + 1}\r\n")),
        raw(wrong_part(f"Content-Range: bytes {HALF}-9999999999999999999999/*\r\n")),
        raw(wrong_part("Content-Range: bytes nonsense\r\n")),
        raw(wrong_part("Content-Type: multipart/byteranges; boundary=x\r\n")),
    ],
    ids=range(11),
)
def test_an_answer_that_does_not_go_on_from_here_begins_again(target: Path, unusable: Script) -> None:
    with Loopback([unusable, whole(DATA)]) as server:
        got(server.url, with_part(target, DATA[:HALF]), expected_bytes=len(DATA))
    assert_published(target)
    assert server.ranges == [HALF, None]


def test_a_server_that_gives_a_slice_at_a_time_is_asked_again(target: Path) -> None:
    def slice_of(exchange: Exchange) -> None:
        first = exchange.request.first_byte
        last = min(first + HALF // 2, len(DATA)) - 1
        place = f"bytes {first}-{last}/{len(DATA)}"
        exchange.head("206 Partial Content", Content_Range=place, Content_Length=last + 1 - first)
        exchange.send(DATA[first : last + 1])

    with Loopback([slice_of]) as server:
        got(server.url, with_part(target, DATA[:1]))
    assert_published(target)
    assert len(server.requests) == 4


@pytest.mark.parametrize("kept", [b"\0" * HALF, b"\0" * len(DATA), b"\0" * (len(DATA) + 1), b"\0"])
@pytest.mark.parametrize("size", [None, len(DATA)])
def test_wrong_bytes_from_before_cost_a_second_fetch_and_no_more(target: Path, kept: bytes, size: int | None) -> None:
    with Loopback([ranged(DATA)]) as server:
        got(server.url, with_part(target, kept), expected_bytes=size)
    assert_published(target)
    assert server.ranges[-1] is None
    assert len(server.requests) <= 2


def test_a_total_that_claims_too_much_does_no_harm_once_the_digest_is_right(target: Path) -> None:
    with Loopback([raw(b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n" + DATA)]) as server:
        got(server.url, target)
    assert_published(target)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "start", [b"<", b"<!doc", b"<htm", b"   ", b"\n" * 2000, b"\xef\xbb\xbf<", b"<!doctype htmx", b""]
)
def test_data_that_begins_almost_as_a_page_is_data(target: Path, start: bytes) -> None:
    digest = hashlib.sha256(start).hexdigest()
    with Loopback([chunked([start[n : n + 1] for n in range(len(start))])]) as server:

        async def run() -> None:
            async for _ in fetch(server.url, target, sha256=digest, pause=0):
                pass

        asyncio.run(run())
    assert target.read_bytes() == start


def test_the_proxy_of_the_environment_gets_the_whole_address(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback([whole(DATA)]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        got("http://models.invalid/weights.pt", target)
    assert_published(target)
    assert proxy.requests[0].line == "GET http://models.invalid/weights.pt HTTP/1.1"


def test_a_proxy_is_not_asked_for_hosts_that_need_none(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback([whole(DATA)]) as server, Loopback([hung_up]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        got(server.url, target)
    assert_published(target)
    assert proxy.requests == []


def test_leaving_early_keeps_what_came_and_lets_the_next_run_in(target: Path) -> None:
    async def first_bytes(url: str) -> None:
        async with aclosing(fetch(url, target, sha256=DIGEST)) as progresses:
            async for progress in progresses:
                if progress.done == HALF:
                    return

    with Loopback([ranged(DATA, until=HALF, then=stalled), ranged(DATA)]) as server:
        asyncio.run(first_bytes(server.url))
        assert part_bytes(target) == HALF
        got(server.url, target)
    assert_published(target)
    assert server.ranges == [None, HALF]


@pytest.mark.parametrize("name", ["ünï 模型 🎬.pt", "-rf", "a" * 250, "new\nline"])
def test_any_name_will_do(tmp_path: Path, name: str) -> None:
    with Loopback([whole(DATA)]) as server:
        got(server.url, tmp_path / name)
    assert_published(tmp_path / name)


def test_no_part_means_no_bytes_from_before(tmp_path: Path) -> None:
    assert part_path(tmp_path / "w.pt") == tmp_path / "w.pt.part"
    assert part_bytes(tmp_path / "w.pt") == 0
    assert part_bytes(tmp_path / "no folder" / "w.pt") == 0
    (tmp_path / "w.pt.part").mkdir()
    assert part_bytes(tmp_path / "w.pt") == 0
    (tmp_path / "round.pt.part").symlink_to("round.pt.part")
    assert part_bytes(tmp_path / "round.pt") == 0
    (tmp_path / "closed").write_bytes(b"")
    assert part_bytes(tmp_path / "closed" / "w.pt") == 0


def test_the_rate_is_that_of_the_last_seconds() -> None:
    now = 100.0
    meter = RateMeter(lambda: now)
    assert meter.rate(1000) == 0  # unknown
    now += 1
    assert meter.rate(3000) == 2000
    for _ in range(20):
        now += 1
        last = meter.rate(3000)
    assert last == 0  # stalled for longer than the window
    for step in range(1, 20):
        now += 1
        last = meter.rate(3000 + 500 * step)
    assert last == 500
    now += WINDOW / 2
    assert 0 < meter.rate(3000 + 500 * 19) < 500
    meter.forget()
    assert meter.rate(0) == 0


def test_time_left_is_told_where_it_can_be_known() -> None:
    assert moment(50, 150, rate=20, stage="fetching").left == 5
    assert moment(50, None, rate=20, stage="fetching").left is None
    assert moment(50, 150, rate=0, stage="fetching").left is None
    assert moment(200, 150, rate=1, stage="fetching").left == 0


def test_downloading_needs_no_torch() -> None:
    code = "import sys, sam2_studio.networks.download; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
