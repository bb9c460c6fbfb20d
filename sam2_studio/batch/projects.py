"""Makes projects from footage and checked prompts, without a window. Loads no torch."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sam2_studio.batch.prompts import Subject
from sam2_studio.core.clip import AS_STORED, Clip, ClipInfo, Reading
from sam2_studio.core.commands import add_object, add_point, alter_object, set_box, set_mask_prompt
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.hand_commands import paint_hair
from sam2_studio.core.objects import WINDOWS
from sam2_studio.core.schema import SUFFIX
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import ProjectError
from sam2_studio.media.open import fingerprint

_PLAIN = EdgeSettings()


def check_project_path(path: Path, *, overwrite: bool) -> None:
    """Say before any work whether a project can be made there.

    Raises:
        ProjectError: the name isn't one of a project, it exists, or there is no such folder.
    """
    if path.suffix.lower() != SUFFIX:
        raise ProjectError(f"“{path}” is no name for a project.", f"Give it the ending {SUFFIX}.")
    if path.is_dir():
        raise ProjectError(f"“{path}” is a folder.", "Choose another name.")
    if path.exists() and not overwrite:
        raise ProjectError(f"“{path}” exists.", "Choose another name, or give --overwrite.")
    if not path.parent.is_dir():
        raise ProjectError(f"There is no folder “{path.parent}”.", "Create it, or choose another one.")


def new_project(path: Path, info: ClipInfo, *, overwrite: bool = False, reading: Reading = AS_STORED) -> ProjectFile:
    """Make a project of the footage that a probe found. Raises ProjectError as `ProjectFile.create`."""
    file = ProjectFile.create(path, overwrite=overwrite)
    try:
        clip = Clip.whole(info).relinked(str(Path(info.path).absolute()))
        file.set_footage(replace(clip, fingerprint=fingerprint(clip.media_path), reading=reading))
    except BaseException:
        file.close()
        raise
    return file


def add_subjects(
    file: ProjectFile, subjects: Iterable[Subject], edge: EdgeSettings = _PLAIN, window: str = WINDOWS[0]
) -> tuple[int, ...]:
    """Add an object with its prompts, edge, window and hair for each subject; the objects' ids."""
    return tuple(_add_subject(file, subject, edge, window) for subject in subjects)


def _add_subject(file: ProjectFile, subject: Subject, edge: EdgeSettings, window: str) -> int:
    project, history = file.project, file.history
    history.do(add_object(project, subject.name))
    object_id = project.highest_object_id
    if edge != _PLAIN:
        history.do(alter_object(project, object_id, "Change edge", edge=edge))
    if window != WINDOWS[0]:
        history.do(alter_object(project, object_id, "Follow in a window", window=window))
    for frame, prompts in sorted(subject.prompts.items()):
        if frame in subject.masks:
            with file.transaction():
                history.do(set_mask_prompt(project, object_id, frame, file.add_mask(subject.masks[frame])))
        if prompts.box is not None:
            history.do(set_box(project, object_id, frame, prompts.box))
        for point in prompts.points:
            history.do(add_point(project, object_id, frame, point))
    for frame, strokes in sorted(subject.hair.items()):
        with file.transaction():
            history.do(paint_hair(project, "Hair brush", object_id, frame, file.add_mask(strokes)))
    return object_id
