"""The Models dialog: every wish by mouse and by keys, one accent, and lists that come ten times a second."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from sam2_studio.ui.dialogs.model_card import ModelCard
from sam2_studio.ui.dialogs.model_rows import Fetching, ModelRow, Step
from sam2_studio.ui.dialogs.models_dialog import ModelsDialog
from sam2_studio.ui.widgets.elided_label import ElidedLabel

LEFT = Qt.MouseButton.LeftButton
GOING = Fetching(done=87_300_000, total=156_008_466, rate=4.21e6, left=16.3)
SIGNALS = ("use", "get", "pause", "resume", "cancel", "remove", "verify")


def row_of(name: str, **values: Any) -> ModelRow:
    base: dict[str, Any] = {
        "name": name,
        "title": name.replace("-", " "),
        "version": "2.1" if name.startswith("sam2.1") else "2.0" if name.startswith("sam2") else "1",
        "state": "absent",
        "bytes": 156_008_466,
        "licence": "Apache-2.0",
        "summary": "Stills and large subjects",
    }
    return ModelRow(**base | values)


ROWS = (
    row_of("nano", state="bundled", in_use=True),
    row_of("sam2-tiny", state="present"),
    row_of("sam2-small", state="damaged"),
    row_of("sam2-base-plus", bytes=None),
    row_of("sam2-large"),
    row_of("sam2.1-tiny", fetching=GOING),
    row_of("sam2.1-small", fetching=replace(GOING, paused=True)),
    row_of("sam2.1-base-plus"),
    row_of("sam2.1-large", part_bytes=9_000_000, problem="The connection broke off. Press Resume."),
    row_of("mine", version="2.1", state="present", custom=True),
)
ORDER = ["nano", "sam2.1-tiny", "sam2.1-small", "sam2.1-base-plus", "sam2.1-large"]
ORDER += ["sam2-tiny", "sam2-small", "sam2-base-plus", "sam2-large", "mine"]


def with_row(name: str, **changes: Any) -> list[ModelRow]:
    return [replace(row, **changes) if row.name == name else row for row in ROWS]


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[ModelsDialog]:
    widget = ModelsDialog()
    qtbot.addWidget(widget)
    widget.set_rows(ROWS)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(lambda: widget.isActiveWindow() and widget.list.cards["nano"].hasFocus())
    yield widget
    widget.close()


@pytest.fixture
def said(dialog: ModelsDialog) -> list[tuple[str, str]]:
    """What the dialog asked for: signal and model."""
    heard: list[tuple[str, str]] = []
    for name in SIGNALS:
        getattr(dialog, f"{name}_wanted").connect(lambda model, name=name: heard.append((name, model)))
    return heard


def card_of(dialog: ModelsDialog, name: str) -> ModelCard:
    return dialog.list.cards[name]


def accented(dialog: ModelsDialog) -> list[str]:
    """The texts and models of the visible buttons that wear the accent."""
    return [
        button.accessibleName()
        for button in dialog.findChildren(QPushButton)
        if button.property("primary") and button.isVisibleTo(dialog)
    ]


def shown(card: ModelCard) -> list[str]:
    """The texts of its visible buttons, from left to right."""
    buttons = [each for each in card.findChildren(QPushButton) if each.isVisibleTo(card)]
    return [each.text() for each in sorted(buttons, key=lambda each: each.x())]


def test_they_stand_by_groups(dialog: ModelsDialog) -> None:
    assert dialog.list.order == ORDER
    tops = [card_of(dialog, name).y() for name in ORDER]
    assert tops == sorted(tops)


def test_each_state_has_its_buttons(dialog: ModelsDialog) -> None:
    assert shown(card_of(dialog, "nano")) == ["Verify", "Remove"]
    assert shown(card_of(dialog, "sam2.1-tiny")) == ["Cancel", "Pause"]
    assert shown(card_of(dialog, "sam2.1-small")) == ["Cancel", "Resume"]
    assert shown(card_of(dialog, "sam2.1-base-plus")) == ["Get"]
    assert shown(card_of(dialog, "sam2.1-large")) == ["Cancel", "Resume"]
    assert shown(card_of(dialog, "sam2-tiny")) == ["Verify", "Remove", "Use"]
    assert shown(card_of(dialog, "sam2-small")) == ["Remove", "Get again"]
    assert card_of(dialog, "nano").mark.text() == "✓ In use"
    assert not card_of(dialog, "nano").buttons[Step.REMOVE].isEnabled()
    assert card_of(dialog, "mine").buttons[Step.REMOVE].isEnabled()


@pytest.mark.parametrize(
    ("model", "step", "signal"),
    [
        ("sam2-tiny", Step.USE, "use"),
        ("sam2.1-base-plus", Step.GET, "get"),
        ("sam2-small", Step.GET_AGAIN, "get"),
        ("sam2.1-tiny", Step.PAUSE, "pause"),
        ("sam2.1-small", Step.RESUME, "resume"),
        ("sam2.1-large", Step.RESUME, "resume"),
        ("sam2.1-tiny", Step.CANCEL, "cancel"),
        ("nano", Step.VERIFY, "verify"),
    ],
)
def test_a_click_asks_for_the_step(
    dialog: ModelsDialog, qtbot: QtBot, said: list[tuple[str, str]], model: str, step: Step, signal: str
) -> None:
    card = card_of(dialog, model)
    dialog.list.ensureWidgetVisible(card)
    qtbot.mouseClick(card.buttons[step], LEFT)
    assert said == [(signal, model)]
    assert dialog.list.current == model


def test_a_double_click_presses_once(dialog: ModelsDialog, qtbot: QtBot, said: list[tuple[str, str]]) -> None:
    button = card_of(dialog, "sam2.1-base-plus").buttons[Step.GET]
    qtbot.mouseClick(button, LEFT)
    QTest.mouseDClick(button, LEFT)  # what follows on a second click soon after
    assert said == [("get", "sam2.1-base-plus")]


def test_the_other_buttons(dialog: ModelsDialog, qtbot: QtBot) -> None:
    set_machine(dialog)
    for button, signal in (
        (dialog.import_button, dialog.import_wanted),
        (dialog.measure_button, dialog.measure_wanted),
        (dialog.machine.free, dialog.free_wanted),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, LEFT)
    qtbot.mouseClick(dialog.close_button, LEFT)
    assert not dialog.isVisible()


def set_machine(dialog: ModelsDialog, device: str = "auto", memory: str = "0.9 GB in use") -> None:
    dialog.machine.set_machine(
        devices=[("auto", "Automatic"), ("cpu", "Processor")],
        device=device,
        dtypes=[("float32", "float32"), ("bfloat16", "bfloat16")],
        dtype="bfloat16",
        now="processor, bfloat16",
        memory=memory,
    )


def test_device_and_numbers_are_said_when_the_user_chooses(dialog: ModelsDialog, qtbot: QtBot) -> None:
    chosen: list[str] = []
    dialog.device_chosen.connect(chosen.append)
    dialog.dtype_chosen.connect(chosen.append)
    set_machine(dialog)
    set_machine(dialog, device="cpu")
    assert chosen == []
    assert dialog.machine.device.currentText() == "Processor"
    assert dialog.machine.now.text() == "now: processor, bfloat16"
    dialog.machine.device.setFocus()
    qtbot.keyClick(dialog.machine.device, Qt.Key.Key_Up)
    qtbot.keyClick(dialog.machine.dtype, Qt.Key.Key_Up)
    assert chosen == ["auto", "float32"]


def test_the_wheel_leaves_a_choice_without_focus_alone(dialog: ModelsDialog) -> None:
    set_machine(dialog)
    turn(dialog.machine.device)
    assert dialog.machine.device.currentText() == "Automatic"
    dialog.machine.device.setFocus()
    turn(dialog.machine.device)
    assert dialog.machine.device.currentText() == "Processor"


def turn(widget: QObject) -> None:
    none = Qt.KeyboardModifier.NoModifier
    place = QPointF(5, 5)
    event = QWheelEvent(
        place, place, QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, none, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(widget, event)


def test_memory_can_be_freed_only_where_some_is_in_use(dialog: ModelsDialog) -> None:
    set_machine(dialog, memory="")
    assert not dialog.machine.free.isEnabled()
    set_machine(dialog)
    assert dialog.machine.free.isEnabled()


def test_arrows_go_from_row_to_row_and_keep_it_in_sight(dialog: ModelsDialog, qtbot: QtBot) -> None:
    for name in ORDER[1:]:
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Down)
        assert dialog.focusWidget() is card_of(dialog, name)
        assert dialog.list.current == name
        assert card_of(dialog, name).visibleRegion().boundingRect() == card_of(dialog, name).rect()
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Down)
    assert dialog.list.current == "mine"
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Home)
    assert dialog.list.current == "nano"
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_End)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Up)
    assert dialog.list.current == "sam2-large"


@pytest.mark.parametrize(
    ("model", "heard"),
    [
        ("sam2-tiny", [("use", "sam2-tiny")]),
        ("sam2.1-base-plus", [("get", "sam2.1-base-plus")]),
        ("sam2.1-tiny", [("pause", "sam2.1-tiny")]),
        ("sam2.1-small", [("resume", "sam2.1-small")]),
        ("nano", []),
    ],
)
def test_enter_does_the_main_step(
    dialog: ModelsDialog, qtbot: QtBot, said: list[tuple[str, str]], model: str, heard: list[tuple[str, str]]
) -> None:
    card_of(dialog, model).setFocus()
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert said == heard
    assert dialog.isVisible()


def test_tab_goes_into_the_buttons_of_the_current_row_and_on(
    dialog: ModelsDialog, qtbot: QtBot, said: list[tuple[str, str]]
) -> None:
    card = card_of(dialog, "sam2-tiny")
    card.setFocus()
    for step in (Step.VERIFY, Step.REMOVE, Step.USE):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        assert dialog.focusWidget() is card.buttons[step]
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert not dialog.list.isAncestorOf(dialog.focusWidget())
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Backtab)
    assert dialog.focusWidget() is card.buttons[Step.USE]
    card.buttons[Step.VERIFY].setFocus()
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert said == [("verify", "sam2-tiny")], "Enter presses the button that has the focus, not the row's main one"
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Down)
    assert dialog.list.current == "sam2-small"


def test_removal_is_asked_for_in_the_row(dialog: ModelsDialog, qtbot: QtBot, said: list[tuple[str, str]]) -> None:
    card = card_of(dialog, "sam2-tiny")
    qtbot.mouseClick(card.buttons[Step.REMOVE], LEFT)
    assert shown(card) == ["Remove 156 MB", "Keep"]
    assert dialog.focusWidget() is card.keep
    assert accented(dialog) == []
    qtbot.mouseClick(card.keep, LEFT)
    assert shown(card) == ["Verify", "Remove", "Use"]
    qtbot.mouseClick(card.buttons[Step.REMOVE], LEFT)
    assert said == []
    qtbot.mouseClick(card.confirm, LEFT)
    assert said == [("remove", "sam2-tiny")]
    assert shown(card) == ["Verify", "Remove", "Use"]
    assert dialog.focusWidget() is card


def test_removal_by_keys(dialog: ModelsDialog, qtbot: QtBot, said: list[tuple[str, str]]) -> None:
    card = card_of(dialog, "sam2-tiny")
    card.setFocus()
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Delete)
    assert card.is_asking
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Escape)
    assert not card.is_asking
    assert dialog.isVisible()
    assert dialog.focusWidget() is card
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Delete)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Backtab)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert said == [("remove", "sam2-tiny")]
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_delete_leaves_what_is_in_use_alone(dialog: ModelsDialog, qtbot: QtBot) -> None:
    qtbot.keyClick(card_of(dialog, "nano"), Qt.Key.Key_Delete)
    assert not card_of(dialog, "nano").is_asking


def test_going_elsewhere_takes_the_question_back(dialog: ModelsDialog, qtbot: QtBot) -> None:
    card = card_of(dialog, "sam2-tiny")
    qtbot.mouseClick(card.buttons[Step.REMOVE], LEFT)
    card_of(dialog, "nano").setFocus()
    assert not card.is_asking
    qtbot.mouseClick(card.buttons[Step.REMOVE], LEFT)
    dialog.import_button.setFocus()
    assert not card.is_asking


def test_one_button_wears_the_accent(dialog: ModelsDialog) -> None:
    assert accented(dialog) == [], "a download runs: the next step is to wait"
    for name in ORDER:
        card_of(dialog, name).setFocus()
        assert len(accented(dialog)) <= 1
    card_of(dialog, "sam2-tiny").setFocus()
    assert accented(dialog) == ["Use sam2 tiny"]
    card_of(dialog, "sam2-large").setFocus()
    assert accented(dialog) == ["Get sam2 large"]
    card_of(dialog, "nano").setFocus()
    dialog.set_rows([row_of("nano", state="bundled", in_use=True), row_of("sam2.1-tiny"), row_of("sam2.1-large")])
    assert accented(dialog) == ["Get sam2.1 tiny"]
    dialog.set_rows([row_of("nano", state="bundled", in_use=True), row_of("sam2.1-tiny", state="present")])
    assert accented(dialog) == ["Use sam2.1 tiny"]
    dialog.set_rows([row_of("nano", state="bundled"), row_of("sam2.1-tiny", state="present", in_use=True)])
    assert accented(dialog) == ["Use nano"], "the row that the user is on"


def test_progress_keeps_focus_scroll_and_widgets(dialog: ModelsDialog, qtbot: QtBot) -> None:
    button = card_of(dialog, "sam2-small").buttons[Step.GET_AGAIN]
    button.setFocus()
    scroll = dialog.list.verticalScrollBar()
    scroll.setValue(scroll.maximum())
    place, cards, card = scroll.value(), dict(dialog.list.cards), card_of(dialog, "sam2.1-tiny")
    heights = [each.height() for each in cards.values()]
    for percent in range(56, 100):
        done = round(1_560_084.66 * percent) + 1
        dialog.set_rows(with_row("sam2.1-tiny", fetching=replace(GOING, done=done, left=100.0 - percent)))
        assert card.bar.value() == percent
    QApplication.processEvents()
    assert card.progress.text() == "99 % · 154 of 156 MB · 4.2 MB a second · 0:01 left"
    assert dialog.focusWidget() is button
    assert scroll.value() == place > 0
    assert dialog.list.cards == cards
    assert [each.height() for each in cards.values()] == heights


def test_only_the_row_that_changed_is_painted_anew(dialog: ModelsDialog, qtbot: QtBot) -> None:
    QApplication.processEvents()
    seen: set[str] = set()

    class Painted(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and isinstance(watched, ModelCard):
                seen.add(watched.row.name)
            return False

    watch = Painted()
    for card in dialog.list.cards.values():
        card.installEventFilter(watch)
    dialog.set_rows(with_row("sam2.1-tiny", fetching=replace(GOING, done=120_000_000)))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == {"sam2.1-tiny"}


def test_a_button_that_goes_leaves_the_focus_in_its_row(dialog: ModelsDialog) -> None:
    card = card_of(dialog, "sam2-tiny")
    card.buttons[Step.USE].setFocus()
    dialog.set_rows(with_row("sam2-tiny", loading=True))
    assert dialog.focusWidget() is card
    assert card.mark.text() == "Loading…"
    card_of(dialog, "mine").buttons[Step.REMOVE].setFocus()
    dialog.set_rows(with_row("mine", in_use=True))
    assert dialog.focusWidget() is card_of(dialog, "mine")


def test_a_model_that_goes_hands_the_focus_to_its_neighbour(dialog: ModelsDialog) -> None:
    card_of(dialog, "mine").setFocus()
    dialog.set_rows(ROWS[:-1])
    assert "mine" not in dialog.list.cards
    assert dialog.focusWidget() is card_of(dialog, "sam2-large")
    assert dialog.list.current == "sam2-large"


def test_a_model_that_comes_leaves_the_focus_alone(dialog: ModelsDialog) -> None:
    dialog.set_rows(ROWS[:-1])
    dialog.import_button.setFocus()
    dialog.set_rows(ROWS)
    assert dialog.focusWidget() is dialog.import_button
    assert dialog.list.order == ORDER


def test_what_went_wrong_stands_below_and_can_be_copied(dialog: ModelsDialog) -> None:
    problem = card_of(dialog, "sam2.1-large").problem
    assert problem.isVisible()
    assert problem.text() == "⚠ The connection broke off. Press Resume."
    assert problem.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert not card_of(dialog, "sam2.1-tiny").problem.isVisible()


def test_a_message_comes_and_goes(dialog: ModelsDialog) -> None:
    dialog.show_message("Measured three models.")
    assert dialog.message.isVisible()
    assert dialog.message.text == "Measured three models."
    dialog.show_message("")
    assert not dialog.message.isVisible()


def test_every_button_and_field_has_a_name(dialog: ModelsDialog) -> None:
    set_machine(dialog)
    buttons = [each for each in dialog.findChildren(QPushButton) if each.isVisibleTo(dialog)]
    assert all(each.accessibleName() or each.text() for each in buttons)
    names = [each.accessibleName() for card in dialog.list.cards.values() for each in card.findChildren(QPushButton)]
    assert len(names) == len(set(names))
    assert dialog.machine.device.accessibleName() == "Device"
    assert "In use" in card_of(dialog, "nano").accessibleName()


def test_long_texts_give_way_to_the_buttons(dialog: ModelsDialog) -> None:
    long = "x" * 300
    dialog.resize(dialog.minimumSize())
    dialog.set_rows(with_row("mine", title=long, summary=long, origin=long, problem=f"{long} {long}"))
    QApplication.processEvents()
    card = card_of(dialog, "mine")
    assert card.width() <= dialog.list.viewport().width()
    assert card.buttons[Step.USE].geometry().right() < card.width()
    assert card.title.text() == long
    assert card.title.shown.endswith("…")


def test_an_elided_label_shows_what_fits(qtbot: QtBot) -> None:
    label = ElidedLabel("one two three four")
    qtbot.addWidget(label)
    label.resize(label.sizeHint())
    assert label.shown == label.text()
    label.resize(label.sizeHint().width() // 2, label.sizeHint().height())
    assert label.shown.endswith("…")
    assert label.text() == "one two three four"
