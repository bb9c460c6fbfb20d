"""How files are written: size, depth, compression, background, hiding, alpha, a note of the maker. Knows no target."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QSizePolicy

from sam2_studio.core.clip import ClipInfo
from sam2_studio.export.formats import PRESETS, Content, Format, PictureFormat, Preset
from sam2_studio.export.scaling import Scale, parse_scale
from sam2_studio.export.spec import ExportSpec, depths_of
from sam2_studio.export.treatment import Background, Hiding
from sam2_studio.ui.dialogs.background_field import BackgroundField
from sam2_studio.ui.dialogs.hiding_field import HidingField
from sam2_studio.ui.language import later, tr

_COMPRESSIONS = {"zip": later("ZIP, loses nothing"), "dwaa": later("DWAA, much smaller")}
_SIZES = ("75%", "50%", "25%", "3840x", "1920x", "1280x")


class HowFields(QObject):
    """The fields; `add_to` puts them into a form, `show_for` shows those that a preset has.

    Signals:
        changed: Something was chosen.
    """

    changed = Signal()

    def __init__(self, info: ClipInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._info = info
        self._form: QFormLayout | None = None
        self._preset = next(iter(PRESETS.values()))
        self.size = QComboBox()
        self.bits = QComboBox()
        self.compression = QComboBox()
        self.background = BackgroundField()
        self.hiding = HidingField(info.size)
        self.premultiplied = QCheckBox(tr("Multiply colour by alpha (premultiplied)"))
        self.square = QCheckBox(tr("Make pixels square"))
        self.provenance = QCheckBox(tr("Note program and model in the files"))
        self.size.setEditable(True)
        self.size.addItems([tr("As the source"), *_SIZES])
        self.size.setToolTip(tr("A share such as 50%, a width 1280x, a height x720, or 1280x720 to fit into."))
        for field, name in ((self.size, tr("Size")), (self.bits, tr("Bits a channel"))):
            field.setAccessibleName(name)
        self.compression.setAccessibleName(tr("Compression"))
        self._connect()

    def add_to(self, form: QFormLayout) -> None:
        """Add a row for each field but the note of the maker."""
        self._form = form
        form.addRow(tr("Size"), self.size)
        form.addRow("", self.square)
        form.setRowVisible(self.square, self._info.pixel_aspect != 1)
        form.addRow(tr("Depth"), self.bits)
        form.addRow(tr("Compression"), self.compression)
        form.addRow(tr("Background"), self.background)
        form.addRow(tr("Hide"), self.hiding)
        form.addRow(tr("Alpha"), self.premultiplied)
        for field, focused in ((self.background, self.background.kind), (self.size, self.size)):
            if isinstance(label := form.labelForField(field), QLabel):
                label.setBuddy(focused)
        for choice in (self.size, self.bits, self.compression):
            choice.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_for(self, preset: Preset, written: Format) -> None:
        """Offer what a preset has in one of its formats; what is chosen stays where it still holds."""
        self._preset = preset
        depths = depths_of(preset, written)
        deep = 16 if self._info.bit_depth > 8 and 16 in depths and preset.content is not Content.MATTE else depths[0]
        offer(self.bits, {depth: tr("{depth} bit", depth=depth) for depth in depths}, deep)
        packed = written.compressions if isinstance(written, PictureFormat) else ()
        offer(self.compression, {name: tr(_COMPRESSIONS[name]) for name in packed}, next(iter(packed), ""))
        if self._form is not None:
            for field in (self.bits, self.compression):
                self._form.setRowVisible(field, field.count() > 1)
            self._form.setRowVisible(self.background, preset.content is Content.REPLACE)
            self._form.setRowVisible(self.hiding, preset.hides)
            self._form.setRowVisible(self.premultiplied, preset.may_premultiply)

    def values(self) -> dict[str, Any]:
        """Fields of an `ExportSpec`. Raises ExportError for one that can't be used."""
        preset = self._preset
        return {
            "scale": self._scale(),
            "square_pixels": self.square.isChecked(),
            "bit_depth": self.bits.currentData(),
            "background": self.background.value() if preset.content is Content.REPLACE else Background(),
            "hiding": self.hiding.value() if preset.hides else Hiding(),
            "premultiplied": preset.may_premultiply and self.premultiplied.isChecked(),
            "compression": self.compression.currentData() or "",
            "provenance": self.provenance.isChecked(),
        }

    def take(self, spec: ExportSpec) -> None:
        """Show the values of an export; call `show_for` first."""
        self.size.setEditText(tr("As the source") if spec.scale == Scale() else str(spec.scale))
        for field, value in ((self.bits, spec.bit_depth), (self.compression, spec.compression)):
            if (place := field.findData(value)) >= 0:
                field.setCurrentIndex(place)
        self.background.take(spec.background)
        self.hiding.take(spec.hiding, self._info.size)
        self.premultiplied.setChecked(spec.premultiplied)
        self.square.setChecked(spec.square_pixels and self._info.pixel_aspect != 1)
        self.provenance.setChecked(spec.provenance)

    def _scale(self) -> Scale:
        text = self.size.currentText().strip()
        return Scale() if text in ("", tr("As the source")) else parse_scale(text)

    def _connect(self) -> None:
        for box in (self.premultiplied, self.provenance, self.square):
            box.toggled.connect(lambda _: self.changed.emit())
        for choice in (self.bits, self.compression):
            choice.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.size.currentTextChanged.connect(lambda _: self.changed.emit())
        self.background.changed.connect(self.changed)
        self.hiding.changed.connect(self.changed)


def offer(field: QComboBox, offered: Mapping[Any, str], usual: object) -> None:
    """Offer these; keep the chosen one where it still holds."""
    if [field.itemData(place) for place in range(field.count())] == list(offered):
        return
    chosen = field.currentData()
    field.blockSignals(True)
    field.clear()
    for value, text in offered.items():
        field.addItem(text, value)
    field.setCurrentIndex(list(offered).index(chosen if chosen in offered else usual) if offered else -1)
    field.blockSignals(False)
