"""The History dialog: every edit in its order, the undone ones fainter; a click goes there. Knows values only."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sam2_studio.ui import theme
from sam2_studio.ui.language import later, tr

_SIZE, _LEAST = (320, 480), (240, 240)
_BEGINNING = later("Opened")
_LABEL, _FRAME = 0, 1
_ROW = 28


@dataclass(frozen=True)
class HistoryRow:
    """What an edit is called, and the number of the frame that it changed ("" for none)."""

    label: str
    frame: str


class HistoryDialog(QDialog):
    """The dialog.

    Signals:
        state_wanted: How many edits are to be made.
    """

    state_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("History"))
        self.steps = QTreeWidget()
        self.room = QLabel()
        self._rows: tuple[HistoryRow, ...] | None = None
        self._items: list[QTreeWidgetItem] = []
        self._build()
        self.setMinimumSize(*_LEAST)
        self.resize(*_SIZE)

    def show_steps(self, rows: tuple[HistoryRow, ...], done: int, share: float) -> None:
        """Show the edits.

        Args:
            rows: All, oldest first.
            done: How many of them are not undone.
            share: How much of the room for them is taken, 0 to 1.
        """
        if rows != self._rows:
            self._rows = rows
            self.steps.clear()
            self._items = [QTreeWidgetItem([row.label, row.frame]) for row in (HistoryRow(tr(_BEGINNING), ""), *rows)]
            self.steps.addTopLevelItems(self._items)
        for place, item in enumerate(self._items):
            self._dress(item, undone=place > done, now=place == done)
        self.steps.setCurrentItem(self._items[done])
        self.steps.scrollToItem(self._items[done])
        self.room.setText(
            tr("Kept with the project; the oldest edits go when there is no more room.")
            if share < 0.8
            else tr(
                "{share} of the room for edits is taken; the oldest go when there is no more.", share=f"{share:.0%}"
            )
        )

    def _dress(self, item: QTreeWidgetItem, *, undone: bool, now: bool) -> None:
        """An undone edit is told apart by more than its colour."""
        tokens = theme.tokens()
        item.setSizeHint(_LABEL, QSize(0, _ROW))
        item.setTextAlignment(_FRAME, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        font = self.steps.font()
        font.setItalic(undone)
        for column in (_LABEL, _FRAME):
            item.setFont(column, font)
            item.setForeground(column, QColor(tokens.quiet if undone else tokens.text))
        state = tr(", undone") if undone else tr(", now") if now else ""
        item.setData(_LABEL, Qt.ItemDataRole.AccessibleTextRole, f"{item.text(_LABEL)}{state}")

    def _build(self) -> None:
        steps = self.steps
        steps.setObjectName("history")
        steps.setAccessibleName(tr("Edits"))
        steps.setColumnCount(2)
        steps.setHeaderLabels([tr("Edit"), tr("Frame")])
        steps.setRootIsDecorated(False)
        steps.setUniformRowHeights(True)
        steps.setAllColumnsShowFocus(True)
        steps.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        steps.header().setStretchLastSection(False)
        steps.header().setSectionResizeMode(_LABEL, QHeaderView.ResizeMode.Stretch)
        steps.header().setSectionResizeMode(_FRAME, QHeaderView.ResizeMode.ResizeToContents)
        steps.itemClicked.connect(self._chosen)
        steps.itemActivated.connect(self._chosen)
        self.room.setWordWrap(True)
        theme.mark(self.room, "quiet", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(steps, 1)
        column.addWidget(self.room)

    def _chosen(self, item: QTreeWidgetItem) -> None:
        self.state_wanted.emit(self.steps.indexOfTopLevelItem(item))
