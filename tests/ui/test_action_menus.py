"""QActions, menus and toolbar made from the table, and the guard of text fields' keys."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QMainWindow, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot
from sam2_studio.ui.action_menus import BREAKS, build_actions, build_menus, build_toolbar, enable_actions
from sam2_studio.ui.actions import ACTIONS
from sam2_studio.ui.shortcut_guard import ShortcutGuard


class Recorder:
    """Has every method, and remembers which were called with what."""

    def __init__(self, calls: list[tuple[str, tuple[object, ...]]]) -> None:
        self._calls = calls

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: self._calls.append((name, arguments))


@pytest.fixture
def calls() -> list[tuple[str, tuple[object, ...]]]:
    return []


@pytest.fixture
def window(qtbot: QtBot, calls: list[tuple[str, tuple[object, ...]]]) -> Iterator[QMainWindow]:
    widget = QMainWindow()
    qtbot.addWidget(widget)
    targets = {spec.slot.split(".")[0]: Recorder(calls) for spec in ACTIONS.values()}
    widget.made = build_actions(widget, targets)  # type: ignore[attr-defined]
    widget.menus = build_menus(widget.menuBar(), widget.made)  # type: ignore[attr-defined]
    widget.addToolBar(build_toolbar(widget.made))  # type: ignore[attr-defined]
    widget.resize(400, 300)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    ShortcutGuard(application, widget)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    yield widget
    widget.close()


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("undo", ("undo", ())),
        ("back_ten", ("step", (-10,))),
        ("object_3", ("choose_place", (2,))),
        ("tool_box", ("set_tool", ("box",))),
        ("original", ("show_original", (True,))),
    ],
)
def test_a_triggered_action_calls_its_slot(
    window: QMainWindow, calls: list[tuple[str, tuple[object, ...]]], name: str, call: tuple[str, tuple[object, ...]]
) -> None:
    window.made[name].trigger()  # type: ignore[attr-defined]
    assert calls == [call]


def test_every_action_is_in_a_menu_with_a_tip_and_its_keys(window: QMainWindow) -> None:
    in_menus = {action for menu in window.menus.values() for action in menu.actions()}  # type: ignore[attr-defined]
    for name, action in window.made.items():  # type: ignore[attr-defined]
        assert action in in_menus
        assert ACTIONS[name].tip in action.toolTip()
        assert action.shortcuts() == [QKeySequence(key) for key in ACTIONS[name].keys]


def test_lines_part_the_menus_and_stand_at_no_end(window: QMainWindow) -> None:
    for path, menu in window.menus.items():  # type: ignore[attr-defined]
        lines = [action.isSeparator() for action in menu.actions()]
        assert not lines[0], path
        assert not lines[-1], path
        assert not any(a and b for a, b in pairwise(lines)), path
    assert set(window.menus) | set(ACTIONS) >= BREAKS  # type: ignore[attr-defined]
    count = sum(action.isSeparator() for menu in window.menus.values() for action in menu.actions())  # type: ignore[attr-defined]
    assert count == len(BREAKS)


def test_conditions_enable(window: QMainWindow) -> None:
    made = window.made  # type: ignore[attr-defined]
    enable_actions(made, {"has_clip"})
    assert made["fit"].isEnabled()
    assert made["open"].isEnabled()
    assert not made["track_both"].isEnabled()
    enable_actions(made, {"can_track"})
    assert made["track_both"].isEnabled()
    assert not made["fit"].isEnabled()


def focused(window: QMainWindow, widget: QWidget) -> QWidget:
    window.setCentralWidget(widget)
    widget.show()
    widget.setFocus()
    return widget


def test_a_letter_fires_on_the_picture(
    window: QMainWindow, calls: list[tuple[str, tuple[object, ...]]], qtbot: QtBot
) -> None:
    canvas = QWidget()
    canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    qtbot.keyClick(focused(window, canvas), Qt.Key.Key_T)
    assert calls == [("track_both", ())]


@pytest.mark.parametrize(
    "key",
    [Qt.Key.Key_T, Qt.Key.Key_1, Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Up,
     Qt.Key.Key_Comma, Qt.Key.Key_Backslash, Qt.Key.Key_Home],
)  # fmt: skip
def test_no_single_key_fires_while_a_field_has_the_focus(
    window: QMainWindow, calls: list[tuple[str, tuple[object, ...]]], qtbot: QtBot, key: Qt.Key
) -> None:
    field = focused(window, QLineEdit("some text"))
    qtbot.keyClick(field, key)
    qtbot.keyClick(field, key, Qt.KeyboardModifier.ShiftModifier)
    assert calls == []


def test_ctrl_keys_and_escape_fire_from_a_field(
    window: QMainWindow, calls: list[tuple[str, tuple[object, ...]]], qtbot: QtBot
) -> None:
    field = focused(window, QLineEdit())
    qtbot.keyClick(field, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert [name for name, _ in calls] == ["show_export", "stop"]


@pytest.mark.parametrize(
    ("make", "kept", "fired"),
    [
        (QPushButton, Qt.Key.Key_Space, Qt.Key.Key_T),
        (lambda: QSlider(Qt.Orientation.Horizontal), Qt.Key.Key_Right, Qt.Key.Key_Space),
        (QListWidget, Qt.Key.Key_Down, Qt.Key.Key_T),
        (QPushButton, Qt.Key.Key_Tab, Qt.Key.Key_N),
    ],
)
def test_a_control_keeps_the_keys_that_it_uses(
    window: QMainWindow,
    calls: list[tuple[str, tuple[object, ...]]],
    qtbot: QtBot,
    make: Callable[[], QWidget],
    kept: Qt.Key,
    fired: Qt.Key,
) -> None:
    widget = focused(window, make())
    qtbot.keyClick(widget, kept)
    assert calls == []
    qtbot.keyClick(focused(window, make()), fired)
    assert len(calls) == 1
