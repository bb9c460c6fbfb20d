"""The window in German: menus and dialogs read so, Qt's own words too, and nothing is cut off at 1280 x 800."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox
from pytestqt.qtbot import QtBot
from sam2_studio.core.preferences import Preferences
from sam2_studio.ui import app, language
from sam2_studio.ui.app import speak
from sam2_studio.ui.main_window import MainWindow
from sam2_studio.ui.theme import apply_theme
from tests.cut_off import cut_off
from tests.edited import edited
from tests.window import shown, until

DIALOGS = ("export", "preferences", "models", "history", "shortcuts", "about", "show_queue")


@pytest.fixture(autouse=True)
def german(qapp: QApplication) -> Iterator[None]:
    font = qapp.font()
    apply_theme(qapp, "dark")
    speak(qapp, "de")
    yield
    speak(qapp, "en")
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
    qapp.setStyleSheet("")
    qapp.setFont(font)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path) -> Iterator[MainWindow]:
    made = shown(qtbot)
    yield made
    made.close()


def test_menus_read_german(window: MainWindow) -> None:
    titles = [action.text().replace("&", "") for action in window.menuBar().actions()]
    assert titles == ["Datei", "Bearbeiten", "Ansicht", "Objekt", "Verfolgen", "Modell", "Hilfe"]
    assert window.actions_by_id["undo"].text() == "&Rückgängig"
    assert "Strg+Z" in window.actions_by_id["undo"].toolTip() or "Ctrl" not in window.actions_by_id["undo"].toolTip()


def test_words_of_qt_are_german() -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text().replace("&", "") == "Abbrechen"


def test_the_language_of_the_preferences_holds_from_the_start(studio_home: Path) -> None:
    language.use_language("en")
    chosen = Preferences(language="de")
    app.preferences_path().parent.mkdir(parents=True)
    chosen.save(app.preferences_path())
    code = language.chosen_language(Preferences.load(app.preferences_path()).language, ["en-GB"])
    assert code == "de"


@pytest.mark.parametrize("tool", ["tool_points", "tool_brush"])
def test_nothing_is_cut_off_in_the_window(qtbot: QtBot, window: MainWindow, tmp_path: Path, tool: str) -> None:
    assert not cut_off(window)
    edited(qtbot, window, tmp_path)
    window.actions_by_id[tool].trigger()
    window.transport.set_stale(12345)
    window.hand_work.refuse_fill()
    until(qtbot, lambda: window.message_bar.isVisible())
    QApplication.processEvents()
    assert not cut_off(window)
    assert (window.width(), window.height()) == (1280, 800), "what doesn't fit makes the window grow"


@pytest.mark.parametrize("name", DIALOGS)
def test_nothing_is_cut_off_in_dialogs(qtbot: QtBot, window: MainWindow, tmp_path: Path, name: str) -> None:
    edited(qtbot, window, tmp_path)
    window.actions_by_id[name].trigger()
    [dialog] = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    until(qtbot, lambda: dialog.isVisible())
    if name == "preferences":
        for section in range(window.preferring._dialog.sections.count()):  # type: ignore[union-attr]
            window.preferring._dialog.sections.setCurrentRow(section)  # type: ignore[union-attr]
            QApplication.processEvents()
            assert not cut_off(dialog)
    assert not cut_off(dialog)
    dialog.close()
