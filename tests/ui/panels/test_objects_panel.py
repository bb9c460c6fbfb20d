"""The list of objects under real events."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from sam2_studio.core.objects import PALETTE, CutObject
from sam2_studio.ui.panels.color_menu import ColorMenu
from sam2_studio.ui.panels.object_state import ObjectState
from sam2_studio.ui.panels.objects_delegate import RowParts
from sam2_studio.ui.panels.objects_panel import ObjectsPanel
from sam2_studio.ui.theme import apply_theme

OBJECTS = tuple(CutObject(id=n, name=name, color=PALETTE[n]) for n, name in ((4, "man"), (2, "ball"), (7, "tree")))
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[ObjectsPanel]:
    widget = ObjectsPanel()
    qtbot.addWidget(widget)
    widget.set_objects(OBJECTS)
    widget.set_selected(4)
    widget.show()
    yield widget
    widget.close()


def parts(panel: ObjectsPanel, row: int) -> RowParts:
    return RowParts.within(panel.list.visualRect(panel.list.model().index(row, 0)))


def click(panel: ObjectsPanel, qtbot: QtBot, place: QRect) -> None:
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=place.center())


def test_a_click_chooses(panel: ObjectsPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.object_chosen) as chosen:
        click(panel, qtbot, parts(panel, 1).text)
    assert chosen.args == [2]


def test_marking_from_outside_is_silent(panel: ObjectsPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.object_chosen):
        panel.set_selected(7)
    assert panel.selected == 7


def test_a_click_beside_the_rows_keeps_the_selection(panel: ObjectsPanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=QPoint(50, panel.list.height() - 4))
    assert panel.selected == 4


def test_eye_and_lock_ask_for_the_other_state(panel: ObjectsPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.visible_chosen) as visible:
        click(panel, qtbot, parts(panel, 1).eye)
    assert visible.args == [2, False]
    panel.set_objects([OBJECTS[0], replace(OBJECTS[1], locked=True), OBJECTS[2]])
    with qtbot.waitSignal(panel.locked_chosen) as locked:
        click(panel, qtbot, parts(panel, 1).lock)
    assert locked.args == [2, False]


def test_double_click_renames_in_place(panel: ObjectsPanel, qtbot: QtBot) -> None:
    place = parts(panel, 0).text.center()
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(panel.list.viewport(), LEFT, pos=place)
    editor = panel.list.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "Juggler")
    with qtbot.waitSignal(panel.rename_chosen) as renamed:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == [4, "Juggler"]


def test_rename_by_action_and_escape_keeps_the_name(panel: ObjectsPanel, qtbot: QtBot) -> None:
    panel.start_rename()
    editor = panel.list.findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "x")
    with qtbot.assertNotEmitted(panel.rename_chosen):
        qtbot.keyClick(editor, Qt.Key.Key_Escape)


def test_an_open_editor_survives_a_change_of_values(panel: ObjectsPanel, qtbot: QtBot) -> None:
    panel.start_rename()
    panel.set_objects([replace(OBJECTS[0], visible=False), *OBJECTS[1:]])
    panel.set_states({4: ObjectState("tracked")})
    editor = panel.list.findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClick(editor, Qt.Key.Key_Escape)


def test_the_chip_offers_colours(panel: ObjectsPanel, qtbot: QtBot) -> None:
    click(panel, qtbot, parts(panel, 0).chip)
    menu = panel.findChild(ColorMenu)
    assert menu is not None
    with qtbot.waitSignal(panel.color_chosen) as chosen:
        menu.actions()[3].trigger()
    assert chosen.args == [4, PALETTE[3]]
    menu.close()


@pytest.mark.parametrize(("row", "before", "order"), [(0, 2, [2, 4, 7]), (2, 0, [7, 4, 2]), (0, 3, [2, 7, 4])])
def test_a_drop_asks_for_the_new_order(
    panel: ObjectsPanel, qtbot: QtBot, row: int, before: int, order: list[int]
) -> None:
    model = panel.list.model()
    dragged = model.mimeData([model.index(row, 0)])
    with qtbot.waitSignal(panel.order_chosen) as chosen:
        model.dropMimeData(dragged, Qt.DropAction.MoveAction, before, 0, model.index(-1, 0))
    assert chosen.args == [order]


@pytest.mark.parametrize("before", [0, 1])
def test_a_drop_in_its_own_place_asks_nothing(panel: ObjectsPanel, qtbot: QtBot, before: int) -> None:
    model = panel.list.model()
    dragged = model.mimeData([model.index(0, 0)])
    with qtbot.assertNotEmitted(panel.order_chosen):
        model.dropMimeData(dragged, Qt.DropAction.MoveAction, before, 0, model.index(-1, 0))


def test_alt_and_a_click_on_the_eye_ask_for_the_object_alone(panel: ObjectsPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.visible_chosen), qtbot.waitSignal(panel.solo_wanted) as wanted:
        place = parts(panel, 1).eye.center()
        qtbot.mouseClick(panel.list.viewport(), LEFT, Qt.KeyboardModifier.AltModifier, place)
    assert wanted.args == [2, False]
    with qtbot.waitSignal(panel.solo_wanted) as wanted:
        qtbot.mouseClick(panel.list.viewport(), LEFT, Qt.KeyboardModifier.AltModifier, place)
    assert wanted.args == [2, True]


def test_alone_every_other_eye_is_shut(panel: ObjectsPanel) -> None:
    def eyes() -> list[bytes]:
        picture = panel.list.viewport().grab().toImage()
        cut = [picture.copy(parts(panel, row).eye) for row in range(3)]
        return [bytes(each.convertToFormat(each.format()).constBits()) for each in cut]

    before = eyes()
    panel.set_solo(True)
    after = eyes()
    assert after[0] == before[0]
    assert after[1] != before[1]
    panel.set_solo(False)
    assert eyes() == before


def test_the_right_button_asks_for_the_menu_of_the_object_under_it(panel: ObjectsPanel, qtbot: QtBot) -> None:
    place = parts(panel, 1).text.center()
    viewport = panel.list.viewport()
    with qtbot.waitSignal(panel.menu_wanted) as wanted:
        qtbot.mousePress(viewport, Qt.MouseButton.RightButton, pos=place)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
        QApplication.sendEvent(viewport, event)
    assert panel.selected == 2
    assert wanted.args == [viewport.mapToGlobal(place)]


def test_the_menu_key_asks_for_the_menu_below_the_marked_row(panel: ObjectsPanel, qtbot: QtBot) -> None:
    panel.set_selected(7)
    with qtbot.waitSignal(panel.menu_wanted) as wanted:
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(5, 5))
        QApplication.sendEvent(panel.list.viewport(), event)
    row = panel.list.visualRect(panel.list.currentIndex())
    assert wanted.args == [panel.place_of_selected()]
    assert row.top() <= panel.list.viewport().mapFromGlobal(wanted.args[0]).y() <= row.bottom() + 1


def test_delete_asks_for_the_selected_object(panel: ObjectsPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.delete_wanted) as wanted:
        qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert wanted.args == [4]


def test_the_selection_survives_a_new_order(panel: ObjectsPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.object_chosen):
        panel.set_objects(OBJECTS[::-1])
    assert panel.selected == 4


def test_an_empty_list_says_how_to_begin(panel: ObjectsPanel) -> None:
    panel.set_objects(())
    assert panel._empty.isVisible()
    assert "Click the subject" in panel._empty.text()


def test_the_panel_is_as_high_with_an_empty_list(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")  # its style polishes the sentence, which then wishes for a height of its own
    panel = ObjectsPanel()
    qtbot.addWidget(panel)
    panel.set_objects(OBJECTS)
    panel.show()
    hint = panel.sizeHint()
    panel.set_objects(())
    assert panel.sizeHint() == hint


def test_a_screen_reader_hears_number_name_state_and_flags(panel: ObjectsPanel) -> None:
    panel.set_objects([OBJECTS[0], replace(OBJECTS[1], visible=False, locked=True)])
    panel.set_states({2: ObjectState("2 to review", needs_attention=True)})
    model = panel.list.model()
    said = [model.data(model.index(row, 0), Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert said == ["1 man, no mask yet", "2 ball, 2 to review, hidden, locked"]
