"""Names of the files of projects that the user hasn't named: what they were begun on, and when."""

import itertools
import re
from datetime import datetime
from pathlib import Path

from sam2_studio.core.schema import SUFFIX

_STAMP = "%Y%m%d-%H%M%S"


def unused_name(folder: Path, stem: str) -> Path:
    """A path that nothing has; a clock that was set back may say the same time twice, then they are counted."""
    stamp = datetime.now().strftime(_STAMP)
    names = (f"{stem}-{stamp}{f'-{count}' if count else ''}{SUFFIX}" for count in itertools.count())
    return next(path for name in names if not (path := folder / name).exists())


def begun_on(path: Path) -> tuple[str, datetime] | None:
    """What such a project was begun on, and when; None for a path that isn't of this form."""
    parts = re.fullmatch(r"(.+)-(\d{8}-\d{6})(-\d+)?", path.stem)
    try:
        return (parts[1], datetime.strptime(parts[2], _STAMP)) if parts else None
    except ValueError:
        return None
