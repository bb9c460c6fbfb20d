"""The whole window at every scale of the screen: nothing cut off, the panel's lines and icons on whole pixels."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import json, sys
from pathlib import Path
import numpy as np
from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton, QToolButton
from sam2_studio.ui import theme
from sam2_studio.ui.app import make_application, preferences_path, speak
from sam2_studio.ui.icons import GRID, icon
from sam2_studio.ui.main_window import MainWindow
from tests.cut_off import cut_off

LANGUAGE, CLIP = sys.argv[1:]
application = make_application()
speak(application, LANGUAGE)
window = MainWindow(preferences_path())
window.resize(1280, 800)
window.show()
window.documents.open(Path(CLIP))
said = {}

def look():
    if window.canvas.frame is None:
        return
    timer.stop()
    ratio = window.devicePixelRatioF()
    picture = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(picture.constBits(), np.uint32).reshape(picture.height(), -1)[:, : picture.width()]
    tokens = {int(value[1:], 16) for value in vars(theme.tokens()).values() if value.startswith("#")}

    def blended(widget, x):
        "Colours of a line down through a widget that no theme has: edges that fell between two pixels."
        top = widget.mapTo(window, widget.rect().topLeft())
        column = rows[round(top.y() * ratio) : round((top.y() + widget.height()) * ratio), round((top.x() + x) * ratio)]
        return sorted({hex(int(value) & 0xFFFFFF) for value in column} - {hex(value) for value in tokens})

    side = window.edge_panel.parentWidget()
    said.update(
        ratio=ratio,
        size=[window.width(), window.height()],
        picture=[picture.width(), picture.height()],
        blended=blended(side, 8),
        icons=[icon("play").pixmap(QSize(GRID, GRID), ratio).width(), round(GRID * ratio)],
        icon_sizes=sorted({
            each.iconSize().width()
            for kind in (QToolButton, QPushButton)
            for each in window.findChildren(kind)
            if each.isVisible() and not each.icon().isNull()
        }),
        cut_off=cut_off(window),
    )
    window.close()

timer = QTimer(interval=20)
timer.timeout.connect(look)
timer.start()
application.exec()
print(json.dumps(said))
"""


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("scale", ["1", "1.25", "1.5", "2", "3"])
def test_the_window(scale: str, language: str, sample_clip: Path) -> None:
    variables = os.environ | {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, language, str(sample_clip)],
        capture_output=True,
        text=True,
        env=variables,
        timeout=240,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["ratio"] == float(scale)
    assert said["size"] == [1280, 800]
    assert said["picture"] == [round(1280 * float(scale)), round(800 * float(scale))]
    assert said["blended"] == []
    assert said["icons"][0] == said["icons"][1]
    assert said["icon_sizes"] == [20]
    assert said["cut_off"] == []
