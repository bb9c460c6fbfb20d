"""The thread that works through the queue of clips: it waits for the worker's process, which does the work."""

import logging

from PySide6.QtCore import QThread, Signal

from sam2_studio.batch.queue_run import LineStep, QueueRun
from sam2_studio.errors import BatchError, StudioError
from sam2_studio.ui.language import tr

_log = logging.getLogger(__name__)


class QueueThread(QThread):
    """One run.

    Signals:
        stepped: LineStep.
        line_ended: LineEnded; the file of the queue says so already.
        failed: StudioError: the run is over, the lines wait.
    """

    stepped = Signal(object)
    line_ended = Signal(object)
    failed = Signal(object)

    def __init__(self, work: QueueRun) -> None:
        super().__init__()
        self.setObjectName("queue")
        self._work = work

    def stop(self) -> None:
        """End soon."""
        self._work.stop()

    def run(self) -> None:
        try:
            for event in self._work.events():
                (self.stepped if isinstance(event, LineStep) else self.line_ended).emit(event)
        except StudioError as error:
            self.failed.emit(error)
        except Exception as error:  # noqa: BLE001 - the top of a thread: the window must live on
            _log.exception("the queue of clips met an unexpected error")
            self.failed.emit(
                BatchError(tr("The queue of clips stopped: {error}.", error=error), tr("The log has more."))
            )
