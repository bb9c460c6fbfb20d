"""The Models dialog in the real window, against a server on the loopback: get, pause, cancel, use, import, forget.

A stand-in with Meta's keys plays the published file: the catalogue is given its hash and size.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from sam2_studio.engine.model_files import MIRROR, ModelState, find_model, own_path
from sam2_studio.networks.catalogue import CATALOGUE
from sam2_studio.networks.download import part_path
from sam2_studio.ui.dialogs.models_dialog import ModelsDialog
from sam2_studio.ui.main_window import MainWindow
from tests.loopback import Loopback, ranged, whole
from tests.parity.stand_in import stand_in_weights
from tests.window import answer, close, shown

LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
PATIENCE = 120_000  # ms; a limit for a hung program, not a measure
NAME = "sam2.1-tiny"


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "stand-in.pt"
    torch.save({"model": {k: v.half() for k, v in stand_in_weights("sam2.1_hiera_tiny").items()}}, path)
    return path


@pytest.fixture
def published(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The file that the catalogue now knows as SAM 2.1 tiny."""
    data = stand_in.read_bytes()
    known = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    catalogue = tuple(replace(entry, **known) if entry.name == NAME else entry for entry in CATALOGUE)
    for module in ("imported", "model_files"):
        monkeypatch.setattr(f"sam2_studio.engine.{module}.CATALOGUE", catalogue)
    return data


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path) -> Iterator[MainWindow]:
    made = shown(qtbot)
    until(qtbot, lambda: made.choice.loaded is not None)
    yield made
    close(made)


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE)


def dialog_of(qtbot: QtBot, window: MainWindow) -> ModelsDialog:
    qtbot.keyClick(window, Qt.Key.Key_M, CONTROL)
    dialogs = [each for each in window.findChildren(ModelsDialog) if each.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


def press(qtbot: QtBot, dialog: ModelsDialog, name: str, text: str) -> None:
    buttons = dialog.list.cards[name].findChildren(QPushButton)
    [button] = [each for each in buttons if each.text().startswith(text) and each.isVisibleTo(dialog)]
    qtbot.mouseClick(button, LEFT)


def stalled_at(qtbot: QtBot, window: MainWindow, size: int) -> tuple[ModelsDialog, Path]:
    """The dialog, and the part of a download that got so far and stands still."""
    dialog = dialog_of(qtbot, window)
    press(qtbot, dialog, NAME, "Get")
    part = part_path(own_path(find_model(NAME).weights))
    until(qtbot, lambda: part.exists() and part.stat().st_size == size)
    return dialog, part


def offers(dialog: ModelsDialog, name: str) -> set[str]:
    buttons = dialog.list.cards[name].findChildren(QPushButton)
    return {each.text() for each in buttons if each.isVisibleTo(dialog)}


def test_get_pause_go_on_use(
    qtbot: QtBot, window: MainWindow, published: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = len(published) // 2
    stall = ranged(published, until=half, then=lambda exchange: exchange.stall())
    with Loopback([stall, ranged(published)]) as server:
        monkeypatch.setenv(MIRROR, server.address)
        dialog, _ = stalled_at(qtbot, window, half)
        press(qtbot, dialog, NAME, "Pause")
        until(qtbot, lambda: "Resume" in offers(dialog, NAME))
        assert not server.release.is_set()
        press(qtbot, dialog, NAME, "Resume")
        until(qtbot, lambda: find_model(NAME).state is ModelState.PRESENT)
    assert server.ranges == [None, half]
    until(qtbot, lambda: "Use" in offers(dialog, NAME))
    press(qtbot, dialog, NAME, "Use")
    until(qtbot, lambda: window.choice.loaded is not None and window.choice.loaded.name == NAME)
    assert window.settings.now.model == NAME
    assert "SAM 2.1 tiny" in window.status.machine


def test_cancel_leaves_nothing(
    qtbot: QtBot, window: MainWindow, published: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback([ranged(published, until=1000, then=lambda exchange: exchange.stall())]) as server:
        monkeypatch.setenv(MIRROR, server.address)
        dialog, part = stalled_at(qtbot, window, 1000)
        press(qtbot, dialog, NAME, "Cancel")
        until(qtbot, lambda: not part.exists())
        until(qtbot, lambda: "Get" in offers(dialog, NAME))


def test_wrong_bytes_are_refused_in_the_row(
    qtbot: QtBot, window: MainWindow, published: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = bytes([published[0] ^ 1]) + published[1:]
    with Loopback([whole(wrong)]) as server:
        monkeypatch.setenv(MIRROR, server.address)
        dialog = dialog_of(qtbot, window)
        press(qtbot, dialog, NAME, "Get")
        until(qtbot, lambda: bool(window.models.problem(NAME)))
    assert "can't be fetched" in window.models.problem(NAME)
    assert find_model(NAME).state is ModelState.ABSENT


def test_closing_the_window_stops_a_download_and_keeps_its_part(
    qtbot: QtBot, window: MainWindow, published: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback([ranged(published, until=1000, then=lambda exchange: exchange.stall())]) as server:
        monkeypatch.setenv(MIRROR, server.address)
        _, part = stalled_at(qtbot, window, 1000)
        window.close()
        answer(window, "Stop and close")
        assert not window.isVisible()
        assert not server.release.is_set()
        assert part.stat().st_size == 1000


def test_a_file_is_imported_verified_and_forgotten(qtbot: QtBot, window: MainWindow, stand_in: Path) -> None:
    dialog = dialog_of(qtbot, window)
    window.models.import_file(stand_in)
    until(qtbot, lambda: "stand-in" in dialog.list.cards)
    press(qtbot, dialog, "stand-in", "Verify")
    until(qtbot, lambda: dialog.message.text.endswith("is whole."))
    press(qtbot, dialog, "stand-in", "Remove")
    press(qtbot, dialog, "stand-in", "Forget")
    until(qtbot, lambda: "stand-in" not in dialog.list.cards)
    assert stand_in.exists()


def test_speed_is_measured_and_shown(qtbot: QtBot, window: MainWindow) -> None:
    dialog = dialog_of(qtbot, window)
    qtbot.mouseClick(dialog.measure_button, LEFT)
    until(qtbot, lambda: dialog.message.text.startswith("Measured"))
    assert "s a click" in dialog.list.cards["nano"].row.speed
