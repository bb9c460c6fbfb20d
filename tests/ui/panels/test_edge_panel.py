"""The edge settings: sliders, numbers, switch."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.ui.panels.edge_panel import EdgePanel
from sam2_studio.ui.widgets.choice import Choice
from sam2_studio.ui.widgets.number_field import NumberField


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[EdgePanel]:
    widget = EdgePanel()
    qtbot.addWidget(widget)
    widget.set_edge(EdgeSettings(feather=1.5))
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    yield widget
    widget.close()


def field(panel: EdgePanel, name: str) -> NumberField:
    return panel._rows[name].field


def mouse(widget: QWidget, kind: QEvent.Type, x: float) -> None:
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    place = QPointF(x, 8)
    there = QPointF(widget.mapToGlobal(QPoint(round(x), 8)))
    event = QMouseEvent(kind, place, there, button, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def wheel(widget: QWidget) -> None:
    place = QPointF(5, 5)
    event = QWheelEvent(
        place, place, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_showing_values_says_nothing(panel: EdgePanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.edge_changed):
        panel.set_edge(EdgeSettings(grow=-3, feather=2, specks=40, holes=7, largest=True, matte=True, despill="blue"))
    assert [field(panel, name).value() for name in ("grow", "feather", "specks", "holes")] == [-3, 2, 40, 7]


def test_a_slider_moves_number_and_setting(panel: EdgePanel, qtbot: QtBot) -> None:
    slider = panel._rows["grow"].slider
    slider.setFocus()
    with qtbot.waitSignal(panel.edge_changed) as changed:
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert changed.args == [EdgeSettings(grow=0.5, feather=1.5)]
    assert field(panel, "grow").value() == 0.5


@pytest.mark.parametrize("language", [QLocale.Language.German, QLocale.Language.English])
@pytest.mark.parametrize("text", ["2,5", "2.5"])
def test_both_decimal_signs_are_understood(
    panel: EdgePanel, qtbot: QtBot, text: str, language: QLocale.Language
) -> None:
    number = field(panel, "feather")
    number.setLocale(QLocale(language))
    number.setFocus()
    number.selectAll()
    qtbot.keyClicks(number, text)
    with qtbot.waitSignal(panel.edge_changed) as changed:
        qtbot.keyClick(number, Qt.Key.Key_Return)
    assert changed.args == [EdgeSettings(feather=2.5)]


def test_a_number_beyond_the_slider_can_be_typed(panel: EdgePanel, qtbot: QtBot) -> None:
    number = field(panel, "specks")
    number.setFocus()
    number.selectAll()
    qtbot.keyClicks(number, "2000")
    with qtbot.waitSignal(panel.edge_changed) as changed:
        qtbot.keyClick(number, Qt.Key.Key_Return)
    assert changed.args == [EdgeSettings(feather=1.5, specks=2000)]


def test_a_number_is_dragged_sideways(panel: EdgePanel) -> None:
    edges: list[EdgeSettings] = []
    panel.edge_changed.connect(edges.append)
    panel.setFocus()
    line = field(panel, "grow").lineEdit()
    mouse(line, QEvent.Type.MouseButtonPress, 10)
    mouse(line, QEvent.Type.MouseMove, 50)
    mouse(line, QEvent.Type.MouseMove, -30)
    mouse(line, QEvent.Type.MouseButtonRelease, -30)
    assert [edge.grow for edge in edges] == [5.0, -5.0]
    assert not line.hasFocus()


def test_a_click_without_dragging_starts_typing(panel: EdgePanel) -> None:
    number = field(panel, "grow")
    mouse(number.lineEdit(), QEvent.Type.MouseButtonPress, 10)
    mouse(number.lineEdit(), QEvent.Type.MouseButtonRelease, 10)
    assert number.hasFocus()


def test_the_wheel_acts_only_on_what_has_the_focus(panel: EdgePanel, qtbot: QtBot) -> None:
    panel.setFocus()
    for widget in (field(panel, "grow"), panel._rows["grow"].slider):
        with qtbot.assertNotEmitted(panel.edge_changed):
            wheel(widget)
        widget.setFocus()
        with qtbot.waitSignal(panel.edge_changed):
            wheel(widget)


def choose(widget: Choice, value: str) -> None:
    """As the user does: the popup's entry is activated."""
    widget.setCurrentIndex(widget.findData(value))
    widget.activated.emit(widget.currentIndex())


def test_a_matte_is_chosen_and_taken_back(panel: EdgePanel, qtbot: QtBot) -> None:
    for value, expected in (
        ("best", EdgeSettings(feather=1.5, matte=True, method="best")),
        ("fast", EdgeSettings(feather=1.5, matte=True)),
        ("off", EdgeSettings(feather=1.5)),
    ):
        with qtbot.waitSignal(panel.edge_changed) as changed:
            choose(panel.matte, value)
        assert changed.args == [expected]


def test_largest_piece_and_despill_are_set(panel: EdgePanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.edge_changed) as changed:
        qtbot.mouseClick(panel.largest, Qt.MouseButton.LeftButton)
    assert changed.args == [EdgeSettings(feather=1.5, largest=True)]
    with qtbot.waitSignal(panel.edge_changed) as changed:
        choose(panel.despill, "green")
    assert changed.args == [EdgeSettings(feather=1.5, largest=True, despill="green")]


def test_without_an_object_nothing_can_be_set(panel: EdgePanel) -> None:
    panel.set_edge(None)
    assert not any(row.field.isEnabled() for row in panel._rows.values())
    assert not any(w.isEnabled() for w in (panel._rows["grow"].slider, panel.largest, panel.matte, panel.despill))
