"""Opening projects in the window: off its thread, read-only where it must be, copies, recent files with pictures."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from sam2_studio.core import commands
from sam2_studio.core.clip import Clip
from sam2_studio.core.geometry import Box
from sam2_studio.core.prompts import NO_PROMPTS
from sam2_studio.core.store import ProjectFile
from sam2_studio.media.probe import probe
from sam2_studio.ui import recents
from sam2_studio.ui.app import preferences_path
from sam2_studio.ui.main_window import MainWindow
from sam2_studio.ui.start_page import StartPage
from tests.media_factory import numbered_frames, write_sequence, write_video
from tests.window import close, shown, until


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path) -> Iterator[MainWindow]:
    made = shown(qtbot)
    yield made
    close(made)


def made(folder: Path, name: str) -> Path:
    clip = folder / "clip.mp4"
    write_video(clip, numbered_frames(5))
    file = ProjectFile.create(folder / name)
    file.set_footage(Clip.whole(probe(clip)))
    file.close()
    return folder / name


def test_only_what_was_wanted_last_is_opened(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    paths = [made(tmp_path, f"{name}.cutout") for name in "abc"]
    opened: list[Path] = []
    window.documents.opened.connect(opened.append)
    for path in paths:
        window.documents.open(path)
    until(qtbot, lambda: window.canvas.frame is not None and not window.documents._openers)
    assert opened == [paths[-1]]
    for path in paths[:-1]:
        ProjectFile.open(path).close()  # nobody holds it


def test_a_folder_of_numbered_pictures_is_a_clip_with_their_numbers(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sequence(tmp_path / "shot", range(1001, 1005))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "shot"))
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    until(qtbot, lambda: window.canvas.frame is not None)
    clip = window.bridge.project.clip
    assert clip is not None
    assert (clip.info.frames, clip.source_number(0)) == (4, 1001)
    assert window.transport.field.text() == "1001"


def test_what_was_said_of_the_last_project_goes_with_it(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.status.show_message("Tracked: 5 of 5 frames")
    window.documents.open(made(tmp_path, "a.cutout"))
    until(qtbot, lambda: window.canvas.frame is not None)
    assert window.status._message.text() == ""


def test_prompts_of_the_last_project_or_of_a_deleted_object_are_on_the_canvas_no_more(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.documents.open(made(tmp_path, "a.cutout"))
    until(qtbot, lambda: window.canvas.frame is not None)
    for end in (window.editing.delete_selected, lambda: window.documents.open(made(tmp_path, "b.cutout"))):
        window.editing.draw_box(Box(2, 2, 9, 9))
        assert window.canvas._prompts.box is not None
        end()
        until(qtbot, lambda: window.canvas._prompts == NO_PROMPTS)


def test_the_next_dialog_starts_beside_what_is_open(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.documents.open(made(tmp_path, "a.cutout"))
    until(qtbot, lambda: window.canvas.frame is not None)
    asked: list[str] = []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda _w, _t, folder, _k: (asked.append(folder), ("", ""))[1])
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert asked == [str(tmp_path)]


def test_a_project_open_elsewhere_opens_read_only_and_names_the_owner(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path, "a.cutout")
    owner = ProjectFile.open(path)
    window.documents.open(path)
    until(qtbot, lambda: window.canvas.frame is not None)
    assert "already open for editing" in window.message_bar.text
    assert "read-only" in window.windowTitle()
    window.editing.new_object()
    assert "read-only" in window.message_bar.text
    assert window.bridge.project.objects == ()
    owner.history.do(commands.add_object(owner.project))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine"), ""))
    window.files.name_project()
    assert window.bridge.file.path == tmp_path / "mine.cutout"
    assert not window.bridge.file.read_only
    assert len(window.bridge.project.objects) == 1, "the copy is of what the owner has now"
    owner.close()


def test_the_open_project_opened_again_stays_as_it_is(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = made(tmp_path, "a.cutout")
    window.documents.open(path)
    until(qtbot, lambda: window.canvas.frame is not None)
    file = window.bridge.file
    window.documents.open(path)
    assert window.bridge.file is file
    assert not window.message_bar.isVisible()


def test_a_copy_is_saved_and_the_work_goes_on_where_it_is(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path, "a.cutout")
    window.documents.open(path)
    until(qtbot, lambda: window.bridge.is_open)
    window.editing.new_object()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "b.cutout"), ""))
    window.actions_by_id["save_copy"].trigger()
    window.editing.new_object()
    assert window.bridge.file.path == path
    copy = ProjectFile.open(tmp_path / "b.cutout", read_only=True)
    assert len(copy.project.objects) == 1
    copy.close()


def cards(page: StartPage) -> list[QPushButton]:
    return [each for each in page.findChildren(QPushButton) if each.objectName() == "recent-card"]


def test_recent_files_have_pictures_and_open_at_a_click(
    qtbot: QtBot, studio_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recents, "_LOOK_AFTER", 0)
    path = made(tmp_path, "a.cutout")
    first = MainWindow(preferences_path())
    qtbot.addWidget(first)
    first.show()
    first.documents.open(path)
    until(qtbot, lambda: first.recents._picture(path) is not None)
    first.close()
    second = MainWindow(preferences_path())
    qtbot.addWidget(second)
    second.show()
    (card,) = cards(second.start_page)
    picture = card.findChildren(QLabel)[0].pixmap()
    assert picture.deviceIndependentSize().toSize() == recents.SIZE
    assert picture.toImage().pixelColor(20, 40) != picture.toImage().pixelColor(60, 40)
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: second.canvas.frame is not None)
    second.close()


def test_a_recent_file_that_is_gone_leaves_the_list(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.settings.remember(tmp_path / "gone.cutout")
    window.recents.show()
    (card,) = cards(window.start_page)
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: window.message_bar.isVisible())
    assert "gone.cutout" in window.message_bar.text
    assert window.settings.now.recent_files == ()
