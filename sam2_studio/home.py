"""Where the program keeps what is its own: settings, models, caches, logs, unnamed projects. Names folders, makes none.

`SAM2_STUDIO_HOME`, where set, replaces them all by folders inside it.
"""

import os
from pathlib import Path

import platformdirs

_NAME = "sam2-studio"
VARIABLE = "SAM2_STUDIO_HOME"


def settings_folder() -> Path:
    """Preferences and the window's state."""
    return _inside("settings") or platformdirs.user_config_path(_NAME)


def models_folder() -> Path:
    """Weight files that were fetched or imported."""
    return _inside("models") or platformdirs.user_data_path(_NAME) / "models"


def cache_folder() -> Path:
    """What can be made again at any time."""
    return _inside("cache") or platformdirs.user_cache_path(_NAME)


def log_folder() -> Path:
    """The program's own log files."""
    return _inside("logs") or platformdirs.user_log_path(_NAME)


def projects_folder() -> Path:
    """Projects that the user hasn't named yet."""
    return _inside("projects") or platformdirs.user_data_path(_NAME) / "projects"


def sessions_folder() -> Path:
    """A small file for each window that runs: what it has open."""
    return settings_folder() / "sessions"


def log_file() -> Path:
    """The newest log; older ones lie beside it with a number."""
    return log_folder() / "sam2-studio.log"


def folders() -> dict[str, Path]:
    """Every folder by what it is for."""
    return {
        "settings": settings_folder(),
        "models": models_folder(),
        "cache": cache_folder(),
        "logs": log_folder(),
        "unnamed projects": projects_folder(),
    }


def _inside(folder: str) -> Path | None:
    home = os.environ.get(VARIABLE)
    return Path(home).expanduser().absolute() / folder if home else None
