"""The export dialog: choose, start, watch, and see what was written. It runs nothing itself."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from sam2_studio.core.clip import Clip
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import StudioError
from sam2_studio.export.formats import PRESETS, Preset
from sam2_studio.export.products import planned_files
from sam2_studio.export.runner import ExportProgress, ExportReport
from sam2_studio.export.saved import SavedPresets
from sam2_studio.export.spec import ExportSpec, describe
from sam2_studio.ui import theme
from sam2_studio.ui.dialogs.export_form import ExportForm
from sam2_studio.ui.dialogs.export_pages import ProgressPage, ResultPage
from sam2_studio.ui.language import tr, tr_count
from sam2_studio.ui.words_below import shown

_SIZE = (880, 620)


class ExportDialog(QDialog):
    """The dialog. Its three pages: the form, the progress, the result.

    Signals:
        export_wanted: ExportSpec, checked; overwriting was allowed by the user if it is.
        cancel_wanted: Stop the export under way.
    """

    export_wanted = Signal(object)
    cancel_wanted = Signal()

    def __init__(
        self,
        clip: Clip,
        objects: Sequence[CutObject],
        presets: Sequence[Preset] = tuple(PRESETS.values()),
        *,
        folder: Path | None = None,
        saved: SavedPresets,
        parent: QWidget | None = None,
    ) -> None:
        """Ask what to export of `clip`.

        Args:
            folder: Where to, unless the user says otherwise; None for beside the footage.
            saved: Presets of the user's own, and the settings of the last export.
        """
        super().__init__(parent)
        self.setWindowTitle(tr("Export"))
        self.resize(*_SIZE)
        self._clip, self._objects = clip, tuple(objects)
        self._spec: ExportSpec | None = None
        self.form = ExportForm(clip, objects, presets, folder=folder, saved=saved)
        self.progress_page = ProgressPage()
        self.result_page = ResultPage()
        self._pages = QStackedWidget()
        self._sentence = QLabel()
        self.go = QPushButton()
        self.leave = QPushButton(tr("Cancel"))
        self.replace_button = QPushButton(tr("Replace"))
        self.keep_button = QPushButton(tr("Keep"))
        self._build()
        self.form.checked.connect(self._show_check)
        self.form.check()

    @property
    def is_running(self) -> bool:
        """Whether an export is under way."""
        return self._pages.currentWidget() is self.progress_page

    def set_progress(self, progress: ExportProgress) -> None:
        """Show how far the export is."""
        if self.is_running:
            self.progress_page.show_progress(progress)

    def show_report(self, report: ExportReport) -> None:
        """Show what was written."""
        self.result_page.show_report(report)
        self._pages.setCurrentWidget(self.result_page)
        self._show_buttons()
        self.leave.setFocus()

    def show_error(self, error: StudioError) -> None:
        """Go back to the form, where the sentence tells what failed."""
        self._pages.setCurrentWidget(self.form)
        self._show_buttons()
        self._say(str(error))

    def show_cancelled(self) -> None:
        """Go back to the form."""
        self._pages.setCurrentWidget(self.form)
        self._show_buttons()
        self._say(tr("Cancelled: nothing was written."), good=True)

    def _build(self) -> None:
        for page in (self.form, self.progress_page, self.result_page):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(16)
        column.addWidget(self._pages, 1)
        self._sentence.setWordWrap(True)
        self._sentence.setMinimumHeight(36)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        column.addWidget(self._sentence)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for button in (self.leave, self.keep_button, self.replace_button, self.go):
            button.setAutoDefault(False)
            row.addWidget(button)
        column.addLayout(row)
        self.go.setDefault(True)
        theme.mark(self.go, "primary", True)
        theme.mark(self.replace_button, "danger", True)
        self.go.clicked.connect(self._start)
        self.leave.clicked.connect(self.reject)
        self.replace_button.clicked.connect(self._replace)
        self.keep_button.clicked.connect(self._end_question)
        self._show_buttons()

    def _show_check(self, outcome: ExportSpec | StudioError) -> None:
        self._end_question()
        if isinstance(outcome, StudioError):
            self._spec = None
            self._say(str(outcome))
            self.go.setText(tr("Export"))
        else:
            self._spec = outcome
            self._say("")
            self.go.setText(shown(describe(outcome, self._clip)))
        self.go.setEnabled(self._spec is not None)

    def _start(self) -> None:
        self.form.check()
        if self._spec is None:
            return
        existing = [path for path in planned_files(self._spec, self._clip, self._objects) if path.exists()]
        if existing:
            self._ask(existing)
        else:
            self._run(self._spec)

    def _run(self, spec: ExportSpec) -> None:
        self._say("")
        self.progress_page.start(spec.target)
        self._pages.setCurrentWidget(self.progress_page)
        self._show_buttons()
        self.export_wanted.emit(spec)

    def _ask(self, existing: list[Path]) -> None:
        """Replace what is there? An answer is owed before anything is written."""
        name, folder, more = existing[0].name, existing[0].parent, len(existing) - 1
        alone = tr("“{name}” exists already in {folder}. Replace?", name=name, folder=folder)
        many = tr_count(
            "“{name}” and {count} more exist already in {folder}. Replace?",
            "“{name}” and {count} more exist already in {folder}. Replace?",
            more,
            name=name,
            folder=folder,
        )
        self._say(many if more else alone, good=True)
        self._show_buttons(asking=True)
        self.keep_button.setFocus()

    def _replace(self) -> None:
        if self._spec is not None:
            self._run(replace(self._spec, overwrite=True))

    def _end_question(self) -> None:
        if self.replace_button.isVisibleTo(self):
            self._say("")
        self._show_buttons()

    def _show_buttons(self, *, asking: bool = False) -> None:
        on_form = self._pages.currentWidget() is self.form
        self.go.setVisible(on_form and not asking)
        self.replace_button.setVisible(on_form and asking)
        self.keep_button.setVisible(on_form and asking)
        self.leave.setVisible(not asking)
        self.leave.setText(tr("Close") if self._pages.currentWidget() is self.result_page else tr("Cancel"))

    def _say(self, sentence: str, *, good: bool = False) -> None:
        self._sentence.setText(sentence)
        theme.mark(self._sentence, "state", "" if good or not sentence else "bad")

    def reject(self) -> None:
        """Escape, Cancel and the window's cross: stop an export under way, else close."""
        if self.is_running:
            self.cancel_wanted.emit()
        else:
            super().reject()
