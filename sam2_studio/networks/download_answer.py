"""Decides from an answer's head, and first bytes, whether its body can be taken and from where. Touches no disk."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from sam2_studio.networks.download_errors import Interruption, Refusal, StartOver, amount, status_sentence

MOST_BYTES = 2_000_000_000  # far more than any published checkpoint
HTML_STARTS = (b"<!doctype html", b"<html")
MOST_BLANKS = 1024  # before the start of a page
PAGE_TYPES = ("text/html", "application/xhtml+xml")
CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked of the server.

    Attributes:
        have: Bytes that are here.
        size: Of the whole file; None where unknown.
        validator: What the server called the file when the first of them came: a strong ETag or a date; empty for none.
    """

    have: int
    size: int | None
    validator: str

    @property
    def headers(self) -> dict[str, str]:
        """To be sent with the request."""
        headers = {"Accept-Encoding": "identity", "User-Agent": "sam2-studio"}
        if self.have:
            headers["Range"] = f"bytes={self.have}-"
            if self.validator:
                headers["If-Range"] = self.validator
        return headers


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer whose body can be taken.

    Attributes:
        start: The byte of the file that the body begins with: as many as are here, or 0.
        total: Bytes of the whole file; None where the server doesn't say.
        validator: As in Wanted, from this answer.
    """

    start: int
    total: int | None
    validator: str


def accepted(response: httpx.Response, wanted: Wanted) -> Answer:
    """What can be done with the body.

    Raises:
        StartOver: the server can't go on from the bytes that are here.
        Interruption: another try may bring more.
        Refusal: it is not the file.
    """
    status, host = response.status_code, response.url.host
    if status >= 500 or status in (408, 429):
        raise Interruption(status_sentence(status, host))
    if status == 416 and wanted.have:
        raise StartOver
    if status not in (200, 206):
        raise Refusal(f"{status_sentence(status, host)}.")
    _check_kind(response)
    start, total = _range(response, wanted) if status == 206 else (0, _length(response))
    if wanted.size is not None and total not in (None, wanted.size):
        raise Refusal(f"{host} offers {total:,} bytes, but the published file has {wanted.size:,}.")
    if total is not None and total > MOST_BYTES:
        raise Refusal(f"{host} offers {amount(total)}, far more than any published file has.")
    return Answer(start=start, total=total, validator=_validator(response))


async def without_pages(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body of a whole file as it comes.

    Raises:
        Refusal: it begins as a web page does; nothing was yielded.
    """
    head: bytes | None = b""
    async for chunk in response.aiter_raw():
        if head is None:
            yield chunk
            continue
        head += chunk
        verdict = _is_page(head)
        if verdict:
            raise page_refusal(response.url.host)
        if verdict is None:
            continue
        yield head
        head = None
    if head:
        yield head


def page_refusal(host: str) -> Refusal:
    """The refusal of a page where the file should be."""
    text = f"{host} sent a web page in place of the file: a login page of the network, perhaps."
    return Refusal(text, "Log in to the network with a browser and try again")


def _is_page(head: bytes) -> bool | None:
    """Whether a body begins as a web page; None while too little of it is here."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower()
    if text.startswith(HTML_STARTS):
        return True
    open_still = len(head) < MOST_BLANKS and any(start.startswith(text) for start in HTML_STARTS)
    return None if open_still else False


def _check_kind(response: httpx.Response) -> None:
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in PAGE_TYPES:
        raise page_refusal(response.url.host)
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", ""):
        raise Refusal(f"{response.url.host} sends the file packed in a way that wasn't asked for.")


def _range(response: httpx.Response, wanted: Wanted) -> tuple[int, int | None]:
    """First byte and size of the whole, from an answer that brings a part."""
    match = CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
    length, named = _length(response), _validator(response)
    if match and int(match[1]) == wanted.have and int(match[1]) <= int(match[2]):
        total = None if match[3] == "*" else int(match[3])
        fits = length in (None, int(match[2]) - int(match[1]) + 1) and (total is None or int(match[2]) < total)
        known = wanted.size is None or total in (None, wanted.size)
        if fits and known and (not named or wanted.validator in ("", named)):
            return wanted.have, total
    if wanted.have:
        raise StartOver
    raise Refusal(f"{response.url.host} sends a part of the file that wasn't asked for.")


def _length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isdecimal() and "transfer-encoding" not in response.headers else None


def _validator(response: httpx.Response) -> str:
    tag: str = response.headers.get("etag", "")
    if tag.startswith('"'):  # a weak one promises no equal bytes
        return tag
    return str(response.headers.get("last-modified", ""))
