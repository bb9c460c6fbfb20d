"""The queue of clips in the real window, by keys and buttons, over a stand-in for its workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot
from sam2_studio.batch.clip_queue import LineState, QueueLine
from sam2_studio.batch.queue_file import QueueFile
from sam2_studio.core.geometry import Box
from sam2_studio.ui.dialogs.queue_dialog import QueueDialog
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, write_video
from tests.queue_pool import ToldPool
from tests.window import answer, close, opened, shown, until

LEFT = Qt.MouseButton.LeftButton
KEY, MOD = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> ToldPool:
    made = ToldPool()
    monkeypatch.setattr("sam2_studio.ui.queueing.WorkerPool", made)
    return made


@pytest.fixture
def window(qtbot: QtBot, pool: ToldPool) -> Iterator[MainWindow]:
    made = shown(qtbot)
    yield made
    close(made)


def prompted(qtbot: QtBot, window: MainWindow, path: Path) -> Path:
    """Open a clip of its own and draw a box; the project's path."""
    window.documents.open(write_video(path, numbered_frames(3)))
    until(qtbot, lambda: window.windowTitle().endswith(path.name) and window.canvas.frame is not None)
    window.editing.draw_box(Box(10, 10, 60, 60))
    return window.bridge.file.path


def queued(qtbot: QtBot, window: MainWindow, folder: Path, *names: str) -> QueueDialog:
    """The dialog, with a clip of each name added by key; the last one is still open in the window."""
    for name in names:
        prompted(qtbot, window, folder / f"{name}.mp4")
        qtbot.keyClick(window, KEY.Key_E, MOD.ControlModifier | MOD.ShiftModifier)
    qtbot.keyClick(window, KEY.Key_J, MOD.ControlModifier)
    dialog = window.queueing._dialog
    assert dialog is not None
    return dialog


def pick(qtbot: QtBot, dialog: QueueDialog, row: int) -> QPoint:
    """Click a line; where it is."""
    place = dialog.list.visualItemRect(dialog.list.item(row)).center()
    qtbot.mouseClick(dialog.list.viewport(), LEFT, pos=place)
    return place


def titles(dialog: QueueDialog) -> list[str]:
    return [row.title for row in dialog.list.rows]


def states(dialog: QueueDialog) -> list[str]:
    return [row.state for row in dialog.list.rows]


def in_file(home: Path) -> tuple[QueueLine, ...]:
    return QueueFile(home / "settings" / "queue.json").read()


def test_clips_are_added_and_done_one_after_the_other_but_the_open_one(
    qtbot: QtBot, window: MainWindow, pool: ToldPool, tmp_path: Path
) -> None:
    dialog = queued(qtbot, window, tmp_path, "a", "b", "c")
    assert titles(dialog) == ["a.mp4", "b.mp4", "c.mp4"]
    qtbot.mouseClick(dialog.go, LEFT)
    until(qtbot, lambda: states(dialog)[0] == "Running" and dialog.list.rows[0].part == 0.25)
    assert dialog.go.text() == "Pause"
    assert "frame 1 of 4" in dialog.list.rows[0].said
    pool.answers.put("")
    pool.answers.put("There is no room.")
    until(qtbot, lambda: states(dialog) == ["Done", "Failed", "Open in the window"])
    assert "There is no room." in dialog.list.rows[1].spoken
    assert "1 frame to look at" in dialog.list.rows[0].said
    assert [item.export.target for item in pool.items] == [tmp_path / "a-cutout", tmp_path / "b-cutout"]
    pool.answers.put("")
    qtbot.mouseClick(dialog.release, LEFT)
    until(qtbot, lambda: states(dialog) == ["Done", "Failed", "Done"])
    assert not window.bridge.is_open
    until(qtbot, lambda: dialog.go.text() == "Track and export all")
    assert not dialog.go.isEnabled()


