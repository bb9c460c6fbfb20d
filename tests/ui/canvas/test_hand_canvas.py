"""Hand tools under real events of mouse, keys and pen: what they hand over is the mask that was drawn."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QPointingDeviceUniqueId, QTabletEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.geometry import Point
from sam2_studio.core.masks import Mask
from sam2_studio.engine.strokes import Dab, draw_stroke
from sam2_studio.ui.canvas.brush import Brush
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.hand_canvas import PaintTarget
from sam2_studio.ui.canvas.overlay import ShownMask, ViewKind

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
WIDTH, HEIGHT = 200, 150
Painted = list[tuple[int, int, Mask, str]]


def subject() -> Mask:
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[40:110, 60:140] = True
    return Mask.from_array(pixels)


def frame(number: int = 7) -> Frame:
    return Frame(number, np.full((HEIGHT, WIDTH, 3), 90, np.uint8), Timestamp(number, Fraction(1, 25)))


def show(canvas: Canvas, mask: Mask | None) -> None:
    canvas.set_masks([] if mask is None else [ShownMask(3, mask, "#00FF00", selected=True)])
    canvas.set_paint_target(PaintTarget(object_id=3, mask=mask, color="#00FF00"))


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    """A picture of 200 x 150, twice as large on the screen, and an object with a mask on it; the brush in hand."""
    widget = Canvas()
    qtbot.addWidget(widget)
    widget.resize(2 * WIDTH + 32, 2 * HEIGHT + 32)
    widget.show()
    widget.set_frame(frame())
    show(widget, subject())
    widget.set_tool("brush")
    widget.set_brush(Brush(size=20))
    assert widget.view.scale_y == 2
    return widget


@pytest.fixture
def painted(canvas: Canvas) -> Painted:
    """Everything that the canvas hands over."""
    found: Painted = []
    canvas.mask_painted.connect(lambda *args: found.append(args))
    return found


def at(canvas: Canvas, x: float, y: float) -> QPoint:
    left, top = canvas.view.to_widget(Point(x, y))
    return QPoint(round(left), round(top))


def stroke(
    qtbot: QtBot,
    canvas: Canvas,
    *places: tuple[int, int],
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    qtbot.mousePress(canvas, button, keys, at(canvas, *places[0]))
    for place in places[1:]:
        qtbot.mouseMove(canvas, at(canvas, *place))
    qtbot.mouseRelease(canvas, button, keys, at(canvas, *places[-1]))


def drawn(*places: tuple[float, float], radius: float = 5, value: int = 1, onto: Mask | None = None) -> Mask:
    pixels = (subject() if onto is None else onto).to_array().view(np.uint8)
    draw_stroke(pixels, [Dab(Point(x, y), radius) for x, y in places], value)
    return Mask.from_array(pixels)


def inside(mask: Mask) -> NDArray[np.bool_]:
    return mask.to_array()


def test_a_stroke_hands_over_the_mask_with_it(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    stroke(qtbot, canvas, (20, 20), (50, 30), (150, 90))
    assert painted == [(3, 7, drawn((20, 20), (50, 30), (150, 90)), "Brush")]


def test_a_click_is_a_dab(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    stroke(qtbot, canvas, (20, 20))
    assert painted == [(3, 7, drawn((20, 20)), "Brush")]


@pytest.mark.parametrize(
    ("tool", "button", "keys", "swapped", "adds"),
    [
        ("brush", LEFT, NONE, False, True),
        ("brush", RIGHT, NONE, False, False),
        ("brush", LEFT, ALT, False, False),
        ("brush", LEFT, NONE, True, False),
        ("brush", RIGHT, NONE, True, True),
        ("eraser", LEFT, NONE, False, False),
        ("eraser", LEFT, ALT, False, True),
        ("eraser", LEFT, NONE, True, True),
    ],
)
def test_what_adds_and_what_removes(
    qtbot: QtBot,
    canvas: Canvas,
    painted: Painted,
    tool: str,
    button: Qt.MouseButton,
    keys: Qt.KeyboardModifier,
    swapped: bool,
    adds: bool,
) -> None:
    canvas.set_tool(tool)
    if swapped:
        canvas.swap_sign()
    stroke(qtbot, canvas, (60, 70), button=button, keys=keys)
    assert painted == [(3, 7, drawn((60, 70), value=int(adds)), "Brush" if adds else "Erase")]


def test_a_stroke_that_changes_nothing_is_no_edit(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    stroke(qtbot, canvas, (90, 60), (110, 80))
    assert painted == []


def test_without_a_mask_the_stroke_is_all_of_it(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    canvas.set_masks([])
    canvas.set_paint_target(PaintTarget(object_id=0, mask=None, color="#00FF00"))
    stroke(qtbot, canvas, (20, 20))
    assert painted == [(0, 7, drawn((20, 20), onto=Mask(subject().size)), "Brush")]


def test_shift_draws_a_straight_line_from_the_last_end(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    stroke(qtbot, canvas, (20, 20), (20, 40))
    show(canvas, painted[0][2])
    stroke(qtbot, canvas, (160, 130), keys=SHIFT)
    assert painted[1][2] == drawn((20, 40), (160, 130), onto=painted[0][2])


def test_shift_without_a_stroke_before_it_is_a_dab(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    stroke(qtbot, canvas, (160, 130), keys=SHIFT)
    assert painted[0][2] == drawn((160, 130))


def test_escape_drops_the_stroke(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    before = canvas.grab().toImage()
    qtbot.mousePress(canvas, LEFT, NONE, at(canvas, 20, 20))
    qtbot.mouseMove(canvas, at(canvas, 50, 50))
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.mouseRelease(canvas, LEFT, NONE, at(canvas, 50, 50))
    assert painted == []
    canvas.set_tool("points")
    canvas.set_tool("brush")
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert canvas.grab().toImage() == before


def test_another_frame_drops_the_stroke(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    qtbot.mousePress(canvas, LEFT, NONE, at(canvas, 20, 20))
    canvas.set_frame(frame(8))
    qtbot.mouseRelease(canvas, LEFT, NONE, at(canvas, 50, 50))
    assert painted == []


def test_a_frame_shown_anew_does_not(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    qtbot.mousePress(canvas, LEFT, NONE, at(canvas, 20, 20))
    canvas.set_frame(frame(7))
    qtbot.mouseRelease(canvas, LEFT, NONE, at(canvas, 20, 20))
    assert len(painted) == 1


def test_a_mask_that_comes_during_the_stroke_does_not_disturb_it(
    qtbot: QtBot, canvas: Canvas, painted: Painted
) -> None:
    qtbot.mousePress(canvas, LEFT, NONE, at(canvas, 20, 20))
    show(canvas, Mask(subject().size))
    qtbot.mouseRelease(canvas, LEFT, NONE, at(canvas, 20, 20))
    assert painted[0][2] == drawn((20, 20))


@pytest.mark.parametrize("tool", ["brush", "eraser", "lasso", "fill"])
def test_where_nothing_may_be_painted_it_is_said(qtbot: QtBot, canvas: Canvas, painted: Painted, tool: str) -> None:
    canvas.set_paint_target(None)
    canvas.set_tool(tool)
    with qtbot.waitSignal(canvas.paint_refused):
        stroke(qtbot, canvas, (20, 20), (50, 50))
    qtbot.mouseMove(canvas, at(canvas, 30, 30))
    assert canvas.cursor().shape() is Qt.CursorShape.ForbiddenCursor
    assert painted == []


# Size


def test_control_alt_drag_sets_the_size_and_paints_nothing(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    qtbot.mousePress(canvas, LEFT, CONTROL | ALT, at(canvas, 50, 50))
    qtbot.mouseMove(canvas, at(canvas, 50, 50) + QPoint(15, 0))
    qtbot.mouseRelease(canvas, LEFT, CONTROL | ALT, at(canvas, 50, 50) + QPoint(15, 0))
    assert canvas.brush.size == 50, "the ring's edge follows the pointer"
    assert painted == []


def test_a_brush_in_pixels_of_the_picture_covers_the_same_at_every_zoom(
    qtbot: QtBot, canvas: Canvas, painted: Painted
) -> None:
    canvas.set_brush(canvas.brush.measured(canvas.view, in_picture=True))
    assert canvas.brush == Brush(size=10, in_picture=True)
    canvas.zoom_to(4.0)
    stroke(qtbot, canvas, (100, 40))
    show(canvas, subject())
    canvas.set_brush(Brush(size=20))
    stroke(qtbot, canvas, (100, 40))
    assert [each[2] for each in painted] == [drawn((100, 40), radius=5), drawn((100, 40), radius=2.5)]


def test_the_wheel_zooms_during_a_stroke_and_the_stroke_goes_on(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    qtbot.mousePress(canvas, LEFT, NONE, at(canvas, 20, 20))
    place = QPointF(at(canvas, 20, 20))
    wheel = QWheelEvent(
        place, canvas.mapToGlobal(place), QPoint(), QPoint(0, 120), LEFT, NONE, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(canvas, wheel)
    assert canvas.view.scale_y > 2
    qtbot.mouseMove(canvas, at(canvas, 30, 20))
    qtbot.mouseRelease(canvas, LEFT, NONE, at(canvas, 30, 20))
    assert inside(painted[0][2])[20, 20:30].all()


def test_space_and_the_middle_button_pan_under_a_hand_tool(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    left = canvas.view.left
    stroke(qtbot, canvas, (50, 50), (60, 50), button=Qt.MouseButton.MiddleButton)
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    stroke(qtbot, canvas, (50, 50), (60, 50))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.view.left == left + 40
    assert painted == []


def test_the_ring_shows_the_true_size(qtbot: QtBot, canvas: Canvas) -> None:
    canvas.set_masks([])
    canvas.set_brush(Brush(size=100))
    bare = canvas.grab().toImage()
    center = at(canvas, 100, 75)
    qtbot.mouseMove(canvas, center)
    ring = canvas.grab().toImage()
    row = [x for x in range(ring.width()) if ring.pixelColor(x, center.y()) != bare.pixelColor(x, center.y())]
    assert abs((row[0] + row[-1]) / 2 - center.x()) <= 1
    assert abs((row[-1] - row[0]) / 2 - 50) <= 3, "the white line lies on the edge, its shadow on both sides"
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert canvas.grab().toImage() == bare


@pytest.mark.parametrize("kind", [ViewKind.OVERLAY, ViewKind.OUTLINE, ViewKind.MATTE, ViewKind.CUTOUT])
def test_a_stroke_shows_while_it_is_drawn(qtbot: QtBot, canvas: Canvas, kind: ViewKind) -> None:
    canvas.set_view(kind)
    canvas.set_brush(Brush(size=60))
    before = canvas.grab().toImage()
    for button in (LEFT,) if kind is ViewKind.OUTLINE else (LEFT, RIGHT):
        place = at(canvas, 30, 30) if button is LEFT else at(canvas, 100, 75)
        qtbot.mousePress(canvas, button, NONE, place)
        assert canvas.grab().toImage().pixelColor(place) != before.pixelColor(place)
        qtbot.keyClick(canvas, Qt.Key.Key_Escape)
        qtbot.mouseRelease(canvas, button, NONE, place)
        assert canvas.grab().toImage().pixelColor(place) == before.pixelColor(place)


@pytest.mark.parametrize("kind", [ViewKind.OVERLAY, ViewKind.MATTE, ViewKind.CUTOUT])
def test_what_shows_during_a_stroke_is_what_shows_after_it(qtbot: QtBot, canvas: Canvas, kind: ViewKind) -> None:
    canvas.set_view(kind)
    canvas.mask_painted.connect(lambda _, __, mask, ___: show(canvas, mask))
    qtbot.mousePress(canvas, LEFT, NONE, at(canvas, 30, 30))
    qtbot.mouseMove(canvas, at(canvas, 80, 60))
    during = canvas.grab().toImage()
    qtbot.mouseRelease(canvas, LEFT, NONE, at(canvas, 80, 60))
    assert canvas.grab().toImage() == during


# Pen


PEN = QPointingDevice(
    "pen",
    1,
    QInputDevice.DeviceType.Stylus,
    QPointingDevice.PointerType.Pen,
    QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
    1,
    2,
    "",
    QPointingDeviceUniqueId(),
)
RUBBER = QPointingDevice(
    "rubber",
    2,
    QInputDevice.DeviceType.Stylus,
    QPointingDevice.PointerType.Eraser,
    QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
    1,
    2,
    "",
    QPointingDeviceUniqueId(),
)


def pen(canvas: Canvas, kind: QEvent.Type, place: QPoint, pressure: float, device: QPointingDevice = PEN) -> bool:
    where = QPointF(place)
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.TabletMove else LEFT
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.TabletRelease else LEFT
    event = QTabletEvent(
        kind, device, where, canvas.mapToGlobal(where), pressure, 0, 0, 0.0, 0.0, 0.0, NONE, button, held
    )
    QApplication.sendEvent(canvas, event)
    return event.isAccepted()


def test_a_pen_draws_as_hard_as_it_presses(canvas: Canvas, painted: Painted) -> None:
    assert pen(canvas, QEvent.Type.TabletPress, at(canvas, 20, 20), 0.2)
    assert pen(canvas, QEvent.Type.TabletMove, at(canvas, 50, 130), 1.0)
    assert pen(canvas, QEvent.Type.TabletRelease, at(canvas, 50, 130), 0.0)
    pixels = subject().to_array().view(np.uint8)
    draw_stroke(pixels, [Dab(Point(20, 20), 1.0), Dab(Point(50, 130), 5.0)], 1)
    assert painted == [(3, 7, Mask.from_array(pixels), "Brush")]


def test_the_other_end_of_the_pen_rubs_out(canvas: Canvas, painted: Painted) -> None:
    pen(canvas, QEvent.Type.TabletPress, at(canvas, 60, 70), 1.0, RUBBER)
    pen(canvas, QEvent.Type.TabletRelease, at(canvas, 60, 70), 0.0, RUBBER)
    assert painted == [(3, 7, drawn((60, 70), value=0), "Erase")]


def test_for_other_tools_the_pen_is_a_mouse(canvas: Canvas) -> None:
    canvas.set_tool("points")
    assert not pen(canvas, QEvent.Type.TabletPress, at(canvas, 20, 20), 0.5)


# Lasso and fill


def loop(*places: tuple[float, float]) -> list[tuple[float, float]]:
    return list(places)


def test_a_dragged_loop_adds_what_is_inside(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    canvas.set_tool("lasso")
    stroke(qtbot, canvas, (10, 10), (40, 10), (40, 30), (10, 30))
    expected = inside(subject())
    expected[10:30, 10:40] = True
    assert painted == [(3, 7, Mask.from_array(expected), "Add lasso")]


def test_a_loop_with_the_right_button_cuts(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    canvas.set_tool("lasso")
    stroke(qtbot, canvas, (50, 30), (90, 30), (90, 60), (50, 60), button=RIGHT)
    expected = inside(subject())
    expected[30:60, 50:90] = False
    assert painted == [(3, 7, Mask.from_array(expected), "Cut lasso")]


def corners(qtbot: QtBot, canvas: Canvas, *places: tuple[int, int]) -> None:
    canvas.set_tool("lasso")
    for place in places:
        qtbot.mouseMove(canvas, at(canvas, *place))
        qtbot.mouseClick(canvas, LEFT, NONE, at(canvas, *place))


def triangle() -> Mask:
    expected = inside(subject())
    for row in range(10, 30):
        expected[row, 10 : 10 + round(30 * (30 - row - 0.5) / 20)] = True
    return Mask.from_array(expected)


def test_clicks_make_a_polygon_that_enter_closes(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    corners(qtbot, canvas, (10, 10), (40, 10), (10, 30))
    assert painted == []
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert painted == [(3, 7, triangle(), "Add lasso")]


def test_a_click_on_the_first_corner_closes_it(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    corners(qtbot, canvas, (10, 10), (40, 10), (10, 30))
    qtbot.mouseClick(canvas, LEFT, NONE, at(canvas, 10, 10) + QPoint(4, -3))
    assert painted == [(3, 7, triangle(), "Add lasso")]


def test_a_double_click_closes_it(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    corners(qtbot, canvas, (10, 10), (40, 10), (10, 30))
    qtbot.mouseDClick(canvas, LEFT, NONE, at(canvas, 10, 30))
    assert painted == [(3, 7, triangle(), "Add lasso")]


def test_backspace_takes_a_corner_back_and_escape_all(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    corners(qtbot, canvas, (10, 10), (40, 10), (10, 30), (190, 140))
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert painted.pop()[2] == triangle()
    corners(qtbot, canvas, (10, 10), (40, 10), (10, 30))
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert painted == []
    corners(qtbot, canvas, (10, 10))
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert not canvas.is_drawing


def test_a_polygon_may_hold_a_stretch_drawn_by_hand(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    corners(qtbot, canvas, (10, 10), (40, 10))
    stroke(qtbot, canvas, (40, 20), (40, 30))
    corners_so_far = painted[:]
    qtbot.mouseClick(canvas, LEFT, NONE, at(canvas, 10, 30))
    qtbot.keyClick(canvas, Qt.Key.Key_Enter)
    assert corners_so_far == []
    expected = inside(subject())
    expected[10:30, 10:40] = True
    assert painted[0][2] == Mask.from_array(expected)


def test_two_corners_enclose_nothing(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    corners(qtbot, canvas, (10, 10), (40, 10))
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert painted == []
    assert not canvas.is_drawing


def test_the_line_of_the_lasso_shows(qtbot: QtBot, canvas: Canvas) -> None:
    before = canvas.grab().toImage()
    corners(qtbot, canvas, (10, 10), (40, 10))
    assert canvas.grab().toImage().pixelColor(at(canvas, 25, 10)) != before.pixelColor(at(canvas, 25, 10))


def test_a_flood_fills_a_closed_outline_and_the_right_button_removes_an_island(
    qtbot: QtBot, canvas: Canvas, painted: Painted
) -> None:
    ring = inside(subject())
    ring[50:100, 70:130] = False
    show(canvas, Mask.from_array(ring))
    canvas.set_tool("fill")
    stroke(qtbot, canvas, (100, 75))
    stroke(qtbot, canvas, (65, 75), button=RIGHT)
    assert painted == [(3, 7, subject(), "Fill"), (3, 7, Mask(subject().size), "Remove island")]


def test_a_flood_of_an_open_outline_says_so(qtbot: QtBot, canvas: Canvas, painted: Painted) -> None:
    canvas.set_tool("fill")
    with qtbot.waitSignal(canvas.nothing_to_fill):
        stroke(qtbot, canvas, (10, 10))
    assert painted == []


# Beside the prompts


def test_hand_tools_touch_no_prompt(qtbot: QtBot, canvas: Canvas) -> None:
    signals = (canvas.point_added, canvas.point_deleted, canvas.box_drawn, canvas.object_picked)
    found: list[object] = []
    for signal in signals:
        signal.connect(lambda *args: found.append(args))
    canvas.preview_wanted.connect(lambda point: found.append(point) if point is not None else None)
    for keys in (NONE, SHIFT, CONTROL, ALT):
        stroke(qtbot, canvas, (30, 30), (90, 90), keys=keys)
    qtbot.keyPress(canvas, Qt.Key.Key_Shift)
    qtbot.keyRelease(canvas, Qt.Key.Key_Shift)
    assert found == []
