"""The list of keys follows the table and can be searched."""

import pytest
from pytestqt.qtbot import QtBot
from sam2_studio.ui.actions import ACTIONS
from sam2_studio.ui.dialogs.about_dialog import AboutDialog
from sam2_studio.ui.dialogs.shortcuts_dialog import ShortcutsDialog
from sam2_studio.ui.keys import all_keys


@pytest.fixture
def dialog(qtbot: QtBot) -> ShortcutsDialog:
    widget = ShortcutsDialog(all_keys({}))
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_every_action_with_a_key_is_listed(dialog: ShortcutsDialog) -> None:
    shown = {text for text, _ in dialog.shown()}
    wanted = {
        spec.plain_text.removesuffix("…")
        for spec in ACTIONS.values()
        if spec.keys and not spec.id.startswith("object_")
    }
    assert wanted <= shown


def test_search_finds_words_and_keys(dialog: ShortcutsDialog, qtbot: QtBot) -> None:
    dialog.search.setFocus()
    qtbot.keyClicks(dialog.search, "track ctrl+t")
    assert dialog.shown() == [("Track forwards", "Ctrl+T")]
    dialog.search.clear()
    qtbot.keyClicks(dialog.search, "zzz")
    assert dialog.shown() == []
    assert dialog._nothing.isVisible()


def test_the_list_shows_the_users_own_keys(qtbot: QtBot) -> None:
    widget = ShortcutsDialog(all_keys({"track_forwards": ("Ctrl+J",), "object_3": (), "undo": ()}))
    qtbot.addWidget(widget)
    shown = dict(widget.shown())
    assert shown["Track forwards"] == "Ctrl+J"
    assert "Undo" not in shown
    assert "Select object 3" not in shown
    assert shown["Select object 4"] == "4"


def test_about_says_where_the_footage_goes(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    texts = " ".join(label.text() for label in dialog.findChildren(type(dialog.children()[1])))
    assert "this computer only" in texts
