"""Fetches a weight file: resumes what was cut, verifies it, publishes it by rename. Knows no catalogue and no torch.

Until the sha256 is right, the bytes lie in a `.part` file beside the target. There they stay when a download is
cancelled or fails, and the next one goes on from them.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from sam2_studio.networks.download_errors import DownloadError
from sam2_studio.networks.download_part import part_bytes, part_path
from sam2_studio.networks.download_progress import DownloadProgress
from sam2_studio.networks.download_run import Download, Tries
from sam2_studio.networks.download_waiting import ended

__all__ = ["DownloadError", "DownloadProgress", "fetch", "part_bytes", "part_path"]

TICK = 0.1  # seconds between two progresses


async def fetch(
    source: str,
    target: Path,
    *,
    sha256: str,
    expected_bytes: int | None = None,
    patience: float = 20.0,
    attempts: int = 5,
    pause: float = 1.0,
) -> AsyncIterator[DownloadProgress]:
    """Fetch a file and yield progress about ten times a second. Cancelling acts at once and keeps what came.

    Leave the loop early only through `contextlib.aclosing` or by cancelling the task.

    Args:
        source: http or https address. Proxies are those of the environment.
        target: Where the file goes; nothing is there, or the old file, until the new one is verified.
        sha256: Of the whole file, in hex.
        expected_bytes: Size of the whole file, where known.
        patience: Seconds without a byte after which a connection is given up.
        attempts: Tries in a row that bring nothing new before the download is given up.
        pause: Seconds before the second try, doubled for each further one that brings nothing new.

    Raises:
        DownloadError: the file didn't come, isn't the published one, or can't be written.
    """
    tries = Tries(patience=patience, attempts=attempts, pause=pause)
    download = Download(source, target, sha256=sha256.lower(), size=expected_bytes, tries=tries)
    task = asyncio.create_task(download.run())
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=TICK)
            for progress in download.news():
                yield progress
        await task
    finally:
        task.cancel()
        await ended(task)
