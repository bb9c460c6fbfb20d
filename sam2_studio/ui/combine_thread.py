"""Computes the pixels of merged and subtracted masks on a thread of its own, by a reader of its own."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QThread, Signal

from sam2_studio.core.masks import Mask
from sam2_studio.core.object_commands import Operation, Pair, combined
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import ProjectError, StudioError
from sam2_studio.ui.language import tr

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CombinedMask:
    """What came of a pair.

    Attributes:
        pair: The two stored masks.
        mask: Both combined.
        mask_id: Of the one of the two that it comes to; 0 where it is another mask.
    """

    pair: Pair
    mask: Mask
    mask_id: int


class CombineThread(QThread):
    """One run over pairs of stored masks.

    Signals:
        combined: CombinedMask.
        completed: All were combined.
        failed: StudioError.
    """

    combined = Signal(object)
    completed = Signal()
    failed = Signal(object)

    def __init__(self, path: Path, operation: Operation, pairs: Iterable[Pair]) -> None:
        super().__init__()
        self.setObjectName("combine")
        self._path, self._operation, self._pairs = path, operation, sorted(pairs)

    def run(self) -> None:
        try:
            self._combine()
        except StudioError as error:
            self.failed.emit(error)
        except Exception as error:  # noqa: BLE001 - the top of a thread: the window must live on
            _log.exception("combining objects met an unexpected error")
            self.failed.emit(
                ProjectError(tr("The objects can't be combined: {error}.", error=error), tr("The log has more."))
            )

    def _combine(self) -> None:
        file = ProjectFile.open(self._path, read_only=True)
        try:
            for first, second in self._pairs:
                if self.isInterruptionRequested():
                    return
                mask, other = file.mask(first), file.mask(second)
                result = combined(self._operation, mask, other)
                known = first if result is mask else second if result is other else 0
                self.combined.emit(CombinedMask((first, second), result, known))
        finally:
            file.close()
        self.completed.emit()
