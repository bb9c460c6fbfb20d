"""The Preferences dialog under real events: fields, search, keys recorded, conflicts, resets."""

from dataclasses import fields, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sam2_studio.core.preferences import Preferences
from sam2_studio.ui.actions import ACTIONS
from sam2_studio.ui.dialogs.preference_fields import (
    PREFERENCES,
    SECTIONS,
    AmountField,
    ChoiceField,
    FolderField,
    SwitchField,
)
from sam2_studio.ui.dialogs.preferences_dialog import PreferencesDialog

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Kept:
    """Keeps what the dialog says and shows it again, as the window does."""

    def __init__(self, dialog: PreferencesDialog) -> None:
        self.now, self._dialog = Preferences(), dialog
        dialog.changed.connect(self._change)

    def _change(self, name: str, value: object) -> None:
        self.now = replace(self.now, **{name: value})  # type: ignore[arg-type]
        self._dialog.show_values(self.now)


@pytest.fixture
def dialog(qtbot: QtBot) -> PreferencesDialog:
    widget = PreferencesDialog(Preferences())
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    return widget


@pytest.fixture
def kept(dialog: PreferencesDialog) -> Kept:
    return Kept(dialog)


def test_every_row_is_a_preference_and_says_what_it_does() -> None:
    known = {each.name for each in fields(Preferences)}
    for spec in PREFERENCES:
        assert spec.name in known
        assert spec.section in SECTIONS
        assert spec.hint.endswith(".")


def field_of(dialog: PreferencesDialog, name: str) -> QWidget:
    dialog.search.clear()
    dialog.sections.setCurrentRow(SECTIONS.index(dialog.rows[name].spec.section))
    return dialog.rows[name].field


def test_each_kind_of_field_says_what_the_user_does(dialog: PreferencesDialog, kept: Kept, qtbot: QtBot) -> None:
    theme = field_of(dialog, "theme")
    assert isinstance(theme, ChoiceField)
    qtbot.keyClick(theme.box, Qt.Key.Key_Up)
    assert kept.now.theme == "light"
    snap = field_of(dialog, "snap")
    assert isinstance(snap, SwitchField)
    qtbot.mouseClick(snap.switch, LEFT)
    assert kept.now.snap is False
    memory = field_of(dialog, "frame_cache_bytes")
    assert isinstance(memory, AmountField)
    memory.box.setFocus()
    memory.box.selectAll()
    qtbot.keyClicks(memory.box, "512\r")
    assert kept.now.frame_cache_bytes == 512 << 20
    opacity = field_of(dialog, "overlay_opacity")
    assert isinstance(opacity, AmountField)
    qtbot.keyClick(opacity.box, Qt.Key.Key_Up)
    assert kept.now.overlay_opacity == pytest.approx(0.4)


def test_what_the_program_shows_is_not_said_back(dialog: PreferencesDialog) -> None:
    said: list[str] = []
    dialog.changed.connect(lambda name, value: said.append(name))
    dialog.show_values(
        Preferences(theme="light", snap=False, threads=1, overlay_opacity=0.7, export_preset="web", export_folder="x")
    )
    assert said == []
    folder = dialog.rows["export_folder"].field
    assert isinstance(folder, FolderField)
    assert folder.name.text() == "x"


def test_a_folder_can_be_forgotten(dialog: PreferencesDialog, kept: Kept, qtbot: QtBot) -> None:
    dialog.show_values(Preferences(export_folder="somewhere"))
    folder = field_of(dialog, "export_folder")
    assert isinstance(folder, FolderField)
    kept.now = Preferences(export_folder="somewhere")
    qtbot.mouseClick(folder.clear, LEFT)
    assert kept.now.export_folder == ""
    assert folder.name.text() == "Beside the footage"


def visible_sections(dialog: PreferencesDialog) -> list[str]:
    items = [dialog.sections.item(row) for row in range(dialog.sections.count())]
    return [item.text() for item in items if not item.isHidden()]


