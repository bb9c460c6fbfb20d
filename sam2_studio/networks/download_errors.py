"""What went wrong with a download, in sentences for people. Knows httpx's errors; touches neither network nor disk."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

import httpx

KNOWN_STATUS = {
    401: "wants a password",
    403: "refuses the file",
    404: "has no such file",
    407: "can't be reached before the proxy gets a password",
    410: "has no such file any more",
}
UNUSABLE = (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError, OverflowError)  # addresses
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CAUSES = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "files there may not be so large",
    errno.EACCES: "writing there isn't allowed",
    errno.EPERM: "writing there isn't allowed",
    errno.EROFS: "it can only be read",
    errno.ENOENT: "it is gone",
    errno.ENAMETOOLONG: "the name is too long for it",
}


class DownloadError(Exception):
    """A download that didn't end in the published file. The text is one sentence.

    Attributes:
        way_out: One sentence: what the user can do.
    """

    def __init__(self, text: str, way_out: str) -> None:
        super().__init__(text)
        self.way_out = way_out


class Refusal(Exception):  # noqa: N818 - what the server or the disk does
    """What trying again at once can't mend. The text is one sentence; `hint` begins the way out."""

    def __init__(self, text: str, hint: str = "Try again later") -> None:
        super().__init__(text)
        self.hint = hint


class Interruption(Exception):  # noqa: N818 - an error only when it happens too often
    """What may pass when tried again. The text is a sentence without its full stop."""


class StartOver(Exception):  # noqa: N818 - not an error: the kept bytes can't be gone on from
    """The server can't go on from the bytes that are here."""


def address(source: str) -> str:
    """The source as it may be shown: without a user's name and password."""
    return re.sub(r"//[^/@]*@", "//", repr(source)[1:-1])


def told(refusal: Refusal, source: str) -> DownloadError:
    """The error for the user, with the way that needs no download at the end."""
    other = "Fetch the file" if not source else f"{refusal.hint}, or fetch {address(source)}"
    return DownloadError(str(refusal), f"{other} by other means and use: sam2-studio models import FILE.")


def amount(count: int) -> str:
    """A number of bytes for people."""
    return f"{count:,} bytes" if count < 100_000 else f"{count / 1e6:,.1f} MB"


def came(done: int, total: int | None) -> str:
    """How much is here, as the end of a sentence."""
    if not done:
        return "nothing came"
    of = f" of {amount(total)}" if total else ""
    return f"{amount(done)}{of} came and are kept"


def status_sentence(status: int, host: str) -> str:
    """What an answer means that isn't the file; without a full stop."""
    phrase = KNOWN_STATUS.get(status)
    if phrase is None:
        known = status in {entry.value for entry in HTTPStatus}
        return f"{host} answers {status}" + (f" ({HTTPStatus(status).phrase})" if known else "")
    return f"{host} {phrase} ({status})"


def check_source(source: str) -> None:
    """See that a file can be fetched from there at all.

    Raises:
        Refusal: it can't.
    """
    if not source:
        raise Refusal("There is no address to fetch the file from.")
    try:
        url = httpx.URL(source)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise Refusal(f"The address {address(source)} can't be read.", "Correct the address") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Refusal(
            f"The address {address(source)} can't be fetched: only http and https can.", "Correct the address"
        )


def space_refusal(folder: Path, *, free: int, missing: int) -> Refusal:
    """The refusal to begin what the disk has no room for."""
    text = f"The folder {folder} has {amount(free)} free, but the file needs {amount(missing)} more."
    return Refusal(text, "Free some space and try again")


def disk_refusal(error: OSError, folder: Path, missing: int | None) -> Refusal:
    """Why the folder can't take the file, and how many bytes it still needs."""
    if isinstance(error, BlockingIOError):
        return Refusal(f"Another run fetches the same file into {folder} already.", "Wait for it")
    cause = CAUSES.get(error.errno or 0, error.strerror or "it can't be written")
    needed = f"; {amount(missing)} more are needed" if missing else ""
    hint = "Free some space and try again" if error.errno in NO_ROOM else "Make the folder writable and try again"
    return Refusal(f"The folder {folder} can't take the file: {cause}{needed}.", hint)


def client_refusal(error: Exception) -> Refusal:
    """Why no connection could even be prepared: settings of the environment."""
    if isinstance(error, OSError):
        return Refusal("The certificates named by SSL_CERT_FILE or SSL_CERT_DIR can't be read.", "Correct the setting")
    names = ", ".join(sorted(f"{key.upper()}_PROXY" for key in getproxies() if key != "no"))
    kind = "a SOCKS proxy is not supported" if isinstance(error, ImportError) else "the address is no proxy's"
    return Refusal(f"The proxy set in the environment ({names}) can't be used: {kind}.", "Correct the setting")


def network_refusal(error: Exception, source: str) -> Refusal | None:
    """What a failed request means where trying again can't help; None where it may."""
    place = _place(error, source)
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Refusal(f"{interruption_text(error, source, 0)}.", "Check the clock and the network's certificates")
    if isinstance(error, httpx.TooManyRedirects):
        return Refusal(f"{place} sends from one address to the next without an end.")
    if any(isinstance(cause, UNUSABLE) for cause in causes):
        return Refusal(f"{place} leads to an address that can't be fetched.")
    return None


def interruption_text(error: Exception, source: str, patience: float) -> str:
    """What a failed request means where trying again may help; without a full stop."""
    place = _place(error, source)
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return f"{place} sent nothing for {patience:g} s"
    if isinstance(error, httpx.ProxyError):
        status = str(error)[:3]
        return f"The {_proxy(source) or 'proxy'} refuses" + (f" ({status})" if status.isdecimal() else "")
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return f"The name of {place} can't be found; perhaps there is no network"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"{place} doesn't prove to be itself: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"No secure connection to {place} comes about"
        if isinstance(cause, ConnectionRefusedError):
            return f"{place} refuses the connection"
    return (
        f"{place} can't be reached" if isinstance(error, httpx.ConnectError) else f"The connection to {place} broke off"
    )


def _place(error: Exception, source: str) -> str:
    """The host that a failed request went to, perhaps after redirects, and the proxy on the way."""
    url = httpx.URL(source)
    if isinstance(error, httpx.RequestError):
        url = error.request.url
    proxy = _proxy(str(url))
    return f"{url.host} by way of the {proxy}" if proxy else url.host


def _proxy(source: str) -> str:
    """The proxy that the environment names for an address, without its password; empty for none."""
    url, proxies = httpx.URL(source), getproxies()
    named = proxies.get(url.scheme) or proxies.get("all")
    if not named or proxy_bypass(url.host):
        return ""
    return f"proxy {httpx.URL(named if '://' in named else f'http://{named}').host}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that led to it."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _causes(one)
    if cause := error.__cause__ or error.__context__:
        yield from _causes(cause)
