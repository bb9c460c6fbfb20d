"""The list of keys, made from the table of actions; typing searches it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from sam2_studio.ui import theme
from sam2_studio.ui.action_menus import native
from sam2_studio.ui.actions import ACTIONS
from sam2_studio.ui.keys import Keys
from sam2_studio.ui.language import later, tr

# What the mouse does on the picture: no actions, but people look for it here.
MOUSE = (
    (later("Left click"), later("Add to the object")),
    (later("Right click, Alt+left click"), later("Remove from the object")),
    (later("Left drag"), later("Draw a box")),
    (later("Shift held"), later("Show what a click would give")),
    (later("Shift+left click"), later("Select the object under the pointer")),
    (later("Ctrl+left click on a point"), later("Delete the point")),
    (later("Wheel"), later("Zoom at the pointer")),
    (later("Middle drag, Space+drag"), later("Move the picture")),
)

_NUMBERED = tuple(f"object_{number}" for number in range(1, 10))


class ShortcutsDialog(QDialog):
    """The dialog."""

    def __init__(self, keys: Keys, parent: QWidget | None = None) -> None:
        """List `keys`, by action."""
        super().__init__(parent)
        self._keys = keys
        self.setWindowTitle(tr("Keys"))
        self.resize(560, 640)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search: a key, or what it does"))
        self.search.setAccessibleName(tr("Search"))
        self.search.setClearButtonEnabled(True)
        self._nothing = QLabel(tr("Nothing is called that."))
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
        for title, entries in grouped(self._keys).items():
            self._add_group(title, entries)
        self._rows.addWidget(self._nothing)
        self._rows.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setAccessibleName(tr("Keys"))
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


def grouped(keys: Keys) -> dict[str, list[tuple[str, str]]]:
    """Text and keys, by menu; the numbered selections are one row where they have their numbers."""
    groups: dict[str, list[tuple[str, str]]] = {
        tr("Mouse on the picture"): [(tr(what), tr(how)) for how, what in MOUSE]
    }
    numbered = all(keys[name] == ACTIONS[name].keys for name in _NUMBERED)
    for spec in ACTIONS.values():
        if not keys[spec.id] or (numbered and spec.id in _NUMBERED[1:]):
            continue
        levels = spec.shown_menu
        rows = groups.setdefault(levels[0] if spec.id in _NUMBERED else levels[-1], [])
        if numbered and spec.id == _NUMBERED[0]:
            rows.append((tr("Select an object by its number"), "1 … 9"))
        else:
            rows.append((spec.plain_text.removesuffix("…"), native(keys[spec.id], "   ")))
    return groups