def test_search_goes_over_all_sections(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.search, "memory frames")
    assert visible_sections(dialog) == ["Model and speed"]
    assert dialog.rows["frame_cache_bytes"].isVisible()
    assert not dialog.rows["threads"].isVisible()
    dialog.search.clear()
    qtbot.keyClicks(dialog.search, "ctrl+t")
    assert visible_sections(dialog) == ["Keys"]
    assert dialog.keys_page.action == "track_forwards"
    dialog.search.clear()
    qtbot.keyClicks(dialog.search, "zzz")
    assert visible_sections(dialog) == []
    assert dialog.nothing.isVisible()
    dialog.search.clear()
    assert len(visible_sections(dialog)) == len(SECTIONS) + 1


def chosen(dialog: PreferencesDialog, action: str) -> None:
    dialog.sections.setCurrentRow(len(SECTIONS))
    dialog.keys_page.table.selectRow(list(ACTIONS).index(action))


def record(qtbot: QtBot, dialog: PreferencesDialog, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    qtbot.mouseClick(dialog.keys_page.record, LEFT)
    assert dialog.keys_page.record.is_recording
    qtbot.keyClick(dialog.keys_page.record, key, modifiers)


def test_a_recorded_key_is_the_actions(dialog: PreferencesDialog, kept: Kept, qtbot: QtBot) -> None:
    chosen(dialog, "track_forwards")
    record(qtbot, dialog, Qt.Key.Key_J, CTRL | SHIFT)
    assert kept.now.keys == {"track_forwards": ("Ctrl+Shift+J",)}
    qtbot.mouseClick(dialog.keys_page.add, LEFT)
    qtbot.keyClick(dialog.keys_page.add, Qt.Key.Key_Tab, SHIFT)
    assert kept.now.keys == {"track_forwards": ("Ctrl+Shift+J", "Shift+Tab")}
    qtbot.mouseClick(dialog.keys_page.back, LEFT)
    assert kept.now.keys == {}
    qtbot.mouseClick(dialog.keys_page.remove, LEFT)
    assert kept.now.keys == {"track_forwards": ()}


def test_escape_and_leaving_end_the_recording(dialog: PreferencesDialog, kept: Kept, qtbot: QtBot) -> None:
    chosen(dialog, "undo")
    record(qtbot, dialog, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert dialog.isVisible(), "Esc ended the dialog, not the recording"
    qtbot.mouseClick(dialog.keys_page.record, LEFT)
    dialog.search.setFocus()
    assert not dialog.keys_page.record.is_recording
    assert kept.now.keys == {}


def test_a_taken_key_is_moved_or_left_by_choice(dialog: PreferencesDialog, kept: Kept, qtbot: QtBot) -> None:
    page = dialog.keys_page
    chosen(dialog, "track_forwards")
    record(qtbot, dialog, Qt.Key.Key_Z, CTRL)
    assert "Undo" in page.sentence.text()
    assert page.move_here.isVisible()
    assert kept.now.keys == {}
    qtbot.mouseClick(page.keep, LEFT)
    assert kept.now.keys == {}
    assert not page.move_here.isVisible()
    record(qtbot, dialog, Qt.Key.Key_Z, CTRL)
    qtbot.keyClick(page.move_here, Qt.Key.Key_Space)
    assert kept.now.keys == {"undo": (), "track_forwards": ("Ctrl+Z",)}
    qtbot.mouseClick(page.all_back, LEFT)
    assert kept.now.keys == {}


def test_a_double_click_records_too(dialog: PreferencesDialog, kept: Kept, qtbot: QtBot) -> None:
    chosen(dialog, "fit")
    table = dialog.keys_page.table
    place = table.visualItemRect(table.item(table.currentRow(), 1)).center()
    qtbot.mouseClick(table.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(table.viewport(), LEFT, pos=place)
    assert dialog.keys_page.record.is_recording
    qtbot.keyClick(dialog.keys_page.record, Qt.Key.Key_F11)
    assert kept.now.keys == {"fit": ("F11",)}
