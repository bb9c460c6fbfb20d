"""The user's preferences as the window uses them: read at the start, written at each change."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from sam2_studio.core.preferences import Preferences

_log = logging.getLogger(__name__)

_MOST_RECENT = 12


class Settings:
    """Preferences and the file that keeps them.

    Attributes:
        now: The values in force.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.now = Preferences.load(path)

    def change(self, **fields: Any) -> None:
        """Change values and write them; a disk that refuses costs the memory of them, nothing else."""
        self.now = replace(self.now, **fields)
        try:
            self.now.save(self._path)
        except OSError as error:
            _log.warning("the preferences can't be written: %s", error)

    def remember(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        shown = str(path.absolute())
        rest = [known for known in self.now.recent_files if known != shown]
        self.change(recent_files=(shown, *rest)[:_MOST_RECENT])
