"""A clock that was set back, or stands still: order comes from counters (fault W9)."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sam2_studio import home
from sam2_studio.core.session import Session
from sam2_studio.ui import unnamed
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, write_video
from tests.window import PATIENCE, close, shown


class StoppedClock(datetime):
    """Says the same time for ever."""

    @classmethod
    def now(cls, tz: object = None) -> "StoppedClock":
        return cls(2001, 2, 3, 4, 5, 6)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path) -> Iterator[MainWindow]:
    made = shown(qtbot)
    yield made
    close(made)


def test_unnamed_projects_of_one_moment_are_told_apart(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unnamed, "datetime", StoppedClock)
    clip = tmp_path / "clip.mp4"
    write_video(clip, numbered_frames(3))
    paths = []
    for _ in range(3):
        with qtbot.waitSignal(window.documents.opened, timeout=PATIENCE) as opened:
            window.documents.open(clip)
        paths.append(opened.args[0])
    assert len(set(paths)) == 3
    assert [Path(path) for path in window.settings.now.recent_files] == paths[::-1]


def test_the_session_that_ended_last_is_restored_whatever_its_time(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    write_video(clip, numbered_frames(3))
    paths = []
    for number in range(3):
        with qtbot.waitSignal(window.documents.opened, timeout=PATIENCE) as opened:
            window.documents.open(clip)
        paths.append(opened.args[0])
        session = Session(home.sessions_folder())
        session.note(paths[-1])
        assert session._path is not None
        os.utime(session._path, (10_000 - number, 10_000 - number))
        session._path = None
        session.end()
    window.documents.close()
    window.recovery.start([])
    qtbot.waitUntil(lambda: window.bridge.is_open, timeout=PATIENCE)
    assert window.bridge.file.path == paths[-1]
