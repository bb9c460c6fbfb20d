"""The pictures of the guide's two walks, each taken at the step that it shows, by real events on the sample clip.

python -m tests.pictures.walks docs

Minutes. Writes `first-*.jpg` and `roto-*.jpg`; docs/first-clip.md and docs/roto.md say what is done.
"""

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from sam2_studio.core.geometry import Point
from sam2_studio.resources import resource
from sam2_studio.ui.app import make_application, preferences_path
from sam2_studio.ui.main_window import MainWindow
from tests.pictures.photographer import Photographer

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
BOX = (178, 52), (612, 622)
ON = ((464, 428), (220, 125), (534, 82), (431, 89), (350, 96))
BESIDE = ((293, 443), (308, 490), (377, 124), (575, 202), (555, 604), (200, 500))
FRAME, WRONG, PAINTED = 60, 40, 24
ARM = ((150, 330), (190, 350), (230, 362), (260, 350))


class Walker(Photographer):
    """A photographer who also works with the mouse."""

    def click(self, at: tuple[int, int], button: Qt.MouseButton = LEFT) -> None:
        QTest.mouseClick(self.window.canvas, button, Qt.KeyboardModifier.NoModifier, self.place(*at))
        self.answered()

    def drag(self, *corners: tuple[int, int]) -> None:
        canvas, places = self.window.canvas, [self.place(*corner) for corner in corners]
        QTest.mousePress(canvas, LEFT, Qt.KeyboardModifier.NoModifier, places[0])
        for place in places[1:]:
            QTest.mouseMove(canvas, place)
            self.pause(30)
        QTest.mouseRelease(canvas, LEFT, Qt.KeyboardModifier.NoModifier, places[-1])
        self.answered()

    def place(self, x: int, y: int) -> QPoint:
        left, top = self.window.canvas.view.to_widget(Point(x, y))
        return QPoint(round(left), round(top))

    def answered(self) -> None:
        """Wait for the mask."""
        self.pause(1500)

    def track(self, action: str) -> None:
        self.press(action)
        self.wait(lambda: self.window.runs.is_running)
        self.wait(lambda: not self.window.runs.is_running)

    def shoot(self, name: str, widget: QWidget | None = None) -> None:
        self.pause(1500)
        (widget or self.window).grab().save(str(self._folder / f"{name}.jpg"), quality=88)


def first_clip(camera: Walker) -> None:
    """From a box to an export: docs/first-clip.md."""
    window = camera.window
    camera.shoot("first-start")
    camera.open(resource("sample", "bigbuckbunny.mp4"))
    camera.wait(lambda: window.choice.loaded is not None)
    camera.go_to(FRAME)
    camera.press("tool_box")
    camera.drag(*BOX)
    camera.shoot("first-box")
    camera.press("tool_points")
    for at in ON:
        camera.click(at)
    for at in BESIDE:
        camera.click(at, RIGHT)
    camera.shoot("first-clicks")
    camera.press("track_both")
    camera.wait(lambda: window.bridge.project.track(1).get(FRAME + 30) is not None)
    camera.go_to(FRAME + 20)
    camera.shoot("first-tracking")
    camera.wait(lambda: not window.runs.is_running)
    camera.go_to(0)
    camera.press("next_doubtful")
    camera.shoot("first-doubtful")
    camera.go_to(WRONG)
    for at in ((486, 95), (561, 136), (640, 236)):
        camera.click(at)
    camera.shoot("first-stale")
    camera.track("retrack")
    _export(camera, "after-effects", "first-export")


def roto(camera: Walker) -> None:
    """Paint, lock, track into it from both sides, finish the edge: docs/roto.md."""
    window = camera.window
    window.editing.rename(1, "rabbit")
    camera.go_to(PAINTED)
    camera.press("tool_brush")
    camera.drag(*ARM)
    camera.shoot("roto-brush")
    camera.press("lock_frame")
    camera.press("tool_points")
    camera.track("retrack")
    camera.shoot("roto-locked")
    camera.go_to(FRAME)
    edge = window.edge_panel
    edge._change(grow=1.0, feather=2.0, matte=True, method="fast")
    camera.press("view_matte")
    camera.pause(3000)
    camera.shoot("roto-matte")
    camera.press("view_overlay")
    _export(camera, "nuke", "roto-export")


def _export(camera: Walker, preset: str, name: str) -> None:
    camera.press("export")
    dialog = camera.window.exporting._dialog
    assert dialog is not None
    dialog.form.presets.choose(preset)
    dialog.form.target.setText(str(Path("~/shots") / Path(dialog.form.target.text()).name))
    camera.pause(6000)  # the preview and the estimate
    camera.shoot(name, dialog)
    dialog.reject()


def main(folder: Path, home: str) -> None:
    """Take them in a session with a home of its own."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["SAM2_STUDIO_HOME"] = home
    application = make_application()
    window = MainWindow(preferences_path())
    window.resize(1280, 800)
    window.show()
    camera = Walker(window, folder, "")
    first_clip(camera)
    roto(camera)
    window.close()
    application.processEvents()


with tempfile.TemporaryDirectory() as own:
    main(Path(sys.argv[1]), own)
