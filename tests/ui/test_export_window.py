"""The export window over a real project: preview and estimate off the GUI thread, a queue, the last settings."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QThread
from PySide6.QtGui import QColor, QGuiApplication
from pytestqt.qtbot import QtBot
from sam2_studio.batch import previewing
from sam2_studio.batch.previewing import Previewer
from sam2_studio.core.clip import Clip
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject
from sam2_studio.export.formats import PRESETS
from sam2_studio.export.scaling import Scale
from sam2_studio.export.spec import ExportSpec
from sam2_studio.media.open import open_media
from sam2_studio.ui.dialogs.export_dialog import ExportDialog
from sam2_studio.ui.main_window import MainWindow
from tests.edited import edited
from tests.media_factory import numbered_frames, write_video
from tests.window import close, shown, until

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    window = edited(qtbot, shown(qtbot), tmp_path)
    yield window
    close(window)


def dialog_of(window: MainWindow) -> ExportDialog:
    window.exporting.show_export()
    dialog = window.exporting._dialog
    assert dialog is not None
    return dialog


def start(dialog: ExportDialog, preset: str, target: Path) -> None:
    """Start an export, or let it wait for the one that runs."""
    dialog.form.presets.choose(preset)
    dialog.form.target.setText(str(target))
    dialog._turn_to(dialog.form)
    dialog._start()


def test_the_frame_is_shown_as_it_will_be_and_the_cost_before_the_run(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    real = Previewer.picture

    def watched(self: Previewer, spec: ExportSpec, longest: int) -> object:
        threads.append(QThread.currentThread().objectName())
        return real(self, spec, longest)

    monkeypatch.setattr(Previewer, "picture", watched)
    dialog = dialog_of(window)
    dialog.form.presets.choose("after-effects")
    preview = dialog.form.preview
    until(qtbot, lambda: preview.estimate.text().startswith("About"))
    assert set(threads) == {"look"}
    for place, color in ((1, "#000000"), (2, "#ffffff"), (3, "#ff00ff")):
        qtbot.mouseClick(preview.grounds.button(place), LEFT)
        found = preview.picture.grab().toImage()
        assert found.pixelColor(found.width() // 2, 4).name() == QColor(color).name()
    made = len(threads)
    dialog.form.target.setText(dialog.form.target.text().replace("clip", "other"))
    dialog.form.check()
    assert preview.estimate.text().startswith("About"), "another name costs the same"
    dialog.form.how.size.setEditText("50%")
    until(qtbot, lambda: len(threads) > made and preview.estimate.text().startswith("About"))
    dialog.reject()
    until(qtbot, lambda: not window.exporting._previews)


def test_the_last_export_as_a_command(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    with qtbot.waitSignal(window.exporting.told):
        window.actions_by_id["copy_command"].trigger()
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[:5] == ["sam2-studio", "export", str(window.bridge.file.path), "--preset", "png"]
    dialog = dialog_of(window)
    dialog.form.presets.choose("matte-png")
    dialog.form.target.setText(str(tmp_path / "my mattes"))
    dialog._start()
    until(qtbot, lambda: not dialog.is_running)
    dialog.reject()
    window.actions_by_id["copy_command"].trigger()
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[3:7] == ["--preset", "matte-png", "-o", str(tmp_path / "my mattes")]


def test_a_queue_of_two_is_written_one_after_the_other(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    dialog = dialog_of(window)
    for preset, name in (("matte-png", "mattes"), ("web", "cut.webm")):
        start(dialog, preset, tmp_path / name)
    assert window.exporting.is_running
    until(qtbot, lambda: not dialog.is_running)
    assert len(list((tmp_path / "mattes").iterdir())) == 12
    assert (tmp_path / "cut.webm").is_file()
    assert [job.state.value for job in dialog.result_page._jobs] == ["done", "done"]
    dialog.reject()


def test_cancelling_a_queue_leaves_nothing(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    dialog = dialog_of(window)
    for name in ("a.mov", "b.mov"):
        start(dialog, "after-effects", out / name)
    dialog.reject()
    until(qtbot, lambda: not dialog.is_running and not window.exporting.is_running)
    assert list(out.iterdir()) == []
    dialog.reject()


@pytest.mark.parametrize("chosen", [0, 1], ids=["that runs", "that waits"])
def test_one_of_a_queue_is_cancelled_and_the_others_are_written(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, chosen: int
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    dialog = dialog_of(window)
    names = ["a.mov", "b.mov", "c.mov"]
    for name in names:
        start(dialog, "after-effects", out / name)
    page = dialog.progress_page
    qtbot.mouseClick(page.queue.viewport(), LEFT, pos=page.queue.visualItemRect(page.queue.item(chosen)).center())
    qtbot.mouseClick(page.cancel_one, LEFT)
    until(qtbot, lambda: not dialog.is_running and not window.exporting.is_running)
    gone = names.pop(chosen)
    assert sorted(path.name for path in out.iterdir()) == names
    states = {job.spec.target.name: job.state.value for job in dialog.result_page._jobs}
    assert states == {gone: "cancelled", **dict.fromkeys(names, "done")}
    dialog.reject()


def test_one_that_has_not_begun_when_all_are_cancelled_holds_nothing_up(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    dialog = dialog_of(window)
    for name in ("a.mov", "b.mov"):
        start(dialog, "after-effects", tmp_path / name)
    thread = window.exporting._thread
    assert thread is not None
    thread.reported.connect(dialog.reject)  # after one has ended, before the next one starts
    until(qtbot, lambda: not dialog.is_running and not window.exporting.is_running)
    assert [job.state.value for job in dialog.result_page._jobs] == ["done", "cancelled"]
    dialog.reject()


def test_grounds_are_offered_where_something_of_them_is_seen(qtbot: QtBot, window: MainWindow) -> None:
    dialog = dialog_of(window)
    offered = set()
    for name in PRESETS:
        dialog.form.presets.choose(name)
        if dialog.form.preview.grounds.button(0).isVisible():
            offered.add(name)
    assert offered == {"png", "after-effects", "resolve", "nuke", "web"}
    dialog.reject()


def test_the_last_settings_come_back(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    dialog = dialog_of(window)
    dialog.form.presets.choose("matte-png")
    dialog.form.target.setText(str(tmp_path / "out"))
    dialog.form.frames.step.setValue(5)
    dialog.form.how.size.setEditText("50%")
    dialog._start()
    until(qtbot, lambda: not dialog.is_running)
    dialog.reject()
    until(qtbot, lambda: window.exporting._dialog is None)
    spec = dialog_of(window).form.spec()
    assert (spec.preset, spec.step, spec.scale) == ("matte-png", 5, Scale(percent=50))
    window.exporting._dialog.reject()  # type: ignore[union-attr]


@pytest.fixture
def previewer(tmp_path: Path) -> Iterator[Previewer]:
    path = write_video(tmp_path / "clip.mp4", numbered_frames(6))
    with open_media(path) as source:
        clip = Clip.whole(source.info)
    inside = np.zeros((clip.info.height, clip.info.width), bool)
    inside[10:40, 10:50] = True
    masks = {(1, frame): Mask.from_array(inside) for frame in previewing.tried_frames(clip, 5)}
    made = Previewer(clip, [CutObject(id=1, name="man", color="#000000")], masks, 5)
    yield made
    made.close()


@pytest.mark.parametrize("preset", ["png", "nuke", "web", "matte-video", "replace", "shapes", "pixelate"])
def test_every_kind_has_a_preview_and_an_estimate(previewer: Previewer, tmp_path: Path, preset: str) -> None:
    spec = ExportSpec(preset=preset, target=tmp_path / "out", scale=Scale(percent=50))
    found = previewer.picture(spec, 40)
    assert max(found.rgba.shape[:2]) == 40
    assert found.size.width * 2 == previewer._clip.info.width
    estimate = previewer.estimate(spec)
    assert estimate.bytes > 0
    assert estimate.seconds > 0
    assert not (tmp_path / "out").exists()


def test_an_estimate_of_pictures_is_near_the_truth(previewer: Previewer, tmp_path: Path) -> None:
    spec = ExportSpec(preset="matte-png", target=tmp_path / "out")
    one = previewer._tried(spec, previewing.FrameRange(2, 3), tmp_path / "one").bytes
    assert previewer.estimate(spec).bytes == pytest.approx(6 * one, rel=0.05)
