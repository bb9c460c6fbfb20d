"""Tells what computes: model, device, memory, downloads and what the engine has to say. Owns none of it."""

from PySide6.QtCore import QObject, QTimer

from sam2_studio.engine.device import process_bytes
from sam2_studio.ui.downloads import Downloads
from sam2_studio.ui.engine_thread import EngineThread
from sam2_studio.ui.language import tr
from sam2_studio.ui.message_bar import MessageBar
from sam2_studio.ui.model_choice import ModelChoice
from sam2_studio.ui.model_names import download_text, machine_words, model_title
from sam2_studio.ui.status_bar import StatusBar
from sam2_studio.ui.tracking import Tracking

_MEMORY_EVERY = 2000  # ms


class MachineStatus(QObject):
    """Keeps the status bar and the message bar told."""

    def __init__(
        self,
        *,
        engine: EngineThread,
        choice: ModelChoice,
        downloads: Downloads,
        tracking: Tracking,
        status: StatusBar,
        messages: MessageBar,
    ) -> None:
        super().__init__(status)
        self._choice, self._downloads, self._tracking = choice, downloads, tracking
        self._status, self._messages = status, messages
        engine.noticed.connect(self._show_notice)
        engine.memory_freed.connect(self._show_freed)
        choice.changed.connect(self._show_machine)
        choice.failed.connect(messages.show_error)
        choice.said.connect(messages.show_message)
        downloads.changed.connect(self._show_download)
        downloads.fetched.connect(self._show_fetched)
        self._memory = QTimer(self, interval=_MEMORY_EVERY)
        self._memory.timeout.connect(self._show_machine)
        self._memory.start()
        self._show_machine()

    def stop(self) -> None:
        """The window closes: nothing is measured any more."""
        self._memory.stop()

    def _show_machine(self) -> None:
        self._status.set_machine(*machine_words(self._choice.loaded, self._choice.awaited), process_bytes())

    def _show_notice(self, sentence: str) -> None:
        self._messages.show_message("warning", sentence)

    def _show_freed(self, nbytes: int) -> None:
        self._status.show_message(tr("{amount} MB freed", amount=f"{nbytes / 1e6:.0f}"))
        self._show_machine()

    def _show_download(self, name: str) -> None:
        if not self._tracking.is_running:
            self._status.show_message(download_text(model_title(name), self._downloads.progress(name)))

    def _show_fetched(self, name: str) -> None:
        title = model_title(name)
        here, use = tr("{model} is here.", model=title), tr("Use {model}", model=title)
        self._messages.show_message("info", here, use, lambda: self._choice.use(name))
