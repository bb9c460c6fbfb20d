"""While exports run, and what they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sam2_studio.core.durations import clock
from sam2_studio.errors import StudioError
from sam2_studio.export.runner import ExportProgress, ExportReport
from sam2_studio.export.spec import ExportSpec
from sam2_studio.ui import theme
from sam2_studio.ui.file_manager import show_file
from sam2_studio.ui.language import later, tr, tr_count
from sam2_studio.ui.words_below import shown

_MOST_NAMES = 200


class JobState(Enum):
    """How far one export of the queue is; the value is what the list says."""

    WAITING = later("waiting")
    RUNNING = later("running")
    DONE = later("done")
    FAULTY = later("done, with faults")
    FAILED = later("failed")
    CANCELLED = later("cancelled")


@dataclass
class ExportJob:
    """One export of the queue."""

    spec: ExportSpec
    state: JobState = JobState.WAITING
    report: ExportReport | None = None
    error: StudioError | None = None

    @property
    def has_ended(self) -> bool:
        return self.state not in (JobState.WAITING, JobState.RUNNING)

    @property
    def line(self) -> str:
        """For a list: name and state."""
        return tr("{name}: {state}", name=self.spec.target.name, state=tr(self.state.value))


class ProgressPage(QWidget):
    """How far the export under way is, and which others wait.

    Signals:
        cancel_one_wanted: ExportSpec of the one that is to be cancelled; the others go on.
    """

    cancel_one_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[ExportJob] = []
        self.title = QLabel()
        self.bar = QProgressBar()
        self.detail = QLabel()
        self.queue = QListWidget()
        self.another = QPushButton(tr("Another export…"))
        self.another.setAutoDefault(False)
        self.cancel_one = QPushButton(tr("Cancel this one"))
        self.cancel_one.setAutoDefault(False)
        self.queue.setAccessibleName(tr("Queue of exports"))
        self.queue.currentRowChanged.connect(lambda _: self._offer())
        self.cancel_one.clicked.connect(self._cancel_chosen)
        theme.mark(self.title, "heading", True)
        theme.mark(self.detail, "quiet", True)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName(tr("Progress"))
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(1)
        for widget in (self.title, self.bar, self.detail, self.queue):
            column.addWidget(widget)
        row = QHBoxLayout()
        for button in (self.another, self.cancel_one):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)

    def start(self, target: Path) -> None:
        self.title.setText(tr("Exporting to {name}", name=target.name))
        self.bar.setRange(0, 0)
        self.detail.setText(tr("Starting"))

    def show_progress(self, progress: ExportProgress) -> None:
        self.bar.setRange(0, max(1, progress.total))
        self.bar.setValue(progress.done)
        self.detail.setText(progress_text(progress))

    def show_jobs(self, jobs: Sequence[ExportJob]) -> None:
        """List the queue, the same one chosen as before; one export alone needs no list."""
        row = self.queue.currentRow()
        self._jobs = list(jobs)
        with QSignalBlocker(self.queue):  # a button that is off for a moment loses the focus
            self.queue.clear()
            self.queue.addItems([job.line for job in self._jobs])
            self.queue.setCurrentRow(row if 0 <= row < len(self._jobs) else 0)
        for widget in (self.queue, self.cancel_one):
            widget.setVisible(len(self._jobs) > 1)
        self._offer()

    def _chosen(self) -> ExportJob | None:
        """That which is chosen and can still be cancelled."""
        row = self.queue.currentRow()
        return self._jobs[row] if 0 <= row < len(self._jobs) and not self._jobs[row].has_ended else None

    def _offer(self) -> None:
        self.cancel_one.setEnabled(self._chosen() is not None)

    def _cancel_chosen(self) -> None:
        if (job := self._chosen()) is not None:
            self.cancel_one_wanted.emit(job.spec)


class ResultPage(QWidget):
    """What was written, whether it was proved right, and a way to it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first = Path()
        self._jobs: list[ExportJob] = []
        self.queue = QListWidget()
        self.queue.setAccessibleName(tr("Queue of exports"))
        self.queue.setFixedWidth(288)
        self.queue.currentRowChanged.connect(self._show_row)
        self.title = QLabel()
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.warnings = QLabel()
        self.files = QPlainTextEdit()
        self.files.setMaximumHeight(200)
        self.files.setReadOnly(True)
        self.files.setAccessibleName(tr("Files written"))
        self.files.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.files.setTabChangesFocus(True)
        self.show_folder = QPushButton(tr("Show folder"))
        self.show_folder.clicked.connect(lambda: show_file(self._first))
        theme.mark(self.title, "heading", True)
        self._build()

    def show_jobs(self, jobs: Sequence[ExportJob]) -> None:
        """Show what became of a queue; several are listed."""
        self._jobs = list(jobs)
        self.queue.clear()
        for job in self._jobs:
            self.queue.addItem(QListWidgetItem(job.line))
        self.queue.setVisible(len(self._jobs) > 1)
        self.queue.setCurrentRow(0)

    def show_report(self, report: ExportReport) -> None:
        """Show what one export did."""
        self._first = report.files[0] if report.files else Path()
        done = tr_count(
            "Exported {count} frame in {time}",
            "Exported {count} frames in {time}",
            report.frames,
            time=clock(report.seconds),
        )
        self.title.setText(done)
        self.verdict.setText(verdict_text(report))
        theme.mark(self.verdict, "state", "good" if report.verified else "doubtful")
        self.warnings.setText("\n".join(report.warnings))
        names = [str(path) for path in report.files[:_MOST_NAMES]]
        more = len(report.files) - len(names)
        self.files.setPlainText("\n".join([*names, *([tr("and {count} more", count=more)] if more else [])]))
        self._show_parts(files=True, warnings=bool(report.warnings))

    def _show_failure(self, job: ExportJob) -> None:
        cancelled = job.state is JobState.CANCELLED
        self.title.setText(job.line)
        self.verdict.setText(tr("Cancelled: nothing was written.") if cancelled else str(job.error))
        theme.mark(self.verdict, "state", "" if cancelled else "bad")
        self._show_parts(files=False, warnings=False)

    def _show_row(self, row: int) -> None:
        if 0 <= row < len(self._jobs):
            job = self._jobs[row]
            self._show_failure(job) if job.report is None else self.show_report(job.report)

    def _show_parts(self, *, files: bool, warnings: bool) -> None:
        self.warnings.setVisible(warnings)
        self.files.setVisible(files)
        self.show_folder.setVisible(files)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(24)
        row.addWidget(self.queue)
        column = QVBoxLayout()
        column.setSpacing(12)
        self.warnings.setWordWrap(True)
        for widget in (self.title, self.verdict, self.warnings, self.files):
            column.addWidget(widget)
        column.addWidget(self.show_folder, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        row.addLayout(column, 1)


def progress_text(progress: ExportProgress) -> str:
    """ "Writing: frame 12 of 247 · 0:13 left"."""
    what = shown(f"{progress.what[:1].upper()}{progress.what[1:]}")
    parts = [tr("{what}: frame {done} of {total}", what=what, done=progress.done, total=progress.total)]
    if progress.seconds_left is not None:
        parts.append(tr("{time} left", time=clock(progress.seconds_left)))
    return " · ".join(parts)


def verdict_text(report: ExportReport) -> str:
    """Whether reading back found what was meant."""
    if report.verified:
        return tr("✓ Verified: first, middle and last frame were read back and match.")
    return "\n".join([tr("⚠ Reading back found something else:"), *report.faults])
