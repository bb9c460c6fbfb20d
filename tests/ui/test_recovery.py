"""After an unexpected end the next window opens what was open and says so; after a second one it asks first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sam2_studio import home
from sam2_studio.core import commands
from sam2_studio.core.clip import Clip
from sam2_studio.core.session import Session
from sam2_studio.core.store import ProjectFile
from sam2_studio.media.open import fingerprint
from sam2_studio.media.probe import probe
from sam2_studio.ui.app import preferences_path
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, write_video
from tests.window import close, shown, until


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path) -> Iterator[MainWindow]:
    made = shown(qtbot)
    yield made
    close(made)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one object."""
    clip, path = tmp_path / "clip.mp4", tmp_path / "dog.cutout"
    write_video(clip, numbered_frames(5))
    file = ProjectFile.create(path)
    file.set_footage(Clip.whole(probe(clip), fingerprint(clip)))
    file.history.do(commands.add_object(file.project))
    file.close()
    return path


def left_behind(project: Path, *, restored: bool = False) -> None:
    """As a killed session leaves it: its entry is there, its lock is not."""
    session = Session(home.sessions_folder())
    session.note(project, restored=restored)
    session._path = None
    session.end()


def test_what_was_open_opens_again_and_it_is_said(qtbot: QtBot, window: MainWindow, project: Path) -> None:
    left_behind(project)
    window.recovery.start([])
    until(qtbot, lambda: window.message_bar.isVisible())
    assert window.bridge.file.path == project
    assert "dog.cutout is restored to the last edit" in window.message_bar.text
    assert len(window.bridge.project.objects) == 1
    until(qtbot, lambda: window.canvas.frame is not None)


def test_a_crash_log_is_named(qtbot: QtBot, window: MainWindow, project: Path, tmp_path: Path) -> None:
    left_behind(project)
    window.recovery.start([], tmp_path / "crash-1.log")
    until(qtbot, lambda: window.message_bar.isVisible())
    assert "crash-1.log" in window.message_bar.text


def test_nothing_is_said_after_a_proper_end(qtbot: QtBot, studio_home: Path, project: Path) -> None:
    for _ in range(2):
        window = MainWindow(preferences_path())
        qtbot.addWidget(window)
        window.show()
        window.recovery.start([])
        assert not window.bridge.is_open
        window.documents.open(project)
        until(qtbot, lambda window=window: window.canvas.frame is not None)
        assert list(home.sessions_folder().iterdir())
        assert not window.message_bar.isVisible()
        window.close()
        assert list(home.sessions_folder().iterdir()) == []


def test_what_ended_the_program_twice_is_only_offered(qtbot: QtBot, window: MainWindow, project: Path) -> None:
    left_behind(project, restored=True)
    window.recovery.start([])
    assert not window.bridge.is_open
    assert "twice" in window.message_bar.text
    qtbot.mouseClick(window.message_bar.way_out, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: window.bridge.is_open)
    assert window.bridge.file.path == project


def test_a_restored_session_that_is_killed_again_says_so(qtbot: QtBot, window: MainWindow, project: Path) -> None:
    left_behind(project)
    window.recovery.start([])
    until(qtbot, lambda: window.canvas.frame is not None)
    (entry,) = home.sessions_folder().iterdir()
    assert b'"restored": true' in entry.read_bytes()


def test_another_file_that_is_wanted_goes_first(
    qtbot: QtBot, window: MainWindow, project: Path, sample_clip: Path
) -> None:
    left_behind(project)
    window.recovery.start([sample_clip])
    until(qtbot, lambda: window.message_bar.isVisible())
    assert window.bridge.file.path != project
    assert "dog.cutout" in window.message_bar.text
    assert window.message_bar.way_out.text() == "Open it"


def test_a_project_that_is_gone_is_forgotten(window: MainWindow, project: Path) -> None:
    left_behind(project)
    project.unlink()
    window.recovery.start([])
    assert not window.message_bar.isVisible()
