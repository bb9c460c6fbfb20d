"""Footage that was moved is linked by itself where it is the same; all else waits for the user (fault P6)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from sam2_studio.core import commands
from sam2_studio.core.clip import Clip
from sam2_studio.core.geometry import Point
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.core.store import ProjectFile
from sam2_studio.media.open import fingerprint
from sam2_studio.media.probe import probe
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, write_video
from tests.window import close, shown, until


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path) -> Iterator[MainWindow]:
    made = shown(qtbot)
    yield made
    close(made)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "old" / "clip.mp4"
    path.parent.mkdir()
    write_video(path, numbered_frames(9))
    return path


@pytest.fixture
def project(tmp_path: Path, clip: Path) -> Path:
    path = tmp_path / "work" / "dog.cutout"
    path.parent.mkdir()
    file = ProjectFile.create(path)
    file.set_footage(Clip.whole(probe(clip), fingerprint(clip)))
    file.history.do(commands.add_object(file.project))
    file.history.do(commands.add_point(file.project, 1, 3, PointPrompt(Point(40, 40))))
    file.close()
    return path


def linked(window: MainWindow) -> Path:
    clip = window.bridge.project.clip
    assert clip is not None
    return Path(clip.info.path)


def answer(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))


def press(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.mouseClick(window.message_bar.way_out, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("place", ["new/clip.mp4", "work/renamed.mp4"])
def test_moved_or_renamed_footage_is_found_by_itself(
    qtbot: QtBot, window: MainWindow, project: Path, clip: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    moved = clip.rename(tmp_path / place)
    window.documents.open(project)
    until(qtbot, lambda: window.canvas.frame is not None)
    assert linked(window) == moved
    assert str(moved) in window.message_bar.text
    assert window.bridge.project.prompted_frames(1) == (3,)
    window.undo()
    assert linked(window) == moved, "undo brought the old place back"


def test_shorter_footage_of_its_name_is_not_linked(
    qtbot: QtBot, window: MainWindow, project: Path, clip: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clip.unlink()
    namesake = tmp_path / "work" / "clip.mp4"
    write_video(namesake, numbered_frames(4))
    window.documents.open(project)
    until(qtbot, lambda: str(namesake) in window.message_bar.text)
    assert "something else" in window.message_bar.text
    answer(monkeypatch, namesake)
    press(qtbot, window)
    until(qtbot, lambda: "4 frames" in window.message_bar.text and "9 frames" in window.message_bar.text)
    assert linked(window) == clip
    assert window.bridge.project.prompted_frames(1) == (3,)


def test_footage_replaced_by_a_shorter_one_is_not_taken_for_it(
    qtbot: QtBot, window: MainWindow, project: Path, clip: Path
) -> None:
    write_video(clip, numbered_frames(4))
    window.documents.open(project)
    until(qtbot, lambda: "4 frames" in window.message_bar.text)
    assert window.message_bar.way_out.text() == "Find the footage…"


def test_another_file_of_the_same_length_is_linked_on_the_users_word_and_said(
    qtbot: QtBot, window: MainWindow, project: Path, clip: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clip.unlink()
    proxy = tmp_path / "proxy" / "proxy.mp4"
    proxy.parent.mkdir()
    write_video(proxy, [frame[::-1] for frame in numbered_frames(9)])
    window.documents.open(project)
    until(qtbot, lambda: window.message_bar.isVisible() and not window.relinking._searches)
    assert linked(window) == clip
    answer(monkeypatch, proxy)
    press(qtbot, window)
    until(qtbot, lambda: window.canvas.frame is not None)
    assert linked(window) == proxy
    assert "another file" in window.message_bar.text


def test_near_the_place_that_the_user_shows_it_is_looked_for_too(
    qtbot: QtBot, window: MainWindow, project: Path, clip: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    far = tmp_path / "far" / "away" / "disk"
    (far / "takes").mkdir(parents=True)
    moved = clip.rename(far / "takes" / "clip.mp4")
    clip.parent.rmdir()
    write_video(far / "wrong.mp4", numbered_frames(4))
    monkeypatch.setattr("sam2_studio.media.moved._DEEPEST", 1)
    window.documents.open(project)
    until(qtbot, lambda: window.message_bar.isVisible() and not window.relinking._searches)
    assert linked(window) == clip
    answer(monkeypatch, far / "wrong.mp4")
    press(qtbot, window)
    until(qtbot, lambda: linked(window) == moved)
    until(qtbot, lambda: window.canvas.frame is not None)
