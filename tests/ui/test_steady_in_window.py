"""A steady matte in the window is the export's; it comes where the user rests and gives way to whatever is newer."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pytestqt.qtbot import QtBot
from sam2_studio.batch.exporting import export_project
from sam2_studio.core import commands
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.masks import Mask
from sam2_studio.core.records import tracked_record
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.engine.matting import make_matte
from sam2_studio.export.spec import ExportSpec
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import write_video
from tests.window import PATIENCE, close, go_to, opened, shown, until

WIDTH, HEIGHT, FRAMES, MIDDLE = 160, 96, 7, 3
STEADY = EdgeSettings(matte=True, steady="all")
Alpha = NDArray[np.uint8]


def picture(number: int) -> NDArray[np.uint8]:
    """A bright block at rest under noise."""
    noise = np.random.default_rng(number).normal(0, 12, (HEIGHT, WIDTH, 3))
    noise[30:70, 50:100] += 90
    return np.clip(noise + 80, 0, 255).astype(np.uint8)


def wandering(number: int) -> Mask:
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[30:70, 50 + number % 3 : 100 - number % 2] = True
    return Mask.from_array(pixels)


def tracked(mask: Mask) -> object:
    def record(mask_id: int) -> MaskRecord:
        return tracked_record(mask_id, mask, score=0.9, absent=False, recipe="nano@1")

    return record


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, tmp_path: Path) -> Iterator[MainWindow]:
    """The matte of frame 3 of a tracked object whose edge is to be steady."""
    clip = write_video(tmp_path / "noisy.mp4", (picture(n) for n in range(FRAMES)))
    made = opened(qtbot, shown(qtbot), clip)
    made.bridge.run(commands.add_object)
    masks = [(1, n, wandering(n), tracked(wandering(n))) for n in range(FRAMES)]
    made.bridge.put_masks(0, "Track", masks)  # type: ignore[arg-type] # makers of records
    made.selection.choose(1)
    made.editing.set_edge(STEADY)
    go_to(qtbot, made, MIDDLE)
    made.actions_by_id["view_matte"].trigger()
    yield made
    close(made)


def seen(window: MainWindow) -> Alpha:
    """The alpha on the canvas; all 0 until there is one."""
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    soft = window.canvas.masks[0].soft
    if soft is not None:
        rows, columns = soft.alpha.shape
        alpha[soft.top : soft.top + rows, soft.left : soft.left + columns] = soft.alpha
    return alpha


def exported(window: MainWindow, frame: int) -> Alpha:
    folder, only = window.bridge.file.path.parent / "mattes", FrameRange(frame, frame + 1)
    spec = ExportSpec(preset="matte-png", target=folder, bit_depth=8, range=only, overwrite=True)
    report = list(export_project(window.bridge.file.path, spec))[-1]
    with Image.open(report.files[0]) as image:  # type: ignore[union-attr] # the last event is the report
        return np.asarray(image.convert("L"))


def alone(window: MainWindow, frame: int) -> Alpha:
    matte = make_matte(window.canvas.frame.rgb, wandering(frame), STEADY)  # type: ignore[union-attr] # there is one
    return np.rint(matte.alpha * np.float32(255)).astype(np.uint8)


def apart(a: Alpha, b: Alpha) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("frame", [0, MIDDLE])
def test_a_frame_looks_in_the_window_as_in_an_export(qtbot: QtBot, window: MainWindow, frame: int) -> None:
    go_to(qtbot, window, frame)
    until(qtbot, lambda: apart(seen(window), alone(window, frame)) <= 1)
    expected = exported(window, frame)
    assert apart(expected, alone(window, frame)) > 20, "else this would say nothing"
    until(qtbot, lambda: apart(seen(window), expected) <= 1)


def test_an_edit_beside_it_counts_at_once(qtbot: QtBot, window: MainWindow) -> None:
    first = exported(window, MIDDLE)
    until(qtbot, lambda: apart(seen(window), first) <= 1)
    window.hand_work.paint(1, MIDDLE + 1, wandering(MIDDLE), "Brush")
    second = exported(window, MIDDLE)
    assert apart(first, second) > 1
    until(qtbot, lambda: apart(seen(window), second) <= 1)


def test_a_frame_that_the_user_settled_keeps_its_own_matte(qtbot: QtBot, window: MainWindow) -> None:
    steady = exported(window, MIDDLE)
    until(qtbot, lambda: apart(seen(window), steady) <= 1)
    window.editing.lock_frame(True)
    assert apart(seen(window), alone(window, MIDDLE)) <= 1


def test_while_it_plays_each_frame_has_its_own_matte(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    steady = [exported(window, n) for n in range(FRAMES)]
    until(qtbot, lambda: apart(seen(window), steady[MIDDLE]) <= 1)
    window.playhead.set_loop(True)
    with monkeypatch.context() as patched:
        patched.setattr(window.loader, "want_neighbours", lambda numbers: pytest.fail("neighbours were read"))
        window.playhead.play_forwards()
        for _ in range(FRAMES):
            with qtbot.waitSignal(window.loader.frame_ready, timeout=PATIENCE):
                pass
            shown_now = window.canvas.frame.number  # type: ignore[union-attr] # there is one
            assert apart(seen(window), steady[shown_now]) > 1
        window.playhead.stop()
    go_to(qtbot, window, MIDDLE + 1)
    until(qtbot, lambda: apart(seen(window), steady[MIDDLE + 1]) <= 1)
