"""Import of masks: asks for pictures, stores their masks as they come, makes one undo step of all."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, Signal
from PySide6.QtWidgets import QApplication, QFileDialog

from sam2_studio.core import hand_commands
from sam2_studio.core.masks import Mask
from sam2_studio.core.records import painted_record
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.errors import PromptError
from sam2_studio.media.masks import masks_by_frame
from sam2_studio.ui.editing import Editing
from sam2_studio.ui.language import later, tr, tr_count
from sam2_studio.ui.mask_import import MaskImport
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection

_PICTURES = "(*.png *.tif *.tiff *.webp *.bmp *.exr)"


class Importing(QObject):
    """Imports, one at a time.

    Signals:
        told: One sentence for the status bar.
    """

    told = Signal(str)

    def __init__(self, bridge: ProjectBridge, selection: Selection, playhead: Playhead, editing: Editing) -> None:
        super().__init__(bridge)
        self._bridge, self._selection, self._playhead, self._editing = bridge, selection, playhead, editing
        self._thread: MaskImport | None = None
        self._records: dict[int, MaskRecord] = {}
        self._total = 0
        bridge.replaced.connect(self.stop)

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    def choose_masks(self) -> None:
        """Ask for pictures; one is for this frame, several say theirs by the numbers in their names."""
        kinds = f"{tr('Masks')} {_PICTURES};;{tr('All files')} (*)"
        names, _ = QFileDialog.getOpenFileNames(QApplication.activeWindow(), tr("Import masks"), "", kinds)
        if names:
            self.import_masks([Path(name) for name in names])

    def import_masks(self, files: Sequence[Path]) -> None:
        """Read the pictures and give their masks to the selected object, or to a new one."""
        clip = self._bridge.project.clip
        if clip is None or self.is_running:
            return
        try:
            one = len(files) == 1
            wanted = {self._playhead.frame: files[0]} if one else masks_by_frame(files, clip.info)
        except PromptError as error:
            self._bridge.refused.emit(error)
            return
        self._records, self._total = {}, len(wanted)
        self._thread = MaskImport(wanted, clip.info.size)
        queued = Qt.ConnectionType.QueuedConnection
        self._thread.mask_read.connect(self._came, queued)
        self._thread.completed.connect(self._completed, queued)
        self._thread.failed.connect(self._failed, queued)
        self._thread.start()

    def let_go(self) -> list[QThread]:
        """End the import under way, the program closes; the threads that haven't ended yet."""
        thread, self._thread = self._thread, None
        if thread is None:
            return []
        thread.requestInterruption()
        return [thread]

    def stop(self) -> None:
        """End the import under way; the document stays as it was."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.requestInterruption()
            thread.wait()

    def _came(self, frame: int, mask: Mask) -> None:
        if self.sender() is not self._thread:
            return  # it was stopped
        stored = self._bridge.store_masks([mask])
        if not stored:
            self.stop()
            return
        self._records[frame] = painted_record(stored[0], mask)
        self.told.emit(tr("Importing masks: {done} of {total}", done=len(self._records), total=self._total))

    def _completed(self) -> None:
        if self.sender() is not self._thread:
            return
        self.stop()
        made = self._selection.object is None
        if made:
            self._editing.new_object()
        object_id, records = self._selection.object_id, self._records
        label = later("Import mask") if len(records) == 1 else later("Import masks")
        if self._bridge.run(lambda p: hand_commands.paint_masks(p, label, object_id, records)):
            self.told.emit(tr_count("Imported {count} mask", "Imported {count} masks", len(records)))
        elif made:
            self._bridge.undo()

    def _failed(self, error: object) -> None:
        if self.sender() is self._thread:
            self.stop()
            self._bridge.refused.emit(error)
            self.told.emit(tr("No mask was imported"))
