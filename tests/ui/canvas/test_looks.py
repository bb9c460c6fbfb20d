"""Ways of looking on the canvas, under real events: split, differences, onion outlines, zoom, read-out."""

from fractions import Fraction

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.geometry import Point
from sam2_studio.core.masks import Mask
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.differences import Difference
from sam2_studio.ui.canvas.ground import Ground
from sam2_studio.ui.canvas.onion import AFTER, BEFORE, Skin
from sam2_studio.ui.canvas.overlay import ShownMask, SoftPart, ViewKind
from sam2_studio.ui.canvas.split import SplitLine
from sam2_studio.ui.canvas.strip import readout

LEFT = Qt.MouseButton.LeftButton


def block(x0: int, x1: int, y0: int = 40, y1: int = 80) -> Mask:
    pixels = np.zeros((150, 200), bool)
    pixels[y0:y1, x0:x1] = True
    return Mask.from_array(pixels)


def frame_of(value: int = 90, kind: type = np.uint8) -> Frame:
    return Frame(7, np.full((150, 200, 3), value, kind), Timestamp(7, Fraction(1, 25)))


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    widget = Canvas()
    qtbot.addWidget(widget)
    widget.resize(432, 332)
    widget.show()
    widget.set_frame(frame_of())
    widget.set_masks([ShownMask(3, block(40, 160), "#00FF00", selected=True)])
    return widget


def at(canvas: Canvas, x: float, y: float) -> QPoint:
    left, top = canvas.view.to_widget(Point(x, y))
    return QPoint(round(left), round(top))


def seen(canvas: Canvas, x: float, y: float) -> tuple[int, ...]:
    return canvas.grab().toImage().pixelColor(at(canvas, x, y)).getRgb()[:3]


def line_of(canvas: Canvas) -> SplitLine:
    return canvas.findChild(SplitLine)  # type: ignore[return-value]


def test_the_split_shows_the_original_at_the_left_and_the_view_at_the_right(canvas: Canvas) -> None:
    canvas.set_view(ViewKind.MATTE)
    canvas.show_split(True)
    assert seen(canvas, 70, 60) == (90, 90, 90)
    assert seen(canvas, 130, 60) == (255, 255, 255)
    canvas.show_split(False)
    assert seen(canvas, 70, 60) == (255, 255, 255)


