"""Downloads that reach no server, and settings that keep them from it (fault C5)."""

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from tests.downloading import DATA, failure, plain_surroundings, target_in
from tests.loopback import Exchange, Loopback, answer, deaf_port

HALF = len(DATA) // 2


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_surroundings(monkeypatch)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return target_in(tmp_path)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "There is no address to fetch the file from."),
        (
            "ftp://models.invalid/w.pt",
            "The address ftp://models.invalid/w.pt can't be fetched: only http and https can.",
        ),
        ("file:///etc/passwd", "The address file:///etc/passwd can't be fetched: only http and https can."),
        ("w.pt", "The address w.pt can't be fetched: only http and https can."),
        ("http://", "The address http:// can't be fetched: only http and https can."),
        ("http://me:secret@[::1/w.pt", "The address http://[::1/w.pt can't be read."),
        ("http://127.0.0.1:99999/", "127.0.0.1 leads to an address that can't be fetched."),
    ],
)
def test_addresses_that_lead_nowhere_are_told(target: Path, source: str, said: str) -> None:
    assert str(failure(source, target)) == said
    assert list(target.parent.iterdir()) == []


def test_a_refused_connection_is_told_at_once(target: Path) -> None:
    with deaf_port() as port:
        error = failure(f"http://me:secret@127.0.0.1:{port}/w.pt", target)
    assert str(error) == "127.0.0.1 refuses the connection."
    assert error.way_out.startswith(f"Check the connection and try again, or fetch http://127.0.0.1:{port}/w.pt by")
    assert "secret" not in error.way_out


def test_a_connection_refused_after_some_bytes_is_tried_again(target: Path) -> None:
    def last_words(exchange: Exchange) -> None:
        exchange.server.close_door()
        exchange.head(Content_Length=len(DATA))
        exchange.send(DATA[:HALF])

    with Loopback([last_words]) as server:
        error = failure(server.url, target, attempts=2)
    assert str(error) == "127.0.0.1 refuses the connection, 2 times in a row; 0.1 MB of 0.3 MB came and are kept."


def test_an_unknown_name_is_told(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = failure("https://models.invalid/w.pt", target)
    assert str(error) == "The name of models.invalid can't be found; perhaps there is no network."


def test_a_server_that_speaks_no_tls_is_told(target: Path) -> None:
    def plain(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.recv(1024)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: plain(server.accept()[0]))
        thread.start()
        error = failure(f"https://127.0.0.1:{server.getsockname()[1]}/w.pt", target)
        thread.join()
    assert str(error) == "No secure connection to 127.0.0.1 comes about."


def test_a_certificate_that_does_not_fit_is_told_and_not_tried_again(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def untrusted(*_: object, **__: object) -> None:
        tries.append(1)
        error = ssl.SSLCertVerificationError("no")
        error.verify_message = "self-signed certificate"
        raise error

    monkeypatch.setattr(ssl.SSLContext, "wrap_bio", untrusted)
    with socket.create_server(("127.0.0.1", 0)) as server:
        error = failure(f"https://127.0.0.1:{server.getsockname()[1]}/w.pt", target)
    assert str(error) == "127.0.0.1 doesn't prove to be itself: self-signed certificate."
    assert error.way_out.startswith("Check the clock")
    assert len(tries) == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HTTP_PROXY", "gopher://me:secret@proxy.invalid", "(HTTP_PROXY) can't be used: the address is no proxy's"),
        ("ALL_PROXY", "http://me:secret@[::1", "(ALL_PROXY) can't be used: the address is no proxy's"),
        ("ALL_PROXY", "socks://127.0.0.1:9", "(ALL_PROXY) can't be used: the address is no proxy's"),
        ("ALL_PROXY", "socks5://127.0.0.1:9", "(ALL_PROXY) can't be used: a SOCKS proxy is not supported"),
        ("SSL_CERT_FILE", "/no such file", "certificates named by SSL_CERT_FILE"),
    ],
)
def test_bad_settings_of_the_environment_are_named(
    target: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    error = failure("http://models.invalid/w.pt", target)
    assert said in str(error)
    assert error.way_out.startswith("Correct the setting")
    assert "secret" not in f"{error} {error.way_out}"


def test_a_proxy_that_refuses_is_named(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with deaf_port() as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@127.0.0.1:{port}")
        error = failure("http://models.invalid/w.pt", target)
        assert str(error) == "models.invalid by way of the proxy 127.0.0.1 refuses the connection."
    with Loopback([answer("407 Proxy Authentication Required")]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)
        assert "before the proxy gets a password (407)" in str(failure("http://models.invalid/w.pt", target))
        assert str(failure("https://models.invalid/w.pt", target)) == "The proxy 127.0.0.1 refuses (407)."
