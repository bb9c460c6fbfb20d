"""The library: what `import sam2_studio` offers to scripts, notebooks and pipelines. Stable; docs/library.md shows it.

It does what the window and the command line do, by the same code: projects are the same files. Frames are counted as
the user counts them, from 0 for a video, by their own numbers for a sequence. No Qt, nothing global; torch is loaded
when a model is needed. Every error is a `StudioError`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sam2_studio.api.project import Project
from sam2_studio.api.project_object import ProjectObject
from sam2_studio.batch.projects import check_project_path, new_project
from sam2_studio.core.clip import ClipInfo, Reading
from sam2_studio.core.frames import Frame
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import StudioError
from sam2_studio.export.runner import ExportProgress, ExportReport
from sam2_studio.media.open import open_media
from sam2_studio.media.probe import probe

if TYPE_CHECKING:
    from sam2_studio.engine.models import Model

__all__ = [
    "ClipInfo",
    "ExportProgress",
    "ExportReport",
    "Frame",
    "Project",
    "ProjectObject",
    "StudioError",
    "create_project",
    "load_model",
    "open_media",
    "open_project",
]


def load_model(name: str = "nano", device: str = "auto", dtype: str = "auto") -> "Model":
    """Load a model, to be shared by projects; see `sam2-studio models list` for the names.

    Raises:
        ModelError: there is no such model, or its file is missing or damaged.
    """
    from sam2_studio.engine.models import load_model as load

    return load(name, device, dtype)


def create_project(
    path: str | Path,
    media: str | Path,
    *,
    model: "str | Model" = "nano",
    overwrite: bool = False,
    deinterlace: bool = False,
    premultiplied: bool = False,
) -> Project:
    """Make a project of a clip, a picture or a numbered sequence, and open it.

    Args:
        path: Ends in `.cutout`.
        media: As `open_media` takes it.
        model: Its name, or one that is loaded.
        overwrite: Whether a project that is there may be replaced.
        deinterlace: Whether interlaced frames are made whole ones.
        premultiplied: Whether the footage's colours are multiplied by its alpha.

    Raises:
        ProjectError: there can be no project there.
        MediaError: the media can't be read.
    """
    check_project_path(Path(path), overwrite=overwrite)
    reading = Reading(deinterlace=deinterlace, premultiplied=premultiplied)
    return Project(new_project(Path(path), probe(media), overwrite=overwrite, reading=reading), model)


def open_project(path: str | Path, *, model: "str | Model" = "nano", read_only: bool = False) -> Project:
    """Open a project, of the window's or of one's own.

    Raises:
        ProjectError: it is missing, damaged, newer, or (unless `read_only`) open elsewhere.
    """
    return Project(ProjectFile.open(Path(path), read_only=read_only), model)
