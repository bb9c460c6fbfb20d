"""The canvas under real mouse and key events."""

from fractions import Fraction

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.overlay import ShownMask, ViewKind

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    widget = Canvas()
    qtbot.addWidget(widget)
    widget.resize(432, 332)
    widget.show()
    pixels = np.full((150, 200, 3), 90, np.uint8)
    widget.set_frame(Frame(7, pixels, Timestamp(7, Fraction(1, 25))))
    return widget


def at(canvas: Canvas, x: float, y: float) -> QPoint:
    left, top = canvas.view.to_widget(Point(x, y))
    return QPoint(round(left), round(top))


def drag(qtbot: QtBot, canvas: Canvas, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT) -> None:
    qtbot.mousePress(canvas, button, NONE, start)
    qtbot.mouseMove(canvas, (start + end) / 2)
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, button, NONE, end)


@pytest.mark.parametrize(
    ("button", "modifiers", "positive"), [(LEFT, NONE, True), (RIGHT, NONE, False), (LEFT, ALT, False)]
)
def test_a_click_adds_or_removes(
    qtbot: QtBot, canvas: Canvas, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, positive: bool
) -> None:
    with qtbot.waitSignal(canvas.point_added) as signal:
        qtbot.mouseClick(canvas, button, modifiers, at(canvas, 50, 60))
    point, adds = signal.args
    assert adds is positive
    assert abs(point.x - 50) < 1
    assert abs(point.y - 60) < 1


def test_swapped_signs_turn_the_buttons_round(qtbot: QtBot, canvas: Canvas) -> None:
    canvas.swap_sign()
    with qtbot.waitSignal(canvas.point_added) as signal:
        qtbot.mouseClick(canvas, LEFT, NONE, at(canvas, 50, 60))
    assert signal.args[1] is False


def test_a_click_beside_the_picture_does_nothing(qtbot: QtBot, canvas: Canvas) -> None:
    with qtbot.assertNotEmitted(canvas.point_added):
        qtbot.mouseClick(canvas, LEFT, NONE, QPoint(2, 2))


def test_a_drag_draws_a_box_inside_the_picture(qtbot: QtBot, canvas: Canvas) -> None:
    with qtbot.waitSignal(canvas.box_drawn) as signal, qtbot.assertNotEmitted(canvas.point_added):
        drag(qtbot, canvas, at(canvas, 120, 100), at(canvas, -40, 20))
    box: Box = signal.args[0]
    assert box.x0 == 0
    assert abs(box.y0 - 20) < 1
    assert abs(box.x1 - 120) < 1


def test_control_click_deletes_and_a_drag_moves_a_point(qtbot: QtBot, canvas: Canvas) -> None:
    canvas.set_prompts(PromptSet((PointPrompt(Point(30, 30)), PointPrompt(Point(80, 80)))), editable=True)
    with qtbot.waitSignal(canvas.point_deleted) as deleted:
        qtbot.mouseClick(canvas, LEFT, CONTROL, at(canvas, 80, 80))
    assert deleted.args == [1]
    with qtbot.waitSignal(canvas.point_moved) as moved:
        drag(qtbot, canvas, at(canvas, 30, 30), at(canvas, 60, 40))
    assert moved.args[0] == 0
    assert abs(moved.args[1].x - 60) < 1


def test_shift_click_picks_the_object_under_it(qtbot: QtBot, canvas: Canvas) -> None:
    pixels = np.zeros((150, 200), bool)
    pixels[40:80, 40:80] = True
    canvas.set_masks([ShownMask(3, Mask.from_array(pixels), "#00FF00")])
    with qtbot.waitSignal(canvas.object_picked) as picked:
        qtbot.mouseClick(canvas, LEFT, SHIFT, at(canvas, 50, 50))
    assert picked.args == [3]


def test_the_wheel_zooms_at_the_pointer_and_the_middle_button_pans(qtbot: QtBot, canvas: Canvas) -> None:
    place = QPointF(200, 150)
    before = canvas.view.to_image(200, 150)
    wheel = QWheelEvent(
        place, canvas.mapToGlobal(place), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, wheel)
    after = canvas.view.to_image(200, 150)
    assert abs(after.x - before.x) < 1
    zoomed = canvas.view
    drag(qtbot, canvas, QPoint(200, 150), QPoint(230, 170), MIDDLE)
    assert canvas.view.left == zoomed.left + 30
    assert canvas.view.top == zoomed.top + 20


def test_space_tapped_plays_and_space_dragged_pans(qtbot: QtBot, canvas: Canvas) -> None:
    with qtbot.waitSignal(canvas.play_tapped):
        qtbot.keyClick(canvas, Qt.Key.Key_Space)
    left = canvas.view.left
    with qtbot.assertNotEmitted(canvas.play_tapped), qtbot.assertNotEmitted(canvas.box_drawn):
        qtbot.keyPress(canvas, Qt.Key.Key_Space)
        drag(qtbot, canvas, QPoint(200, 150), QPoint(240, 150))
        qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.view.left == left + 40


def test_shift_held_asks_for_a_preview_and_let_go_ends_it(qtbot: QtBot, canvas: Canvas) -> None:
    wanted: list[Point | None] = []
    canvas.preview_wanted.connect(wanted.append)

    def asked() -> bool:
        """Again where the pointer was led away: a window of another test may close meanwhile."""
        qtbot.mouseMove(canvas, at(canvas, 50, 60))
        qtbot.keyPress(canvas, Qt.Key.Key_Shift)
        return wanted[-1] is not None

    qtbot.waitUntil(asked)
    with qtbot.waitSignal(canvas.preview_wanted, check_params_cb=lambda point: point is None):
        qtbot.keyRelease(canvas, Qt.Key.Key_Shift)


@pytest.mark.parametrize("kind", list(ViewKind))
def test_every_view_paints_the_mask_its_own_way(canvas: Canvas, kind: ViewKind) -> None:
    pixels = np.zeros((150, 200), bool)
    pixels[40:80, 40:80] = True
    canvas.set_masks([ShownMask(3, Mask.from_array(pixels), "#00FF00", selected=True)])
    if kind is ViewKind.ORIGINAL:
        canvas.show_original(True)
    else:
        canvas.set_view(kind)
    picture = canvas.grab().toImage()
    inside = picture.pixelColor(at(canvas, 60, 60)).getRgb()[:3]
    expected = {
        ViewKind.ORIGINAL: (90, 90, 90),
        ViewKind.OUTLINE: (90, 90, 90),
        ViewKind.CUTOUT: (90, 90, 90),
        ViewKind.MATTE: (255, 255, 255),
        ViewKind.DIFFERENCE: (41, 41, 41),  # dimmed, and nothing to compare with
    }
    if kind is ViewKind.OVERLAY:
        assert inside[1] > 130
    else:
        assert inside == expected[kind]
