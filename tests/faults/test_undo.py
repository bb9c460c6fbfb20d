"""Undo takes an edit back wholly: in the document, on the disk, in what the tracker remembers (faults "undo")."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import Origin
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import write_video
from tests.synthetic import moving_scene
from tests.window import close, go_to, shown, until

from . import editor
from .test_kill import state

FRAMES = 21
CORRECTED = 12
BOX = Box(40, 25, 110, 85)
Masks = dict[int, Mask | None]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4", moving_scene(1, FRAMES, size=(160, 96), radius=22).frames)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, clip: Path) -> Iterator[MainWindow]:
    """A box on frame 0, tracked to the end."""
    made = shown(qtbot)
    start(qtbot, made, clip)
    yield made
    close(made)


def start(qtbot: QtBot, window: MainWindow, clip: Path) -> None:
    """A project of its own for the clip, boxed and tracked."""
    before = window.bridge.file.path if window.bridge.is_open else None
    window.documents.open(clip)
    until(qtbot, lambda: window.bridge.is_open and window.bridge.file.path != before)
    until(qtbot, lambda: window.canvas.frame is not None and window.choice.loaded is not None)
    window.editing.draw_box(BOX)
    until(qtbot, lambda: window.bridge.mask(1, 0) is not None)
    window.tracking.track_both()
    until(qtbot, lambda: not window.tracking.is_running)
    assert len(masks_of(window)) == FRAMES


def masks_of(window: MainWindow) -> Masks:
    return {frame: window.bridge.mask(1, frame) for frame in window.bridge.project.track(1)}


def track_on(qtbot: QtBot, window: MainWindow) -> Masks:
    """Track again from the corrected frame."""
    go_to(qtbot, window, CORRECTED)
    window.tracking.track_forwards()
    until(qtbot, lambda: not window.tracking.is_running)
    return masks_of(window)


def stroke(window: MainWindow) -> None:
    painted = np.zeros((96, 160), bool)
    painted[10:40, 10:50] = True
    window.hand_work.paint(1, CORRECTED, Mask.from_array(painted), "Brush")


CORRECTIONS: dict[str, Callable[[MainWindow], None]] = {
    "a click that takes away": lambda window: window.editing.add_point(Point(90, 50), False),
    "a click that adds": lambda window: window.editing.add_point(Point(20, 20), True),
    "a box": lambda window: window.editing.draw_box(Box(5, 5, 60, 60)),
    "a stroke": stroke,
}


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_a_correction_taken_back_leaves_no_trace_in_what_is_tracked_next(
    qtbot: QtBot, window: MainWindow, clip: Path, correction: str
) -> None:
    before, prompts = masks_of(window), window.bridge.project.prompted_frames(1)
    go_to(qtbot, window, CORRECTED)
    CORRECTIONS[correction](window)
    track = window.bridge.project.track(1)
    until(qtbot, lambda: track.get(CORRECTED).origin in (Origin.PROMPTED, Origin.PAINTED))  # type: ignore[union-attr]
    assert masks_of(window) != before
    assert track.frames_where(stale=True)
    window.undo()
    assert masks_of(window) == before
    assert not track.frames_where(stale=True)
    assert window.bridge.project.prompted_frames(1) == prompts
    again = track_on(qtbot, window)
    start(qtbot, window, clip)  # a session that never saw the correction
    assert again == track_on(qtbot, window)


def test_a_correction_that_stays_does_show_in_what_is_tracked_next(
    qtbot: QtBot, window: MainWindow, clip: Path
) -> None:
    """The twin of the test above: it would see a trace."""
    go_to(qtbot, window, CORRECTED)
    stroke(window)
    changed = track_on(qtbot, window)
    start(qtbot, window, clip)
    assert changed != track_on(qtbot, window)


@pytest.mark.parametrize("looking_at", [0, 7, FRAMES - 1])
def test_one_step_takes_a_whole_run_back_wherever_one_looks(qtbot: QtBot, window: MainWindow, looking_at: int) -> None:
    everything = masks_of(window)
    go_to(qtbot, window, looking_at)
    window.undo()
    assert masks_of(window) == {0: everything[0]}
    window.redo()
    assert masks_of(window) == everything
    path = window.bridge.file.path
    window.undo()
    window.documents.close()
    file = ProjectFile.open(path)
    assert list(file.project.track(1)) == [0]
    file.history.redo()
    assert {frame: file.mask_of(1, frame) for frame in file.project.track(1)} == everything
    file.close()


@pytest.mark.parametrize("closed_between", [False, True])
def test_a_deleted_object_comes_back_with_every_mask_on_the_disk_too(window: MainWindow, closed_between: bool) -> None:
    everything, path = masks_of(window), window.bridge.file.path
    window.editing.delete_object(1)
    assert window.bridge.project.objects == ()
    if not closed_between:
        window.undo()
    window.documents.close()
    file = ProjectFile.open(path)
    if closed_between:  # closing drops masks that nothing refers to: those of an undo step are not among them
        file.history.undo()
    assert [each.name for each in file.project.objects] == ["object 1"]
    assert {frame: file.mask_of(1, frame) for frame in file.project.track(1)} == everything
    file.close()


def states(path: Path, walk: str) -> list[object]:
    """What the document is after each step of undo or redo, closed and opened again every 20 steps."""
    file, found = ProjectFile.open(path), []
    while getattr(file.history, walk)():
        found.append(state(file)[:4])
        if len(found) % 20 == 0:
            file.close()
            file = ProjectFile.open(path)
    file.close()
    return found


def check_all_the_way(path: Path, seed: int, count: int) -> None:
    file = ProjectFile.create(path)
    edits = editor.edits(file, "mixed", seed)
    while file.history.done < count:
        next(edits)
    end, done = state(file)[:4], file.history.done
    file.close()
    down = states(path, "undo")
    up = states(path, "redo")
    assert len(down) == done
    assert down[-1][1:] == ((), [], []), "something is left of what was taken back"  # type: ignore[index]
    assert up[:done] == [*down[-2::-1], end], "redo met another state than undo"


def test_many_edits_back_and_forth_through_closing_and_opening(tmp_path: Path) -> None:
    check_all_the_way(tmp_path / "long.cutout", seed=5, count=80)


@pytest.mark.fault
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(6))
def test_three_hundred_edits_back_and_forth(tmp_path: Path, seed: int) -> None:
    check_all_the_way(tmp_path / "long.cutout", seed, count=300)


UNDO_AND_DIE = """
import os, signal, sys
from pathlib import Path
from sam2_studio.core.store import ProjectFile
file = ProjectFile.open(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    file.history.undo()
for _ in range(int(sys.argv[3])):
    file.history.redo()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("back", "forth"), [(1, 0), (3, 0), (3, 1), (30, 7)])
def test_what_was_undone_before_a_kill_is_undone_after_it(tmp_path: Path, back: int, forth: int) -> None:
    path = tmp_path / "killed.cutout"
    file = ProjectFile.create(path)
    edits = editor.edits(file, "mixed", 7)
    while file.history.done < 40:
        next(edits)
    for _ in range(back):
        file.history.undo()
    for _ in range(forth):
        file.history.redo()
    wanted = state(file)
    for _ in range(forth):
        file.history.undo()
    for _ in range(back):
        file.history.redo()
    file.close()
    command = [sys.executable, "-c", UNDO_AND_DIE, str(path), str(back), str(forth)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=os.environ)
    assert done.returncode == -signal.SIGKILL, done.stderr
    file = ProjectFile.open(path)
    assert state(file) == wanted
    file.close()
