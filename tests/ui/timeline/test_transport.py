"""The row above the timeline: the frame field, the buttons, the one primary button."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.ui.actions import ACTIONS
from sam2_studio.ui.timeline.next_step import NextStep
from sam2_studio.ui.timeline.transport import Transport
from tests.cut_off import cut_off


@pytest.fixture
def holder(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def actions(holder: QWidget) -> dict[str, QAction]:
    made = {spec.id: QAction(spec.text, holder) for spec in ACTIONS.values()}
    for name, action in made.items():
        action.setObjectName(name)
        action.setShortcuts(list(ACTIONS[name].keys))
    return made


@pytest.fixture
def transport(qtbot: QtBot, holder: QWidget, actions: dict[str, QAction]) -> Iterator[Transport]:
    widget = Transport(actions)
    qtbot.addWidget(widget)
    info = ClipInfo(path="a.mp4", kind=ClipKind.VIDEO, frames=247, width=160, height=90, first_number=1001)
    widget.set_clip(Clip.whole(info))
    widget.show()
    yield widget
    QToolTip.hideText()


def type_frame(transport: Transport, qtbot: QtBot, text: str) -> None:
    transport.field.setFocus()
    transport.field.selectAll()
    qtbot.keyClicks(transport.field, text)
    qtbot.keyClick(transport.field, Qt.Key.Key_Return)


@pytest.mark.parametrize(("text", "frame"), [("1037", 36), ("+10", 15), ("-5", 0), ("0:00:01:13", 38)])
def test_the_field_goes_to_what_is_typed(transport: Transport, qtbot: QtBot, text: str, frame: int) -> None:
    transport.set_current(5)
    with qtbot.waitSignal(transport.frame_chosen) as chosen:
        type_frame(transport, qtbot, text)
    assert chosen.args == [frame]


def test_a_frame_that_is_none_is_refused_and_can_be_typed_over(transport: Transport, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(transport.frame_chosen):
        type_frame(transport, qtbot, "9999")
    assert transport.field.property("invalid")
    assert transport.field.selectedText() == "9999"
    with qtbot.waitSignal(transport.frame_chosen):
        type_frame(transport, qtbot, "1005")
    assert not transport.field.property("invalid")


def test_escape_gives_the_number_back(transport: Transport, qtbot: QtBot) -> None:
    transport.set_current(36)
    transport.field.setFocus()
    qtbot.keyClicks(transport.field, "77")
    qtbot.keyClick(transport.field, Qt.Key.Key_Escape)
    transport.field.clearFocus()
    assert transport.field.text() == "1037"


def test_playing_does_not_overwrite_what_is_being_typed(transport: Transport, qtbot: QtBot) -> None:
    with qtbot.waitActive(transport):
        transport.activateWindow()
    transport.field.setFocus()
    qtbot.keyClicks(transport.field, "12")
    typed = transport.field.text()
    transport.set_current(99)
    assert transport.field.text() == typed


def test_a_button_triggers_its_action_and_follows_whether_it_is_enabled(
    transport: Transport, actions: dict[str, QAction], qtbot: QtBot
) -> None:
    button = transport.findChild(QWidget, "button-track_both")
    assert button is not None
    with qtbot.waitSignal(actions["track_both"].triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    actions["track_both"].setEnabled(False)
    assert not button.isEnabled()


def test_a_clicked_button_does_not_take_the_keys(transport: Transport, qtbot: QtBot) -> None:
    button = transport.findChild(QWidget, "button-play")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.hasFocus()


@pytest.mark.parametrize(("speed", "text"), [(0, ""), (1, ""), (4, "4×"), (-1, "back 1×"), (-2, "back 2×")])
def test_the_speed_is_shown_where_it_is_not_the_clips_own(transport: Transport, speed: int, text: str) -> None:
    transport.set_speed(speed)
    assert transport._speed.text() == text


def test_a_switch_shows_its_state(transport: Transport, actions: dict[str, QAction], qtbot: QtBot) -> None:
    actions["loop"].setCheckable(True)
    button = transport.findChild(QPushButton, "button-loop")
    assert button is not None
    for state in (True, False):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert (button.isChecked(), actions["loop"].isChecked()) == (state, state)


@pytest.mark.parametrize("step", list(NextStep))
def test_one_button_at_most_wears_the_accent(transport: Transport, step: NextStep) -> None:
    transport.set_stale(37)
    transport.set_step(step)
    primary = [b.objectName() for b in transport.findChildren(QWidget) if b.property("primary")]
    assert primary == ([f"button-{step.value}"] if step else [])


def test_retrack_is_offered_only_when_something_is_stale(transport: Transport) -> None:
    button = transport.findChild(QWidget, "button-retrack")
    assert button is not None
    assert not button.isVisible()
    transport.set_stale(37)
    assert button.isVisible()
    assert "Retrack 37 frames" in button.property("text")
    transport.set_stale(1)
    assert "Retrack 1 frame " in button.property("text")


def test_it_fits_the_smallest_window(transport: Transport) -> None:
    transport.set_stale(12345)
    assert transport.minimumSizeHint().width() <= 1280


def test_keys_are_named_where_there_is_room(
    transport: Transport, holder: QWidget, qtbot: QtBot, actions: dict[str, QAction]
) -> None:
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(transport)
    holder.show()
    transport.set_stale(12345)
    retrack = transport.findChild(QPushButton, "button-retrack")
    key = actions["retrack"].shortcut().toString()
    holder.resize(1600, 48)
    qtbot.waitUntil(lambda: retrack.text().endswith(key))
    holder.resize(holder.minimumSizeHint())
    qtbot.waitUntil(lambda: key not in retrack.text())
    qtbot.waitUntil(lambda: not cut_off(holder))
    assert holder.width() == transport.minimumSizeHint().width()
    holder.resize(1600, 48)
    qtbot.waitUntil(lambda: retrack.text().endswith(key))
