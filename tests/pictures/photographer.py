"""Takes pictures of widgets once they are as they are to be; runs the event loop meanwhile."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QEventLoop, QPoint, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget
from sam2_studio.ui.main_window import MainWindow

_LONGEST = 120_000  # ms
_SETTLED = 400  # ms


class Photographer:
    """One window, one folder."""

    def __init__(self, window: MainWindow, folder: Path, only: str) -> None:
        """Keep those pictures whose names hold one of the words of `only`, which commas part."""
        self.window, self._folder, self._only = window, folder, only.split(",")

    def wants(self, *names: str) -> bool:
        """Whether any picture of these names is to be taken."""
        return any(word in name for name in names for word in self._only)

    def take(self, name: str, widget: QWidget | None = None, settle: int = _SETTLED) -> None:
        """Save what the widget (the window) shows."""
        if self.wants(name):
            self.pause(settle)
            (widget or self.window).grab().save(str(self._folder / f"{name}.png"))

    def press(self, action: str) -> None:
        self.window.actions_by_id[action].trigger()

    def go_to(self, frame: int) -> None:
        canvas = self.window.canvas
        self.window.playhead.go_to(frame)
        self.wait(lambda: canvas.frame is not None and canvas.frame.number == frame)

    def open(self, path: Path) -> None:
        came: list[Path] = []
        self.window.documents.footage_ready.connect(came.append)
        self.window.documents.open(path)
        self.wait(lambda: bool(came) and self.window.canvas.frame is not None)
        self.window.documents.footage_ready.disconnect(came.append)

    def dialog(self) -> QDialog:
        """The dialog on show."""
        self.wait(lambda: bool(self._dialogs()))
        return self._dialogs()[0]

    def menu(self, name: str, menu: QMenu) -> None:
        """Take a menu that hangs at the window, and close it."""
        if self.wants(name):
            menu.popup(self.window.mapToGlobal(QPoint(40, 40)))
            self.take(name, menu)
            menu.close()

    def popup(self, name: str) -> None:
        """Take the menu that is open, and close it."""
        self.wait(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        self.take(name, menu)
        menu.close()

    def wait(self, condition: Callable[[], bool]) -> None:
        clock = QElapsedTimer()
        clock.start()
        while not condition():
            if clock.elapsed() > _LONGEST:
                raise TimeoutError(f"the window didn't come to it: {self.window.message_bar.text}")
            self.pause(20)

    def pause(self, milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    @staticmethod
    def _dialogs() -> list[QDialog]:
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]
