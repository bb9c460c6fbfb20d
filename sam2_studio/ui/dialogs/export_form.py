"""What is to be exported: preset, objects, frames, how, and where to. Says what would be written, or why not."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from sam2_studio.core.clip import Clip
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError, StudioError
from sam2_studio.export.checks import check
from sam2_studio.export.formats import Preset, VideoFormat
from sam2_studio.export.saved import SavedPresets, Settings, spec_of
from sam2_studio.export.spec import ExportSpec, notes
from sam2_studio.ui import theme
from sam2_studio.ui.dialogs.export_frames import FramesField
from sam2_studio.ui.dialogs.export_how import HowFields, offer
from sam2_studio.ui.dialogs.export_preview import ExportPreview
from sam2_studio.ui.dialogs.export_target import default_target, follow_preset, in_format
from sam2_studio.ui.dialogs.preset_list import PresetList
from sam2_studio.ui.dialogs.saved_row import SavedRow
from sam2_studio.ui.language import tr
from sam2_studio.ui.words_below import shown

_log = logging.getLogger(__name__)
_CHECK_WAIT = 120  # ms after the last key


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
        *,
        folder: Path | None,
        saved: SavedPresets,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._clip, self._folder, self._things = clip, folder, tuple(objects)
        self._suffixes = frozenset(suffix for preset in presets for suffix in preset.formats)
        self._target_is_ours = True
        self.presets = PresetList(presets)
        self.saved = SavedRow(self.presets, saved)
        self.objects = {each.id: _object_box(each) for each in objects}
        self.separate = QCheckBox(tr("Each object in files of its own"))
        self.frames = FramesField(clip)
        self.how = HowFields(clip.info, self)
        self.kind = QComboBox()
        self.target = QLineEdit()
        self.preview = ExportPreview()
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
        return ExportSpec(
            preset=self.presets.preset.name,
            target=Path(self.target.text().strip()).expanduser(),
            object_ids=ids,
            separate=len(ids) > 1 and self.separate.isChecked(),
            range=self.frames.range,
            step=int(self.frames.step.value()),
            constant_rate=self.frames.constant_rate,
            **self.how.values(),
        )

    def take(self, settings: Settings) -> None:
        """Show saved settings; damaged ones change nothing but are logged."""
        try:
            spec = spec_of(settings, Path(self.target.text()).with_suffix(""))
        except StudioError as error:
            _log.warning("saved export settings are left: %s", error)
            return
        if self.presets.preset.name != spec.preset:
            self.presets.choose(spec.preset)
        if suffix := str(settings.get("suffix", "")):
            target = Path(self.target.text().strip())
            self.target.setText(str(in_format(target, self._clip, self.presets.preset, suffix, self._suffixes)))
        self._show_format()
        self.separate.setChecked(spec.separate)
        self.frames.step.setValue(spec.step)
        self.frames.constant.setChecked(spec.constant_rate)
        self.how.take(spec)
        self.check()

    def check(self) -> None:
        """Say by `checked` whether it could start now; an existing file is no reason against it yet."""
        self._timer.stop()
        try:
            spec = self.spec()
            check(replace(spec, overwrite=True), self._clip, self._things)
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
        left = QVBoxLayout()
        left.setSpacing(8)
        self.presets.setFixedWidth(288)
        left.addWidget(self.presets, 1)
        left.addWidget(self.saved)
        row.addLayout(left)
        right = QVBoxLayout()
        right.addWidget(self._scrolled(), 1)
        self._note.setWordWrap(True)
        theme.mark(self._note, "quiet", True)
        right.addWidget(self._note)
        row.addLayout(right, 3)
        row.addWidget(self.preview, 2)
        self._form.setVerticalSpacing(12)
        self._form.setHorizontalSpacing(16)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        several = [self.separate] if len(self.objects) > 1 else []
        self._form.addRow(tr("Objects"), _stacked(*self.objects.values(), *several))
        self._form.addRow(tr("Frames"), self.frames)
        self.how.add_to(self._form)
        self.kind.setAccessibleName(tr("File"))
        self.kind.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._form.addRow(tr("File"), self.kind)
        where = self._target_row()
        self._form.addRow(tr("Save to"), where)
        self._form.addRow("", self.how.provenance)
        if isinstance(label := self._form.labelForField(where), QLabel):
            label.setBuddy(self.target)
        self._form.setRowVisible(self.frames, self._clip.info.frames > 1)
        bar = self._area.verticalScrollBar().sizeHint().width()
        self._area.setMinimumWidth(self._form.minimumSize().width() + bar)  # it scrolls in one direction only

    def _scrolled(self) -> QScrollArea:
        """The form; many objects are more than a small screen can show."""
        inner = QWidget()
        inner.setLayout(self._form)
        self._form.setContentsMargins(0, 0, 8, 0)
        area = self._area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields come into sight when they get the focus
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area

    def _target_row(self) -> QWidget:
        self.target.setAccessibleName(tr("Save to"))
        self.target.setToolTip(tr("#### stands for a frame's number, {clip} for the source, {object} for the object."))
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
        self.presets.settings_chosen.connect(self.take)
        self.target.textEdited.connect(self._target_typed)
        self.target.textChanged.connect(lambda _: self._show_format())
        for box in (*self.objects.values(), self.separate):
            box.toggled.connect(lambda _: self._timer.start())
        self.frames.changed.connect(self._timer.start)
        self.how.changed.connect(self._timer.start)
        self.saved.spec_wanted.connect(self._hand_over)
        self.kind.activated.connect(lambda _: self._kind_chosen(self.kind.currentData()))

    def _hand_over(self) -> None:
        """Give what is chosen to whoever saves it; what can't be used is said by the check."""
        try:
            self.saved.save(self.spec())
        except ExportError as error:
            self.checked.emit(error)

    def _preset_chosen(self, preset: Preset) -> None:
        if self._target_is_ours:
            target = default_target(self._clip, preset, self._folder)
        else:
            target = follow_preset(Path(self.target.text().strip()), self._clip, preset, self._suffixes)
        self.target.setText(str(target))
        self._show_format()
        self.check()

    def _kind_chosen(self, suffix: str) -> None:
        """Another kind of file of the same preset."""
        target = Path(self.target.text().strip())
        self.target.setText(str(in_format(target, self._clip, self.presets.preset, suffix, self._suffixes)))
        self.check()

    def _target_typed(self) -> None:
        self._target_is_ours = False
        self._timer.start()

    def _show_format(self) -> None:
        """Offer what preset and file ending have together."""
        preset = self.presets.preset
        suffix = Path(self.target.text().strip()).suffix.lower()
        written = preset.formats.get(suffix, preset.formats[preset.suffix])
        self.frames.set_rate_offered(isinstance(written, VideoFormat))
        self.how.show_for(preset, written)
        self.preview.set_grounds_offered(preset.needs_alpha)
        kinds = {each: f"{shown(form.label)} ({each})" for each, form in preset.formats.items()}
        offer(self.kind, kinds, preset.suffix)
        self.kind.setCurrentIndex(max(0, self.kind.findData(suffix if suffix in kinds else preset.suffix)))
        self._form.setRowVisible(self.kind, len(kinds) > 1)

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
