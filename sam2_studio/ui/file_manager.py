"""Shows a file in the desktop's file manager, selected; where that can't be, opens its folder. Waits for nothing."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QProcess, QUrl
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
from PySide6.QtGui import QDesktopServices

SERVICE = "org.freedesktop.FileManager1"
_OBJECT = "/org/freedesktop/FileManager1"
_PATIENCE = 3000  # ms that a file manager has to answer; the folder is opened then


def show_file(path: Path) -> None:
    """Select a file in its folder. One that is gone, or a folder, is opened as far as it is there."""
    path = path.absolute()
    if not path.exists() or path.is_dir():
        open_folder(path)
    elif (command := _command(sys.platform, path)) is None:
        _ask_file_manager(path)
    elif not QProcess.startDetached(command[0], command[1:])[0]:
        open_folder(path)


def open_folder(path: Path) -> None:
    """Open a folder, or that in which a file lies; of a path that is gone the nearest one that is left."""
    there = next((each for each in (path, *path.parents) if each.is_dir()), Path.home())
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(there)))


def _command(platform: str, path: Path) -> list[str] | None:
    """The program that selects a file; None where the desktop is asked instead."""
    if platform == "win32":
        return ["explorer", "/select,", str(path)]
    if platform == "darwin":
        return ["open", "-R", str(path)]
    return None


class _Answer(QDBusPendingCallWatcher):
    """What the file manager says to a file; a refusal opens the folder."""

    def __init__(self, bus: QDBusConnection, message: QDBusMessage, path: Path) -> None:
        super().__init__(bus.asyncCall(message, _PATIENCE), QCoreApplication.instance())
        self._path = path
        self.finished.connect(self._answered)

    def _answered(self) -> None:
        if self.isError():
            open_folder(self._path)
        self.deleteLater()


def _ask_file_manager(path: Path) -> None:
    if not _has_bus():
        open_folder(path)
        return
    message = QDBusMessage.createMethodCall(SERVICE, _OBJECT, SERVICE, "ShowItems")
    message.setArguments([[path.as_uri()], ""])  # the names as bytes, in percent signs, be they UTF-8 or not
    _Answer(QDBusConnection.sessionBus(), message, path)


def _has_bus() -> bool:
    """Whether there is a session bus: without one, to ask for it would start one, and wait for that."""
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    folder = os.environ.get("XDG_RUNTIME_DIR")
    return bool(folder) and Path(str(folder), "bus").exists()
