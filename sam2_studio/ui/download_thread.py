"""Fetches one weight file on a thread of its own, with an event loop there, so that stopping acts at once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

from PySide6.QtCore import QThread, Signal

from sam2_studio.errors import ModelError, StudioError
from sam2_studio.networks.download import DownloadError, DownloadProgress
from sam2_studio.ui.language import tr

_log = logging.getLogger(__name__)


class DownloadThread(QThread):
    """One download; what came stays in its part file when it is stopped.

    Signals:
        progressed: name, DownloadProgress.
        ended: name, None when the file is whole and in its place, else StudioError; not sent when it was stopped.
    """

    progressed = Signal(str, object)
    ended = Signal(str, object)

    def __init__(self, name: str, start: Callable[[], AsyncIterator[DownloadProgress]]) -> None:
        super().__init__()
        self.setObjectName(f"download {name}")
        self._name, self._start = name, start
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Let go of the connection at once; the thread ends soon after."""
        self.requestInterruption()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._cancel)

    def run(self) -> None:
        try:
            self._loop.run_until_complete(self._main())
        finally:
            self._loop.close()

    async def _main(self) -> None:
        self._task = asyncio.ensure_future(self._fetch())
        if self.isInterruptionRequested():
            self._task.cancel()
        try:
            await self._task
        except asyncio.CancelledError:
            return
        except DownloadError as error:
            self.ended.emit(self._name, ModelError(f"{self._name} can't be fetched: {error}", error.way_out))
        except Exception as error:  # noqa: BLE001 - the top of a thread: the window must live on
            _log.exception("a download met an unexpected error")
            self.ended.emit(
                self._name,
                StudioError(
                    tr("{name} can't be fetched: {error}.", name=self._name, error=error), tr("The log has more.")
                ),
            )
        else:
            self.ended.emit(self._name, None)

    async def _fetch(self) -> None:
        async for step in self._start():
            self.progressed.emit(self._name, step)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
