"""Preferences in the real window: what is changed acts at once, and is there in the next session."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot
from sam2_studio.core.preferences import Preferences
from sam2_studio.ui import theme
from sam2_studio.ui.app import preferences_path
from sam2_studio.ui.engine_questions import EngineLimits
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, write_video
from tests.window import PATIENCE, close, opened, shown, until

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path) -> Iterator[MainWindow]:
    made = shown(qtbot)
    yield made
    close(made)


def test_the_users_keys_act_at_once_and_are_named_everywhere(
    qtbot: QtBot, window: MainWindow, sample_clip: Path
) -> None:
    window.resize(1440, 900)  # buttons name their keys where there is room
    opened(qtbot, window, sample_clip)
    window.settings.change(keys={"about": ("Ctrl+J",), "export": ("F9",)})
    assert "F9" in window.actions_by_id["export"].toolTip()
    assert "F9" in window.findChild(type(window.transport._retrack), "button-export").text()
    with qtbot.waitSignal(window.actions_by_id["about"].triggered):
        qtbot.keyClick(window, Qt.Key.Key_J, CTRL)


def test_a_change_in_the_dialog_is_in_force_and_kept(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    dialog = window.preferring._dialog
    assert dialog is not None
    dialog.changed.emit("theme", "light")
    dialog.changed.emit("second_look", False)
    dialog.changed.emit("overlay_opacity", 0.8)
    dialog.changed.emit("frame_cache_bytes", 64 << 20)
    assert theme.tokens() is theme.LIGHT
    assert window.actions_by_id["theme_light"].isChecked()
    assert not window.clicks.settings.second_look
    assert not window.actions_by_id["second_look"].isChecked()
    assert window.canvas.overlay_opacity == 0.8
    assert window.footage._limit == 64 << 20
    kept = Preferences.load(preferences_path())
    assert (kept.theme, kept.second_look, kept.overlay_opacity) == ("light", False, 0.8)
    dialog.close()
    window.preferring.set_theme("dark")


def test_the_theme_follows_the_desktop_while_that_is_wished(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop = [Qt.ColorScheme.Light]
    monkeypatch.setattr(theme, "system_scheme", lambda: desktop[0])
    hints = QGuiApplication.styleHints()
    window.preferring.set_theme("light")
    window.preferring.set_theme("system")
    assert theme.tokens() is theme.LIGHT
    for scheme, expected in ((Qt.ColorScheme.Dark, theme.DARK), (Qt.ColorScheme.Light, theme.LIGHT)):
        desktop[0] = scheme
        with qtbot.waitSignal(window.preferring.restyled):
            hints.colorSchemeChanged.emit(scheme)
        assert theme.tokens() is expected
    window.preferring.set_theme("dark")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.tokens() is theme.DARK, "who chose dark has it whatever the desktop does"


def test_a_change_in_the_menu_shows_in_the_open_dialog(window: MainWindow) -> None:
    window.preferring.show_preferences()
    assert window.preferring._dialog is not None
    switch = window.preferring._dialog.rows["snap"].field.focusProxy()
    window.actions_by_id["snap"].trigger()
    assert not window.settings.now.snap
    assert not switch.isChecked()  # type: ignore[attr-defined]


def test_threads_and_features_reach_the_engine(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.engine.model_ready, timeout=PATIENCE):
        pass
    limits = EngineLimits(threads=1, feature_bytes=64 << 20)
    window.settings.change(threads=1, feature_cache_bytes=64 << 20)
    features = window.engine._features
    assert features is not None
    qtbot.waitUntil(lambda: features._limit == limits.feature_bytes, timeout=PATIENCE)
    assert window.engine._limits == limits


def test_dividers_are_where_they_were(qtbot: QtBot, studio_home: Path, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    write_video(clip, numbered_frames(3))
    sizes = []
    for _ in range(2):
        window = shown(qtbot)
        window.documents.open(clip)
        qtbot.waitUntil(lambda window=window: window.canvas.frame is not None, timeout=PATIENCE)
        parts = window.layout_of_parts
        sizes.append((parts.editor.sizes(), parts._across.sizes()))
        parts.editor.setSizes([400, 300])
        parts._across.setSizes([800, 360])
        moved = (parts.editor.sizes(), parts._across.sizes())
        window.close()
    assert sizes[0] != moved
    assert sizes[1] == moved


def test_the_export_dialog_begins_with_the_preferred(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    write_video(clip, numbered_frames(3))
    window.documents.open(clip)
    qtbot.waitUntil(lambda: window.canvas.frame is not None, timeout=PATIENCE)
    window.editing.new_object()
    window.settings.change(export_preset="web", export_folder=str(tmp_path / "out"))
    window.exporting.show_export()
    dialog = window.exporting._dialog
    assert dialog is not None
    assert dialog.form.presets.preset.name == "web"
    assert dialog.form.target.text() == str(tmp_path / "out" / "clip-cutout.webm")
    dialog.reject()


def test_nothing_is_exported_into_the_program_itself(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_id["open_sample"].trigger()
    until(qtbot, lambda: window.canvas.frame is not None)
    window.editing.new_object()
    window.exporting.show_export()
    dialog = window.exporting._dialog
    assert dialog is not None
    assert Path(dialog.form.target.text()).parent == Path.home()
    dialog.reject()


@pytest.mark.parametrize("name", ["shortcuts", "about", "preferences", "history", "models"])
def test_a_dialog_that_was_closed_is_gone(qtbot: QtBot, window: MainWindow, tmp_path: Path, name: str) -> None:
    clip = write_video(tmp_path / "a.mp4", numbered_frames(2))
    opened(qtbot, window, clip)
    before = len(QApplication.allWidgets())
    window.actions_by_id[name].trigger()
    dialogs = [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]
    assert len(dialogs) == 1
    dialogs.pop().close()
    until(qtbot, lambda: len(QApplication.allWidgets()) <= before)
