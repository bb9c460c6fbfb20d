"""Settings that are damaged or can't be written: the defaults hold, it is said once, the start goes on (fault W11)."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sam2_studio.core.preferences import Preferences
from sam2_studio.ui.app import preferences_path
from sam2_studio.ui.main_window import MainWindow


def random_bytes(path: Path) -> None:
    path.write_bytes(random.Random(0).randbytes(4000))


def half_a_file(path: Path) -> None:
    Preferences(theme="light").save(path)
    path.write_bytes(path.read_bytes()[:100])


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("damage", [random_bytes, half_a_file, a_folder])
def test_damaged_settings(qtbot: QtBot, studio_home: Path, damage: Callable[[Path], None]) -> None:
    path = preferences_path()
    path.parent.mkdir(parents=True)
    damage(path)
    for first in (True, False):
        window = MainWindow(path)
        qtbot.addWidget(window)
        window.show()
        assert window.settings.now.theme == Preferences().theme
        if first:
            qtbot.waitUntil(lambda window=window: window.message_bar.isVisible())
            assert ".kept" in window.message_bar.text
            window.message_bar.clear()
        qtbot.wait(1)
        assert not window.message_bar.isVisible(), "it was said twice"
        window.close()
    assert path.with_name("preferences.json.kept").exists()


def test_settings_that_can_not_be_written_are_told_once(qtbot: QtBot, studio_home: Path) -> None:
    studio_home.mkdir()
    (studio_home / "settings").write_text("no folder")
    window = MainWindow(preferences_path())
    qtbot.addWidget(window)
    window.show()
    window.preferring.set_snap(False)
    qtbot.waitUntil(window.message_bar.isVisible)
    assert "can't be kept" in window.message_bar.text
    assert not window.clicks.settings.snap, "the change holds for this session"
    window.message_bar.clear()
    window.preferring.set_snap(True)
    qtbot.wait(1)
    assert not window.message_bar.isVisible()
    window.close()
    assert [path.name for path in studio_home.iterdir()] == ["settings"]