def test_pause_puts_the_line_back_and_the_queue_goes_on_from_there(
    qtbot: QtBot, window: MainWindow, pool: ToldPool, tmp_path: Path
) -> None:
    dialog = queued(qtbot, window, tmp_path, "a", "b")
    qtbot.mouseClick(dialog.go, LEFT)
    until(qtbot, lambda: states(dialog)[0] == "Running")
    qtbot.mouseClick(dialog.go, LEFT)
    until(qtbot, lambda: not window.queueing.is_running)
    assert states(dialog)[0] == "Waiting"
    qtbot.mouseClick(dialog.go, LEFT)
    pool.answers.put("")
    until(qtbot, lambda: states(dialog)[0] == "Done")
    assert len(pool.items) == 2


def test_lines_move_retry_and_go_by_keys(qtbot: QtBot, window: MainWindow, pool: ToldPool, tmp_path: Path) -> None:
    dialog = queued(qtbot, window, tmp_path, "a", "b", "c")
    dialog.list.setFocus()
    pick(qtbot, dialog, 0)
    qtbot.keyClick(dialog.list, KEY.Key_Down, MOD.AltModifier)
    assert titles(dialog) == ["b.mp4", "a.mp4", "c.mp4"]
    assert [row.title for row in dialog.list.chosen] == ["a.mp4"]
    pool.answers.put("No.")
    pool.answers.put("")
    qtbot.mouseClick(dialog.go, LEFT)
    until(qtbot, lambda: states(dialog) == ["Failed", "Done", "Open in the window"])
    pick(qtbot, dialog, 0)
    assert dialog.said.text() == "No."
    pool.answers.put("")
    qtbot.mouseClick(dialog.retry, LEFT)
    until(qtbot, lambda: states(dialog)[0] == "Done")
    qtbot.keyClick(dialog.list, KEY.Key_Delete)
    assert titles(dialog) == ["a.mp4", "c.mp4"]
    assert [row.title for row in dialog.list.chosen] == ["a.mp4"], "the keys stay where they were"


def test_preset_and_folder_hold_for_what_is_selected_or_else_for_all(
    qtbot: QtBot, window: MainWindow, studio_home: Path, tmp_path: Path
) -> None:
    dialog = queued(qtbot, window, tmp_path, "a", "b")
    dialog.list.clearSelection()
    dialog.folder.setFocus()
    dialog.folder.setText(str(tmp_path / "out"))
    qtbot.keyClick(dialog.folder, KEY.Key_Return)
    pick(qtbot, dialog, 1)
    dialog.preset.setCurrentIndex(dialog.preset.findData("web"))
    dialog.preset.activated.emit(dialog.preset.currentIndex())
    first, second = in_file(studio_home)
    assert (first.preset, first.folder, first.output) == ("png", tmp_path / "out", "a-cutout")
    assert (second.preset, second.folder, second.output) == ("web", tmp_path / "out", "b-cutout.webm")


