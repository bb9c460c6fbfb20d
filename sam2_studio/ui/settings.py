"""The user's preferences as the window uses them: read at the start, written at each change."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from sam2_studio.core.preferences import MOST_RECENT, Preferences
from sam2_studio.ui.language import tr

_log = logging.getLogger(__name__)


class Settings(QObject):
    """Preferences and the file that keeps them.

    Attributes:
        now: The values in force.

    Signals:
        changed: Frozen set of the names that have another value.
        noticed: Sentence: the file couldn't be read or written; said once.
    """

    changed = Signal(object)
    noticed = Signal(str)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._fault = ""
        self.now = Preferences.load(path, self._tell_once)

    def change(self, **fields: Any) -> None:
        """Change values and write them; a disk that refuses costs the memory of them, nothing else."""
        before, self.now = self.now, replace(self.now, **fields)
        try:
            self.now.save(self._path)
        except OSError as error:
            _log.warning("the preferences can't be written: %s", error)
            self._tell_once(tr("Preferences can't be kept: {why}. They hold until you close.", why=error.strerror))
        if names := frozenset(name for name in fields if getattr(before, name) != getattr(self.now, name)):
            self.changed.emit(names)

    def remember(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        shown = str(path.absolute())
        rest = [known for known in self.now.recent_files if known != shown]
        self.change(recent_files=(shown, *rest)[:MOST_RECENT])

    def _tell_once(self, sentence: str) -> None:
        """Tell the first fault, in a moment: at the start nobody listens yet."""
        if not self._fault:
            self._fault = sentence
            QTimer.singleShot(0, self, lambda: self.noticed.emit(sentence))
