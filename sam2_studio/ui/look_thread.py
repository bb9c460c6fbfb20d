"""A thread for what only the eye needs: mattes, colours, grounds. Not the engine's, which tracking keeps busy."""

import logging
from collections.abc import Callable, Iterator

from PySide6.QtCore import QThread, Signal

from sam2_studio.engine.jobs import JobQueue, Priority
from sam2_studio.errors import Cancelled, StudioError
from sam2_studio.ui.language import tr

_log = logging.getLogger(__name__)


class LookThread(QThread):
    """Computes one thing after the other.

    Signals:
        found: Slot of the question, its answer.
        failed: Slot of the question, StudioError.
    """

    found = Signal(str, object)
    failed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("look")
        self._queue = JobQueue()

    def ask(self, slot: str, compute: Callable[[], object]) -> None:
        """Ask for what `compute` returns; an older question in the same slot that isn't answered yet is dropped."""

        def steps() -> Iterator[object]:
            yield compute()

        self._submit(slot, steps, Priority.PREVIEW)

    def ask_in_steps(self, slot: str, steps: Callable[[], Iterator[object]]) -> None:
        """As `ask`, for what takes long: after each None that comes, whatever else was asked for is answered first."""
        self._submit(slot, steps, Priority.IDLE)

    def drop(self, slot: str) -> None:
        """Nobody waits for that slot's answer any more; a step under way goes to its end."""
        self._queue.cancel(slot)

    def _submit(self, slot: str, steps: Callable[[], Iterator[object]], priority: Priority) -> None:
        def hand_on(answer: object) -> None:
            if answer is not None:
                self.found.emit(slot, answer)

        self._queue.submit(
            lambda token: steps(),
            on_item=hand_on,
            on_end=lambda error: self._ended(slot, error),
            key=slot,
            priority=priority,
        )

    def let_go(self) -> list[QThread]:
        """End the thread after the answer under way; itself."""
        self.requestInterruption()
        self._queue.wake()
        return [self]

    def run(self) -> None:
        while not self.isInterruptionRequested():
            if not self._queue.step():
                self._queue.wait(0.25)
        self._queue.cancel_all()

    def _ended(self, slot: str, error: BaseException | None) -> None:
        if error is None or isinstance(error, Cancelled):
            return
        if not isinstance(error, StudioError):
            _log.error("what the eye asked for met an unexpected error", exc_info=error)
            error = StudioError(
                tr("The view can't be made: {error}.", error=error), tr("Choose another view; the log has more.")
            )
        self.failed.emit(slot, error)
