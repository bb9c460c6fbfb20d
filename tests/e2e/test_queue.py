"""The queue of clips with its real worker: what the window queued is what the command line makes, byte for byte."""

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sam2_studio.core.geometry import Box
from sam2_studio.ui.main_window import MainWindow
from tests.e2e.command import studio
from tests.media_factory import write_video
from tests.synthetic import moving_scene
from tests.window import close, opened, shown, until

FRAMES = 4


def made_by_the_queue(qtbot: QtBot, window: MainWindow) -> Path:
    """Add the open clip, close its project, and have the queue done; the folder of the output."""
    window.actions_by_id["add_to_queue"].trigger()
    window.actions_by_id["show_queue"].trigger()
    dialog = window.queueing._dialog
    assert dialog is not None
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.release, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: dialog.list.rows[0].state in ("Done", "Failed"))
    assert dialog.list.rows[0].state == "Done", dialog.list.rows[0].said
    until(qtbot, lambda: not window.queueing.is_running)
    [line] = dialog._lines.values()
    return line.folder / line.output


def test_the_window_and_the_command_line_make_the_same_files(qtbot: QtBot, studio_home: Path, tmp_path: Path) -> None:
    window = shown(qtbot)
    opened(qtbot, window, write_video(tmp_path / "clip.mp4", moving_scene(1, FRAMES, size=(160, 96), radius=22).frames))
    window.editing.draw_box(Box(40, 25, 110, 85))
    untracked = tmp_path / "copy.cutout"
    assert window.documents.save_copy(untracked, overwrite=False)
    made = made_by_the_queue(qtbot, window)
    close(window)
    manifest = tmp_path / "clips.csv"
    manifest.write_text("project,output\ncopy.cutout,clip-cutout\n")
    ended = studio("batch", manifest, "-o", tmp_path / "out", "--workers", "1", "--json", home=studio_home)
    assert ended.document["done"] == 1, ended.err
    ours, theirs = sorted(made.iterdir()), sorted((tmp_path / "out" / "clip-cutout").iterdir())
    assert [path.name for path in ours] == [path.name for path in theirs]
    assert len(ours) == FRAMES
    assert [path.read_bytes() for path in ours] == [path.read_bytes() for path in theirs]
