"""Without a mouse and without seeing: every thing that takes the focus has a name, is reached, shows that it has it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QWidget
from pytestqt.qtbot import QtBot
from sam2_studio.ui.areas import takes_tab
from sam2_studio.ui.main_window import MainWindow
from sam2_studio.ui.theme import apply_theme
from shiboken6 import isValid
from tests.edited import edited
from tests.media_factory import numbered_frames, write_video
from tests.window import opened, shown, until

DIALOGS = ("export", "preferences", "models", "history", "shortcuts", "about")
PLACES = ("start page", "editor", "brush", *DIALOGS)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """The style sheet draws the focus of most widgets."""
    font = qapp.font()
    apply_theme(qapp, "dark")
    yield
    qapp.setStyleSheet("")
    qapp.setFont(font)
    qapp.setPalette(QPalette())


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path) -> Iterator[MainWindow]:
    made = shown(qtbot)
    yield made
    made.close()


@pytest.fixture
def editor(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> MainWindow:
    return edited(qtbot, window, tmp_path)


@pytest.fixture
def place(qtbot: QtBot, window: MainWindow, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[QWidget]:
    """One of `PLACES`: the window in some state, or a dialog over it."""
    name = request.param
    if name != "start page":
        edited(qtbot, window, tmp_path)
    if name not in DIALOGS:
        if name == "brush":
            window.actions_by_id["tool_brush"].trigger()
        yield window
        return
    window.actions_by_id[name].trigger()
    until(qtbot, lambda: _dialog() is not None)
    dialog = _dialog()
    assert dialog is not None
    yield dialog
    if isValid(dialog):
        dialog.close()


def _dialog() -> QDialog | None:
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()), None)


def focusable(top: QWidget) -> list[QWidget]:
    """All that Tab can lead to; of buttons of which one is pressed that one, whose neighbours the arrows reach."""
    return [w for w in top.findChildren(QWidget) if takes_tab(w) and w.window() is top and not _is_beside(w)]


def _is_beside(widget: QWidget) -> bool:
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is not None and group.exclusive() and group.checkedButton() not in (None, widget)


def spoken(widget: QWidget) -> tuple[str, QAccessible.Role]:
    """Name and role as a screen reader is told them; on this system a combo box has its name from its label."""
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    if isinstance(widget, QComboBox):
        labels = interface.relations(QAccessible.RelationFlag.Label)
        return (widget.accessibleName() if labels else ""), interface.role()
    return interface.text(QAccessible.Text.Name), interface.role()


def named(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return f"{type(widget).__name__} {widget.objectName() or widget.accessibleName() or text}".strip()


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_whatever_takes_the_focus_has_a_name_and_a_role(place: QWidget) -> None:
    assert focusable(place)
    for widget in focusable(place):
        name, role = spoken(widget)
        assert name.strip(" ▾…"), f"{named(widget)} has no name"
        assert role != QAccessible.Role.NoRole


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_descriptions_are_plain_words(place: QWidget) -> None:
    for widget in focusable(place):
        interface = QAccessible.queryAccessibleInterface(widget)
        assert interface is not None
        description = interface.text(QAccessible.Text.Description)
        assert "<b>" not in description, named(widget)
        assert "&nbsp;" not in description, named(widget)


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_everything_is_reached_and_nothing_holds_the_focus(place: QWidget) -> None:
    wanted = focusable(place)
    wanted[0].setFocus(Qt.FocusReason.TabFocusReason)
    reached: list[QWidget] = []
    for _ in range(3 * len(wanted)):
        focused = place.focusWidget()
        assert focused is not None
        if focused in reached:
            break
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    groups = [each.group() for each in reached if isinstance(each, QAbstractButton) and each.group() is not None]
    missing = [each for each in wanted if each not in reached]
    assert not [named(each) for each in missing if not (isinstance(each, QAbstractButton) and each.group() in groups)]
    assert place.focusWidget() is reached[0], "the way round leads back to where it began"


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_the_focus_shows(place: QWidget) -> None:
    for widget in focusable(place):
        with_focus = _picture(widget, lambda each: each.setFocus(Qt.FocusReason.TabFocusReason))
        without = _picture(widget, lambda each: each.clearFocus())
        differing = np.abs(with_focus.astype(int) - without).max(axis=2) > 48
        assert np.count_nonzero(differing) >= 20, f"{named(widget)} looks the same with the focus"


def _picture(widget: QWidget, act: Callable[[QWidget], object]) -> np.ndarray:
    act(widget)
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def test_tab_goes_through_the_models_before_what_stands_below_them(editor: MainWindow) -> None:
    editor.actions_by_id["models"].trigger()
    dialog = editor.models._dialog
    assert dialog is not None
    chain: list[QWidget] = [dialog.list]
    while chain[-1].nextInFocusChain() is not dialog.list:
        chain.append(chain[-1].nextInFocusChain())
    places = [chain.index(card) for name in dialog.list.order for card in (dialog.list.cards[name],)]
    assert places == sorted(places)
    assert places[-1] < chain.index(dialog.machine.device)
    dialog.close()


def test_f6_leads_through_the_areas_and_back(qtbot: QtBot, editor: MainWindow) -> None:
    editor.canvas.setFocus()
    ways: list[QWidget | None] = []
    for key in (Qt.Key.Key_F6,) * 6:
        qtbot.keyClick(editor.focusWidget(), key)
        ways.append(editor.focusWidget())
    areas = (editor.objects_panel, editor.frame_panel, editor.edge_panel, editor.transport, editor.timeline)
    for area, widget in zip(areas, ways, strict=False):
        assert widget is area or area.isAncestorOf(widget)
    assert ways[-1] is editor.canvas
    qtbot.keyClick(editor.canvas, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert editor.focusWidget() is ways[4]


def test_arrows_go_through_buttons_of_which_one_is_pressed(qtbot: QtBot, editor: MainWindow) -> None:
    editor.actions_by_id["tool_brush"].trigger()
    screen, picture = editor.hand_strip._units.buttons()
    screen.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(screen, Qt.Key.Key_Right)
    assert picture.isChecked()
    assert editor.canvas.brush.in_picture
    assert editor.focusWidget() is picture
    assert editor.playhead.frame == 0


def test_the_picture_says_what_it_shows(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    assert window.canvas.accessibleDescription() == "No footage"
    edited(qtbot, window, tmp_path)
    said = window.canvas.accessibleDescription()
    assert said.startswith("Frame 0. ")
    assert "painted" in said
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    until(qtbot, lambda: window.canvas.accessibleDescription().startswith("Frame 1. "))
    assert "no mask yet" in window.canvas.accessibleDescription()
    assert window.timeline.accessibleDescription().count("Frame 1") == 1


def test_a_subject_is_prompted_by_keys_alone(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    opened(qtbot, window, write_video(tmp_path / "clip.mp4", numbered_frames(3)))
    until(qtbot, lambda: window.actions_by_id["keyboard_pointer"].isEnabled())
    qtbot.keyClick(window.canvas, Qt.Key.Key_F7)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
    [made] = window.bridge.project.objects
    [point] = window.bridge.project.prompts(made.id, 0).points
    assert window.access.pointer.at is not None
    assert point.at.pixel == window.access.pointer.at.pixel
    assert window.playhead.frame == 0, "the arrow moved the pointer, not the playhead"
    qtbot.keyClick(window.canvas, Qt.Key.Key_F7)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    assert window.playhead.frame == 1


def test_the_text_is_13_pixels_from_the_start(qapp: QApplication) -> None:
    assert QApplication.font().pixelSize() == 13
    apply_theme(qapp, "light")
    assert QApplication.font().pixelSize() == 13
