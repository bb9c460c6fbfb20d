"""One run of a download: tries, resumes and judges, as a coroutine that others look at. Knows no catalogue."""

import asyncio
import contextlib
import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sam2_studio.networks.download_answer import MOST_BYTES, Answer, Wanted, accepted, without_pages
from sam2_studio.networks.download_errors import (
    Interruption,
    Refusal,
    StartOver,
    amount,
    came,
    check_source,
    client_refusal,
    disk_refusal,
    interruption_text,
    network_refusal,
    space_refusal,
    told,
)
from sam2_studio.networks.download_part import PartFile
from sam2_studio.networks.download_progress import DownloadProgress, RateMeter, Stage, moment
from sam2_studio.networks.download_waiting import in_thread

SYNC_EVERY = 32 << 20  # bytes; keeps the last sync short, and with it cancelling
MOST_REDIRECTS = 10
MOST_DOUBLINGS = 6  # of the pause between two tries
HEAD_PATIENCE = 3  # times the patience until all of the answer's head is here, redirects included
NETWORK_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    OSError,
    UnicodeError,
    OverflowError,
    ExceptionGroup,
)


@dataclass(frozen=True, kw_only=True)
class Tries:
    """How long and how often to try; as in `fetch`."""

    patience: float
    attempts: int
    pause: float

    def wait(self, failures: int) -> float:
        """Seconds before the next try."""
        return self.pause * 2.0 ** min(failures, MOST_DOUBLINGS)


