"""The export dialog and the thread behind it: one export after the other, from a snapshot, with readers of its own."""

import logging
import os
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from sam2_studio.batch.command_words import export_command
from sam2_studio.batch.exporting import export_project, stale_masks
from sam2_studio.core.clip import Clip
from sam2_studio.core.commands import doubt_mattes
from sam2_studio.errors import MediaError, StudioError
from sam2_studio.export.formats import find_preset
from sam2_studio.export.runner import ExportReport
from sam2_studio.export.saved import FILE, SavedPresets
from sam2_studio.export.spec import ExportSpec
from sam2_studio.home import settings_folder
from sam2_studio.resources import resource
from sam2_studio.ui.dialogs.export_dialog import ExportDialog
from sam2_studio.ui.dialogs.export_target import default_target
from sam2_studio.ui.export_previews import ExportPreviews
from sam2_studio.ui.export_thread import ExportThread
from sam2_studio.ui.language import tr
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.settings import Settings

_log = logging.getLogger(__name__)


class Exporting(QObject):
    """Shows the dialog and runs what it asks for.

    Signals:
        footage_failed: StudioError: the footage is gone, or isn't what it was.
        told: Something to say in the status bar.
    """

    footage_failed = Signal(object)
    told = Signal(str)

    def __init__(self, bridge: ProjectBridge, playhead: Playhead, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._playhead, self._settings, self._window = bridge, playhead, settings, window
        self._saved = SavedPresets(settings_folder() / FILE)
        self._dialog: ExportDialog | None = None
        self._previews: list[ExportPreviews] = []  # the last one is the dialog's, those before are ending
        self._thread: ExportThread | None = None
        self._running: ExportSpec | None = None
        self._waiting: list[ExportSpec] = []
        self._latest: ExportSpec | None = None

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    def show_export(self) -> None:
        """Open the dialog on the project as it is."""
        clip = self._bridge.project.clip
        if clip is None or self._dialog is not None:
            return
        dialog = self._dialog = ExportDialog(
            clip,
            self._bridge.project.objects,
            folder=usual_folder(clip, self._settings.now.export_folder),
            saved=self._saved,
            stale_masks=partial(stale_masks, self._bridge.project),
            parent=self._window,
        )
        dialog.form.presets.choose(self._settings.now.export_preset)
        self._take_last(dialog, self._settings.now.export_preset)
        previews = ExportPreviews(self._bridge, clip, self._playhead.frame, dialog.form.preview, self)
        self._previews.append(previews)
        previews.ended.connect(self._previews.remove)
        dialog.preview_wanted.connect(previews.ask)
        dialog.export_wanted.connect(self._start)
        dialog.cancel_wanted.connect(self._cancel)
        dialog.cancel_one_wanted.connect(self._cancel_one)
        dialog.finished.connect(self._closed)
        dialog.open()
        dialog.form.check()

    def copy_command(self) -> None:
        """Put the command for the last export into the clipboard, or for what the dialog would begin with."""
        project, clip = self._bridge.project, self._bridge.project.clip
        if clip is None:
            return
        preset = self._settings.now.export_preset
        begun = ExportSpec(
            preset=preset,
            target=default_target(clip, find_preset(preset), usual_folder(clip, self._settings.now.export_folder)),
        )
        command = export_command(self._bridge.file.path, project, self._latest or begun)
        QGuiApplication.clipboard().setText(command)
        self.told.emit(tr("The command line is in the clipboard."))

    def let_go(self) -> list[QThread]:
        """Cancel exports under way; the threads that haven't ended yet: one that has, has removed its files."""
        self._waiting.clear()
        threads = [thread for previews in self._previews for thread in previews.let_go()]
        if self._thread is not None:
            self._thread.cancel()
            threads.append(self._thread)
        return threads

    def _take_last(self, dialog: ExportDialog, preset: str) -> None:
        """Begin with the settings of the last export, if it was of that preset; a damaged file costs them only."""
        try:
            last = self._saved.last()
        except StudioError as error:
            _log.warning("%s", error)
            return
        if last is not None and last.get("preset") == preset:
            dialog.form.take(last)

    def _start(self, spec: ExportSpec) -> None:
        """Run an export, or let it wait for the one under way."""
        self._latest = spec
        self._settings.change(export_preset=spec.preset)
        try:
            self._saved.remember(spec)
        except StudioError as error:
            _log.warning("%s", error)
        self._waiting.append(spec)
        if self._thread is None:
            self._run_next()

    def _run_next(self) -> None:
        path, spec = self._bridge.file.path, self._waiting.pop(0)
        self._running = spec
        self._thread = ExportThread(partial(export_project, path, spec))
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
        """Stop the export under way; those that wait never start."""
        for spec in reversed(self._waiting):
            self._cancel_one(spec)
        if self._thread is not None:
            self._thread.cancel()

    def _cancel_one(self, spec: ExportSpec) -> None:
        """Stop one that is under way or waits; the others go on."""
        waiting = [each for each in self._waiting if each is not spec]
        if len(waiting) < len(self._waiting):
            self._waiting = waiting
            if self._dialog is not None:
                self._dialog.show_dropped(spec)
        elif spec is self._running and self._thread is not None:
            self._thread.cancel()

    def _thread_ended(self) -> None:
        if self._thread is not None:
            self._thread.deleteLater()
        self._thread = self._running = None
        if self._waiting:
            self._run_next()

    def _closed(self) -> None:
        for previews in self._previews:
            previews.end()
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None


def usual_folder(clip: Clip, preferred: str) -> Path | None:
    """Where exports go unless told otherwise; None for beside the footage, unless nothing of the user's can be there.

    Args:
        preferred: The folder of the preferences, or "".
    """
    if preferred:
        return Path(preferred)
    beside = Path(clip.info.path).parent
    is_ours = beside == resource("sample")
    return Path.home() if is_ours or not os.access(beside, os.W_OK) else None
