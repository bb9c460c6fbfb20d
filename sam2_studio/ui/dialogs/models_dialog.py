"""The Models dialog: which models there are, and every wish concerning them. It fetches, loads and measures nothing."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sam2_studio.ui import theme
from sam2_studio.ui.dialogs.machine_fields import MachineFields
from sam2_studio.ui.dialogs.model_list import ModelList
from sam2_studio.ui.dialogs.model_rows import ModelRow, Step
from sam2_studio.ui.dialogs.model_texts import ADVICE
from sam2_studio.ui.language import tr
from sam2_studio.ui.message_bar import MessageBar
from sam2_studio.ui.widgets.tip import set_tip

_SIZE, _LEAST = (920, 720), (760, 480)


class ModelsDialog(QDialog):
    """The dialog.

    Signals:
        use_wanted, get_wanted, pause_wanted, resume_wanted, cancel_wanted, verify_wanted: Name of the model.
        remove_wanted: Name of the model; the user confirmed it.
        import_wanted: A file of the user's own.
        measure_wanted: Time the models that are here.
        device_chosen, dtype_chosen: id, as given to `machine`.
        free_wanted: Give memory back.

    Attributes:
        machine: The fields that say where models compute.
    """

    use_wanted = Signal(str)
    get_wanted = Signal(str)
    pause_wanted = Signal(str)
    resume_wanted = Signal(str)
    cancel_wanted = Signal(str)
    remove_wanted = Signal(str)
    verify_wanted = Signal(str)
    import_wanted = Signal()
    measure_wanted = Signal()
    device_chosen = Signal(str)
    dtype_chosen = Signal(str)
    free_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Models"))
        self.message = MessageBar()
        self.list = ModelList()
        self.machine = MachineFields()
        self.import_button = QPushButton(tr("Import a file…"))
        self.measure_button = QPushButton(tr("Measure speed"))
        self.close_button = QPushButton(tr("Close"))
        self._signals = {
            Step.GET: self.get_wanted,
            Step.GET_AGAIN: self.get_wanted,
            Step.PAUSE: self.pause_wanted,
            Step.RESUME: self.resume_wanted,
            Step.CANCEL: self.cancel_wanted,
            Step.USE: self.use_wanted,
            Step.VERIFY: self.verify_wanted,
            Step.REMOVE: self.remove_wanted,
        }
        self._build()
        self._connect()
        self.setMinimumSize(*_LEAST)
        self.resize(*_SIZE)

    def set_rows(self, rows: Sequence[ModelRow]) -> None:
        """Show these models, the whole list; may be called as often as a download tells its progress."""
        self.list.set_rows(rows)

    def show_message(self, text: str, kind: str = "info") -> None:
        """Show a sentence that concerns no single model; "" takes it away.

        Args:
            text: The sentence.
            kind: "info", "warning" or "error".
        """
        if text:
            self.message.show_message(kind, text)
        else:
            self.message.clear()

    def _step(self, name: str, step: str) -> None:
        self._signals[Step(step)].emit(name)

    def _connect(self) -> None:
        self.list.step_wanted.connect(self._step)
        self.machine.device_chosen.connect(self.device_chosen)
        self.machine.dtype_chosen.connect(self.dtype_chosen)
        self.machine.free_wanted.connect(self.free_wanted)
        self.import_button.clicked.connect(self.import_wanted)
        self.measure_button.clicked.connect(self.measure_wanted)
        self.close_button.clicked.connect(self.accept)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self.message)
        column.addLayout(_advice())
        column.addWidget(self.list, 1)
        column.addWidget(self.machine)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.import_button, self.measure_button, self.close_button):
            if button is self.close_button:
                row.addStretch(1)
            row.addWidget(button)
        column.addLayout(row)
        fields = (self.machine.device, self.machine.dtype, self.machine.free)
        self.list.lead_on((*fields, self.import_button, self.measure_button, self.close_button))
        for button in (self.import_button, self.measure_button, self.close_button, self.message.way_out):
            button.setAutoDefault(False)
        set_tip(self.import_button, tr("<b>Import a file</b><br>A checkpoint that lies on this computer already."))
        set_tip(
            self.measure_button,
            tr("<b>Measure speed</b><br>Times a picture, a click and a tracked frame with the model in use."),
        )


def _advice() -> QGridLayout:
    """Which model for what, a line each."""
    grid = QGridLayout()
    grid.setContentsMargins(12, 0, 12, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for line, (what, which) in enumerate(ADVICE):
        label, answer = QLabel(tr(what)), QLabel(tr(which))
        theme.mark(label, "quiet", True)
        answer.setWordWrap(True)
        grid.addWidget(label, line, 0)
        grid.addWidget(answer, line, 1)
    return grid
