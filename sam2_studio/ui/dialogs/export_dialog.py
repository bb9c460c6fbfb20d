"""The export dialog: choose, start, watch, and see what was written. It runs nothing itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from sam2_studio.core.clip import Clip
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import StudioError
from sam2_studio.export.formats import PRESETS, Preset
from sam2_studio.export.runner import ExportProgress, ExportReport
from sam2_studio.export.saved import SavedPresets
from sam2_studio.export.spec import ExportSpec, describe
from sam2_studio.ui import theme
from sam2_studio.ui.dialogs.export_form import ExportForm
from sam2_studio.ui.dialogs.export_pages import ExportJob, JobState, ProgressPage, ResultPage
from sam2_studio.ui.dialogs.export_questions import questions
from sam2_studio.ui.language import tr
from sam2_studio.ui.words_below import shown

_SIZE = (1160, 680)


class ExportDialog(QDialog):
    """The dialog. Its three pages: the form, the progress, the result.

    Exports asked for while one runs wait in a queue; whoever runs them tells of each in that order.

    Signals:
        export_wanted: ExportSpec, checked; overwriting was allowed by the user if it is.
        cancel_wanted: Stop the export under way and those that wait.
        cancel_one_wanted: ExportSpec: stop that one only.
        preview_wanted: ExportSpec that is on show now; None where it can't be.
    """

    export_wanted = Signal(object)
    cancel_wanted = Signal()
    cancel_one_wanted = Signal(object)
    preview_wanted = Signal(object)

    def __init__(
        self,
        clip: Clip,
        objects: Sequence[CutObject],
        presets: Sequence[Preset] = tuple(PRESETS.values()),
        *,
        folder: Path | None = None,
        saved: SavedPresets,
        stale_masks: Callable[[ExportSpec], int] = lambda spec: 0,
        parent: QWidget | None = None,
    ) -> None:
        """Ask what to export of `clip`.

        Args:
            folder: Where to, unless the user says otherwise; None for beside the footage.
            saved: Presets of the user's own, and the settings of the last export.
            stale_masks: How many masks that an export needs are stale.
        """
        super().__init__(parent)
        self.setWindowTitle(tr("Export"))
        self.resize(*_SIZE)
        self._clip, self._objects, self._stale_masks = clip, tuple(objects), stale_masks
        self._spec: ExportSpec | None = None
        self._jobs: list[ExportJob] = []
        self.form = ExportForm(clip, objects, presets, folder=folder, saved=saved)
        self.progress_page = ProgressPage()
        self.result_page = ResultPage()
        self._pages = QStackedWidget()
        self._sentence = QLabel()
        self.go = QPushButton()
        self.leave = QPushButton(tr("Cancel"))
        self.replace_button = QPushButton(tr("Replace"))
        self.keep_button = QPushButton(tr("Back"))
        self._build()
        self.export_wanted.connect(self._queue)
        self.form.checked.connect(self._show_check)
        self.form.check()

    @property
    def is_running(self) -> bool:
        """Whether an export is under way or waits."""
        return any(not job.has_ended for job in self._jobs)

    def set_progress(self, progress: ExportProgress) -> None:
        """Show how far the export under way is."""
        if self.is_running:
            if self._current().state is JobState.WAITING:
                self._current().state = JobState.RUNNING
                self.progress_page.show_jobs(self._jobs)
            self.progress_page.show_progress(progress)
            if self._on(self.form) and not self._asks():
                self._say(tr("Exporting to {name}", name=self._current().spec.target.name), good=True)

    def show_report(self, report: ExportReport) -> None:
        """Show what was written."""
        if self.is_running:
            self._current().report = report
            self._end(self._current(), JobState.DONE if report.verified else JobState.FAULTY)

    def show_error(self, error: StudioError) -> None:
        """Go back to the form, where the sentence tells what failed; with more in the queue, go on."""
        if self.is_running:
            self._current().error = error
            self._end(self._current(), JobState.FAILED)

    def show_cancelled(self) -> None:
        """The export under way was cancelled; with none left in the queue, go back to the form."""
        if self.is_running:
            self._end(self._current(), JobState.CANCELLED)

    def show_dropped(self, spec: ExportSpec) -> None:
        """One that waited was cancelled; it never starts."""
        for job in self._jobs:
            if job.spec is spec and not job.has_ended:
                self._end(job, JobState.CANCELLED)
                return

    def _end(self, job: ExportJob, state: JobState) -> None:
        """An export has ended; the next one goes on, or all are done."""
        was_current = job is self._current()
        job.state = state
        self.progress_page.show_jobs(self._jobs)
        self._show_buttons()
        if self.is_running:
            if was_current:
                self.progress_page.start(self._current().spec.target)
            return
        done, self._jobs = self._jobs, []
        if any(job.report is not None for job in done) or len(done) > 1:
            self.result_page.show_jobs(done)
            self._turn_to(self.result_page)
            self.leave.setFocus()
            return
        self._turn_to(self.form)
        failed = next((str(job.error) for job in done if job.error is not None), "")
        self._say(failed or tr("Cancelled: nothing was written."), good=not failed)

    def _build(self) -> None:
        for page in (self.form, self.progress_page, self.result_page):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
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
        self.progress_page.another.clicked.connect(lambda: self._turn_to(self.form))
        self.progress_page.cancel_one_wanted.connect(self.cancel_one_wanted)
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
        self.preview_wanted.emit(self._spec)

    def _start(self) -> None:
        self.form.check()
        if self._spec is None:
            return
        question, yes = questions(self._spec, self._clip, self._objects, self._stale_masks(self._spec))
        if question:
            self._say(question, good=True)
            self.replace_button.setText(yes)
            self._show_buttons(asking=True)
            self.keep_button.setFocus()
        else:
            self._run(self._spec)

    def _run(self, spec: ExportSpec) -> None:
        self._say("")
        self.export_wanted.emit(spec)

    def _queue(self, spec: ExportSpec) -> None:
        """Show an export that was asked for, as the last of the queue."""
        if not self.is_running:
            self.progress_page.start(spec.target)
        self._jobs.append(ExportJob(spec))
        self.progress_page.show_jobs(self._jobs)
        self._turn_to(self.progress_page)

    def _replace(self) -> None:
        if self._spec is not None:
            self._run(replace(self._spec, overwrite=True))

    def _end_question(self) -> None:
        if self._asks():
            self._say("")
        self._show_buttons()

    def _asks(self) -> bool:
        return self.replace_button.isVisibleTo(self)

    def _current(self) -> ExportJob:
        """The export under way, or else the next one."""
        return next(job for job in self._jobs if not job.has_ended)

    def _on(self, page: QWidget) -> bool:
        return self._pages.currentWidget() is page

    def _turn_to(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        self._show_buttons()

    def _show_buttons(self, *, asking: bool = False) -> None:
        on_form = self._on(self.form)
        self.go.setVisible(on_form and not asking)
        self.replace_button.setVisible(on_form and asking)
        self.keep_button.setVisible(on_form and asking)
        self.leave.setVisible(not asking)
        self.leave.setText(self._way_out())

    def _way_out(self) -> str:
        """What the button at the left does."""
        if self._on(self.result_page):
            return tr("Close")
        if self._on(self.form):
            return tr("Back") if self.is_running else tr("Cancel")
        return tr("Cancel all") if sum(not job.has_ended for job in self._jobs) > 1 else tr("Cancel")

    def _say(self, sentence: str, *, good: bool = False) -> None:
        self._sentence.setText(sentence)
        theme.mark(self._sentence, "state", "" if good or not sentence else "bad")

    def reject(self) -> None:
        """Escape, Cancel and the window's cross: stop the exports under way, else close."""
        if not self.is_running:
            super().reject()
        elif self._on(self.form):
            self._turn_to(self.progress_page)
        else:
            self.cancel_wanted.emit()
