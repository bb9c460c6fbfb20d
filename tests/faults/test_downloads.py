"""Cut, stalled and wrong downloads: a clear sentence, and kept bytes are kept (fault C5)."""

from pathlib import Path

import pytest
from sam2_studio.networks import download_run
from sam2_studio.networks.download import part_bytes, part_path
from tests.downloading import DATA, DIGEST, failure, got, keep, plain_surroundings, target_in
from tests.loopback import Exchange, Loopback, Script, answer, chunked, hung_up, ranged, raw, redirect, stalled, whole

HALF = len(DATA) // 2
PAGE = b"<!DOCTYPE html>\n<title>Guests, log in</title>"


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_surroundings(monkeypatch)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return target_in(tmp_path)


@pytest.mark.parametrize("script", [hung_up, raw(b"HTTP/1.1 200 OK\r\nContent-Le"), raw(b"SSH-2.0-OpenSSH\r\n\r\n")])
def test_a_server_that_says_nothing_of_use_is_given_up(target: Path, script: Script) -> None:
    with Loopback([script]) as server:
        error = failure(server.url, target, attempts=3)
    assert str(error) == "The connection to 127.0.0.1 broke off, 3 times in a row; nothing came."
    assert len(server.requests) == 3
    assert list(target.parent.iterdir()) == []


def test_a_connection_that_is_cut_again_and_again_is_given_up_and_the_bytes_are_kept(target: Path) -> None:
    with Loopback([ranged(DATA, until=HALF)]) as server:
        error = failure(server.url, target, attempts=4, expected_bytes=len(DATA))
    assert "broke off, 4 times in a row; 0.1 MB of 0.3 MB came and are kept." in str(error)
    assert "it goes on from there" in error.way_out
    assert "weights.pt by other means" in error.way_out
    assert server.ranges == [None, HALF, HALF, HALF, HALF]  # the first brought something
    assert part_path(target).read_bytes() == DATA[:HALF]


def test_one_attempt_is_one(target: Path) -> None:
    with Loopback([hung_up]) as server:
        error = failure(server.url, target, attempts=1)
    assert str(error) == "The connection to 127.0.0.1 broke off; nothing came."
    assert len(server.requests) == 1


def test_a_server_without_ranges_that_always_cuts_is_given_up(target: Path) -> None:
    def cut(exchange: Exchange) -> None:
        exchange.head(Content_Length=len(DATA))
        exchange.send(DATA[:HALF])

    with Loopback([cut]) as server:
        failure(server.url, target, attempts=3)
    assert len(server.requests) == 4
    assert part_bytes(target) == HALF


@pytest.mark.parametrize("came", [None, 0, 1000])
def test_a_stalled_connection_is_given_up_and_tried_again(target: Path, came: int | None) -> None:
    stall = stalled if came is None else ranged(DATA, until=came, then=stalled)
    with Loopback([stall, ranged(DATA)]) as server:
        seen = got(server.url, target, patience=0.2)
        assert not server.release.is_set()
    assert target.read_bytes() == DATA
    assert "retrying" in [progress.stage for progress in seen]
    assert server.ranges[:2] == [None, came or None]


def test_endless_stalls_are_told_with_their_length(target: Path) -> None:
    with Loopback([stalled]) as server:
        error = failure(server.url, target, patience=0.1, attempts=2)
    assert str(error) == "127.0.0.1 sent nothing for 0.1 s, 2 times in a row; nothing came."


