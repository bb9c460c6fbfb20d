"""Makes the proxy of one clip on a thread of its own, with a decoder of its own; works only while nobody else does."""

import logging
from contextlib import closing
from pathlib import Path
from time import monotonic

from PySide6.QtCore import Signal

from sam2_studio.core.clip import Clip
from sam2_studio.errors import Cancelled, StudioError
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.proxy import make_proxy, make_room
from sam2_studio.ui.background_thread import BackgroundThread

_log = logging.getLogger(__name__)
_TELL = 0.5  # seconds between two tellings


class ProxyThread(BackgroundThread):
    """One proxy.

    Signals:
        progressed: number, frames done, frames in all.
        made: number.
        failed: number: it can't be made; the log says why.

    Args:
        number: Tells this proxy from others.
        clip: With its place, and how it is read.
        path: Where the proxy goes.
    """

    progressed = Signal(int, int, int)
    made = Signal(int)
    failed = Signal(int)

    def __init__(self, number: int, clip: Clip, path: Path) -> None:
        super().__init__("proxy")
        self._number, self._clip, self._path = number, clip, path

    def run(self) -> None:
        try:
            if self._make():
                make_room(self._path.parent)
                self.made.emit(self._number)
        except Cancelled:
            return
        except StudioError as error:
            _log.warning("the proxy of %s can't be made: %s", self._clip.media_path, error)
            self.failed.emit(self._number)
        except Exception:  # noqa: BLE001 - the top of a thread: the window must live on
            _log.exception("the making of a proxy met an unexpected error")
            self.failed.emit(self._number)

    def _make(self) -> bool:
        """Whether it was made to the end."""
        told, started = 0.0, monotonic()
        clip = self._clip
        with (
            closing(IsolatedSource(clip.media_path, reading=clip.reading, stopped=self.is_stopped)) as source,
            closing(make_proxy(source, self._path)) as steps,
        ):
            for done in steps:
                if monotonic() - told > _TELL:
                    self.progressed.emit(self._number, done, source.info.frames)
                    told = monotonic()
                if not self.may_go_on(monotonic() - started):
                    return False
                started = monotonic()
        return True
