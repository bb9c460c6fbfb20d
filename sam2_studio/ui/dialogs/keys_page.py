"""Every action and its keys: press to record, conflicts shown and moved by choice, reset. Writes nothing itself."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sam2_studio.ui.action_menus import native
from sam2_studio.ui.actions import ACTIONS, ActionSpec
from sam2_studio.ui.dialogs.key_recorder import KeyRecorder
from sam2_studio.ui.keys import Keys, Overrides, all_keys, given, owner_of, reset, without_keys
from sam2_studio.ui.language import tr

_NAME, _KEYS, _OWN = 0, 1, 2
_Index = QModelIndex | QPersistentModelIndex


class KeysPage(QWidget):
    """The page.

    Signals:
        changed: The user's own keys, by action.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._overrides: Keys = {}
        self._asked: tuple[str, str, bool] | None = None
        self._ids = list(ACTIONS)
        self.table = QTableWidget(len(self._ids), 3)
        self.record, self.add = KeyRecorder(tr("Change…")), KeyRecorder(tr("Add another…"))
        self.remove, self.back, self.all_back = (
            QPushButton(tr("No key")),
            QPushButton(tr("Reset")),
            QPushButton(tr("Reset all keys")),
        )
        self.sentence = QLabel()
        self.move_here, self.keep = QPushButton(tr("Move it here")), QPushButton(tr("Leave it"))
        self._strip = QStackedWidget()
        self._fill()
        self._build()
        self._connect()
        self.table.selectRow(0)
        self.show_overrides({})

    @property
    def action(self) -> str:
        """The action that is selected; "" for none."""
        row = self.table.currentRow()
        return self._ids[row] if row >= 0 and not self.table.isRowHidden(row) else ""

    def show_overrides(self, overrides: Overrides) -> None:
        """Show the keys in force."""
        self._overrides = dict(overrides)
        keys = all_keys(overrides)
        for row, name in enumerate(self._ids):
            self._item(row, _KEYS).setText(native(keys[name], "    "))
            self._item(row, _OWN).setText(tr("yours") if keys[name] != ACTIONS[name].keys else "")
        self.all_back.setEnabled(bool(overrides))
        self._show_action()

    def filter(self, words: list[str]) -> int:
        """Show the actions that all words are found in; how many."""
        keys = all_keys(self._overrides)
        first = -1
        shown = 0
        for row, name in enumerate(self._ids):
            haystack = (
                f"{tr('Keys')} {_title(ACTIONS[name])} {native(keys[name], ' ')} {ACTIONS[name].shown_tip}".casefold()
            )
            fits = all(word in haystack for word in words)
            self.table.setRowHidden(row, not fits)
            first = row if fits and first < 0 else first
            shown += fits
        if first >= 0 and not self.action:
            self.table.selectRow(first)
        self._show_action()
        return shown

    # Building

    def _fill(self) -> None:
        for row, name in enumerate(self._ids):
            for column in (_NAME, _KEYS, _OWN):
                self.table.setItem(row, column, QTableWidgetItem())
            self._item(row, _NAME).setText(_title(ACTIONS[name]))
            self._item(row, _NAME).setToolTip(ACTIONS[name].shown_tip)

    def _item(self, row: int, column: int) -> QTableWidgetItem:
        item = self.table.item(row, column)
        assert item is not None
        return item

    def _build(self) -> None:
        table = self.table
        table.setAccessibleName(tr("Keys"))
        table.setHorizontalHeaderLabels([tr("Action"), tr("Key"), ""])
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(28)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_KEYS, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_OWN, QHeaderView.ResizeMode.Fixed)
        table.setColumnWidth(_OWN, 56)
        for button in (self.remove, self.back, self.all_back, self.move_here, self.keep):
            button.setAutoDefault(False)
        self.sentence.setWordWrap(True)
        self._strip.addWidget(_row(self.record, self.add, self.remove, self.back, None, self.all_back))
        self._strip.addWidget(_row(self.sentence, self.move_here, self.keep))
        self._strip.setFixedHeight(44)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(table, 1)
        column.addWidget(self._strip)

    def _connect(self) -> None:
        self.table.currentItemChanged.connect(lambda *_: self._end_question())
        self.table.activated.connect(self._row_activated)
        self.record.recorded.connect(lambda key: self._recorded(key, add=False))
        self.add.recorded.connect(lambda key: self._recorded(key, add=True))
        self.remove.clicked.connect(lambda: self._say(without_keys(self._overrides, self.action)))
        self.back.clicked.connect(lambda: self._say(reset(self._overrides, self.action)))
        self.all_back.clicked.connect(lambda: self._say({}))
        self.move_here.clicked.connect(self._move)
        self.keep.clicked.connect(self._end_question)

    # At work

    def _row_activated(self, index: _Index) -> None:
        self.record.start()

    def _recorded(self, key: str, *, add: bool) -> None:
        """Give the key to the selected action, or ask where another one has it."""
        action = self.action
        owner = owner_of(key, self._overrides)
        if not action or (owner == action and add):
            return
        if owner and owner != action:
            self._asked = (action, key, add)
            what, whose = native((key,), ""), _title(ACTIONS[owner])
            self.sentence.setText(tr("{key} is the key of “{action}”.", key=what, action=whose))
            self._strip.setCurrentIndex(1)
            self.move_here.setFocus()
        else:
            self._say(given(self._overrides, action, key, add=add))
            self.table.setFocus()

    def _move(self) -> None:
        if self._asked is not None:
            action, key, add = self._asked
            self._end_question()
            self._say(given(self._overrides, action, key, add=add))

    def _end_question(self) -> None:
        asked, self._asked = self._asked, None
        self._strip.setCurrentIndex(0)
        if asked is not None:
            self.table.setFocus()
        self._show_action()

    def _say(self, overrides: Keys) -> None:
        self.changed.emit(overrides)

    def _show_action(self) -> None:
        action = self.action
        keys = all_keys(self._overrides)
        for button in (self.record, self.add):
            button.setEnabled(bool(action))
        self.remove.setEnabled(bool(action) and bool(keys[action]))
        self.back.setEnabled(bool(action) and keys[action] != ACTIONS[action].keys)


def _title(spec: ActionSpec) -> str:
    """Where the action is in the menus, and its name: `Track › Track forwards`."""
    return " › ".join((*spec.shown_menu, spec.plain_text.removesuffix("…")))


def _row(*widgets: QWidget | None) -> QWidget:
    """Side by side; None is a stretch."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget, 1 if isinstance(widget, QLabel) else 0)
    return holder
