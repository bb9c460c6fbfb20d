"""What the parts have to tell the user, in the bar above the canvas; each with its way out where one can be pressed."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, SignalInstance

from sam2_studio.errors import StudioError
from sam2_studio.ui.clicks import Clicks
from sam2_studio.ui.documents import Documents
from sam2_studio.ui.files import Files
from sam2_studio.ui.language import tr
from sam2_studio.ui.message_bar import MessageBar
from sam2_studio.ui.project_bridge import ProjectBridge


class Notices(QObject):
    """Listens to those who meet errors and doubts, and shows them.

    Args:
        noticed: Signals that carry a sentence which the user should know, though no work is lost.
    """

    def __init__(
        self,
        *,
        bridge: ProjectBridge,
        documents: Documents,
        files: Files,
        clicks: Clicks,
        noticed: Sequence[SignalInstance],
        messages: MessageBar,
    ) -> None:
        super().__init__(messages)
        self._bridge, self._files, self._messages = bridge, files, messages
        for failed in (bridge.refused, documents.failed):
            failed.connect(self.show_error)
        for doubtful in (documents.doubtful, *noticed):
            doubtful.connect(self._warn)
        self._of_a_click = ""
        clicks.answered.connect(self._click_answered)
        clicks.in_vain.connect(self._warn_of_click)
        bridge.replaced.connect(messages.clear)
        documents.opened.connect(self._opened)
        documents.read_only.connect(self._show_read_only)

    def show_error(self, error: StudioError) -> None:
        self._messages.show_error(error)

    def show_unexpected(self, sentence: str) -> None:
        """Tell of an error that nobody expected; the program goes on."""
        self._messages.show_message("error", sentence)

    def _warn(self, sentence: str) -> None:
        self._messages.show_message("warning", sentence)

    def _warn_of_click(self, sentence: str) -> None:
        self._of_a_click = sentence
        self._warn(sentence)

    def _click_answered(self) -> None:
        if self._of_a_click and self._messages.text == self._of_a_click:
            self._messages.clear()

    def _opened(self, path: Path) -> None:
        clip = self._bridge.project.clip
        if clip is not None and clip.info.warnings:
            self._warn(" ".join(clip.info.warnings))

    def _show_read_only(self, error: StudioError) -> None:
        self._messages.show_message("warning", str(error), tr("Name it anew…"), self._files.name_project)
