"""Finds what ships beside the code, in a checkout as in an installed wheel; knows nothing of what the files mean."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _shipped(folder: str) -> Path:
    installed = _PACKAGE / "_data" / folder
    return installed if installed.is_dir() else _PACKAGE.parent / folder


def resource(*parts: str) -> Path:
    """Path of a file under `resources/` (icons, style, sample)."""
    return _shipped("resources").joinpath(*parts)


def model_file(*parts: str) -> Path:
    """Path of a file under `models/` (cards and the bundled weights)."""
    return _shipped("models").joinpath(*parts)
