"""Lost and found: the card on the canvas that shows both sightings of an object and lets it be accepted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot
from sam2_studio.core import commands
from sam2_studio.core.geometry import Size
from sam2_studio.core.health import Health, Reason, Symptom
from sam2_studio.core.masks import Mask
from sam2_studio.core.records import tracked_record
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.ui.canvas.found_card import PICTURE, FoundCard, Sighting
from sam2_studio.ui.main_window import MainWindow
from tests.media_factory import numbered_frames, write_video
from tests.window import go_to, opened, shown, until

FRAMES, LOST, BACK = 16, 5, 9
SIZE = Size(160, 96)
LEFT = Qt.MouseButton.LeftButton


def block(left: int, size: Size = SIZE) -> Mask:
    pixels = Mask(size).to_array()
    pixels[20:50, left : left + 30] = True
    return Mask.from_array(pixels)


def put(window: MainWindow, lost: int, back: int, found: Reason | None = None) -> None:
    """An object that is absent from `lost` up to `back`, in the order of tracking."""
    reason = found or Reason(Symptom.LOST, lost)
    step = 1 if back > lost else -1
    masks = []
    for frame in range(FRAMES):
        absent = frame in range(lost, back, step)
        mask = Mask(SIZE) if absent else block(4 * frame)
        health = Health(0.4, (reason,)) if frame == back else Health()

        def record(mask_id: int, mask: Mask = mask, absent: bool = absent, health: Health = health) -> MaskRecord:
            return tracked_record(mask_id, mask, score=0.9, absent=absent, recipe="nano@1", health=health)

        masks.append((1, frame, mask, record))
    window.bridge.put_masks(0, "Track", masks)


@pytest.fixture
def window(qtbot: QtBot, studio_home: Path, tmp_path: Path) -> Iterator[MainWindow]:
    made = opened(qtbot, shown(qtbot), write_video(tmp_path / "clip.mp4", numbered_frames(FRAMES)))
    made.bridge.run(commands.add_object)
    made.selection.choose(1)
    yield made
    made.close()


def card_of(window: MainWindow) -> FoundCard:
    return window.presenter.finding.card


def pictures(window: MainWindow) -> list[QToolButton]:
    return list(card_of(window)._pictures)


def test_n_brings_the_card_with_both_pictures(qtbot: QtBot, window: MainWindow) -> None:
    put(window, LOST, BACK)
    card = card_of(window)
    go_to(qtbot, window, 0)
    assert not card.isVisible()
    qtbot.keyClick(window.canvas, Qt.Key.Key_N)
    assert (window.playhead.frame, card.isVisible(), card.title) == (BACK, True, "Lost at 5, back at 9?")
    until(qtbot, lambda: not any(each.icon().isNull() for each in pictures(window)))
    assert window.canvas.rect().contains(card.geometry())
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    assert not card.isVisible()


def test_it_is_accepted_by_a_click_or_by_key(qtbot: QtBot, window: MainWindow) -> None:
    put(window, LOST, BACK)
    track = window.bridge.project.track(1)
    for accept in (
        lambda: qtbot.mouseClick(card_of(window).accept, LEFT),
        lambda: qtbot.keyClick(window.canvas, Qt.Key.Key_Y),
    ):
        go_to(qtbot, window, BACK)
        assert card_of(window).isVisible()
        accept()
        assert not card_of(window).isVisible()
        assert not track.frames_where(doubtful=True)
        window.bridge.undo()


def test_a_click_on_a_picture_goes_to_its_frame(qtbot: QtBot, window: MainWindow) -> None:
    put(window, LOST, BACK)
    go_to(qtbot, window, BACK)
    qtbot.mouseClick(pictures(window)[0], LEFT)
    assert window.playhead.frame == LOST - 1
    assert not card_of(window).isVisible()


def test_what_was_tracked_backwards_was_lost_behind(qtbot: QtBot, window: MainWindow) -> None:
    put(window, BACK, LOST)
    go_to(qtbot, window, LOST)
    sightings = card_of(window).sightings
    assert sightings is not None
    assert [each.frame for each in sightings] == [BACK + 1, LOST]
    assert card_of(window).title == "Lost at 9, back at 5?"


def test_other_doubts_and_other_objects_bring_no_card(qtbot: QtBot, window: MainWindow) -> None:
    put(window, LOST, BACK, Reason(Symptom.AREA, 40))
    go_to(qtbot, window, BACK)
    assert not card_of(window).isVisible()
    put(window, LOST, BACK)
    assert card_of(window).isVisible()
    window.bridge.run(commands.add_object)
    window.selection.choose(2)
    assert not card_of(window).isVisible()


@pytest.mark.parametrize("left", [0, 65, 129])
@pytest.mark.parametrize("size", [SIZE, Size(4000, 3000), Size(161, 400)])
@pytest.mark.parametrize("aspect", [1.0, 64 / 45])
def test_a_closeup_lies_inside_its_frame_and_has_the_buttons_shape(left: int, size: Size, aspect: float) -> None:
    part = Sighting(0, 0, block(left, size), aspect).part
    assert part.clipped(size) == part
    assert part.x0 <= left
    assert part.x1 >= left + 30
    assert part.width * aspect / part.height == pytest.approx(PICTURE.width() / PICTURE.height(), rel=0.05)
