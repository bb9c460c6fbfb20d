"""What is to be exported: preset, objects, range, depth, background, target. Says what would be written, or why not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from sam2_studio.core.clip import Clip
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError, StudioError
from sam2_studio.export.formats import Content, PictureFormat, Preset
from sam2_studio.export.spec import ExportSpec, check, depths_of, notes
from sam2_studio.export.treatment import Background, Hiding
from sam2_studio.ui import theme
from sam2_studio.ui.dialogs.background_field import BackgroundField
from sam2_studio.ui.dialogs.export_target import default_target, follow_preset
from sam2_studio.ui.dialogs.hiding_field import HidingField
from sam2_studio.ui.dialogs.preset_list import PresetList
from sam2_studio.ui.language import later, tr, tr_count
from sam2_studio.ui.words_below import shown

_CHECK_WAIT = 120  # ms after the last key
_COMPRESSIONS = {"zip": later("ZIP, loses nothing"), "dwaa": later("DWAA, much smaller")}


class ExportForm(QWidget):
    """The form.

    Signals:
        checked: ExportSpec, or the StudioError that stands against it.
    """

    checked = Signal(object)

    def __init__(
        self,
        clip: Clip,
        objects: Sequence[CutObject],
        presets: Sequence[Preset],
        folder: Path | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._clip, self._folder = clip, folder
        self._suffixes = frozenset(suffix for preset in presets for suffix in preset.formats)
        self._target_is_ours = True
        self.presets = PresetList(presets)
        self.objects = {each.id: _object_box(each) for each in objects}
        self.whole = QRadioButton(tr("Whole clip, {frames}", frames=_frames(clip.info.frames)))
        self.in_out = QRadioButton(tr("In to out, {frames}", frames=_frames(len(clip.source_range))))
        self.bits = QComboBox()
        self.compression = QComboBox()
        self.background = BackgroundField()
        self.hiding = HidingField(clip.info.size)
        self.premultiplied = QCheckBox(tr("Multiply colour by alpha (premultiplied)"))
        self.target = QLineEdit()
        self.provenance = QCheckBox(tr("Note program and model in the files"))
        self._note = QLabel()
        self._form = QFormLayout()
        self._timer = QTimer(self, singleShot=True, interval=_CHECK_WAIT)
        self._timer.timeout.connect(self.check)
        self._build()
        self._connect()
        self._preset_chosen(self.presets.preset)

    def spec(self) -> ExportSpec:
        """What is asked for, without overwriting.

        Raises:
            ExportError: nothing is chosen, or a value can't be used.
        """
        ids = tuple(object_id for object_id, box in self.objects.items() if box.isChecked())
        if not ids:
            raise ExportError(tr("No object is chosen."), tr("Choose at least one."))
        if not self.target.text().strip():
            raise ExportError(tr("There is no name to write to."), tr("Type one, or browse."))
        preset = self.presets.preset
        return ExportSpec(
            preset=preset.name,
            target=Path(self.target.text().strip()).expanduser(),
            object_ids=ids,
            range=self._clip.available_range if self.whole.isChecked() else self._clip.source_range,
            bit_depth=self.bits.currentData(),
            background=self.background.value() if preset.content is Content.REPLACE else Background(),
            hiding=self.hiding.value() if preset.hides else Hiding(),
            premultiplied=preset.may_premultiply and self.premultiplied.isChecked(),
            compression=self.compression.currentData() or "",
            provenance=self.provenance.isChecked(),
        )

    def check(self) -> None:
        """Say by `checked` whether it could start now; an existing file is no reason against it yet."""
        self._timer.stop()
        try:
            spec = self.spec()
            check(replace(spec, overwrite=True), self._clip)
            self._note.setText(" ".join(shown(note) for note in notes(spec, self._clip)))
        except StudioError as error:
            self._note.clear()
            self.checked.emit(error)
            return
        self.checked.emit(spec)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        self.presets.setFixedWidth(288)
        row.addWidget(self.presets)
        right = QVBoxLayout()
        right.addLayout(self._form, 1)
        self._note.setWordWrap(True)
        theme.mark(self._note, "quiet", True)
        right.addWidget(self._note)
        row.addLayout(right, 1)
        self._form.setVerticalSpacing(12)
        self._form.setHorizontalSpacing(16)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.addRow(tr("Objects"), _stacked(*self.objects.values()))
        self._ranges = _stacked(self.whole, self.in_out)
        self._form.addRow(tr("Frames"), self._ranges)
        self._form.addRow(tr("Depth"), self.bits)
        self._form.addRow(tr("Compression"), self.compression)
        self._form.addRow(tr("Background"), self.background)
        self._form.addRow(tr("Hide"), self.hiding)
        self._form.addRow(tr("Alpha"), self.premultiplied)
        self._form.addRow(tr("Save to"), self._target_row())
        self._form.addRow("", self.provenance)
        for field, focused in ((self.background, self.background.kind), (self.target, self.target)):
            if isinstance(label := self._form.labelForField(field), QLabel):
                label.setBuddy(focused)
        group = QButtonGroup(self)
        group.addButton(self.whole)
        group.addButton(self.in_out)
        shortened = self._clip.source_range != self._clip.available_range
        (self.in_out if shortened else self.whole).setChecked(True)
        self.in_out.setVisible(shortened)
        self._form.setRowVisible(self._ranges, self._clip.info.frames > 1)
        self.bits.setAccessibleName(tr("Bits a channel"))
        self.compression.setAccessibleName(tr("Compression"))

    def _target_row(self) -> QWidget:
        self.target.setAccessibleName(tr("Save to"))
        browse = QPushButton(tr("Browse…"))
        browse.clicked.connect(self._browse)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.target, 1)
        row.addWidget(browse)
        return holder

    def _connect(self) -> None:
        self.presets.preset_chosen.connect(self._preset_chosen)
        self.target.textEdited.connect(self._target_typed)
        self.target.textChanged.connect(lambda _: self._show_format())
        for box in (*self.objects.values(), self.whole, self.provenance, self.premultiplied):
            box.toggled.connect(lambda _: self._timer.start())
        for choice in (self.bits, self.compression):
            choice.currentIndexChanged.connect(lambda _: self._timer.start())
        self.background.changed.connect(self._timer.start)
        self.hiding.changed.connect(self._timer.start)

    def _preset_chosen(self, preset: Preset) -> None:
        if self._target_is_ours:
            target = default_target(self._clip, preset, self._folder)
        else:
            target = follow_preset(Path(self.target.text().strip()), self._clip, preset, self._suffixes)
        self.target.setText(str(target))
        self._form.setRowVisible(self.background, preset.content is Content.REPLACE)
        self._form.setRowVisible(self.hiding, preset.hides)
        self._form.setRowVisible(self.premultiplied, preset.may_premultiply)
        self._show_format()
        self.check()

    def _target_typed(self) -> None:
        self._target_is_ours = False
        self._timer.start()

    def _show_format(self) -> None:
        """Offer what preset and file ending have together."""
        preset = self.presets.preset
        suffix = Path(self.target.text().strip()).suffix.lower()
        written = preset.formats.get(suffix, preset.formats[preset.suffix])
        depths = depths_of(preset, written)
        colored = preset.content is not Content.MATTE
        deep = 16 if colored and self._clip.info.bit_depth > 8 and 16 in depths else depths[0]
        _offer(self.bits, {depth: tr("{depth} bit", depth=depth) for depth in depths}, deep)
        packed = written.compressions if isinstance(written, PictureFormat) else ()
        _offer(self.compression, {name: tr(_COMPRESSIONS[name]) for name in packed}, next(iter(packed), ""))
        for field in (self.bits, self.compression):
            self._form.setRowVisible(field, field.count() > 1)

    def _browse(self) -> None:
        preset, target = self.presets.preset, self.target.text().strip()
        if Path(target).suffix:
            ending = " ".join(f"*{suffix}" for suffix in preset.formats)
            # the question whether to replace is asked by this dialog, once, for all files
            name, _ = QFileDialog.getSaveFileName(
                self, tr("Export to"), target, f"{shown(preset.label)} ({ending})",
                options=QFileDialog.Option.DontConfirmOverwrite,
            )  # fmt: skip
        else:
            name = QFileDialog.getExistingDirectory(self, tr("Folder for the pictures"), str(Path(target).parent))
        if name:
            self.target.setText(name)
            self._target_typed()


def _offer(field: QComboBox, offered: Mapping[object, str], usual: object) -> None:
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


def _object_box(shown: CutObject) -> QCheckBox:
    box = QCheckBox(shown.name)
    box.setChecked(shown.visible)
    return box


def _stacked(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 2, 0, 2)
    column.setSpacing(6)
    for widget in widgets:
        column.addWidget(widget)
    return holder


def _frames(count: int) -> str:
    return tr_count("{count} frame", "{count} frames", count)
