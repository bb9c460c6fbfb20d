"""The end of a session: asks once where something goes on, ends all threads, folds the project file.

Everything is saved already, so a thread that can't end at once (a network that computes a frame, a decoder in a long
clip) holds nobody up: after `patience` the program goes without it.
"""

import logging
from collections.abc import Sequence
from time import monotonic
from typing import Protocol

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from sam2_studio.ui.combining import Combining
from sam2_studio.ui.documents import Documents
from sam2_studio.ui.downloads import Downloads
from sam2_studio.ui.exporting import Exporting
from sam2_studio.ui.importing import Importing
from sam2_studio.ui.language import tr
from sam2_studio.ui.model_names import model_title
from sam2_studio.ui.queueing import Queueing
from sam2_studio.ui.tracking import Tracking

_log = logging.getLogger(__name__)


class Leaving(Protocol):
    """Who has threads of its own."""

    def let_go(self) -> Sequence[QThread]:
        """Tell them to end, without waiting; those that haven't ended yet."""


class Closing(QObject):
    """Decides whether the window may close, and ends what runs.

    Attributes:
        patience: Seconds to wait for threads; None for as long as they take.
        unfinished: Threads that didn't end in time.

    Signals:
        confirmed: The user answered that the window is to close.
    """

    confirmed = Signal()

    def __init__(
        self,
        *,
        documents: Documents,
        tracking: Tracking,
        combining: Combining,
        exporting: Exporting,
        importing: Importing,
        downloads: Downloads,
        queueing: Queueing,
        others: Sequence[Leaving],
        window: QWidget,
    ) -> None:
        """Ask about the parts that are named, and end them and the others."""
        super().__init__(window)
        self._window, self._documents = window, documents
        self._tracking, self._combining = tracking, combining
        self._exporting, self._importing, self._downloads = exporting, importing, downloads
        self._queueing = queueing
        self._leaving: tuple[Leaving, ...] = (queueing, combining, exporting, importing, downloads, documents, *others)
        self._question: QMessageBox | None = None
        self._is_confirmed = False
        self.patience: float | None = None
        self.unfinished: list[QThread] = []

    def may_close(self) -> bool:
        """Whether nothing goes on, or the user said to stop it; else asks, and `confirmed` comes later."""
        work = self._work()
        if self._is_confirmed or not work:
            return True
        if self._question is None:
            self._ask(work)
        return False

    def finish(self) -> None:
        """End all threads, keep what came, and fold the project file."""
        self._tracking.stop()
        threads = [thread for part in self._leaving for thread in part.let_go()]
        self._documents.close()
        self._wait(threads)

    def _work(self) -> list[str]:
        """What goes on, and what becomes of it."""
        work = []
        if self._tracking.is_running:
            label = self._tracking.label
            work.append(tr("{what}: the frames done so far are kept.", what=f"{label[:1].upper()}{label[1:]}"))
        if self._combining.is_running:
            label = self._combining.label
            work.append(tr("{what}: the objects stay as they are.", what=f"{label[:1].upper()}{label[1:]}"))
        if self._exporting.is_running:
            work.append(tr("Exporting: nothing of it is kept, the files from before stay."))
        if self._queueing.is_running:
            work.append(tr("Queue of clips: the clip under way waits again, for the next time."))
        if self._importing.is_running:
            work.append(tr("Importing masks: none of them is kept."))
        for name in self._downloads.running:
            work.append(tr("Fetching {model}: it goes on from here when you get it again.", model=model_title(name)))
        return work

    def _ask(self, work: list[str]) -> None:
        question = QMessageBox(self._window)
        question.setWindowTitle(tr("Stop and close?"))
        question.setText("\n".join(work))
        stop = question.addButton(tr("Stop and close"), QMessageBox.ButtonRole.AcceptRole)
        stay = question.addButton(tr("Stay"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(stay)
        question.setEscapeButton(stay)
        question.finished.connect(self._asked)
        stop.clicked.connect(self._confirm)
        self._question = question
        question.open()

    def _asked(self) -> None:
        if self._question is not None:
            self._question.deleteLater()
        self._question = None

    def _confirm(self) -> None:
        self._is_confirmed = True
        self.confirmed.emit()

    def _wait(self, threads: list[QThread]) -> None:
        start = monotonic()
        for thread in threads:
            if self.patience is None:
                thread.wait()
            else:
                left = self.patience - (monotonic() - start)
                thread.wait(max(0, round(1000 * left)))
        self.unfinished = [thread for thread in threads if not thread.isFinished() and thread.isRunning()]
        for thread in self.unfinished:
            _log.warning("the thread %s didn't end in time", thread.objectName())
