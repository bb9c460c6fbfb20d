"""Exports of whole projects: opens project and clip anew, read-only, for any thread beside the window."""

import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any

from sam2_studio.batch.cuts import look_for_cuts
from sam2_studio.batch.footage import footage
from sam2_studio.core.clip import Clip
from sam2_studio.core.commands import doubt_mattes
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject
from sam2_studio.core.project import Project
from sam2_studio.core.shots import Shots
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.engine.closed_form import check_installed
from sam2_studio.engine.cuts import Looked
from sam2_studio.engine.foreground import foreground
from sam2_studio.engine.hair import hair_on
from sam2_studio.engine.steady import ClipMattes
from sam2_studio.errors import ExportError, ProjectError
from sam2_studio.export.runner import ExportProgress, ExportReport, run_export
from sam2_studio.export.spec import ExportSpec

_AS_STORED: Mapping[str, Any] = MappingProxyType({})

ExportRun = Generator[ExportProgress | ExportReport, None, None]


def export_project(path: Path, spec: ExportSpec, edge: Mapping[str, Any] = _AS_STORED) -> ExportRun:
    """Export the project at `path` as it stands on disk; the last item is the report.

    Closing the generator cancels: what was written is removed, an old file is as it was.

    Args:
        path: Of the project.
        spec: What to write.
        edge: Fields of `EdgeSettings` that hold for this export instead of what the objects have.

    Raises:
        MatteError: an object wants the best matte, and the extra for it isn't installed.
        ProjectError: the project can't be read.
        MediaError: its clip is gone, has changed or can't be read.
        ExportError: the export can't start, be written or be read back.
        PromptError: the range doesn't fit the clip.
    """
    file = ProjectFile.open(path, read_only=True)
    try:
        objects = tuple(replace(thing, edge=replace(thing.edge, **edge)) for thing in file.project.objects)
        check_methods(objects)
        with footage(file) as (clip, source):
            shots = Shots()
            if any(thing.edge.matte and thing.edge.steady for thing in objects):
                shots = yield from _shots(clip, source)
            stored = _Stored(file)
            run = run_export(
                spec,
                source=source,
                clip=clip,
                objects=objects,
                masks=stored.mask,
                matte=_clip_mattes(stored, source, shots).matte,
                foreground=foreground,
                made_with=file.project.model,
            )
            with closing(run):  # its threads read from what is closed next
                for event in run:
                    yield _with_stale(event, stale_masks(file.project, spec))
    finally:
        file.close()


def _shots(clip: Clip, source: FrameSource) -> Generator[ExportProgress, None, Shots]:
    """The clip's shots, looked for where nobody has yet."""
    started, looked = time.monotonic(), Looked(0)
    for looked in look_for_cuts(source, clip.fingerprint):
        yield ExportProgress(
            done=looked.frames,
            total=clip.info.frames,
            seconds=time.monotonic() - started,
            seconds_left=None,
            what="Looking for cuts",
        )
    return Shots(looked.cuts)


class _Stored:
    """What a project has of its objects on a frame, for several threads at once."""

    def __init__(self, file: ProjectFile) -> None:
        self._file = file
        self._reading = Lock()  # the file lets one in at a time

    def mask(self, object_id: int, frame: int) -> Mask | None:
        with self._reading:
            return self._file.mask_of(object_id, frame)

    def hair(self, object_id: int, frame: int) -> Mask | None:
        thing = self._file.project.object(object_id)
        with self._reading:
            return None if thing is None else hair_on(thing, frame, self._file.mask_of, self._file.mask)

    def record(self, object_id: int, frame: int) -> MaskRecord | None:
        return self._file.project.track(object_id).get(frame)


def _clip_mattes(stored: _Stored, source: FrameSource, shots: Shots) -> ClipMattes:
    return ClipMattes(
        source,
        stored.mask,
        hair=stored.hair,
        kept=lambda i, n: (found := stored.record(i, n)) is not None and found.is_settled,
        flagged=lambda i, n: (found := stored.record(i, n)) is not None and found.chatters,
        shots=shots,
    )


def stale_masks(project: Project, spec: ExportSpec) -> int:
    """How many of the masks that an export needs are stale."""
    if project.clip is None:
        return 0
    wanted = spec.numbers(project.clip)
    ids = spec.object_ids or [thing.id for thing in project.objects if thing.visible]
    return sum(frame in wanted for each in ids for frame in project.track(each).frames_where(stale=True))


def _with_stale(event: ExportProgress | ExportReport, count: int) -> ExportProgress | ExportReport:
    if not count or not isinstance(event, ExportReport):
        return event
    said = "1 mask was stale" if count == 1 else f"{count} masks were stale"
    return replace(event, warnings=(*event.warnings, f"{said}: their prompts have changed since they were tracked."))


def doubt_unmatted(path: Path, report: ExportReport) -> None:
    """Mark in the project the frames of which an export could make no soft edge; not where it can't be written now."""
    if not report.unmatted:
        return
    with suppress(ProjectError):
        file = ProjectFile.open(path)
        try:
            file.history.do(doubt_mattes(file.project, report.unmatted))
        finally:
            file.close()


def check_methods(objects: Iterable[CutObject]) -> None:
    """Raise MatteError where a matte is wanted that can't be made on this machine."""
    if any(thing.edge.matte and thing.edge.method == "best" for thing in objects):
        check_installed()


def object_ids(project: Project, names: Sequence[str]) -> tuple[int, ...]:
    """The ids of objects given by name. Raises ExportError for a name that the project doesn't have."""
    known = {thing.name: thing.id for thing in project.objects}
    for name in names:
        if name not in known:
            there = ", ".join(f"“{other}”" for other in known) or "none"
            raise ExportError(f"There is no object “{name}” in the project.", f"Its objects are: {there}.")
    return tuple(known[name] for name in names)
