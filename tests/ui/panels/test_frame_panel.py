"""What the panel says of a frame, and what it asks for."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.ui.panels.frame_panel import FramePanel, origin_text, prompts_text, shown_health
from sam2_studio.ui.widgets.elided_label import ElidedLabel

POINT = PointPrompt(Point(1, 1))
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot) -> FramePanel:
    widget = FramePanel()
    font = widget.font()
    font.setPixelSize(13)  # as the theme has it
    widget.setFont(font)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def button(panel: FramePanel, text: str) -> QPushButton:
    return next(b for b in panel.findChildren(QPushButton) if b.text().startswith(text))


@pytest.mark.parametrize(
    ("prompts", "text"),
    [
        (None, "none"),
        (PromptSet(), "none"),
        (PromptSet((POINT,)), "1 point"),
        (PromptSet((POINT, POINT, POINT), Box(0, 0, 2, 2)), "3 points · box"),
        (PromptSet(mask_id=4), "mask"),
    ],
)
def test_prompts_are_counted(prompts: PromptSet | None, text: str) -> None:
    assert prompts_text(prompts) == text


def test_the_origin_says_what_holds() -> None:
    assert origin_text(None) == "no mask yet"
    assert origin_text(MaskRecord(mask_id=1, origin=Origin.TRACKED, stale=True)) == "tracked · stale"
    assert origin_text(MaskRecord(mask_id=1, origin=Origin.PAINTED, locked=True)) == "painted · locked"
    assert origin_text(MaskRecord(mask_id=1, origin=Origin.TRACKED, absent=True)) == "not in this frame"


def test_the_lock_asks_for_the_other_state(panel: FramePanel, qtbot: QtBot) -> None:
    assert not button(panel, "Lock ").isEnabled()
    panel.set_mask(MaskRecord(mask_id=1, origin=Origin.TRACKED, score=0.9))
    with qtbot.waitSignal(panel.lock_chosen) as chosen:
        qtbot.mouseClick(button(panel, "Lock "), LEFT)
    assert chosen.args == [True]
    panel.set_mask(MaskRecord(mask_id=1, origin=Origin.TRACKED, score=0.9, locked=True))
    with qtbot.waitSignal(panel.lock_chosen) as chosen:
        qtbot.mouseClick(button(panel, "Locked"), LEFT)
    assert chosen.args == [False]


def test_a_doubtful_mask_says_why_and_can_be_accepted(panel: FramePanel, qtbot: QtBot) -> None:
    panel.set_mask(MaskRecord(mask_id=1, origin=Origin.TRACKED, health=0.3), "area fell by 40 %")
    assert panel.findChild(ElidedLabel).text() == "area fell by 40 %"
    with qtbot.waitSignal(panel.accept_wanted):
        qtbot.mouseClick(button(panel, "Accept"), LEFT)
    accepted = MaskRecord(mask_id=1, origin=Origin.TRACKED, health=0.3, accepted=True)
    panel.set_mask(accepted)
    assert not button(panel, "Accept").isEnabled()
    assert panel.findChild(ElidedLabel).text() == ""
    assert origin_text(accepted) == "tracked · accepted"


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (None, None),
        (MaskRecord(mask_id=1, origin=Origin.TRACKED, score=0.9, health=0.3), 0.3),
        (MaskRecord(mask_id=1, origin=Origin.TRACKED, score=0.9, health=0.3, accepted=True), 1.0),
        (MaskRecord(mask_id=1, origin=Origin.PROMPTED, score=0.7), 0.7),
        (MaskRecord(mask_id=1, origin=Origin.PAINTED), 1.0),
        (MaskRecord(mask_id=1, origin=Origin.TRACKED, absent=True), None),
        (MaskRecord(mask_id=1, origin=Origin.TRACKED, absent=True, health=0.2), 0.2),
    ],
)
def test_the_bar_shows_how_far_the_mask_can_be_trusted(record: MaskRecord | None, shown: float | None) -> None:
    assert shown_health(record) == shown


def test_only_candidates_that_there_are_can_be_chosen(panel: FramePanel, qtbot: QtBot) -> None:
    panel.set_candidates(2, 0)
    assert [button(panel, text).isEnabled() for text in "123"] == [True, True, False]
    with qtbot.waitSignal(panel.candidate_chosen) as chosen:
        qtbot.mouseClick(button(panel, "2"), LEFT)
    assert chosen.args == [1]
    panel.set_candidates(0, None)
    assert not any(button(panel, text).isChecked() for text in "123")


def test_nothing_jumps(panel: FramePanel) -> None:
    height, width = panel.sizeHint().height(), panel.width()
    panel.set_prompts(PromptSet((POINT,) * 20, Box(0, 0, 2, 2), 3))
    panel.set_mask(
        MaskRecord(mask_id=1, origin=Origin.TRACKED, health=0.123, stale=True),
        "a reason that is much too long for one line of the panel",
    )
    assert (panel.sizeHint().height(), panel.width()) == (height, width)
    assert panel.sizeHint().width() <= width