class Download:
    """One run of `fetch`, as a coroutine whose progress is looked at from outside."""

    def __init__(self, source: str, target: Path, *, sha256: str, size: int | None, tries: Tries) -> None:
        self._source, self._target = source, target
        self._sha256, self._size, self._tries = sha256, size, tries
        self._part: PartFile | None = None
        self._total = size
        self._validator = ""
        self._best = 0  # most bytes that were ever here
        self._answered = False
        self._mixed = False  # bytes of several answers, perhaps of several files, lie in the part
        self._began_again = False  # because such a mixture was wrong
        self._stage: Stage = "verifying"
        self._meter = RateMeter()
        self._news: deque[DownloadProgress] = deque()

    def news(self) -> list[DownloadProgress]:
        """The stages entered since the last call; where there are none, how it stands now."""
        news = list(self._news) or [self._moment()]
        self._news.clear()
        return news

    async def run(self) -> None:
        """Do it all.

        Raises:
            DownloadError: as `fetch`.
        """
        try:
            check_source(self._source)
            with self._disk():
                part = PartFile(self._target)
            with part:
                await self._read_kept(part)
                if not self._whole(part):
                    await self._fetch_rest(part)
                await self._publish(part)
        except Refusal as refusal:
            raise told(refusal, self._source) from refusal

    async def _read_kept(self, part: PartFile) -> None:
        """Hash what lies there from before; drop it where it can't be the beginning of the file."""
        self._part = part
        self._enter("verifying")
        with self._disk():
            if part.size > self._most:
                part.restart()
            while await in_thread(part.read_on):
                pass
            if part.hashed >= self._most and not self._whole(part):
                part.restart()
        self._best = part.hashed
        self._mixed = part.hashed > 0

    async def _fetch_rest(self, part: PartFile) -> None:
        self._check_space(part)
        failures = 0
        async with await in_thread(self._client) as client:  # it reads the certificates
            while not self._whole(part):
                try:
                    await self._try(client, part)
                    self._judge(part)
                except StartOver:
                    self._restart(part)
                except Interruption as interruption:
                    failures = 0 if part.hashed > self._best else failures + 1
                    self._best = max(self._best, part.hashed)
                    if failures >= self._tries.attempts:
                        raise self._given_up(interruption, part) from interruption
                    self._enter("retrying")
                    await asyncio.sleep(self._tries.wait(failures))

    async def _try(self, client: httpx.AsyncClient, part: PartFile) -> None:
        """Send one request and take what it brings."""
        wanted = Wanted(have=part.hashed, size=self._size, validator=self._validator)
        with self._network():
            response = await self._send(client, wanted)
            async with contextlib.aclosing(response):
                self._answered = True
                await self._take(response, accepted(response, wanted), part)

    async def _send(self, client: httpx.AsyncClient, wanted: Wanted) -> httpx.Response:
        """Send a request, and follow it to an answer's head."""
        opened = []

        async def note(event: str, info: dict[str, Any]) -> None:
            if event == "connection.connect_tcp.complete":
                opened.append(info["return_value"])

        request = client.build_request("GET", self._source, headers=wanted.headers, extensions={"trace": note})
        try:
            async with asyncio.timeout(HEAD_PATIENCE * self._tries.patience):
                return await client.send(request, stream=True)
        except BaseException:
            for stream in opened:  # a cancel before TLS stands would leave it open: httpcore doesn't know it yet
                await stream.aclose()
            raise

    async def _take(self, response: httpx.Response, answer: Answer, part: PartFile) -> None:
        """Write a body down as it comes."""
        self._note_head(answer, part)
        begun = False
        async for chunk in without_pages(response) if answer.start == 0 else response.aiter_raw():
            if not begun and answer.start == 0:
                self._restart(part)
            begun = True
            if part.hashed + len(chunk) > self._most:
                self._restart(part)
                raise Refusal(f"{response.url.host} sends more than the {amount(self._most)} that the file may have.")
            with self._disk():
                part.write(chunk)
                if part.unsynced >= SYNC_EVERY:
                    await in_thread(part.sync)
        if self._total is not None and part.hashed < self._total and not self._whole(part):
            raise Interruption(f"{response.url.host} ended its answer too early")

    def _note_head(self, answer: Answer, part: PartFile) -> None:
        if answer.total is not None or answer.start == 0:
            self._total = answer.total or self._size
        self._validator = answer.validator
        self._mixed = answer.start > 0
        self._check_space(part)
        self._meter.forget()
        self._enter("fetching")

    def _judge(self, part: PartFile) -> None:
        """Look at the digest after the last byte: a wrong mixture is fetched once more, a wrong file refused."""
        if self._whole(part):
            return
        digest, mixed = part.digest, self._mixed
        self._restart(part)
        if mixed and not self._began_again:
            self._began_again, self._best = True, 0
            return
        place = httpx.URL(self._source).host
        raise Refusal(
            f"What {place} sent is not the published file and was removed:"
            f" its sha256 begins with {digest[:12]}, not with {self._sha256[:12]}."
        )

    async def _publish(self, part: PartFile) -> None:
        self._total = part.hashed
        self._enter("verifying")
        with self._disk():
            await in_thread(part.publish)

    def _restart(self, part: PartFile) -> None:
        with self._disk():
            part.restart()
        self._mixed = False
        self._meter.forget()

    def _client(self) -> httpx.AsyncClient:
        try:
            return httpx.AsyncClient(
                follow_redirects=True, max_redirects=MOST_REDIRECTS, timeout=httpx.Timeout(self._tries.patience)
            )
        except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
            raise client_refusal(error) from error

    def _check_space(self, part: PartFile) -> None:
        missing = self._missing(part)
        with contextlib.suppress(OSError):  # a file system that doesn't say; then writing will
            free = shutil.disk_usage(self._target.parent).free
            if missing is not None and missing > free:
                raise space_refusal(self._target.parent, free=free, missing=missing)

    def _given_up(self, interruption: Interruption, part: PartFile) -> Refusal:
        count = self._tries.attempts
        often = f", {count} times in a row" if count > 1 else ""
        hint = "Try again, it goes on from there" if part.hashed else "Try again later"
        return Refusal(f"{interruption}{often}; {came(part.hashed, self._total)}.", hint)

    @contextlib.contextmanager
    def _network(self) -> Iterator[None]:
        """Say what failed while a request was under way, and whether to try again."""
        try:
            yield
        except NETWORK_ERRORS as error:
            if refusal := network_refusal(error, self._source):
                raise refusal from error
            text = interruption_text(error, self._source, self._tries.patience)
            if isinstance(error, httpx.ConnectError | httpx.ProxyError) and not self._answered:
                raise Refusal(f"{text}.", "Check the connection and try again") from error
            raise Interruption(text) from error

    @contextlib.contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            missing = self._missing(self._part) if self._part else self._total
            raise disk_refusal(error, self._target.parent, missing) from error

    @property
    def _most(self) -> int:
        return MOST_BYTES if self._size is None else self._size

    def _missing(self, part: PartFile) -> int | None:
        return None if self._total is None else max(0, self._total - part.hashed)

    def _whole(self, part: PartFile) -> bool:
        return part.digest == self._sha256 and self._size in (None, part.hashed)

    def _enter(self, stage: Stage) -> None:
        self._stage = stage
        self._news.append(self._moment())

    def _moment(self) -> DownloadProgress:
        done = self._part.hashed if self._part else 0
        rate = self._meter.rate(done) if self._stage == "fetching" else 0.0
        return moment(done, self._total, rate=rate, stage=self._stage)
