"""Runs one export on a thread of its own, with readers of its own; the window only hears how far it is."""

import logging
from collections.abc import Callable, Generator, Iterator

from PySide6.QtCore import QThread, Signal

from sam2_studio.engine.shortage import is_shortage, shortage_told
from sam2_studio.errors import ExportError, StudioError
from sam2_studio.export.runner import ExportProgress, ExportReport
from sam2_studio.ui.language import tr

_log = logging.getLogger(__name__)

ExportRun = Iterator[ExportProgress | ExportReport]


class ExportThread(QThread):
    """One export.

    Signals:
        progressed: ExportProgress.
        reported: ExportReport: the files are written.
        failed: StudioError: nothing was written.
        cancelled: Nothing was written.
    """

    progressed = Signal(object)
    reported = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, start_run: Callable[[], ExportRun]) -> None:
        super().__init__()
        self.setObjectName("export")
        self._start_run = start_run

    def cancel(self) -> None:
        """End after the frame under way; what was written is removed."""
        self.requestInterruption()

    def run(self) -> None:
        try:
            self._work(self._start_run())
        except StudioError as error:
            self.failed.emit(error)
        except Exception as error:  # noqa: BLE001 - the top of a thread: the window must live on
            _log.exception("an export met an unexpected error")
            unexpected = ExportError(tr("The export failed: {error}.", error=error), tr("The log has more."))
            self.failed.emit(shortage_told() if is_shortage(error) else unexpected)

    def _work(self, run: ExportRun) -> None:
        """Run to the end; what came of it is said when the files are as they will stay."""
        try:
            report = self._report_of(run)
        finally:
            if isinstance(run, Generator):
                run.close()
        if report is None:
            self.cancelled.emit()
        else:
            self.reported.emit(report)

    def _report_of(self, run: ExportRun) -> ExportReport | None:
        """The report; None where it was cancelled before."""
        for event in run:
            if isinstance(event, ExportReport):
                return event
            self.progressed.emit(event)
            if self.isInterruptionRequested():
                break
        return None
