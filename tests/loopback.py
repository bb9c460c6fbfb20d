"""A web server on the loopback that misbehaves by script: each connection is answered by the next script of a list.

Waits are events, never sleeps: a script that stalls ends when the server closes or `release` is set.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

Script = Callable[["Exchange"], None]
OK = "200 OK"


@dataclass(frozen=True)
class Request:
    """What a client asked: the first line, and the headers by lower-case name."""

    line: str
    headers: dict[str, str]

    @property
    def first_byte(self) -> int | None:
        """Of the range asked for; None where all is wanted."""
        text = self.headers.get("range")
        return int(text.removeprefix("bytes=").rstrip("-")) if text else None


@dataclass
class Loopback:
    """The server.

    Attributes:
        scripts: One for each connection in turn; the last one goes on answering.
        requests: Heads that came so far.
        stalled: Set while, or once, a script stalls.
        release: Ends every stall.
    """

    scripts: Sequence[Script]
    requests: list[Request] = field(default_factory=list)
    stalled: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=16)
        self._threads: list[threading.Thread] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)

    @property
    def address(self) -> str:
        """Where the server is, without a path."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def url(self) -> str:
        """Where its file is."""
        return f"{self.address}/weights.pt"

    @property
    def ranges(self) -> list[int | None]:
        """First byte of each range asked for."""
        return [request.first_byte for request in self.requests]

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self.close_door()
        for thread in self._threads:
            thread.join()

    def close_door(self) -> None:
        """Refuse connections from now on; those that are open stay."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the listener
        self._listener.join()
        self._socket.close()

    def _listen(self) -> None:
        with suppress(OSError):
            for number in range(10_000):
                connection, _ = self._socket.accept()
                script = self.scripts[min(number, len(self.scripts) - 1)]
                thread = threading.Thread(target=self._answer, args=(connection, script), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _answer(self, connection: socket.socket, script: Script) -> None:
        with closing(connection), suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (data := connection.recv(4096)):
                    return
                head += data
            line, *lines = head.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
            pairs = (text.split(":", 1) for text in lines)
            request = Request(line, {name.lower(): value.strip() for name, value in pairs})
            self.requests.append(request)
            script(Exchange(self, request, connection))


@dataclass(frozen=True)
class Exchange:
    """One request and the way to answer it."""

    server: Loopback
    request: Request
    connection: socket.socket

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.connection.sendall(data)

    def head(self, status: str = OK, **headers: object) -> None:
        """Send a head; underscores in names stand for hyphens. The connection closes after the answer."""
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""]).encode("latin-1"))

    def stall(self) -> None:
        """Say nothing more until the server is released."""
        self.server.stalled.set()
        self.server.release.wait()


def whole(data: bytes, **headers: object) -> Script:
    """The file, whatever range is asked for."""

    def script(exchange: Exchange) -> None:
        exchange.head(Content_Length=len(data), **headers)
        exchange.send(data)

    return script


def ranged(data: bytes, *, until: int | None = None, then: Script | None = None, **headers: object) -> Script:
    """The file from the byte asked for, up to byte `until` of it; then another script, or the end of the connection."""

    def script(exchange: Exchange) -> None:
        first = exchange.request.first_byte
        if first is None or exchange.request.headers.get("if-range", headers.get("ETag")) != headers.get("ETag"):
            first = 0
            exchange.head(Content_Length=len(data), **headers)
        elif first >= len(data):
            exchange.head("416 Range Not Satisfiable", Content_Range=f"bytes */{len(data)}", Content_Length=0)
            return
        else:
            place = f"bytes {first}-{len(data) - 1}/{len(data)}"
            exchange.head("206 Partial Content", Content_Range=place, Content_Length=len(data) - first, **headers)
        exchange.send(data[first:until])
        if then:
            then(exchange)

    return script


def stalled(exchange: Exchange) -> None:
    """Nothing, until the server is released."""
    exchange.stall()


def hung_up(_: Exchange) -> None:
    """No answer; the connection closes."""


def answer(status: str, body: bytes = b"", **headers: object) -> Script:
    """A status with a body."""

    def script(exchange: Exchange) -> None:
        exchange.head(status, Content_Length=len(body), **headers)
        exchange.send(body)

    return script


def redirect(to: str, status: str = "302 Found") -> Script:
    """The way to another address."""
    return answer(status, Location=to)


def raw(data: bytes) -> Script:
    """These bytes and nothing else, head included."""
    return lambda exchange: exchange.send(data)


def chunked(pieces: Sequence[bytes], *, whole: bool = True, **headers: object) -> Script:
    """Pieces of unknown total, each sent by itself; with `whole` false the end is missing."""

    def script(exchange: Exchange) -> None:
        exchange.head(Transfer_Encoding="chunked", **headers)
        for piece in pieces:
            exchange.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        if whole:
            exchange.send(b"0\r\n\r\n")

    return script


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        yield taken.getsockname()[1]
