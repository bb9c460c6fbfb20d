"""The Preferences dialog: sections at the left, a search over all of them; what is changed acts at once."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sam2_studio.core.preferences import Preferences
from sam2_studio.ui import theme
from sam2_studio.ui.dialogs.keys_page import KeysPage
from sam2_studio.ui.dialogs.preference_fields import PREFERENCES, SECTIONS, PreferenceRow
from sam2_studio.ui.language import later, tr

_SIZE, _LEAST = (880, 600), (680, 440)
_KEYS = later("Keys")
_MODEL_SECTION = SECTIONS[1]


class PreferencesDialog(QDialog):
    """The dialog.

    Signals:
        changed: Name of a field of `Preferences`, its new value.
        models_wanted: Show the Models dialog.
    """

    changed = Signal(str, object)
    models_wanted = Signal()

    def __init__(self, now: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Preferences"))
        self.search = QLineEdit()
        self.sections = QListWidget()
        self.pages = QStackedWidget()
        self.keys_page = KeysPage()
        self.models_button = QPushButton(tr("Models…"))
        self.close_button = QPushButton(tr("Close"))
        self.nothing = QLabel(tr("Nothing is called that."))
        self.rows = {spec.name: PreferenceRow(spec) for spec in PREFERENCES}
        self._build()
        self._connect()
        self.setMinimumSize(*_LEAST)
        self.resize(*_SIZE)
        self.show_values(now)
        self.sections.setCurrentRow(0)
        self.search.setFocus()

    def show_values(self, now: Preferences) -> None:
        """Show the values in force."""
        for row in self.rows.values():
            row.show_values(now)
        self.keys_page.show_overrides(now.keys)

    def _build(self) -> None:
        self.search.setPlaceholderText(tr("Search: a setting, an action or a key"))
        self.search.setAccessibleName(tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.sections.setObjectName("sections")
        self.sections.setAccessibleName(tr("Sections"))
        self.sections.setFixedWidth(168)
        self.sections.addItems([tr(section) for section in (*SECTIONS, _KEYS)])
        for place in range(self.sections.count()):
            self.sections.item(place).setSizeHint(QSize(0, 32))
        for section in SECTIONS:
            self.pages.addWidget(self._page(section))
        self.pages.addWidget(self.keys_page)
        theme.mark(self.nothing, "quiet", True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.pages.addWidget(self.nothing)
        self.close_button.setAutoDefault(False)
        middle = QHBoxLayout()
        middle.setSpacing(24)
        middle.addWidget(self.sections)
        middle.addWidget(self.pages, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(16)
        column.addWidget(self.search)
        column.addLayout(middle, 1)
        column.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignRight)

    def _page(self, section: str) -> QWidget:
        """The rows of a section, in a page that scrolls where the dialog is small."""
        page = QWidget()
        page.setObjectName("plain")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 4, 12, 0)
        column.setSpacing(0)
        if section == _MODEL_SECTION:
            column.addLayout(self._models_row())
        for row in self.rows.values():
            if row.spec.section == section:
                column.addWidget(row)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields come into sight when they get the focus
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area

    def _models_row(self) -> QHBoxLayout:
        words = QLabel(tr("Model, device and number type are chosen in the Models dialog."))
        words.setWordWrap(True)
        theme.mark(words, "quiet", True)
        self.models_button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 16)
        row.addWidget(words, 1)
        row.addWidget(self.models_button)
        return row

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.sections.currentRowChanged.connect(self._show_section)
        for row in self.rows.values():
            row.changed.connect(self.changed)
        self.keys_page.changed.connect(lambda keys: self.changed.emit("keys", keys))
        self.models_button.clicked.connect(self.models_wanted)
        self.close_button.clicked.connect(self.accept)

    def _show_section(self, place: int) -> None:
        self.pages.setCurrentIndex(place if place >= 0 else self.pages.indexOf(self.nothing))

    def _filter(self, text: str) -> None:
        """Leave the rows that hold every word, and the sections that have such rows."""
        words = text.casefold().split()
        found = dict.fromkeys((*SECTIONS, _KEYS), 0)
        for row in self.rows.values():
            fits = all(word in row.haystack for word in words)
            row.setVisible(fits)
            found[row.spec.section] += fits
        found[_KEYS] = self.keys_page.filter(words)
        for place, count in enumerate(found.values()):
            self.sections.item(place).setHidden(not count)
        left = [place for place, count in enumerate(found.values()) if count]
        if self.sections.currentRow() not in left:
            self.sections.setCurrentRow(left[0] if left else -1)
