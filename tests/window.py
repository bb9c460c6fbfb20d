"""The real window in tests: shown, brought to a frame, clicked at places of the picture."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from sam2_studio.core.geometry import Point
from sam2_studio.ui.app import preferences_path
from sam2_studio.ui.main_window import MainWindow

PATIENCE = 60_000  # ms; a limit for a hung program, not a measure


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE)


def shown(qtbot: QtBot) -> MainWindow:
    """A window with preferences of its own, active; whoever asks for it closes it."""
    window = MainWindow(preferences_path())
    qtbot.addWidget(window)
    window.resize(1280, 800)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window


def opened(qtbot: QtBot, window: MainWindow, path: Path) -> MainWindow:
    """The window with footage or a project open and its first frame on show."""
    window.documents.open(path)
    until(qtbot, lambda: window.canvas.frame is not None)
    return window


def go_to(qtbot: QtBot, window: MainWindow, frame: int) -> None:
    window.playhead.go_to(frame)
    until(qtbot, lambda: window.canvas.frame is not None and window.canvas.frame.number == frame)


def at(window: MainWindow, x: float, y: float) -> QPoint:
    """Where a place of the picture is on the canvas."""
    left, top = window.canvas.view.to_widget(Point(x, y))
    return QPoint(round(left), round(top))


def answer(window: MainWindow, text: str) -> None:
    """Press the button of a question that is open."""
    (button,) = [each for each in window.findChildren(QPushButton) if each.text() == text and each.isVisible()]
    button.click()


def close(window: MainWindow) -> None:
    """Close it; where something goes on that is stopped."""
    window.close()
    if window.isVisible():
        answer(window, "Stop and close")
