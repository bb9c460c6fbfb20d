"""The canvas with pixels that aren't square, under real events: seen in their shape, handled as they are stored."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.ui.canvas.brush import Brush
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.hand_canvas import PaintTarget
from sam2_studio.ui.canvas.keyboard_pointer import KeyboardPointer
from sam2_studio.ui.canvas.overlay import ShownMask, ViewKind

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
WIDTH, HEIGHT = 180, 144
ASPECTS = [64 / 45, 16 / 15, 8 / 9, 2.0]
MIDDLE = Point(90, 72)


def disc(aspect: float, radius: float = 40) -> NDArray[np.bool_]:
    """A disc of the world, as footage with pixels of that shape stores it."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    inside: NDArray[np.bool_] = ((x - MIDDLE.x) * aspect) ** 2 + (y - MIDDLE.y) ** 2 < radius**2
    return inside


@pytest.fixture(params=ASPECTS)
def canvas(qtbot: QtBot, request: pytest.FixtureRequest) -> Canvas:
    widget = Canvas()
    qtbot.addWidget(widget)
    widget.resize(732, 532)
    widget.show()
    widget.set_pixel_aspect(request.param)
    pixels = np.where(disc(request.param)[..., None], 220, 40).repeat(3, axis=2).astype(np.uint8)
    widget.set_frame(Frame(0, pixels, Timestamp(0, Fraction(1, 25))))
    return widget


def at(canvas: Canvas, x: float, y: float) -> QPoint:
    left, top = canvas.view.to_widget(Point(x, y))
    return QPoint(round(left), round(top))


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return np.array(grey.constBits()).reshape(grey.height(), grey.bytesPerLine())[:, : grey.width()]


def extent(inside: NDArray[np.bool_]) -> tuple[int, int]:
    rows, columns = np.nonzero(inside)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def test_a_circle_is_seen_round_and_fits(canvas: Canvas) -> None:
    wide, high = extent(pixels_of(canvas.grab().toImage()) > 200)
    assert abs(wide - high) <= 2 * max(canvas.view.zoom_x, canvas.view.zoom)  # half a stored pixel at each end
    left, top = canvas.view.to_widget(Point(0, 0))
    right, bottom = canvas.view.to_widget(Point(WIDTH, HEIGHT))
    assert min(left, top) >= 15
    assert right <= canvas.width() - 15
    assert bottom <= canvas.height() - 15
    assert min(abs(left - 16), abs(top - 16)) < 1


def test_square_pixels_by_choice(canvas: Canvas, qtbot: QtBot) -> None:
    true = canvas.view.aspect
    with qtbot.waitSignal(canvas.shape_changed) as told:
        canvas.show_square_pixels(True)
    assert told.args == [1.0]
    wide, high = extent(pixels_of(canvas.grab().toImage()) > 200)
    assert wide * true / high == pytest.approx(1, abs=0.05)
    canvas.show_square_pixels(False)
    assert canvas.view.aspect == true


def test_clicks_boxes_and_the_read_out_are_in_stored_pixels(canvas: Canvas, qtbot: QtBot) -> None:
    found: list[Point] = []
    canvas.hovered.connect(found.append)
    for x, y in ((3, 140), (176, 5), (90, 72)):
        with qtbot.waitSignal(canvas.point_added) as added:
            qtbot.mouseClick(canvas, LEFT, NONE, at(canvas, x, y))
        assert added.args[0].x == pytest.approx(x, abs=0.5)
        assert added.args[0].y == pytest.approx(y, abs=0.5)
    with qtbot.waitSignal(canvas.box_drawn) as drawn:
        qtbot.mousePress(canvas, LEFT, NONE, at(canvas, 20, 30))
        qtbot.mouseMove(canvas, at(canvas, 100, 80))
        qtbot.mouseRelease(canvas, LEFT, NONE, at(canvas, 150, 120))
    box: Box = drawn.args[0]
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((20, 30, 150, 120), abs=0.5)
    assert found[-1].x == pytest.approx(100, abs=0.5)


