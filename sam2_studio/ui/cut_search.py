"""Looks for the cuts of a clip on a thread of its own, with a reader of its own; works only while nobody else does."""

import logging
from contextlib import closing
from pathlib import Path
from time import monotonic

from PySide6.QtCore import Signal

from sam2_studio.batch.cuts import look_for_cuts
from sam2_studio.errors import Cancelled, StudioError
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.ui.background_thread import BackgroundThread

_log = logging.getLogger(__name__)

_TELL = 0.25  # seconds between two tellings


class CutSearch(BackgroundThread):
    """One search.

    Signals:
        looked: number, Looked; a few times a second and at the end.
        failed: number: the clip can't be read to its end; the log says why.

    Args:
        number: Tells this search from others.
        path: What opens the clip.
        fingerprint: Of it.
    """

    looked = Signal(int, object)
    failed = Signal(int)

    def __init__(self, number: int, path: Path, fingerprint: str) -> None:
        super().__init__("cut search")
        self._number, self._path, self._fingerprint = number, path, fingerprint

    def run(self) -> None:
        try:
            self._search()
        except Cancelled:
            return
        except StudioError as error:
            _log.warning("the cuts of %s can't be found: %s", self._path, error)
            self.failed.emit(self._number)
        except Exception:  # noqa: BLE001 - the top of a thread: the window must live on
            _log.exception("the search for cuts met an unexpected error")
            self.failed.emit(self._number)

    def _search(self) -> None:
        told, started = 0.0, monotonic()
        with closing(IsolatedSource(self._path, stopped=self.is_stopped)) as source:
            for looked in look_for_cuts(source, self._fingerprint):
                done = looked.frames == source.info.frames
                if done or monotonic() - told > _TELL:
                    self.looked.emit(self._number, looked)
                    told = monotonic()
                if done or not self.may_go_on(monotonic() - started):
                    return
                started = monotonic()

    def _may_go_on(self, worked: float) -> bool:
        """Wait as long as the last step took, and while others are at work; whether it isn't to stop."""
        with self._condition:
            self._condition.wait_for(lambda: self._stop, worked)
            while not self._stop and (self._held or monotonic() < self._free_from):
                self._condition.wait(None if self._held else self._free_from - monotonic())
            return not self._stop