def test_an_answer_whose_head_never_ends_is_given_up(target: Path) -> None:
    def drip(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n")
        while not exchange.server.release.wait(0.02):  # paces the drip; the client must give up first
            exchange.send(b"X: y\r\n")

    with Loopback([drip, whole(DATA)]) as server:
        got(server.url, target, patience=0.15)
    assert target.read_bytes() == DATA


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Busy", "504 Late", "429 Slow down", "599 Odd"])
def test_what_may_pass_is_tried_again(target: Path, status: str) -> None:
    with Loopback([answer(status, PAGE, Content_Type="text/html"), ranged(DATA)]) as server:
        got(server.url, target)
        keep(target, DATA[:HALF])
        with Loopback([answer(status)]) as broken:
            error = failure(broken.url, target, attempts=2)
    assert status[:3] in str(error)
    assert len(broken.requests) == 2
    assert part_path(target).read_bytes() == DATA[:HALF]


@pytest.mark.parametrize(
    "status",
    [
        "404 Not Found",
        "403 Forbidden",
        "401 Who",
        "410 Gone",
        "400 Bad",
        "451 Law",
        "204 No Content",
        "304 Same",
        "300 Choose",
        "299 Odd",
        "999 Odd",
    ],
)
def test_other_answers_are_named_and_not_repeated(target: Path, status: str) -> None:
    keep(target, DATA[:HALF])
    with Loopback([answer(status, PAGE if status[0] == "4" else b"", Content_Type="text/html")]) as server:
        error = failure(server.url, target)
    if status != "999 Odd":
        assert len(server.requests) == 1
    assert status[:3] in str(error)
    assert part_path(target).read_bytes() == DATA[:HALF]


@pytest.mark.parametrize("size", [None, len(DATA)])
def test_wrong_bytes_are_removed_and_named(target: Path, size: int | None) -> None:
    wrong = DATA[:-1] + bytes([DATA[-1] ^ 1])
    target.write_bytes(b"old")
    with Loopback([whole(wrong)]) as server:
        error = failure(server.url, target, expected_bytes=size)
    assert "not the published file" in str(error)
    assert DIGEST[:12] in str(error)
    assert len(server.requests) == 1
    assert not part_path(target).exists()


def test_wrong_bytes_behind_good_ones_are_fetched_twice_at_most(target: Path) -> None:
    wrong = DATA[:-1] + bytes([DATA[-1] ^ 1])
    keep(target, DATA[:HALF])
    with Loopback([ranged(wrong), ranged(wrong, until=HALF), ranged(wrong)]) as server:
        error = failure(server.url, target)
    assert "not the published file" in str(error)
    assert server.ranges == [HALF, None, HALF]
    assert not part_path(target).exists()


@pytest.mark.parametrize("data", [b"", DATA + b"x", DATA[:-1]])
def test_a_file_of_another_length_is_not_published(target: Path, data: bytes) -> None:
    with Loopback([whole(data)]) as server:
        assert "not the published file" in str(failure(server.url, target))
    with Loopback([whole(data)]) as server:
        error = failure(server.url, target, expected_bytes=len(DATA))
    assert str(error) == f"127.0.0.1 offers {len(data):,} bytes, but the published file has {len(DATA):,}."
    assert list(target.parent.iterdir()) == []


PAGES = [
    whole(PAGE, Content_Type="text/html; charset=utf-8"),
    whole(DATA, Content_Type="TEXT/HTML"),
    whole(b"anything", Content_Type="application/xhtml+xml"),
    whole(PAGE),
    whole(PAGE.lower() + bytes(len(DATA)), Content_Type="application/octet-stream"),
    whole(b"<HTML lang=en>"),
    whole(b"\xef\xbb\xbf \r\n\t<html>"),
    chunked([PAGE[n : n + 1] for n in range(len(PAGE))]),
    redirect("/login"),
]


@pytest.mark.parametrize("script", PAGES, ids=range(len(PAGES)))
@pytest.mark.parametrize("kept", [b"", DATA[:HALF]], ids=["new", "resumed"])
def test_a_login_page_is_told_from_the_file(target: Path, script: Script, kept: bytes) -> None:
    if kept:
        keep(target, kept)
    with Loopback([script, whole(PAGE, Content_Type="text/html")]) as server:
        error = failure(server.url, target)
    assert "a login page of the network, perhaps" in str(error)
    assert error.way_out.startswith("Log in to the network")
    assert part_bytes(target) == len(kept)  # a page doesn't cost the bytes that are here


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_packed_answer_is_refused(target: Path, coding: str) -> None:
    with Loopback([whole(DATA, Content_Encoding=coding)]) as server:
        assert "packed" in str(failure(server.url, target))


def test_redirects_without_an_end_are_told(target: Path) -> None:
    with Loopback([redirect("/round")]) as server:
        error = failure(server.url, target)
    assert str(error) == "127.0.0.1 sends from one address to the next without an end."
    assert len(server.requests) <= 21


@pytest.mark.parametrize(
    "to", ["ftp://127.0.0.1/w.pt", "file:///etc/passwd", "http://[::1/", "http://127.0.0.1:99999/"]
)
def test_a_redirect_to_nowhere_is_told(target: Path, to: str) -> None:
    with Loopback([redirect(to)]) as server:
        assert "leads to an address that can't be fetched" in str(failure(server.url, target))
    assert len(server.requests) == 1


def test_more_bytes_than_the_file_has_end_it(target: Path) -> None:
    endless = chunked([DATA] * 3, whole=False)
    with Loopback([endless]) as server:
        error = failure(server.url, target, expected_bytes=len(DATA) + 1)
    assert "sends more than the 0.3 MB" in str(error)
    assert len(server.requests) == 1
    assert list(target.parent.iterdir()) == []


def test_far_more_than_any_file_has_ends_it_where_the_size_is_unknown(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback([raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000001\r\n\r\n" + DATA)]) as server:
        assert "far more" in str(failure(server.url, target))
    monkeypatch.setattr(download_run, "MOST_BYTES", len(DATA) - 1)
    with Loopback([chunked([DATA])]) as server:
        assert "sends more than" in str(failure(server.url, target))
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("length", ["-5", "x", "1e9", "9" * 30, "3, 4"])
def test_a_length_that_is_no_length_publishes_nothing(target: Path, length: str) -> None:
    with Loopback([raw(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode() + DATA)]) as server:
        failure(server.url, target, attempts=2)
    assert list(target.parent.iterdir()) == []


def test_a_part_that_nobody_asked_for_is_refused(target: Path) -> None:
    part = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/300000\r\nContent-Length: 5\r\n\r\n01234"
    with Loopback([raw(part)]) as server:
        assert "wasn't asked for" in str(failure(server.url, target))
    assert len(server.requests) == 1
