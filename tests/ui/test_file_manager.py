"""A file is shown selected by the desktop's file manager, played here on a message bus of the test's own."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import ClassInfo, QObject, QProcess, Qt, QUrl, Slot
from PySide6.QtDBus import QDBusConnection
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot
from sam2_studio.export.runner import ExportReport
from sam2_studio.ui import file_manager
from sam2_studio.ui.dialogs.export_pages import ResultPage
from sam2_studio.ui.file_manager import SERVICE, show_file


@ClassInfo({"D-Bus Interface": SERVICE})
class FileManager(QObject):
    """Remembers what it is to select."""

    def __init__(self) -> None:
        super().__init__()
        self.selected: list[str] = []

    @Slot("QStringList", str)
    def ShowItems(self, uris: list[str], _startup: str) -> None:
        self.selected += uris


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that were opened."""
    urls: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: urls.append(QUrl(url).toLocalFile()))
    monkeypatch.setattr(file_manager.sys, "platform", "linux")
    return urls


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[QDBusConnection]:
    """A message bus on which nobody is yet, in the session bus's place; this connection is the file manager's."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("dbus-daemon is not installed")
    started = [daemon, "--session", "--nofork", "--print-address"]
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        session = QDBusConnection.connectToBus(address, "session of the test")
        monkeypatch.setattr(QDBusConnection, "sessionBus", lambda: session)
        yield QDBusConnection.connectToBus(address, "file manager")
        for name in ("session of the test", "file manager"):
            QDBusConnection.disconnectFromBus(name)
        process.terminate()


def test_the_first_file_of_an_export_is_selected(
    qtbot: QtBot, bus: QDBusConnection, opened: list[str], tmp_path: Path
) -> None:
    manager = FileManager()
    assert bus.registerService(SERVICE)
    assert bus.registerObject(file_manager._OBJECT, manager, QDBusConnection.RegisterOption.ExportAllSlots)
    files = (tmp_path / "a b%23ü.png", tmp_path / "c.png")
    for file in files:
        file.touch()
    page = ResultPage()
    qtbot.addWidget(page)
    page.show_report(ExportReport(files=files, frames=2, verified=True, faults=(), seconds=1.0, warnings=()))
    qtbot.mouseClick(page.show_folder, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: manager.selected == [files[0].as_uri()])
    assert opened == []


def test_without_a_file_manager_that_selects_its_folder_is_opened(
    qtbot: QtBot, bus: QDBusConnection, opened: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.mov"
    file.touch()
    show_file(file)
    assert opened == [], "it is asked first, and not waited for"
    qtbot.waitUntil(lambda: opened == [str(tmp_path)])
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    show_file(file)
    assert opened == [str(tmp_path)] * 2, "nobody can be asked"


def test_folders_and_files_that_are_gone_open_what_is_there(opened: list[str], tmp_path: Path) -> None:
    show_file(tmp_path)
    show_file(tmp_path / "gone" / "a.mov")
    assert opened == [str(tmp_path)] * 2


@pytest.mark.parametrize(
    ("platform", "words"), [("win32", ["explorer", "/select,", "{}"]), ("darwin", ["open", "-R", "{}"])]
)
def test_other_desktops_are_asked_by_their_program(
    platform: str, words: list[str], opened: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a b.mov"
    file.touch()
    started: list[list[str]] = []
    answers = [(True, 1), (False, 0)]
    monkeypatch.setattr(file_manager.sys, "platform", platform)
    monkeypatch.setattr(QProcess, "startDetached", lambda name, rest: started.append([name, *rest]) or answers.pop(0))
    show_file(file)
    assert started == [[word.format(file) for word in words]]
    assert opened == []
    show_file(file)
    assert opened == [str(tmp_path)], "the program can't be started"
