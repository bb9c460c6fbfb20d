"""Where models compute and in which numbers, what that comes to now, and the memory in use. Knows values only."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from sam2_studio.ui import theme
from sam2_studio.ui.language import tr
from sam2_studio.ui.widgets.choice import Choice
from sam2_studio.ui.widgets.elided_label import ElidedLabel
from sam2_studio.ui.widgets.tip import set_tip


class MachineFields(QWidget):
    """The row of fields.

    Signals:
        device_chosen: id.
        dtype_chosen: id.
        free_wanted: Give the memory back.
    """

    device_chosen = Signal(str)
    dtype_chosen = Signal(str)
    free_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.device = Choice(tr("Device"))
        self.dtype = Choice(tr("Number type"))
        self.now, self.memory = ElidedLabel(), QLabel()
        self.free = QPushButton(tr("Free memory"))
        self._build()
        self.device.chosen.connect(self.device_chosen)
        self.dtype.chosen.connect(self.dtype_chosen)
        self.free.clicked.connect(self.free_wanted)

    def set_machine(
        self,
        *,
        devices: Sequence[tuple[str, str]],
        device: str,
        dtypes: Sequence[tuple[str, str]],
        dtype: str,
        now: str,
        memory: str,
    ) -> None:
        """Show where models compute.

        Args:
            devices, dtypes: ids with texts, in the order to offer.
            device, dtype: ids of what is chosen.
            now: What that comes to: "processor, bfloat16".
            memory: What is in use: "0.9 GB in use"; "" for nothing that could be freed.
        """
        self.device.set_choices(devices, device)
        self.dtype.set_choices(dtypes, dtype)
        self.now.setText(tr("now: {machine}", machine=now) if now else "")
        self.memory.setText(memory)
        self.free.setEnabled(bool(memory))

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for name, field in ((tr("Device"), self.device), (tr("Numbers"), self.dtype)):
            label = QLabel(name)
            label.setBuddy(field)
            theme.mark(label, "quiet", True)
            row.addWidget(label)
            row.addWidget(field)
            row.addSpacing(8)
        for label in (self.now, self.memory):
            theme.mark(label, "quiet", True)
        row.addWidget(self.now, 1)
        row.addWidget(self.memory)
        row.addWidget(self.free)
        set_tip(self.device, tr("<b>Device</b><br>Where models compute."))
        set_tip(self.dtype, tr("<b>Numbers</b><br>Shorter ones are faster where the device does them well."))
        set_tip(self.free, tr("<b>Free memory</b><br>Drops what was computed ahead; it is computed anew when needed."))
        self.free.setAutoDefault(False)
        self.free.setEnabled(False)
