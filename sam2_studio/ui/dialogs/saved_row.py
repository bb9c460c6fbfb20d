"""Below the list of presets: save the settings on show under a name, forget a saved preset. Knows no form."""

import logging

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from sam2_studio.errors import StudioError
from sam2_studio.export.saved import LONGEST_NAME, SavedPresets
from sam2_studio.export.spec import ExportSpec
from sam2_studio.ui.dialogs.preset_list import PresetList
from sam2_studio.ui.language import tr

_log = logging.getLogger(__name__)


class SavedRow(QWidget):
    """The row: a name and a button that saves, another that forgets the chosen saved preset.

    Signals:
        spec_wanted: The user wants to save: call `save` with what is on show.
    """

    spec_wanted = Signal()

    def __init__(self, presets: PresetList, saved: SavedPresets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets, self._saved = presets, saved
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("Preset name"))
        self.name.setAccessibleName(tr("Preset name"))
        self.name.setMaxLength(LONGEST_NAME)
        self.keep = QPushButton(tr("Save preset"))
        self.forget = QPushButton(tr("Forget preset"))
        self._build()
        self._show_all()
        self._show_state()

    def save(self, spec: ExportSpec) -> None:
        """Save under the name typed. Raises ExportError."""
        name = self.name.text().strip()
        self._saved.save(name, spec)
        self._show_all()
        self._presets.choose_saved(name)
        self.name.clear()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.name, 1)
        row.addWidget(self.keep)
        column.addLayout(row)
        column.addWidget(self.forget)
        for button in (self.keep, self.forget):
            button.setAutoDefault(False)
        self.keep.clicked.connect(self.spec_wanted)
        self.forget.clicked.connect(self._forget)
        self.name.textChanged.connect(lambda _: self._show_state())
        self._presets.currentRowChanged.connect(lambda _: self._show_state())

    def _forget(self) -> None:
        try:
            self._saved.remove(self._presets.saved_name)
        except StudioError as error:
            _log.warning("%s", error)
        self._show_all()

    def _show_all(self) -> None:
        try:
            self._presets.show_saved(self._saved.all())
        except StudioError as error:
            _log.warning("%s", error)

    def _show_state(self) -> None:
        self.keep.setEnabled(bool(self.name.text().strip()))
        self.forget.setVisible(bool(self._presets.saved_name))
