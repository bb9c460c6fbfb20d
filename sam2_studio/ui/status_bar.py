"""The bar at the bottom: what computes, how far the long work is, and Stop."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from sam2_studio.core.durations import clock
from sam2_studio.ui import theme
from sam2_studio.ui.language import tr
from sam2_studio.ui.widgets.action_button import ActionButton


class StatusBar(QWidget):
    """The bar."""

    def __init__(self, stop: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status-bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._machine = QLabel()
        self._proxy = QLabel()
        self._progress = QProgressBar()
        self._message = QLabel()
        self._stop = ActionButton(stop, text=tr("Stop"))
        self._build()
        self.show_message("")

    @property
    def machine(self) -> str:
        """What is shown to compute."""
        return self._machine.text()

    def set_machine(self, model: str, device: str, nbytes: int) -> None:
        """Show what computes: "nano · processor · 0.4 GB"."""
        self._machine.setText(machine_text(model, device, nbytes))

    def set_progress(self, label: str, done: int, total: int, rate: float, left: float | None) -> None:
        """Show long work that goes on; see `progress_text`."""
        self._progress.setRange(0, max(1, total))
        self._progress.setValue(done)
        self._progress.setVisible(True)
        self._stop.setVisible(True)
        self._message.setText(progress_text(label, done, total, rate, left))

    def set_proxy(self, text: str) -> None:
        """Show how it stands with the clip's proxy; "" where it has none."""
        self._proxy.setText(text)
        self._proxy.setVisible(bool(text))

    @property
    def proxy(self) -> str:
        """What is shown of the proxy."""
        return self._proxy.text()

    def show_message(self, sentence: str) -> None:
        """Show a sentence; ends the progress."""
        self._progress.setVisible(False)
        self._stop.setVisible(False)
        self._message.setText(sentence)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 2, 16, 2)
        row.setSpacing(16)
        self.setFixedHeight(32)
        theme.mark(self._machine, "quiet", True)
        self._machine.setMinimumWidth(240)
        self._machine.setAccessibleName(tr("Model, device and memory"))
        theme.mark(self._proxy, "quiet", True)
        self._proxy.setAccessibleName(tr("Proxy"))
        self._proxy.setVisible(False)
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(72, 8)
        self._progress.setAccessibleName(tr("Progress"))
        self._message.setAccessibleName(tr("Status"))
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self._machine)
        row.addWidget(self._proxy)
        row.addWidget(self._progress)
        row.addWidget(self._message, 1)
        row.addWidget(self._stop)


def machine_text(model: str, device: str, nbytes: int) -> str:
    """What computes; parts that aren't known are left out."""
    memory = f"{nbytes / 1e9:.1f} GB" if nbytes else ""
    return " · ".join(part for part in (model, device, memory) if part)


def progress_text(label: str, done: int, total: int, rate: float, left: float | None) -> str:
    """How far, how fast, how long yet.

    Args:
        label: What is done: "Tracking man".
        done, total: Frames.
        rate: Frames a second; 0 for unknown.
        left: Seconds; None for unknown.
    """
    parts = [tr("{what}: frame {done} of {total}", what=f"{label[:1].upper()}{label[1:]}", done=done, total=total)]
    if rate > 0:
        parts.append(tr("{amount} a second", amount=f"{rate:.0f}" if rate >= 2 else f"{rate:.1f}"))
    if left is not None and rate > 0:
        parts.append(tr("{time} left", time=clock(left)))
    return " · ".join(parts)
