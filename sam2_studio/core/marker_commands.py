"""Edits of markers: notes at frames, at most one a frame. Pure, as `commands.py`."""

from collections.abc import Iterable
from dataclasses import replace

from sam2_studio.core.changes import Marker, MarkersChanged
from sam2_studio.core.commands import Command
from sam2_studio.core.frames import checked_frame
from sam2_studio.core.project import Project
from sam2_studio.errors import ProjectError, PromptError

LONGEST_TEXT = 200


def marker_at(project: Project, frame: int) -> Marker | None:
    """The marker on a frame, or None."""
    return next((marker for marker in project.markers if marker.frame == frame), None)


def set_markers(project: Project, markers: Iterable[Marker], label: str = "Edit markers", frame: int = -1) -> Command:
    """Replace all markers; `frame`, where it is one, is what undo jumps to."""
    after = tuple(sorted(markers, key=lambda marker: marker.frame))
    change = MarkersChanged(before=project.markers, after=after)
    return Command(label=label, changes=(change,), frame=frame if frame >= 0 else None)


def add_marker(project: Project, frame: int, text: str = "") -> Command:
    """Put a marker on a frame; one that is there already gets the text.

    Raises:
        PromptError: there is no such frame.
        ProjectError: the text can't be one.
    """
    _check(project, frame)
    new = Marker(frame, _checked_text(text))
    return set_markers(project, (*_without(project, frame), new), "Add marker", frame)


def edit_marker(project: Project, frame: int, text: str) -> Command:
    """Change the text. Raises PromptError where there is no marker, ProjectError where the text can't be one."""
    edited = replace(_there(project, frame), text=_checked_text(text))
    return set_markers(project, (*_without(project, frame), edited), "Edit marker", frame)


def move_marker(project: Project, frame: int, to: int) -> Command:
    """Move the marker to another frame, from which it takes the place of one that is there.

    Raises:
        PromptError: there is no marker on `frame`, or no frame `to`.
    """
    _check(project, to)
    moved = replace(_there(project, frame), frame=to)
    return set_markers(project, (*_without(project, frame, to), moved), "Move marker", to)


def remove_marker(project: Project, frame: int) -> Command:
    """Raises PromptError where there is no marker."""
    _there(project, frame)
    return set_markers(project, _without(project, frame), "Delete marker", frame)


def _without(project: Project, *frames: int) -> tuple[Marker, ...]:
    return tuple(marker for marker in project.markers if marker.frame not in frames)


def _there(project: Project, frame: int) -> Marker:
    found = marker_at(project, frame)
    if found is None:
        number = frame if project.clip is None else project.clip.source_number(frame)
        raise PromptError(f"There is no marker on frame {number}.", "Choose one that is shown.")
    return found


def _check(project: Project, frame: int) -> None:
    if project.clip is None:
        raise ProjectError("There is no footage in the project.", "Open a clip or a picture first.")
    checked_frame(frame, project.clip.info.frames, project.clip.info.first_number)


def _checked_text(text: str) -> str:
    """In one line, without blanks at the ends."""
    line = " ".join(text.split())
    if len(line) > LONGEST_TEXT or not line.isprintable():
        raise ProjectError(f"“{line[:40]}…” can't be a note.", f"Use at most {LONGEST_TEXT} printable characters.")
    return line
