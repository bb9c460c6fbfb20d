"""Markers: one a frame, in order, with checked texts, undone like everything."""

import pytest
from sam2_studio.core.changes import Marker
from sam2_studio.core.marker_commands import (
    LONGEST_TEXT,
    add_marker,
    edit_marker,
    marker_at,
    move_marker,
    remove_marker,
)
from sam2_studio.core.project import Project
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import ProjectError, PromptError

from .conftest import Open


@pytest.fixture
def marked(file: ProjectFile) -> ProjectFile:
    """Markers on 9 and 3, in that order."""
    file.history.do(add_marker(file.project, 9, "look here"))
    file.history.do(add_marker(file.project, 3))
    return file


def test_markers_are_kept_in_the_order_of_frames(marked: ProjectFile) -> None:
    assert marked.project.markers == (Marker(3, ""), Marker(9, "look here"))
    assert marker_at(marked.project, 9) == Marker(9, "look here")
    assert marker_at(marked.project, 4) is None


def test_a_second_marker_on_a_frame_takes_the_place_of_the_first(marked: ProjectFile) -> None:
    marked.history.do(add_marker(marked.project, 9, "no, here"))
    assert marked.project.markers == (Marker(3, ""), Marker(9, "no, here"))


def test_editing_moving_and_deleting_can_be_undone_and_go_to_the_frame(marked: ProjectFile) -> None:
    before = marked.project.markers
    marked.history.do(edit_marker(marked.project, 9, "  two\n words "))
    assert marked.project.markers[1].text == "two words"
    marked.history.do(move_marker(marked.project, 9, 1))
    assert [m.frame for m in marked.project.markers] == [1, 3]
    marked.history.do(remove_marker(marked.project, 3))
    assert marked.project.markers == (Marker(1, "two words"),)
    assert [command.frame for command in (marked.history.undo() for _ in range(3)) if command] == [3, 1, 9]
    assert marked.project.markers == before


def test_a_marker_moved_onto_another_takes_its_place(marked: ProjectFile) -> None:
    marked.history.do(move_marker(marked.project, 3, 9))
    assert marked.project.markers == (Marker(9, ""),)


def test_markers_are_in_the_file(marked: ProjectFile, opened: Open) -> None:
    assert opened(marked.path, read_only=True).project.markers == marked.project.markers


def test_what_can_not_be_is_refused(marked: ProjectFile) -> None:
    project = marked.project
    for build in (
        lambda: add_marker(project, 100),
        lambda: move_marker(project, 3, -1),
        lambda: remove_marker(project, 4),
    ):
        with pytest.raises(PromptError):
            build()
    for text in ("x" * (LONGEST_TEXT + 1), "a\u200bb"):
        with pytest.raises(ProjectError, match="can't be a note"):
            edit_marker(project, 3, text)
    with pytest.raises(ProjectError, match="no footage"):
        add_marker(Project(), 0)