def test_a_line_opens_its_project_and_what_is_done_shows_its_folder(
    qtbot: QtBot, window: MainWindow, pool: ToldPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-cutout").mkdir()
    shown_urls: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", shown_urls.append)
    dialog = queued(qtbot, window, tmp_path, "a", "b")
    second = window.bridge.file.path
    pool.answers.put("")
    qtbot.mouseClick(dialog.go, LEFT)
    until(qtbot, lambda: states(dialog)[0] == "Done")
    place = pick(qtbot, dialog, 0)
    qtbot.mouseDClick(dialog.list.viewport(), LEFT, pos=place)
    assert [url.toLocalFile() for url in shown_urls] == [str(tmp_path / "a-cutout")]
    qtbot.mouseClick(dialog.go, LEFT)  # pause
    pick(qtbot, dialog, 0)
    qtbot.mouseClick(dialog.open_project, LEFT)
    until(qtbot, lambda: window.bridge.is_open and window.bridge.file.path != second)
    assert window.windowTitle().endswith("a.mp4")


def test_the_queue_outlives_the_window_and_a_running_line_waits_again(
    qtbot: QtBot, window: MainWindow, studio_home: Path, tmp_path: Path
) -> None:
    dialog = queued(qtbot, window, tmp_path, "a", "b")
    qtbot.mouseClick(dialog.go, LEFT)
    until(qtbot, lambda: states(dialog)[0] == "Running")
    window.close()
    assert window.isVisible(), "it asks"
    answer(window, "Stop and close")
    assert not window.isVisible()
    assert [line.state for line in in_file(studio_home)] == [LineState.WAITING] * 2
    again = shown(qtbot)
    qtbot.keyClick(again, KEY.Key_J, MOD.ControlModifier)
    assert again.queueing._dialog is not None
    assert titles(again.queueing._dialog) == ["a.mp4", "b.mp4"]
    close(again)


def test_what_another_window_adds_comes_up(qtbot: QtBot, window: MainWindow, studio_home: Path, tmp_path: Path) -> None:
    dialog = queued(qtbot, window, tmp_path, "a")
    QueueFile(studio_home / "settings" / "queue.json").change(lambda lines: ())
    until(qtbot, lambda: not dialog.list.count())
    assert "Nothing waits here" in dialog.summary.text()


def test_a_clip_without_prompts_is_not_added_and_a_named_project_is_followed(
    qtbot: QtBot, window: MainWindow, studio_home: Path, tmp_path: Path
) -> None:
    opened(qtbot, window, write_video(tmp_path / "bare.mp4", numbered_frames(3)))
    qtbot.keyClick(window, KEY.Key_E, MOD.ControlModifier | MOD.ShiftModifier)
    assert "nothing to track" in window.message_bar.text
    assert in_file(studio_home) == ()
    window.editing.draw_box(Box(10, 10, 60, 60))
    qtbot.keyClick(window, KEY.Key_E, MOD.ControlModifier | MOD.ShiftModifier)
    window.documents.save_as(tmp_path / "named.cutout", overwrite=False)
    assert [line.project for line in in_file(studio_home)] == [tmp_path / "named.cutout"]
    qtbot.keyClick(window, KEY.Key_E, MOD.ControlModifier | MOD.ShiftModifier)
    assert len(in_file(studio_home)) == 1


def test_removing_the_line_under_way_stops_it_and_the_next_one_comes(
    qtbot: QtBot, window: MainWindow, pool: ToldPool, tmp_path: Path
) -> None:
    dialog = queued(qtbot, window, tmp_path, "a", "b", "c")
    qtbot.mouseClick(dialog.go, LEFT)
    until(qtbot, lambda: states(dialog)[0] == "Running")
    pick(qtbot, dialog, 0)
    qtbot.mouseClick(dialog.remove, LEFT)
    until(qtbot, lambda: states(dialog) == ["Running", "Open in the window"])
    assert titles(dialog) == ["b.mp4", "c.mp4"]


def test_a_damaged_queue_is_said_and_begins_anew(qtbot: QtBot, window: MainWindow, studio_home: Path) -> None:
    (studio_home / "settings").mkdir(parents=True, exist_ok=True)
    (studio_home / "settings" / "queue.json").write_text("{")
    qtbot.keyClick(window, KEY.Key_J, MOD.ControlModifier)
    until(qtbot, lambda: "queue.json.kept" in window.message_bar.text)


def test_lines_are_dragged(qtbot: QtBot, window: MainWindow, studio_home: Path, tmp_path: Path) -> None:
    dialog = queued(qtbot, window, tmp_path, "a", "b", "c")
    model = dialog.list.model()
    model.moveRow(model.index(-1, -1), 0, model.index(-1, -1), 3)  # what Qt does when a row is dropped
    assert [line.clip for line in in_file(studio_home)] == ["b.mp4", "c.mp4", "a.mp4"]
    assert dialog.list.itemAt(QPoint(20, 20)) is dialog.list.item(0)
