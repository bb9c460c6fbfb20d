"""The export dialog and the thread behind it: one export at a time, from a snapshot, with readers of its own."""

import os
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtWidgets import QWidget

from sam2_studio.batch.exporting import export_project
from sam2_studio.core.clip import Clip
from sam2_studio.core.commands import doubt_mattes
from sam2_studio.errors import MediaError, StudioError
from sam2_studio.export.runner import ExportReport
from sam2_studio.export.saved import FILE, SavedPresets
from sam2_studio.export.spec import ExportSpec
from sam2_studio.home import settings_folder
from sam2_studio.resources import resource
from sam2_studio.ui.dialogs.export_dialog import ExportDialog
from sam2_studio.ui.export_thread import ExportThread
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.settings import Settings


class Exporting(QObject):
    """Shows the dialog and runs what it asks for.

    Signals:
        footage_failed: StudioError: the footage is gone, or isn't what it was.
    """

    footage_failed = Signal(object)

    def __init__(self, bridge: ProjectBridge, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._settings, self._window = bridge, settings, window
        self._dialog: ExportDialog | None = None
        self._thread: ExportThread | None = None

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    def show_export(self) -> None:
        """Open the dialog on the project as it is."""
        clip = self._bridge.project.clip
        if clip is None or self._dialog is not None:
            return
        saved, folder = SavedPresets(settings_folder() / FILE), self._folder(clip)
        self._dialog = ExportDialog(clip, self._bridge.project.objects, folder=folder, saved=saved, parent=self._window)
        self._dialog.form.presets.choose(self._settings.now.export_preset)
        self._dialog.export_wanted.connect(self._start)
        self._dialog.cancel_wanted.connect(self._cancel)
        self._dialog.finished.connect(self._closed)
        self._dialog.open()

    def let_go(self) -> list[QThread]:
        """Cancel an export under way; the threads that haven't ended yet: one that has, has removed its files."""
        if self._thread is None:
            return []
        self._thread.cancel()
        return [self._thread]

    def _folder(self, clip: Clip) -> Path | None:
        """Where the dialog begins; None for beside the footage, unless nothing of the user's can be there."""
        if self._settings.now.export_folder:
            return Path(self._settings.now.export_folder)
        beside = Path(clip.info.path).parent
        is_ours = beside == resource("sample")
        return Path.home() if is_ours or not os.access(beside, os.W_OK) else None

    def _start(self, spec: ExportSpec) -> None:
        path = self._bridge.file.path
        self._settings.change(export_preset=spec.preset)
        self._thread = ExportThread(lambda: export_project(path, spec))
        dialog = self._dialog
        if dialog is not None:
            self._thread.progressed.connect(dialog.set_progress)
            self._thread.reported.connect(dialog.show_report)
            self._thread.failed.connect(dialog.show_error)
            self._thread.cancelled.connect(dialog.show_cancelled)
        self._thread.failed.connect(self._failed)
        self._thread.reported.connect(self._reported)
        self._thread.finished.connect(self._thread_ended)
        self._thread.start()

    def _reported(self, report: ExportReport) -> None:
        if report.unmatted:
            self._bridge.run(lambda project: doubt_mattes(project, report.unmatted))

    def _failed(self, error: StudioError) -> None:
        if isinstance(error, MediaError):
            self.footage_failed.emit(error)

    def _cancel(self) -> None:
        if self._thread is not None:
            self._thread.cancel()

    def _thread_ended(self) -> None:
        if self._thread is not None:
            self._thread.deleteLater()
        self._thread = None

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None
