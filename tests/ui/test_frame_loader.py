"""The media thread: what it does first when several things are wanted of it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from sam2_studio.core.frames import Frame
from sam2_studio.media.cache import CachedSource
from sam2_studio.ui import frame_loader
from sam2_studio.ui.frame_loader import FrameLoader
from tests.exporting import still
from tests.fakes import ArraySource

FRAMES = 60


class Noted(CachedSource):
    """Notes which frames are decoded."""

    def __init__(self, source: ArraySource) -> None:
        super().__init__(source)
        self.decoded: list[int] = []

    def read(self, number: int) -> Frame:
        if not self.holds(number):
            self.decoded.append(number)
        return super().read(number)


@pytest.fixture
def source() -> Noted:
    return Noted(still([np.full((8, 16, 3), n, np.uint8) for n in range(FRAMES)]))


@pytest.fixture
def loader(qtbot: QtBot, source: Noted) -> Iterator[FrameLoader]:
    made = FrameLoader(lambda path, reading, stopped: source, lambda path: "")
    made.start()
    with qtbot.waitSignal(made.opened):
        made.open(Path("a"))
    yield made
    made.let_go()
    made.wait()


def show(qtbot: QtBot, loader: FrameLoader, number: int) -> None:
    with qtbot.waitSignal(loader.frame_ready, check_params_cb=lambda generation, frame: frame.number == number):
        loader.show(number)


def test_no_thumbnail_comes_before_the_first_frame_was_asked_for(
    qtbot: QtBot, loader: FrameLoader, source: Noted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_loader, "_LULL", 0.0)
    loader.want_thumbnails([55])
    loader.want_neighbours([3])
    qtbot.waitUntil(lambda: source.decoded == [3])
    loader.want_neighbours([4])
    qtbot.waitUntil(lambda: 4 in source.decoded)
    assert source.decoded == [3, 4], "between the two there was time for it"
    with qtbot.waitSignal(loader.thumbnail_ready, check_params_cb=lambda generation, number, picture: number == 55):
        show(qtbot, loader, 0)


def test_while_one_plays_no_thumbnail_leads_the_decoder_away(
    qtbot: QtBot, loader: FrameLoader, source: Noted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_loader, "_LULL", 1e6)
    came: list[int] = []
    loader.thumbnail_ready.connect(lambda generation, number, picture: came.append(number))
    show(qtbot, loader, 0)
    loader.want_thumbnails([2, 55, 4])
    for number in range(1, 6):
        show(qtbot, loader, number)
    qtbot.waitUntil(lambda: came == [2, 4])
    qtbot.waitUntil(lambda: 5 + 12 in source.decoded)
    assert source.decoded == list(range(5 + 12 + 1))
    monkeypatch.setattr(frame_loader, "_LULL", 0.0)
    loader.want_thumbnails([55])
    qtbot.waitUntil(lambda: came == [2, 4, 55])
