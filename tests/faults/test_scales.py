"""Clicks and pictures are exact to the pixel at every scale of the screen (fault W8)."""

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, random, sys
import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.geometry import Point
from sam2_studio.core.masks import Mask
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.overlay import ShownMask, ViewKind
from sam2_studio.ui.theme import apply_theme
from fractions import Fraction

WIDTH, HEIGHT = 640, 360
application = QApplication([])
apply_theme(application, "dark")
ys, xs = np.mgrid[:HEIGHT, :WIDTH]
picture = np.stack([xs % 256, ys % 256, (xs // 256) * 16 + ys // 256], axis=-1).astype(np.uint8)
chance = random.Random(8)
places = [(chance.randrange(WIDTH), chance.randrange(HEIGHT)) for _ in range(20)]
places += [(0, 0), (WIDTH - 1, HEIGHT - 1)]
inside = np.zeros((HEIGHT, WIDTH), bool)
for x, y in places:
    inside[y, x] = True

canvas = Canvas()
canvas.resize(700, 420)
canvas.set_frame(Frame(0, picture, Timestamp(0, Fraction(1, 25))))
canvas.show()
application.processEvents()
came = []
canvas.point_added.connect(lambda point, positive: came.append(point.pixel))

def click(x, y):
    left, top = canvas.view.to_widget(Point(x + 0.5, y + 0.5))
    place = QPointF(left, top)
    for kind in (QMouseEvent.Type.MouseButtonPress, QMouseEvent.Type.MouseButtonRelease):
        QApplication.sendEvent(canvas, QMouseEvent(
            kind, place, canvas.mapToGlobal(place), Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier))

for show in (canvas.fit, canvas.show_actual_size, lambda: canvas.zoom_to(8)):
    show()
    for x, y in places:
        came.clear()
        click(x, y)
        assert came == [(x, y)], (x, y, came, canvas.view)

def colors(view, wanted):
    canvas.set_view(view)
    canvas.show_actual_size()
    image = canvas.grab().toImage()
    ratio = image.devicePixelRatio()
    seen = 0
    for x, y in places:
        left, top = canvas.view.to_widget(Point(x + 0.5, y + 0.5))
        column, row = int(left * ratio), int(top * ratio)
        if 0 <= column < image.width() and 0 <= row < image.height():
            color = image.pixelColor(column, row)
            found = (color.red(), color.green(), color.blue())
            assert found == wanted(x, y), (x, y, found, wanted(x, y))
            seen += 1
    return seen

canvas.show_original(True)
seen = colors(ViewKind.OVERLAY, lambda x, y: tuple(int(v) for v in picture[y, x]))
canvas.show_original(False)
canvas.set_masks([ShownMask(1, Mask.from_array(inside), "#FF0000")])
seen_mask = colors(ViewKind.MATTE, lambda x, y: (255, 255, 255))
canvas.set_masks([ShownMask(1, Mask.from_array(~inside), "#FF0000")])
colors(ViewKind.MATTE, lambda x, y: (0, 0, 0))
print(json.dumps([canvas.devicePixelRatioF(), seen, seen_mask]))
"""


@pytest.mark.parametrize("scale", ["1", "1.25", "1.5", "2", "3"])
def test_clicks_and_pixels(scale: str) -> None:
    variables = os.environ | {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=variables, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    ratio, *seen = json.loads(done.stdout)
    assert ratio == float(scale)
    assert min(seen) >= 10, "hardly anything was looked at"
