"""Waiting for work to end, through every cancel. Knows nothing of downloads."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Run in a thread; a cancel waits for its end, since the file must not be closed under it."""
    running = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(running)
    finally:
        await ended(running)


async def ended(work: "asyncio.Future[Any]") -> None:
    """Wait for the end of work, whatever it is, through cancels too."""
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            cancelled = True
    if not work.cancelled():
        work.exception()  # looked at, so that nobody is told of it again
    if cancelled:
        raise asyncio.CancelledError