@pytest.mark.parametrize("in_picture", [True, False])
def test_the_brush_is_round_as_seen_and_paints_what_its_ring_shows(
    canvas: Canvas, qtbot: QtBot, in_picture: bool
) -> None:
    canvas.set_paint_target(PaintTarget(object_id=1, mask=None, color="#FF0000"))
    canvas.set_tool("brush")
    canvas.set_brush(Brush(size=30 if in_picture else 90, in_picture=in_picture))
    with qtbot.waitSignal(canvas.mask_painted) as painted:
        qtbot.mouseClick(canvas, LEFT, NONE, at(canvas, 90, 72))
    mask: Mask = painted.args[2]
    diameter = 30 if in_picture else 90 / canvas.view.scale_y
    assert mask.rows == pytest.approx(diameter, abs=1.1)
    assert mask.columns * canvas.view.aspect == pytest.approx(diameter, abs=1 + canvas.view.aspect)
    spot = at(canvas, 90, 72)
    qtbot.mouseMove(canvas, spot)
    ring = pixels_of(canvas.grab().toImage())
    qtbot.mouseMove(canvas, QPoint(2, 2))
    changed = ring != pixels_of(canvas.grab().toImage())
    wide, high = extent(changed[spot.y() - 120 : spot.y() + 120, spot.x() - 120 : spot.x() + 120])
    assert abs(wide - high) <= 2
    assert wide == pytest.approx(diameter * canvas.view.scale_y, abs=8)  # the ring's soft edges


def test_a_lasso_cuts_where_its_corners_are(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_paint_target(PaintTarget(object_id=1, mask=None, color="#FF0000"))
    canvas.set_tool("lasso")
    for x, y in ((40, 30), (140, 30), (140, 110), (40, 110)):
        qtbot.mouseClick(canvas, LEFT, NONE, at(canvas, x, y))
    with qtbot.waitSignal(canvas.mask_painted) as painted:
        qtbot.keyClick(canvas, Qt.Key.Key_Return)
    mask: Mask = painted.args[2]
    assert (mask.left, mask.top, mask.columns, mask.rows) == pytest.approx((40, 30, 100, 80), abs=1)


@pytest.mark.parametrize("kind", [ViewKind.OVERLAY, ViewKind.OUTLINE, ViewKind.MATTE, ViewKind.CUTOUT])
def test_masks_lie_on_the_picture(canvas: Canvas, kind: ViewKind) -> None:
    canvas.set_view(kind)
    bare = pixels_of(canvas.grab().toImage())
    block = np.zeros((HEIGHT, WIDTH), bool)
    block[20:60, 30:150] = True
    canvas.set_masks([ShownMask(1, Mask.from_array(block), "#FF00FF", selected=True)])
    wide, high = extent(pixels_of(canvas.grab().toImage()) != bare)
    assert wide == pytest.approx(120 * canvas.view.scale_x, abs=7)  # outline and rim stick out
    assert high == pytest.approx(40 * canvas.view.scale_y, abs=7)


def test_zoom_to_object_split_and_wheel_keep_the_shape(canvas: Canvas, qtbot: QtBot) -> None:
    block = np.zeros((HEIGHT, WIDTH), bool)
    block[60:80, 20:40] = True
    canvas.set_masks([ShownMask(1, Mask.from_array(block), "#FF00FF", selected=True)])
    canvas.fit_object()
    middle = canvas.view.to_image(canvas.width() / 2, canvas.height() / 2)
    assert (middle.x, middle.y) == pytest.approx((30, 70), abs=0.2)
    assert canvas.view.scale_x / canvas.view.scale_y == pytest.approx(canvas.view.aspect)
    place = QPointF(200, 150)
    before = canvas.view.to_image(200, 150)
    wheel = QWheelEvent(
        place, canvas.mapToGlobal(place), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, wheel)
    after = canvas.view.to_image(200, 150)
    assert (after.x, after.y) == pytest.approx((before.x, before.y), abs=0.2)
    canvas.fit()
    canvas.show_split(True)
    line = canvas._split
    assert line.geometry().center().x() == pytest.approx(canvas.view.to_widget(Point(WIDTH / 2, 0))[0], abs=1)
    qtbot.mousePress(line, LEFT, NONE, line.rect().center())
    qtbot.mouseMove(line, line.rect().center() + QPoint(round(45 * canvas.view.scale_x), 0))
    qtbot.mouseRelease(line, LEFT)
    assert line.fraction == pytest.approx(0.75, abs=0.01)


def test_the_pixel_grid_and_the_keys_go_by_stored_pixels(canvas: Canvas, qtbot: QtBot) -> None:
    pointer = KeyboardPointer(canvas)
    pointer.set_active(True)
    before = pointer.at
    assert before is not None
    qtbot.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert pointer.at == Point(before.x + 1, before.y)
    pointer.set_active(False)
    canvas.zoom_to(24.0)
    bare = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    canvas.set_frame(Frame(0, bare, Timestamp(0, Fraction(1, 25))))
    seen = pixels_of(canvas.grab().toImage())
    down, across = seen[seen.shape[0] // 2 + 5] > 0, seen[:, seen.shape[1] // 2 + 5] > 0
    assert np.diff(np.flatnonzero(down)).mean() == pytest.approx(canvas.view.scale_x, rel=0.03)
    assert np.diff(np.flatnonzero(across)).mean() == pytest.approx(24.0, rel=0.03)
