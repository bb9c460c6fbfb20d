"""The tour: three cards with the user's keys, left at any of them; shown by itself once."""

from pathlib import Path
from string import Formatter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from sam2_studio.ui.actions import ACTIONS
from sam2_studio.ui.app import _begin, preferences_path
from sam2_studio.ui.dialogs.tour_dialog import CARDS, TourDialog
from sam2_studio.ui.keys import all_keys
from sam2_studio.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(qtbot: QtBot) -> TourDialog:
    widget = TourDialog(all_keys({"track_both": ("F9",), "undo": ()}))
    qtbot.addWidget(widget)
    widget.show()
    return widget


def words(dialog: TourDialog) -> str:
    return " ".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def test_every_card_names_actions_that_there_are() -> None:
    named = {name for card in CARDS for line in card.lines for _, name, _, _ in Formatter().parse(line) if name}
    assert named <= set(ACTIONS)
    assert len(CARDS) == 3


def test_forth_back_and_to_the_end(dialog: TourDialog, qtbot: QtBot) -> None:
    assert "Say what you want" in words(dialog)
    qtbot.keyClick(dialog.next, Qt.Key.Key_Return)
    assert "<b>F9</b>" in words(dialog)
    qtbot.mouseClick(dialog.back, LEFT)
    assert "1 of 3" in words(dialog)
    for _ in range(2):
        qtbot.mouseClick(dialog.next, LEFT)
    assert "the menu takes any of it back" in words(dialog)
    assert not dialog.skip.isVisible()
    qtbot.mouseClick(dialog.next, LEFT)
    assert not dialog.isVisible()


@pytest.mark.parametrize("way", ["button", "key"])
def test_it_can_be_left_at_once(dialog: TourDialog, qtbot: QtBot, way: str) -> None:
    if way == "button":
        qtbot.mouseClick(dialog.skip, LEFT)
    else:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_first_start_alone_shows_it(qtbot: QtBot, studio_home: Path) -> None:
    for first in (True, False):
        window = MainWindow(preferences_path())
        qtbot.addWidget(window)
        window.show()
        _begin(window, [], None)
        shown = window.findChildren(TourDialog)
        assert bool(shown) == first
        for each in shown:
            qtbot.mouseClick(each.skip, LEFT)
        window.actions_by_id["tour"].trigger()
        (again,) = [each for each in window.findChildren(TourDialog) if each.isVisible()]
        again.reject()
        window.close()


def test_no_sentence_is_cut_off_where_the_screen_is_low(dialog: TourDialog) -> None:
    dialog.resize(dialog.width(), 200)  # as Qt does with a dialog that is higher than two thirds of the screen
    dialog.show()
    for label in dialog.pages.currentWidget().findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width()), label.text()
