"""The picture by keyboard: points set, moved and deleted, boxes, strokes and lassos drawn, without a mouse."""

from fractions import Fraction

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.geometry import Point
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.hand_canvas import PaintTarget
from sam2_studio.ui.canvas.keyboard_pointer import KeyboardPointer

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
LEFT, RIGHT, UP, DOWN = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down
ENTER, BACK, ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Backspace, Qt.Key.Key_Escape


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(660, 400)
    made.set_frame(Frame(0, np.zeros((180, 320, 3), np.uint8), Timestamp(0, Fraction(1, 25))))
    with qtbot.waitExposed(made):
        made.show()
    made.setFocus()
    return made


@pytest.fixture
def pointer(canvas: Canvas) -> KeyboardPointer:
    made = KeyboardPointer(canvas)
    made.set_active(True)
    return made


def press(
    qtbot: QtBot, canvas: Canvas, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    qtbot.keyClick(canvas, key, modifiers)


def test_it_starts_in_the_middle_and_moves_by_exact_pixels(
    qtbot: QtBot, canvas: Canvas, pointer: KeyboardPointer
) -> None:
    assert pointer.at == Point(160.5, 90.5)
    for key, expected in ((RIGHT, (161.5, 90.5)), (DOWN, (161.5, 91.5)), (LEFT, (160.5, 91.5)), (UP, (160.5, 90.5))):
        press(qtbot, canvas, key, CTRL)
        assert (pointer.at.x, pointer.at.y) == expected
    press(qtbot, canvas, RIGHT)
    near = pointer.at.x
    press(qtbot, canvas, LEFT)
    press(qtbot, canvas, RIGHT, SHIFT)
    assert pointer.at.x - 160.5 == 8 * (near - 160.5) > 0


def test_it_stays_in_the_picture(qtbot: QtBot, canvas: Canvas, pointer: KeyboardPointer) -> None:
    for _ in range(20):
        press(qtbot, canvas, LEFT, SHIFT)
        press(qtbot, canvas, UP, SHIFT)
    assert pointer.at == Point(0.5, 0.5)
    for _ in range(20):
        press(qtbot, canvas, RIGHT, SHIFT)
        press(qtbot, canvas, DOWN, SHIFT)
    assert pointer.at == Point(319.5, 179.5)


def test_the_picture_moves_where_the_pointer_would_leave_the_sight(
    qtbot: QtBot, canvas: Canvas, pointer: KeyboardPointer
) -> None:
    canvas.zoom_to(16)
    for _ in range(30):
        press(qtbot, canvas, RIGHT, SHIFT)
    x, y = canvas.view.to_widget(pointer.at)
    assert pointer.at.x == 319.5
    assert 0 < x < canvas.width()
    assert 0 < y < canvas.height()


def test_enter_adds_and_alt_enter_removes(qtbot: QtBot, canvas: Canvas, pointer: KeyboardPointer) -> None:
    came: list[tuple[Point, bool]] = []
    canvas.point_added.connect(lambda point, adds: came.append((point, adds)))
    press(qtbot, canvas, ENTER)
    press(qtbot, canvas, RIGHT, CTRL)
    press(qtbot, canvas, ENTER, ALT)
    assert [(point.pixel, adds) for point, adds in came] == [((160, 90), True), ((161, 90), False)]


def test_a_point_is_moved_and_deleted(qtbot: QtBot, canvas: Canvas, pointer: KeyboardPointer) -> None:
    canvas.set_prompts(PromptSet(points=(PointPrompt(Point(160.5, 90.5), True),)), editable=True)
    with qtbot.waitSignal(canvas.point_moved) as moved:
        press(qtbot, canvas, ENTER, CTRL)
        press(qtbot, canvas, RIGHT, SHIFT)
        press(qtbot, canvas, ENTER)
    assert moved.args[0] == 0
    assert moved.args[1].pixel == pointer.at.pixel
    canvas.set_prompts(PromptSet(points=(PointPrompt(pointer.at, True),)), editable=True)
    with qtbot.waitSignal(canvas.point_deleted) as deleted:
        press(qtbot, canvas, BACK)
    assert deleted.args == [0]


def test_a_box_is_drawn(qtbot: QtBot, canvas: Canvas, pointer: KeyboardPointer) -> None:
    start = pointer.at
    with qtbot.waitSignal(canvas.box_drawn) as drawn:
        press(qtbot, canvas, ENTER, CTRL)
        press(qtbot, canvas, RIGHT, SHIFT)
        press(qtbot, canvas, DOWN, SHIFT)
        press(qtbot, canvas, ENTER)
    box = drawn.args[0]
    assert (box.x0, box.y0) == pytest.approx((start.x, start.y), abs=0.01)
    assert (box.x1, box.y1) == pytest.approx((pointer.at.x, pointer.at.y), abs=0.01)


def test_escape_draws_no_box(qtbot: QtBot, canvas: Canvas, pointer: KeyboardPointer) -> None:
    before = canvas.grab().toImage()
    with qtbot.assertNotEmitted(canvas.box_drawn):
        press(qtbot, canvas, ENTER, CTRL)
        press(qtbot, canvas, RIGHT, SHIFT)
        press(qtbot, canvas, ESCAPE)
    assert pointer.at == Point(160.5, 90.5)
    assert canvas.grab().toImage() == before


@pytest.mark.parametrize("tool", ["brush", "lasso"])
def test_masks_are_painted(qtbot: QtBot, canvas: Canvas, pointer: KeyboardPointer, tool: str) -> None:
    canvas.set_paint_target(PaintTarget(object_id=1, mask=None, color="#56B4E9"))
    canvas.set_tool(tool)
    with qtbot.waitSignal(canvas.mask_painted) as painted:
        press(qtbot, canvas, ENTER, CTRL)
        for key in (RIGHT, DOWN, LEFT):
            press(qtbot, canvas, key, SHIFT)
        press(qtbot, canvas, ENTER)
    assert painted.args[2].area > 100


def test_a_polygon_is_set_corner_by_corner(qtbot: QtBot, canvas: Canvas, pointer: KeyboardPointer) -> None:
    canvas.set_paint_target(PaintTarget(object_id=1, mask=None, color="#56B4E9"))
    canvas.set_tool("lasso")
    with qtbot.waitSignal(canvas.mask_painted) as painted:
        for key in (RIGHT, DOWN, LEFT):
            press(qtbot, canvas, ENTER)
            press(qtbot, canvas, key, SHIFT)
        press(qtbot, canvas, ENTER, CTRL)
    assert painted.args[2].area > 100


def test_off_it_leaves_the_keys_alone(qtbot: QtBot, canvas: Canvas, pointer: KeyboardPointer) -> None:
    pointer.set_active(False)
    assert pointer.at is None
    with qtbot.assertNotEmitted(canvas.point_added):
        press(qtbot, canvas, ENTER)
