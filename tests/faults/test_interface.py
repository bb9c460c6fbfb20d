"""What the window and the command line say and take (faults "UI"): deleted objects, commas, causes, large pictures."""

import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox
from pytestqt.qtbot import QtBot
from sam2_studio.__main__ import main
from sam2_studio.batch.exporting import export_project
from sam2_studio.core import commands
from sam2_studio.core.masks import Mask
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import ExportError
from sam2_studio.export import staging
from sam2_studio.export.runner import ExportReport
from sam2_studio.export.spec import ExportSpec
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.ui.main_window import MainWindow
from sam2_studio.ui.widgets.number_field import NumberField
from tests.window import close, opened, shown, until

from .conftest import FRAMES, add_masked_object


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, masked_project: Path) -> Iterator[MainWindow]:
    made = opened(qtbot, shown(qtbot), masked_project)
    yield made
    close(made)


@pytest.mark.parametrize("gone", [1, 2])
@pytest.mark.parametrize("preset", ["matte-png", "png"])
def test_an_export_after_an_object_was_deleted_is_of_the_one_that_is_left(
    masked_project: Path, tmp_path: Path, preset: str, gone: int
) -> None:
    file = ProjectFile.open(masked_project)
    add_masked_object(file)
    file.history.do(commands.alter_object(file.project, 3 - gone, "Rename", name="left"))
    file.history.do(commands.remove_object(file.project, gone))
    file.close()
    for name, words in (("all", []), ("named", ["--object", "left"])):
        out = tmp_path / name
        assert main(["export", str(masked_project), "--preset", preset, "-o", str(out), *words]) == 0
        assert len(list(out.glob("*.png"))) == FRAMES
    file = ProjectFile.open(masked_project)
    assert add_masked_object(file) == 3, "an id was given again"
    file.close()


@pytest.mark.parametrize("language", [QLocale.Language.German, QLocale.Language.French, QLocale.Language.English])
@pytest.mark.parametrize("sign", [",", "."])
def test_every_number_field_takes_either_decimal_sign(
    qtbot: QtBot, window: MainWindow, language: QLocale.Language, sign: str
) -> None:
    window.editing.new_object()
    window.preferring.show_preferences()
    window.exporting.show_export()
    fields = [each for each in window.findChildren(QDoubleSpinBox) if each.decimals()]
    assert len(fields) >= 2
    assert all(isinstance(each, NumberField) for each in window.findChildren(QDoubleSpinBox)), "one of another kind"
    assert window.findChildren(QSpinBox) == []
    for field in fields:
        wanted = max(field.minimum(), 0) + 0.5
        field.setLocale(QLocale(language))
        field.setEnabled(True)
        field.lineEdit().setText(f"{wanted:.1f}".replace(".", sign))
        field.interpretText()
        assert field.value() == wanted, field.accessibleName()
    dialog = window.exporting._dialog
    assert dialog is not None
    dialog.reject()
    window.preferring._dialog.close()  # type: ignore[union-attr]


CAUSES = {
    errno.ENOSPC: "disk is full",
    errno.EDQUOT: "disk is full",
    errno.EACCES: "Permission denied",
    errno.EROFS: "Read-only file system",
    errno.ENAMETOOLONG: "File name too long",
    errno.EIO: "Input/output error",
}


@pytest.mark.parametrize("number", CAUSES)
def test_an_export_names_the_cause_and_the_path_and_nothing_else(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], number: int,
) -> None:  # fmt: skip
    def refuse(self: staging.PartFile, data: bytes) -> int:
        self.failure = OSError(number, os.strerror(number))
        raise self.failure

    monkeypatch.setattr(staging.PartFile, "write", refuse)
    target = tmp_path / "matte.mkv"
    window.exporting.show_export()
    dialog = window.exporting._dialog
    assert dialog is not None
    dialog.export_wanted.emit(ExportSpec(preset="matte-video", target=target))
    until(qtbot, lambda: bool(dialog._sentence.text()) and not window.exporting.is_running)
    assert main(["export", str(window.bridge.file.path), "--preset", "matte-video", "-o", str(target)]) == 1
    for said in (dialog._sentence.text(), capsys.readouterr().err):
        assert CAUSES[number].casefold() in said.casefold()
        assert str(tmp_path) in said
        assert "Traceback" not in said
        others = {words for other, words in CAUSES.items() if words != CAUSES[number]}
        assert not [words for words in others if words.casefold() in said.casefold()]
    dialog.reject()
    assert not target.exists()


def test_an_export_without_that_cause_is_written(masked_project: Path, tmp_path: Path) -> None:
    *_, report = export_project(masked_project, ExportSpec(preset="matte-video", target=tmp_path / "matte.mkv"))
    assert isinstance(report, ExportReport)
    with pytest.raises(ExportError, match=r"exists|--overwrite"):
        list(export_project(masked_project, ExportSpec(preset="matte-video", target=tmp_path / "matte.mkv")))


def check_large_sequence(
    qtbot: QtBot, window: MainWindow, folder: Path, monkeypatch: pytest.MonkeyPatch, *, pictures: int, side: int
) -> None:
    """The first picture shows though the others' pixels can't be had before, and the window answers meanwhile."""
    folder.mkdir()
    noise = np.random.default_rng(94).integers(0, 255, (side, side, 3), np.uint8)
    for number in range(pictures):
        Image.fromarray(np.roll(noise, number, 0)).save(folder / f"shot.{number:04}.png", compress_level=1)
    read: list[int] = []
    first_shown = threading.Event()
    asked = IsolatedSource._asked

    def ask(source: IsolatedSource, number: int) -> Any:
        if number > 1:
            first_shown.wait(60)
        read.append(number)
        return asked(source, number)

    monkeypatch.setattr(IsolatedSource, "_asked", ask)
    beats: list[int] = []
    beat = QTimer(window, interval=1)
    beat.timeout.connect(lambda: beats.append(len(read)))
    beat.start()
    window.documents.open(folder)
    until(qtbot, lambda: window.canvas.frame is not None and window.canvas.frame.size.width == side)
    assert set(read) <= {0, 1}, "the first picture waited for others"
    first_shown.set()
    path = window.bridge.file.path
    window.bridge.run_with_masks(
        [Mask.from_array(noise[..., 0] > 127)],
        lambda project, ids: commands.add_object(project),
    )
    for number in (1, 5, pictures - 1):
        window.playhead.go_to(number)
        until(qtbot, lambda number=number: window.canvas.frame.number == number)  # type: ignore[union-attr]
    assert len(set(beats)) > 1, "the window didn't answer between two pictures"
    beat.stop()
    window.documents.close()
    ProjectFile.open(path).close()


def test_a_folder_of_large_pictures_shows_the_first_at_once(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_large_sequence(qtbot, window, tmp_path / "shot", monkeypatch, pictures=12, side=1200)


@pytest.mark.fault
@pytest.mark.timeout(3600)
def test_a_folder_of_forty_pictures_of_36_megapixels(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_large_sequence(qtbot, window, tmp_path / "shot", monkeypatch, pictures=40, side=6000)
