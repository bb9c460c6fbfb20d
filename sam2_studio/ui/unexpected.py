"""Errors that nobody expected, in event handlers and threads: each goes to the log, and once to the user.

Without this an error in a slot or a paint would end in a terminal that nobody looks at; one in a paint would be told
sixty times a second.
"""

import logging
import sys
import threading
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from sam2_studio.ui.language import tr

_log = logging.getLogger(__name__)

_Place = tuple[type[BaseException], str, int]


class Unexpected(QObject):
    """Listens to Python's hooks for as long as it lives.

    Signals:
        happened: A sentence for the user; said once for each place in the code.
    """

    happened = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._known: set[_Place] = set()
        sys.excepthook = self._in_handler
        threading.excepthook = self._in_thread

    def _in_handler(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._note(kind, error, trace)

    def _in_thread(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            self._note(told.exc_type, told.exc_value, told.exc_traceback)

    def _note(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        place = _place_of(kind, trace)
        if place in self._known:
            return
        self._known.add(place)
        _log.error("an unexpected error", exc_info=(kind, error, trace))
        self.happened.emit(
            tr(
                "Something went wrong that should not have: {what}. The log has the details.",
                what=str(error) or kind.__name__,
            )
        )


def _place_of(kind: type[BaseException], trace: TracebackType | None) -> _Place:
    """Where it was raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (kind, "", 0) if trace is None else (kind, trace.tb_frame.f_code.co_filename, trace.tb_lineno)
