"""The window of the queue of clips: its lines, what is written where, start and pause. It runs nothing itself."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sam2_studio.batch.clip_queue import LineState, QueueLine
from sam2_studio.ui import theme
from sam2_studio.ui.dialogs.queue_list import QueueList
from sam2_studio.ui.dialogs.queue_rows import QueueRow, preset_title, summary
from sam2_studio.ui.language import tr, tr_count

_SIZE, _LEAST = (820, 560), (640, 420)


class QueueDialog(QDialog):
    """The dialog; it stays open beside the window.

    Choices hold for the selected lines, and for all where none is selected.

    Signals:
        start_wanted, pause_wanted: The whole queue.
        release_wanted: Close the project that is open in the window, for the queue.
        order_chosen: Ids of all lines.
        move_wanted: Ids, and up (-1) or down (1).
        retry_wanted, remove_wanted: Ids.
        open_wanted: Id of the line whose project is to be opened in the window.
        folder_wanted: Id of the line whose output is to be shown.
        preset_chosen: Ids, name of a preset.
        folder_chosen: Ids, Path.
    """

    start_wanted = Signal()
    pause_wanted = Signal()
    release_wanted = Signal()
    order_chosen = Signal(object)
    move_wanted = Signal(object, int)
    retry_wanted = Signal(object)
    remove_wanted = Signal(object)
    open_wanted = Signal(str)
    folder_wanted = Signal(str)
    preset_chosen = Signal(object, str)
    folder_chosen = Signal(object, object)

    def __init__(self, presets: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Queue of clips"))
        self._lines: dict[str, QueueLine] = {}
        self._is_on = False
        self._fault = ""
        self.list = QueueList()
        self.said = QLabel()
        self.summary = QLabel()
        self.whose = QLabel()
        self.preset = QComboBox()
        self.folder = QLineEdit()
        self.browse = QPushButton(tr("Browse…"))
        self.open_project = QPushButton(tr("Open project"))
        self.show_folder = QPushButton(tr("Show folder"))
        self.retry = QPushButton(tr("Retry"))
        self.remove = QPushButton(tr("Remove"))
        self.release = QPushButton(tr("Close open project"))
        self.go = QPushButton()
        self.leave = QPushButton(tr("Close"))
        for name in presets:
            self.preset.addItem(preset_title(name), name)
        self._build()
        self._connect()
        self.setMinimumSize(*_LEAST)
        self.resize(*_SIZE)
        self._show_choice()

    def show_queue(
        self, lines: Sequence[QueueLine], rows: Sequence[QueueRow], *, is_on: bool, is_ending: bool, is_held: bool
    ) -> None:
        """Show the queue.

        Args:
            is_on: Whether it is being worked on, or goes on by itself.
            is_ending: Whether it was paused, and the line under way is being put back.
            is_held: Whether a line waits for its project to be closed in the window.
        """
        self._lines, self._is_on = {line.id: line for line in lines}, is_on
        self.list.set_rows(rows)
        self.summary.setText(summary(lines, next((row.id for row in rows if row.part is not None), "")))
        waits = any(line.state is LineState.WAITING for line in lines)
        self.go.setText(tr("Pause") if is_on else tr("Pausing") if is_ending else tr("Track and export all"))
        self.go.setEnabled(is_on or (waits and not is_ending))
        theme.mark(self.go, "primary", not is_on)
        self.release.setVisible(is_held)
        self._show_choice()

    def say(self, sentence: str) -> None:
        """Show what went wrong with the queue as a whole; "" for nothing, then it says so of the selected line."""
        self._fault = sentence
        self._show_fault()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        theme.mark(self.summary, "quiet", True)
        self.said.setWordWrap(True)
        self.summary.setWordWrap(True)
        self.list.setToolTip(tr("Drag lines, or press Alt+Up and Alt+Down, to change the order."))
        column.addWidget(self.summary)
        column.addWidget(self.list, 1)
        column.addWidget(self.said)
        self.said.hide()
        column.addLayout(_row((self.open_project, self.show_folder, self.retry, self.remove), before=False))
        theme.mark(self.whose, "section", True)
        column.addSpacing(8)
        column.addWidget(self.whose)
        column.addLayout(self._choice())
        column.addSpacing(8)
        column.addLayout(_row((self.release, self.leave, self.go), before=True))
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self.release.hide()

    def _choice(self) -> QHBoxLayout:
        self.preset.setAccessibleName(tr("Preset"))
        self.folder.setAccessibleName(tr("Output folder"))
        self.folder.setPlaceholderText(tr("Several folders"))
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, field, stretch in ((tr("Preset"), self.preset, 0), (tr("Output folder"), self.folder, 1)):
            label = QLabel(text)
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field, stretch)
        row.addWidget(self.browse)
        return row

    def _connect(self) -> None:
        lines = self.list
        lines.itemSelectionChanged.connect(self._show_choice)
        lines.order_chosen.connect(self.order_chosen)
        lines.move_wanted.connect(lambda by: self.move_wanted.emit(self._selected(), by))
        lines.remove_wanted.connect(self._remove)
        lines.activated_line.connect(self._activate)
        self.open_project.clicked.connect(lambda: self.open_wanted.emit(self._selected()[0]))
        self.show_folder.clicked.connect(lambda: self.folder_wanted.emit(self._selected()[0]))
        self.retry.clicked.connect(lambda: self.retry_wanted.emit(self._selected()))
        self.remove.clicked.connect(self._remove)
        self.release.clicked.connect(self.release_wanted)
        self.preset.activated.connect(lambda _: self.preset_chosen.emit(self._meant(), self.preset.currentData()))
        self.folder.editingFinished.connect(self._folder_typed)
        self.browse.clicked.connect(self._browse)
        self.go.clicked.connect(self._go)
        self.leave.clicked.connect(self.close)

    def _selected(self) -> tuple[str, ...]:
        return tuple(row.id for row in self.list.chosen)

    def _meant(self) -> tuple[str, ...]:
        """For what choices hold."""
        return self._selected() or self.list.ids

    def _show_choice(self) -> None:
        """Show what the selected lines have in common, and what can be done with them."""
        selected, meant = self._selected(), [self._lines[each] for each in self._meant() if each in self._lines]
        count = len(selected)
        words = (
            tr_count("For {count} selected clip", "For {count} selected clips", count) if count else tr("For all clips")
        )
        self.whose.setText(words.upper())
        presets, folders = {line.preset for line in meant}, {str(line.folder) for line in meant}
        self.preset.setCurrentIndex(self.preset.findData(presets.pop()) if len(presets) == 1 else -1)
        if not self.folder.hasFocus():
            self.folder.setText(folders.pop() if len(folders) == 1 else "")
        for field in (self.preset, self.folder, self.browse):
            field.setEnabled(bool(meant))
        states = {self._lines[each].state for each in selected if each in self._lines}
        self.open_project.setEnabled(count == 1)
        self.show_folder.setEnabled(count == 1 and states == {LineState.DONE})
        self.retry.setEnabled(bool(states - {LineState.WAITING}))
        self.remove.setEnabled(count > 0)
        self._show_fault()

    def _show_fault(self) -> None:
        """A line has no room for long sentences."""
        chosen = [self._lines[each] for each in self._selected() if each in self._lines]
        own = chosen[0].said if len(chosen) == 1 and chosen[0].state is LineState.FAILED else ""
        self.said.setText(self._fault or own)
        theme.mark(self.said, "state", "bad")
        self.said.setVisible(bool(self._fault or own))

    def _remove(self) -> None:
        if self._selected():
            self.remove_wanted.emit(self._selected())

    def _activate(self, line_id: str) -> None:
        """A double click: what is done is shown, all else is opened."""
        is_done = self._lines[line_id].state is LineState.DONE
        (self.folder_wanted if is_done else self.open_wanted).emit(line_id)

    def _folder_typed(self) -> None:
        text = self.folder.text().strip()
        if text:
            self.folder_chosen.emit(self._meant(), Path(text).expanduser())

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Output folder"), self.folder.text())
        if name:
            self.folder_chosen.emit(self._meant(), Path(name))

    def _go(self) -> None:
        self.say("")
        (self.pause_wanted if self._is_on else self.start_wanted).emit()


def _row(buttons: Sequence[QPushButton], *, before: bool) -> QHBoxLayout:
    """Buttons beside each other, with what room there is before or after them."""
    row = QHBoxLayout()
    row.setSpacing(8)
    if before:
        row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    if not before:
        row.addStretch(1)
    return row
