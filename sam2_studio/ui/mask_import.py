"""Reads masks from pictures on a thread of its own; the window only hears what came and how far it is."""

import logging
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QThread, Signal

from sam2_studio.core.geometry import Size
from sam2_studio.errors import Cancelled, MediaError, StudioError
from sam2_studio.media.masks import read_mask
from sam2_studio.ui.language import tr

_log = logging.getLogger(__name__)


class MaskImport(QThread):
    """One import: files by frame.

    Signals:
        mask_read: Frame, Mask.
        completed: All were read.
        failed: StudioError: one of them can't be used.
    """

    mask_read = Signal(int, object)
    completed = Signal()
    failed = Signal(object)

    def __init__(self, files: Mapping[int, Path], size: Size) -> None:
        super().__init__()
        self.setObjectName("mask import")
        self._files, self._size = files, size

    def run(self) -> None:
        try:
            self._read()
        except Cancelled:
            return  # nobody waits for it any more
        except StudioError as error:
            self.failed.emit(error)
        except Exception as error:  # noqa: BLE001 - the top of a thread: the window must live on
            _log.exception("an import met an unexpected error")
            self.failed.emit(MediaError(tr("The import failed: {error}.", error=error), tr("The log has more.")))

    def _read(self) -> None:
        for frame, file in self._files.items():
            if self.isInterruptionRequested():
                return
            self.mask_read.emit(frame, read_mask(file, self._size, self.isInterruptionRequested))
        self.completed.emit()
