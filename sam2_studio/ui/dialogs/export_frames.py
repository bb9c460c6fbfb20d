"""Which frames are exported and how they are paced: range, step, constant rate. Knows no export."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from sam2_studio.core.clip import Clip
from sam2_studio.core.frames import FrameRange
from sam2_studio.ui.language import tr, tr_count
from sam2_studio.ui.widgets.number_field import NumberField

_LARGEST_STEP = 10000


class FramesField(QWidget):
    """The field.

    Signals:
        changed: Something was chosen.
    """

    changed = Signal()

    def __init__(self, clip: Clip, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clip = clip
        self.whole = QRadioButton(tr("Whole clip, {frames}", frames=_frames(clip.info.frames)))
        self.in_out = QRadioButton(tr("In to out, {frames}", frames=_frames(len(clip.source_range))))
        self.step = NumberField(tr("Every how many frames"), least=1, most=_LARGEST_STEP, step=1, unit="")
        self.step.setToolTip(tr("1 writes every frame, 2 every other one; speed and sound stay."))
        self.constant = QCheckBox(tr("Make the rate constant"))
        self.constant.setToolTip(tr("Repeats frames or leaves some out, so that each is shown for the same time."))
        self._build()

    @property
    def range(self) -> FrameRange:
        return self._clip.available_range if self.whole.isChecked() else self._clip.source_range

    def set_rate_offered(self, offered: bool) -> None:
        """Whether the rate can be made constant; see `constant_rate`."""
        self.constant.setVisible(offered and self._clip.info.variable_rate)

    @property
    def constant_rate(self) -> bool:
        return self.constant.isVisibleTo(self) and self.constant.isChecked()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(6)
        every = QWidget()
        row = QHBoxLayout(every)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(QLabel(tr("One frame in")))
        row.addWidget(self.step)
        row.addStretch(1)
        self.step.setValue(1)
        for widget in (self.whole, self.in_out, every, self.constant):
            column.addWidget(widget)
        group = QButtonGroup(self)
        group.addButton(self.whole)
        group.addButton(self.in_out)
        shortened = self._clip.source_range != self._clip.available_range
        (self.in_out if shortened else self.whole).setChecked(True)
        self.in_out.setVisible(shortened)
        for box in (self.whole, self.constant):
            box.toggled.connect(lambda _: self.changed.emit())
        self.step.valueChanged.connect(lambda _: self.changed.emit())


def _frames(count: int) -> str:
    return tr_count("{count} frame", "{count} frames", count)
