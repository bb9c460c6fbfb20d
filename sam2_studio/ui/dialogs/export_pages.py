"""While an export runs, and what it did."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from sam2_studio.core.durations import clock
from sam2_studio.export.runner import ExportProgress, ExportReport
from sam2_studio.ui import theme
from sam2_studio.ui.language import tr, tr_count
from sam2_studio.ui.words_below import shown

_MOST_NAMES = 200


class ProgressPage(QWidget):
    """How far the export is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        self.bar = QProgressBar()
        self.detail = QLabel()
        theme.mark(self.title, "heading", True)
        theme.mark(self.detail, "quiet", True)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName(tr("Progress"))
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(1)
        for widget in (self.title, self.bar, self.detail):
            column.addWidget(widget)
        column.addStretch(1)

    def start(self, target: Path) -> None:
        self.title.setText(tr("Exporting to {name}", name=target.name))
        self.bar.setRange(0, 0)
        self.detail.setText(tr("Starting"))

    def show_progress(self, progress: ExportProgress) -> None:
        self.bar.setRange(0, max(1, progress.total))
        self.bar.setValue(progress.done)
        self.detail.setText(progress_text(progress))


class ResultPage(QWidget):
    """What was written, whether it was proved right, and a way to it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = Path()
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
        self.show_folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder))))
        theme.mark(self.title, "heading", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(12)
        self.warnings.setWordWrap(True)
        for widget in (self.title, self.verdict, self.warnings, self.files):
            column.addWidget(widget)
        column.addWidget(self.show_folder, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def show_report(self, report: ExportReport) -> None:
        self._folder = report.files[0].parent if report.files else Path()
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
        self.warnings.setVisible(bool(report.warnings))
        names = [str(path) for path in report.files[:_MOST_NAMES]]
        more = len(report.files) - len(names)
        self.files.setPlainText("\n".join([*names, *([tr("and {count} more", count=more)] if more else [])]))


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
