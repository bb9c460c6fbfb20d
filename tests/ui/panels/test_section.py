"""A section of the panel: folded by mouse and keys, and found folded again in the next session."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot
from sam2_studio.ui.panels.section import Section
from tests.window import close, shown


def section(qtbot: QtBot, *, foldable_as: str = "") -> tuple[Section, QLabel]:
    made, inside = Section("EDGE", foldable_as=foldable_as), QLabel("inside")
    made.body.addWidget(inside)
    qtbot.addWidget(made)
    made.show()
    return made, inside


def test_a_click_on_the_title_folds_and_unfolds(qtbot: QtBot) -> None:
    made, inside = section(qtbot, foldable_as="edge")
    title = made.findChild(QToolButton)
    for folded in (True, False):
        with qtbot.waitSignal(made.folded_changed, check_params_cb=lambda said, wanted=folded: said is wanted):
            qtbot.mouseClick(title, Qt.MouseButton.LeftButton)
        assert inside.isVisible() is not folded
        assert made.is_folded is folded


def test_the_keyboard_folds_too_and_less_room_is_taken(qtbot: QtBot) -> None:
    made, _ = section(qtbot, foldable_as="edge")
    high = made.sizeHint().height()
    qtbot.keyClick(made.findChild(QToolButton), Qt.Key.Key_Space)
    assert made.is_folded
    assert made.sizeHint().height() < high


def test_one_that_can_not_be_folded_has_a_title_only(qtbot: QtBot) -> None:
    made, _ = section(qtbot)
    assert not made.is_foldable
    assert not made.is_folded
    assert made.findChild(QToolButton) is None


def test_it_is_found_folded_again(qtbot: QtBot, studio_home: Path) -> None:
    window = shown(qtbot)
    window.edge_panel.set_folded(True)
    close(window)
    again = shown(qtbot)
    assert again.edge_panel.is_folded
    assert not again.frame_panel.is_folded
    close(again)
