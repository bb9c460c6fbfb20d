"""A picture of the real window with a project in it: for the demo and the documents. Needs no screen."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QEventLoop, QSize, QTimer

from sam2_studio.errors import ProjectError
from sam2_studio.ui.app import make_application, preferences_path
from sam2_studio.ui.main_window import MainWindow

_SIZE = QSize(1440, 900)
_LONGEST = 60_000  # ms
_LOOK_EVERY = 50  # ms
_SETTLED = 1500  # ms: thumbnails and the smooth picture come last


def save_window_picture(project: Path, target: Path, frame: int) -> None:
    """Open `project` in a window, go to `frame`, save what it shows as a PNG at `target`; the event loop must be free.

    Raises:
        ProjectError: the project or its clip doesn't open within a minute, or the picture can't be written.
    """
    application = make_application()
    window = MainWindow(preferences_path())
    window.resize(_SIZE)
    window.show()
    try:
        window.documents.open(project)
        _wait(lambda: window.canvas.frame is not None, window)
        window.playhead.go_to(frame)
        _wait(lambda: window.canvas.frame is not None and window.canvas.frame.number == frame, window)
        _pause(_SETTLED)
        if not window.grab().save(str(target)):
            raise ProjectError(f"The picture “{target}” can't be written.", "Choose another folder.")
    finally:
        window.close()
        application.processEvents()


def _wait(condition: Callable[[], bool], window: MainWindow) -> None:
    clock = QElapsedTimer()
    clock.start()
    while not condition():
        if clock.elapsed() > _LONGEST:
            raise ProjectError(f"The window didn't show the project: {window.message_bar.text}", "See the log.")
        _pause(_LOOK_EVERY)


def _pause(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
