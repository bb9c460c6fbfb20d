"""sam2_studio: cut subjects out of pictures and clips. Importing it loads neither Qt nor torch.

What it offers to programs is in `sam2_studio.api`, and loaded when it is first asked for; `__init__.pyi` tells type
checkers. docs/library.md shows how to use it.
"""

from typing import Any

__version__ = "0.1.0"

__all__ = [
    "ClipInfo",
    "ExportProgress",
    "ExportReport",
    "Frame",
    "Project",
    "ProjectObject",
    "StudioError",
    "__version__",
    "create_project",
    "load_model",
    "open_media",
    "open_project",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module("sam2_studio.api"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
