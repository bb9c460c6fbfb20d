"""The real window on the sample clip, driven by real events: open, box, track, correct, undo, export, close."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box
from sam2_studio.core.store import ProjectFile
from sam2_studio.export.spec import ExportSpec
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, write_video
from tests.synthetic import moving_scene
from tests.window import answer, at, close, go_to, opened, shown, until

LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path) -> Iterator[MainWindow]:
    made = shown(qtbot)
    yield made
    close(made)


def drag_box(qtbot: QtBot, window: MainWindow, box: tuple[int, int, int, int]) -> None:
    canvas = window.canvas
    qtbot.mousePress(canvas, LEFT, NONE, at(window, box[0], box[1]))
    qtbot.mouseMove(canvas, at(window, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
    qtbot.mouseMove(canvas, at(window, box[2], box[3]))
    qtbot.mouseRelease(canvas, LEFT, NONE, at(window, box[2], box[3]))


def test_the_start_page_says_what_to_do(window: MainWindow) -> None:
    assert window.start_page.isVisible()
    assert not window.canvas.isVisible()


def test_box_track_correct_undo_and_export(qtbot: QtBot, window: MainWindow, sample_clip: Path, tmp_path: Path) -> None:
    project = opened(qtbot, window, sample_clip).bridge.project
    window.editing.set_range(FrameRange(55, 70))
    go_to(qtbot, window, 60)
    drag_box(qtbot, window, (165, 50, 622, 626))
    until(qtbot, lambda: window.bridge.mask(1, 60) is not None)
    assert window.bridge.file.history.undo_label == "Draw box"
    before = window.bridge.mask(1, 60)

    qtbot.keyClick(window.canvas, Qt.Key.Key_T)
    until(qtbot, lambda: len(project.track(1)) == 15 and not window.tracking.is_running)
    assert not project.track(1).frames_where(absent=True)

    go_to(qtbot, window, 65)
    tracked = window.bridge.mask(1, 65)
    qtbot.mouseClick(window.canvas, RIGHT, NONE, at(window, 300, 560))
    until(qtbot, lambda: 65 in project.track(1).keyframes)
    assert project.track(1).frames_where(stale=True)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not project.track(1).frames_where(stale=True)
    assert window.bridge.mask(1, 65) == tracked
    assert window.bridge.mask(1, 60) == before

    window.exporting.show_export()
    window.exporting._start(ExportSpec(preset="matte-png", target=tmp_path, range=FrameRange(58, 61)))
    until(qtbot, lambda: not window.exporting.is_running)
    assert sorted(p.suffix for p in tmp_path.glob("*.png")) == [".png"] * 3
    window.exporting._dialog.reject()  # type: ignore[union-attr]


def test_undo_of_a_track_run_takes_all_of_it_back(qtbot: QtBot, window: MainWindow, sample_clip: Path) -> None:
    project = opened(qtbot, window, sample_clip).bridge.project
    window.editing.set_range(FrameRange(58, 63))
    go_to(qtbot, window, 60)
    qtbot.mouseClick(window.canvas, LEFT, NONE, at(window, 380, 350))
    until(qtbot, lambda: window.bridge.mask(1, 60) is not None)
    window.tracking.track_both()
    until(qtbot, lambda: len(project.track(1)) == 5 and not window.tracking.is_running)
    window.undo()
    assert list(project.track(1)) == [60]


def test_a_click_that_the_model_does_not_follow_is_said_until_one_is_followed(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    clip = write_video(tmp_path / "clip.mp4", moving_scene(1, 3, size=(160, 96), radius=22).frames)
    opened(qtbot, window, clip)
    window.editing.draw_box(Box(40, 25, 110, 85))
    until(qtbot, lambda: window.bridge.mask(1, 0) is not None)
    window.tracking.track_forwards()
    until(qtbot, lambda: not window.tracking.is_running)
    go_to(qtbot, window, 2)
    tracked = window.bridge.mask(1, 2)
    assert tracked is not None
    middle, outside = tracked.box, at(window, 8, 8)
    qtbot.mouseClick(window.canvas, RIGHT, NONE, at(window, (middle.x0 + middle.x1) / 2, (middle.y0 + middle.y1) / 2))
    until(qtbot, lambda: window.message_bar.isVisible())
    assert "doesn't follow" in window.message_bar.text
    assert window.bridge.mask(1, 2) == tracked
    qtbot.mouseClick(window.canvas, LEFT, NONE, outside)
    until(qtbot, lambda: not window.message_bar.isVisible())
    assert window.bridge.mask(1, 2) != tracked


def test_closing_while_it_tracks_keeps_what_came(qtbot: QtBot, window: MainWindow, sample_clip: Path) -> None:
    project = opened(qtbot, window, sample_clip).bridge.project
    go_to(qtbot, window, 60)
    qtbot.mouseClick(window.canvas, LEFT, NONE, at(window, 380, 350))
    until(qtbot, lambda: window.bridge.mask(1, 60) is not None)
    window.tracking.track_forwards()
    until(qtbot, lambda: len(project.track(1)) > 3)
    path, count = window.bridge.file.path, len(project.track(1))
    window.close()
    assert window.isVisible(), "it closed without a question"
    answer(window, "Stay")
    assert window.tracking.is_running
    window.close()
    answer(window, "Stop and close")
    assert not window.isVisible()
    file = ProjectFile.open(path, read_only=True)
    assert len(file.project.track(1)) >= count
    file.close()
    assert window.settings.now.recent_files[0] == str(path), "unnamed work must be found again"


def test_a_dropped_file_opens(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    clip = tmp_path / "a clip.mp4"
    write_video(clip, numbered_frames(5))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(clip))])
    action, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    QApplication.sendEvent(window.start_page, QDragEnterEvent(QPoint(50, 50), action, data, buttons, NONE))
    QApplication.sendEvent(window.start_page, QDropEvent(QPointF(50, 50), action, data, buttons, NONE))
    until(qtbot, lambda: window.canvas.frame is not None)
    assert "a clip.mp4" in window.windowTitle()


def test_bad_media_is_said_in_the_bar_and_the_open_project_stays(
    qtbot: QtBot, window: MainWindow, sample_clip: Path, tmp_path: Path
) -> None:
    opened(qtbot, window, sample_clip)
    bad = tmp_path / "notes.mp4"
    bad.write_text("no video at all")
    window.documents.open(bad)
    until(qtbot, lambda: window.message_bar.isVisible())
    assert "notes.mp4" in window.message_bar.text
    assert window.bridge.project.clip is not None
    go_to(qtbot, window, 30)


def test_a_named_project_opens_with_everything(
    qtbot: QtBot, window: MainWindow, sample_clip: Path, tmp_path: Path
) -> None:
    opened(qtbot, window, sample_clip)
    go_to(qtbot, window, 60)
    qtbot.mouseClick(window.canvas, LEFT, NONE, at(window, 380, 350))
    until(qtbot, lambda: window.bridge.mask(1, 60) is not None)
    mask, target = window.bridge.mask(1, 60), tmp_path / "rabbit.cutout"
    window.documents.save_as(target, overwrite=False)
    window.documents.close()
    window.documents.open(target)
    until(qtbot, lambda: window.bridge.is_open)
    assert window.bridge.mask(1, 60) == mask
    assert window.bridge.file.history.undo_label == "Add point"
