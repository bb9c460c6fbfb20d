"""The list of keys, made from the table of actions; typing searches it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from sam2_studio.ui import theme
from sam2_studio.ui.actions import ACTIONS, ActionSpec

# What the mouse does on the picture: no actions, but people look for it here.
MOUSE = (
    ("Left click", "Add to the object"),
    ("Right click, Alt+left click", "Remove from the object"),
    ("Left drag", "Draw a box"),
    ("Shift held", "Show what a click would give"),
    ("Shift+left click", "Select the object under the pointer"),
    ("Ctrl+left click on a point", "Delete the point"),
    ("Wheel", "Zoom at the pointer"),
    ("Middle drag, Space+drag", "Move the picture"),
)


class ShortcutsDialog(QDialog):
    """The dialog."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.resize(560, 640)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search: a key, or what it does")
        self.search.setAccessibleName("Search")
        self.search.setClearButtonEnabled(True)
        self._nothing = QLabel("Nothing is called that.")
        theme.mark(self._nothing, "quiet", True)
        self._groups: list[tuple[QLabel, list[_Row]]] = []
        self._build()
        self.search.textChanged.connect(self._filter)
        self._filter("")

    def shown(self) -> list[tuple[str, str]]:
        """Text and keys of the rows that the search leaves."""
        return [(row.text, row.keys) for _, rows in self._groups for row in rows if row.isVisibleTo(self)]

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self.search)
        inside = QWidget()
        inside.setObjectName("plain")
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, 12, 0)
        self._rows.setSpacing(0)
        for title, entries in grouped().items():
            self._add_group(title, entries)
        self._rows.addWidget(self._nothing)
        self._rows.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(area, 1)

    def _add_group(self, title: str, entries: list[tuple[str, str]]) -> None:
        heading = QLabel(title.upper())
        theme.mark(heading, "section", True)
        heading.setContentsMargins(0, 16, 0, 6)
        self._rows.addWidget(heading)
        rows = [_Row(text, keys) for text, keys in entries]
        for row in rows:
            self._rows.addWidget(row)
        self._groups.append((heading, rows))

    def _filter(self, wanted: str) -> None:
        words = wanted.casefold().split()
        found = False
        for heading, rows in self._groups:
            for row in rows:
                row.setVisible(all(word in row.haystack for word in words))
            any_row = any(row.isVisibleTo(self) for row in rows)
            heading.setVisible(any_row)
            found = found or any_row
        self._nothing.setVisible(not found)


class _Row(QWidget):
    """What at the left, keys at the right."""

    def __init__(self, text: str, keys: str) -> None:
        super().__init__()
        self.text, self.keys = text, keys
        self.haystack = f"{text} {keys}".casefold()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 0, 3)
        row.addWidget(QLabel(text), 1)
        for key in keys.split("   "):
            cap = QLabel(key)
            theme.mark(cap, "key", True)
            row.addWidget(cap)
        self.setAccessibleName(f"{text}: {keys}")


def grouped() -> dict[str, list[tuple[str, str]]]:
    """Text and keys, by menu; the numbered selections are one row."""
    groups: dict[str, list[tuple[str, str]]] = {"Mouse on the picture": [(what, how) for how, what in MOUSE]}
    for spec in ACTIONS.values():
        if not spec.keys or (spec.id.startswith("object_") and spec.id != "object_1"):
            continue
        text, keys = _row_of(spec)
        title = spec.menu.replace("&", "").split("/")[-1]
        groups.setdefault("Object" if title == "Select" else title, []).append((text, keys))
    return groups


def _row_of(spec: ActionSpec) -> tuple[str, str]:
    if spec.id == "object_1":
        return "Select an object by its number", "1 … 9"
    native = QKeySequence.SequenceFormat.NativeText
    return spec.plain_text.removesuffix("…"), "   ".join(QKeySequence(key).toString(native) for key in spec.keys)
