"""What the tests of downloads share: a file to fetch, and fetch run to its end."""

import asyncio
import functools
import hashlib
import random
import ssl
from pathlib import Path
from typing import Any

import pytest
from sam2_studio.networks import download
from sam2_studio.networks.download import DownloadError, DownloadProgress, fetch, part_path

DATA = random.Random(4).randbytes(300_000)  # begins with no letter of a page
DIGEST = hashlib.sha256(DATA).hexdigest()
PROXY_NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir")
READ_ONCE = functools.cache(ssl.create_default_context)  # certificates take longer to read than all else here


def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the proxies and certificates of whoever runs the tests, and wait for nothing that may be had at once."""
    for name in PROXY_NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(ssl, "create_default_context", READ_ONCE)
    monkeypatch.setattr(download, "TICK", 0.01)


def target_in(folder: Path) -> Path:
    """A target in a new folder."""
    (folder / "models").mkdir()
    return folder / "models" / "weights.pt"


def keep(target: Path, data: bytes) -> None:
    """Put bytes of an earlier run beside the target."""
    target.parent.mkdir(exist_ok=True)
    part_path(target).write_bytes(data)


def got(source: str, target: Path, **options: Any) -> list[DownloadProgress]:
    """Fetch DATA to the end; everything that was told on the way. While it goes, nothing new has the target's name."""
    before = target.read_bytes() if target.is_file() else None

    async def collect() -> list[DownloadProgress]:
        seen = []
        async for progress in fetch(source, target, **{"sha256": DIGEST, "pause": 0.0} | options):
            seen.append(progress)
            here = target.read_bytes() if target.is_file() else None
            assert here in (before, DATA)
        return seen

    return asyncio.run(collect())


def failure(source: str, target: Path, **options: Any) -> DownloadError:
    """The error of a fetch that must fail without touching the target's name."""
    before = target.read_bytes() if target.is_file() else None
    with pytest.raises(DownloadError) as caught:
        got(source, target, **options)
    assert (target.read_bytes() if target.is_file() else None) == before
    for sentence in (str(caught.value), caught.value.way_out):
        assert sentence.endswith(".")
    assert "sam2-studio models import FILE" in caught.value.way_out
    return caught.value
