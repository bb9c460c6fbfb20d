"""Whether an export can start: what stands against it is found before a pixel is read. Only looks at files."""

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from sam2_studio.core.clip import Clip
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError
from sam2_studio.export.formats import Content, PictureFormat, VideoFormat
from sam2_studio.export.products import planned_files
from sam2_studio.export.spec import ExportSpec, scaled_size
from sam2_studio.export.staging import reported
from sam2_studio.export.targets import source_identities

_LONGEST_NAME = 255  # bytes, of every file system in common use


def check(spec: ExportSpec, clip: Clip, objects: Sequence[CutObject]) -> tuple[Path, ...]:
    """Return the planned files if the export can start.

    Args:
        objects: All of the project.

    Raises:
        ExportError: format, size, depth, folder, name, background or an existing file stands against it.
        PromptError: the range doesn't fit the clip.
    """
    with reported(spec.target):
        _check_length(spec.target)
        files = planned_files(spec, clip, objects)
        spec.depth(clip)
        scaled_size(spec, clip)
        _check_rate(spec)
        _check_compression(spec)
        _check_package(spec)
        _check_background(spec)
        _check_folder(files[0].parent, may_be_made=files[0].parent == spec.target)
        sources = source_identities(clip)
        for path in files:
            _check_length(path)
            _check_file(path, sources, overwrite=spec.overwrite)
    return files


def _check_rate(spec: ExportSpec) -> None:
    if spec.constant_rate and not isinstance(spec.format, VideoFormat):
        raise ExportError(
            f"{spec.format.label} can't be made of a constant rate: it has one picture for each frame of the source.",
            "Leave it out, or choose a preset that writes a video.",
        )


def _check_compression(spec: ExportSpec) -> None:
    written = spec.format
    offered = written.compressions if isinstance(written, PictureFormat) else ()
    if spec.compression and spec.compression not in offered:
        raise ExportError(
            f"{written.label} can't be packed by “{spec.compression}”.",
            f"Use {' or '.join(offered)}." if offered else "Leave the compression out: this format has one only.",
        )


def _check_package(spec: ExportSpec) -> None:
    """Some formats need a package that the program itself doesn't."""
    written = spec.format
    if isinstance(written, PictureFormat) and written.package and find_spec(written.package) is None:
        raise ExportError(
            f"{written.label} files need the package {written.package}, which isn't installed.",
            f"Install it, then start again: {sys.executable} -m pip install {written.package}",
        )


def _check_background(spec: ExportSpec) -> None:
    picture = spec.background.picture
    if spec.rules.content is Content.REPLACE and picture is not None and not picture.is_file():
        raise ExportError(f"The background picture {picture} isn't there.", "Choose another picture or a colour.")


def _check_folder(folder: Path, *, may_be_made: bool) -> None:
    """A folder of pictures is made later; the folder it goes into must be there."""
    existing = folder.parent if may_be_made and not folder.exists() else folder
    if not existing.is_dir():
        raise ExportError(f"There is no folder {existing}.", "Create it, or choose another one.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ExportError(f"The folder {existing} can't be written to.", "Choose another folder.")


def _check_length(path: Path) -> None:
    length = len(os.fsencode(path.name))
    if length > _LONGEST_NAME:
        raise ExportError(
            f"The name {path.name} is {length} bytes long.",
            f"File names can have {_LONGEST_NAME}: choose a shorter one.",
        )


def _check_file(path: Path, sources: frozenset[tuple[int, int]], *, overwrite: bool) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink() and not overwrite:
            raise ExportError(f"{path} exists already, as a link to nowhere.", "Choose another name.") from None
        return
    if (found.st_dev, found.st_ino) in sources:
        raise ExportError(f"{path} is the source itself.", "Choose another name: an export never replaces its source.")
    if path.is_dir():
        raise ExportError(f"{path} is a folder.", "Choose another name.")
    if not overwrite:
        raise ExportError(f"{path} exists already.", "Choose another name, or allow overwriting.")