def test_the_line_is_dragged_and_no_prompt_comes_of_it(qtbot: QtBot, canvas: Canvas) -> None:
    canvas.set_view(ViewKind.MATTE)
    canvas.show_split(True)
    line = line_of(canvas)
    start = QPoint(line.width() // 2, 20)
    with qtbot.assertNotEmitted(canvas.point_added), qtbot.assertNotEmitted(canvas.box_drawn):
        qtbot.mousePress(line, LEFT, pos=start)
        qtbot.mouseMove(line, line.mapFrom(canvas, at(canvas, 150, 60)))
        qtbot.mouseRelease(line, LEFT, pos=line.mapFrom(canvas, at(canvas, 150, 60)))
    assert line.fraction == pytest.approx(0.75, abs=0.01)
    assert seen(canvas, 130, 60) == (90, 90, 90)
    assert abs(line.geometry().center().x() - at(canvas, 150, 60).x()) <= 1


def test_the_line_moves_by_keys_and_stays_on_the_picture_when_it_is_zoomed(qtbot: QtBot, canvas: Canvas) -> None:
    canvas.show_split(True)
    line = line_of(canvas)
    qtbot.keyClick(line, Qt.Key.Key_Right)
    assert line.fraction == 0.51
    qtbot.keyClick(line, Qt.Key.Key_Home)
    assert line.fraction == 0.0
    canvas.zoom_in()
    assert abs(line.geometry().center().x() - at(canvas, 0, 0).x()) <= 1


def test_a_soft_edge_shows_in_matte_and_cutout(canvas: Canvas) -> None:
    soft = SoftPart(np.full((40, 120), 128, np.uint8), 40, 40)
    canvas.set_masks([ShownMask(3, block(40, 160), "#00FF00", soft=soft)])
    canvas.set_view(ViewKind.MATTE)
    assert seen(canvas, 100, 60) == (128, 128, 128)
    canvas.set_view(ViewKind.CUTOUT)
    canvas.set_ground(Ground("#000000"))
    assert seen(canvas, 100, 60) == (45, 45, 45)
    canvas.set_colors(np.full((150, 200, 3), 200, np.uint8))
    assert seen(canvas, 100, 60) == (100, 100, 100)
    assert canvas.alpha_at(Point(100, 60)) == pytest.approx(0.5, abs=0.01)
    canvas.set_ground(Ground("#FF0000"))
    assert seen(canvas, 10, 10) == (255, 0, 0)


def test_differences_are_told_by_colour_on_a_dimmed_picture(canvas: Canvas) -> None:
    canvas.set_view(ViewKind.DIFFERENCE)
    canvas.set_differences([Difference.between(block(20, 80), block(60, 120))])
    came, went, same = (QColor(*seen(canvas, x, 60)) for x in (100, 40, 70))
    assert came.green() > came.red()
    assert went.red() > went.green()
    assert same.red() == same.green() < 90


def colors_in(canvas: Canvas) -> set[str]:
    image = canvas.grab().toImage()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    found = np.unique(pixels[..., 2::-1].reshape(-1, 3), axis=0)
    return {"#{:02X}{:02X}{:02X}".format(*color) for color in found.tolist()}


def test_onion_outlines_have_a_colour_for_each_direction_and_fade(canvas: Canvas) -> None:
    assert not {BEFORE, AFTER} & colors_in(canvas)
    canvas.set_skins([Skin(-1, block(20, 120, 20, 60)), Skin(1, block(60, 180, 60, 110))])
    assert {BEFORE, AFTER} <= colors_in(canvas)
    canvas.set_skins([Skin(-3, block(20, 120, 20, 60))])
    assert BEFORE not in colors_in(canvas), "three frames away it is fainter"
    canvas.set_skins([])
    assert not {BEFORE, AFTER} & colors_in(canvas)


def test_zoom_to_the_object_shows_all_of_it_large(canvas: Canvas) -> None:
    canvas.set_masks([ShownMask(1, block(0, 200, 0, 150), "#FF0000"), ShownMask(3, block(40, 60), "#0F0", True, True)])
    canvas.fit_object()
    (x0, y0), (_, y1) = canvas.view.to_widget(Point(40, 40)), canvas.view.to_widget(Point(60, 80))
    assert min(x0, y0) > 0
    assert 0.7 < (y1 - y0) / canvas.height() < 1
    view = canvas.view
    canvas.set_masks([])
    canvas.fit_object()
    assert canvas.view == view


def test_the_pixel_grid_comes_at_800_per_cent(canvas: Canvas) -> None:
    canvas.set_view(ViewKind.OUTLINE)
    canvas.set_masks([])
    canvas.zoom_to(7.9)
    assert len(colors_in(canvas)) == 1
    canvas.zoom_to(8.0)
    assert len(colors_in(canvas)) > 1


def test_the_read_out_gives_the_sources_own_values() -> None:
    text = readout(frame_of(51400, np.uint16), Point(12.7, 3.2), 0.875)
    assert all(part in text for part in ("x&nbsp;12", "y&nbsp;3", "51400", "α&nbsp;88&nbsp;%", "#c8c8c8"))
    assert "90" in readout(frame_of(), Point(0, 0), 0.0)


def test_the_overlay_is_as_strong_as_asked(canvas: Canvas) -> None:
    weak = seen(canvas, 100, 60)
    canvas.set_overlay_opacity(1.0)
    assert seen(canvas, 100, 60) == (0, 255, 0) != weak
