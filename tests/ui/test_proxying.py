"""Proxies in the window: made where they are wanted and help, shown while somebody scrubs, never where pixels count."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sam2_studio.core.frames import Frame
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, read_number, write_video
from tests.window import close, opened, shown, until


@pytest.fixture
def long_gop(tmp_path: Path) -> Path:
    return write_video(tmp_path / "long.mp4", numbered_frames(60), gop=60)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path) -> Iterator[MainWindow]:
    made = shown(qtbot)
    yield made
    close(made)


def test_nothing_is_made_unless_it_is_wanted(qtbot: QtBot, window: MainWindow, long_gop: Path) -> None:
    opened(qtbot, window, long_gop)
    assert window.status.proxy == ""
    assert not window.proxying.let_go()


def test_a_clip_that_is_quick_to_jump_about_in_needs_none(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.settings.change(proxies=True)
    opened(qtbot, window, write_video(tmp_path / "short.mp4", numbered_frames(60), gop=6))
    assert window.status.proxy == ""
    assert not window.proxying.let_go()


def test_it_stands_in_while_one_scrubs_and_the_frame_itself_follows(
    qtbot: QtBot, window: MainWindow, long_gop: Path
) -> None:
    opened(qtbot, window, long_gop)
    window.settings.change(proxies=True)
    until(qtbot, lambda: window.status.proxy == "Proxy")
    assert len(list((window.recents._folder.parent / "proxies").iterdir())) == 1
    came: list[Frame] = []
    window.loader.frame_ready.connect(lambda _, frame: came.append(frame), Qt.ConnectionType.DirectConnection)
    window.playhead.go_to(41)
    until(qtbot, lambda: bool(came) and not came[-1].stand_in and came[-1].number == 41)
    assert [frame.stand_in for frame in came if frame.number == 41] == [True, False]
    assert {read_number(frame.rgb) for frame in came if frame.number == 41} == {41}
    until(qtbot, lambda: window.canvas.frame is not None and not window.canvas.frame.stand_in)
    window.settings.change(proxies=False)
    assert window.status.proxy == ""
    came.clear()
    window.playhead.go_to(7)
    until(qtbot, lambda: bool(came))
    assert not any(frame.stand_in for frame in came)


def test_a_proxy_is_found_again_and_what_reaches_the_network_is_no_stand_in(
    qtbot: QtBot, window: MainWindow, long_gop: Path
) -> None:
    window.settings.change(proxies=True)
    opened(qtbot, window, long_gop)
    until(qtbot, lambda: window.status.proxy == "Proxy")
    seen: list[Frame | None] = []
    taken = window.clicks.set_frame
    window.clicks.set_frame = lambda frame: (seen.append(frame), taken(frame))  # type: ignore[assignment,method-assign]
    window.documents.open(long_gop)
    until(qtbot, lambda: window.status.proxy == "Proxy")
    window.playhead.go_to(33)
    until(qtbot, lambda: any(frame is not None and frame.number == 33 for frame in seen))
    assert None in seen
    assert not any(frame.stand_in for frame in seen if frame is not None)
